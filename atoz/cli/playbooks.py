"""The verb that checks a playbook: read, looked through, proved, before it touches a claim."""

from datetime import timedelta
from typing import Annotated, Any

import typer
from rich.console import RenderableType
from rich.text import Text

from atoz.cli import books
from atoz.cli.answer import Answer
from atoz.cli.groups import PLAYBOOKS, Groups
from atoz.cli.verbs import Call, register
from atoz.cli.words import columns, local
from atoz.errors import BadInput, Usage
from atoz.library import phrasebook_problems
from atoz.mail.plain import one_line
from atoz.playbook.checking import Checked
from atoz.playbook.problems import PlaybookRefused
from atoz.playbook.walking import Year, in_words
from atoz.service.proofs import check_document, limit_of, worst_case

_LINE = 2_000


async def check(
    call: Call,
    playbook: books.Named,
    *,
    limit: Annotated[
        str | None, typer.Option(metavar="SPAN", help="prove it for this limit, such as 72h")
    ] = None,
    open_claims: Annotated[
        bool, typer.Option("--open-claims", help="and the claims that run: who would be late?")
    ] = False,
) -> Answer:
    """Check a playbook and prove that it answers in time, for every arrival of the coming year.

    The words of appeals (`appeal/` beside the playbooks) are checked with it.
    """
    try:
        path, checked = books.checked(call, playbook, _span(limit))
    except PlaybookRefused as refused:
        return _answer(playbook, Checked(refused.problems))
    spoken = (*books.of_messages(call), *phrasebook_problems(call.settings.playbooks))
    answer = _answer(path, checked._replace(problems=(*checked.problems, *spoken)))
    if not open_claims or checked.playbook is None:
        return answer
    from atoz.service.feasible import infeasible  # noqa: PLC0415 - with a server only

    found = await infeasible(await call.service(), checked.playbook)
    late = any(row["became"] for row in found["infeasible"])
    document, shown = {**answer.document, "open_claims": found}, [*answer.shown, *_late(found)]
    return Answer(document, shown, code=1 if late else answer.code)


def _answer(path: str, checked: Checked) -> Answer:
    return Answer(check_document(checked), _look(path, checked), code=0 if checked.ok else 1)


def _late(found: dict[str, Any]) -> list[RenderableType]:
    """The open claims that would be late, for a person."""
    rows = [
        (row["order_id"], row["marketplace"], local(row["due"]), row["why"])
        for row in found["infeasible"]
    ]
    head = f"Open claims under the files as they are now: {found['looked_at']}, late: {len(rows)}"
    table = [columns(("order", "market", "answer due", "why"), rows)] if rows else []
    return [Text(""), Text(head), *table]


def _span(limit: str | None) -> timedelta | None:
    try:
        return None if limit is None else limit_of(limit)
    except BadInput as error:
        raise Usage(f"--limit: {error}") from error


def _look(path: str, checked: Checked) -> list[RenderableType]:
    """The problems, else the proof, for a person."""
    problems: list[RenderableType] = [
        Text(one_line(str(problem), _LINE)) for problem in checked.problems
    ]
    proof = checked.proof
    if proof is None:
        return problems
    document = worst_case(proof, checked.year)
    verdict = "holds" if proof.holds else "does not hold"
    head = (
        f"{path}: the proof {verdict}. The answer is in, or in a person's hands, at most "
        f"{document['finishes_after']} after the claim arrives; limit {document['limit']} less "
        f"margin {document['margin']}. Looked at {proof.arrivals} arrivals, {proof.cases} cases."
    )
    worst = f"Worst: {proof.worst.marketplace}, arriving {local(document['arrives_at'])} UTC"
    rows = [(leg["step"], local(leg["begins"]), local(leg["over"])) for leg in document["path"]]
    return [
        *problems,
        Text(one_line(head, _LINE)),
        Text(worst),
        columns(("step", "begins (UTC)", "over (UTC)"), rows),
        *(_walk_of(document["latest"], checked.year) if checked.year else []),
    ]


def _walk_of(found: dict[str, Any], year: Year) -> list[RenderableType]:
    """The walk through the engine, for a person: how far it went, and its latest path."""
    head = (
        f"Walked through the engine from {found['arrivals_walked']} of them, {found['moves']} moves: "
        f"whatever anybody does or leaves undone, answered at most {found['after']} after arrival:"
    )
    path = in_words(year.walked.latest_path, year.latest_at) if year.latest_at else ""
    return [Text(head), Text(one_line(path, _LINE))]


def add_to(groups: Groups) -> None:
    """Register this verb as `playbook check`."""
    register(groups["playbook"], check, PLAYBOOKS)
