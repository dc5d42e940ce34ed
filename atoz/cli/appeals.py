"""The verbs about an appeal: its text written from a case and checked, its packet held against its claim."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import RenderableType
from rich.text import Text

from atoz.appeal.draft import draft
from atoz.appeal.packet.folder import read_packet
from atoz.claims.base import instant_text, utc
from atoz.claims.case import CaseFile
from atoz.cli import given
from atoz.cli.answer import Answer
from atoz.cli.verbs import Call, register
from atoz.errors import BadInput
from atoz.mail.plain import one_line
from atoz.playbook.acts import Draft
from atoz.playbook.events import AppealDrafted
from atoz.playbook.problems import instead
from atoz.playbook.state import CaseState
from atoz.service.claim_files import read_case

PANEL = "Appeals and messages"
_LINE = 2_000
_LONGEST = 100_000

At = Annotated[
    datetime | None,
    typer.Option("--at", parser=given.instant, metavar="T", help="as known at this instant"),
]
Named = Annotated[
    str | None, typer.Option("--playbook", metavar="NAME-or-FILE", help="follow this playbook")
]

Spoken = Annotated[
    str | None,
    typer.Option(
        "--language", metavar="L", help="another language than the marketplace's policy names"
    ),
]


async def draft_(
    call: Call,
    case: given.Case,
    at: At = None,
    playbook: Named = None,
    language: Spoken = None,
) -> Answer:
    """Write the appeal of a case: as its playbook drafts it, or as known at an instant.

    A case that ends before its appeal is written as of the second before it ends. Ends with 1 where
    there is nothing to say: after a decision, without anything new.
    """
    words = call.library.appeal_words
    if language is not None and language not in words.books:
        raise BadInput(f"no appeal can be written in {language}: {instead(language, words.books)}")
    (state, now), note = _played(call, read_case(given.content(case)), at, playbook)
    drafted = _first(state) if at is None and state.appeal and language is None else None
    act = Draft(step="appeal", revision=1)
    drafted = drafted or draft(state, act, now, words, language)
    document = {**_document(drafted), "note": note}
    return Answer(document, [*_said(note), *_look(drafted)], code=0 if drafted.text else 1)


async def lint(
    call: Call,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="the text; - is stdin")],
    case: given.Case,
    at: At = None,
    playbook: Named = None,
) -> Answer:
    """Check an appeal that a person wrote against the facts of its case."""
    text = given.text(file).strip()
    if not text:
        raise BadInput(f"{file}: there is no text in it")
    if len(text) > _LONGEST:
        raise BadInput(f"{file}: {len(text):,} characters; an appeal has at most {_LONGEST:,}")
    (state, now), _ = _played(call, read_case(given.content(case)), at, playbook)
    act = Draft(step="appeal", revision=1, text=text, edited_by=call.by)
    checked = draft(state, act, now, call.library.appeal_words)
    blocked = any(finding.severity == "block" for finding in checked.findings)
    return Answer(_document(checked), _look(checked), code=1 if blocked else 0)


async def verify(
    call: Call,
    packet: Annotated[Path, typer.Argument(metavar="FOLDER", help="a packet's folder, or its zip")],
) -> Answer:
    """Make a packet again from its claim, and tell every difference: exit 1 where there is one."""
    # Imported here: fonts and typst take time that other verbs need not wait for.
    from atoz.appeal.packet.verify import Claimed, claimed  # noqa: PLC0415
    from atoz.service.packets import verdict  # noqa: PLC0415
    from atoz.service.packets import verify as check  # noqa: PLC0415

    found = read_packet(packet)
    says = claimed(found)
    if isinstance(says, Claimed):
        document = verdict(says, await check(await call.service(), found, says))
    else:
        document = verdict(None, [says])
    return Answer(document, _differences(document, packet), code=0 if document["ok"] else 1)


def _differences(document: Mapping[str, Any], packet: Path) -> list[RenderableType]:
    found = [Text(f"{each['file']}: {each['what']}") for each in document["differences"]]
    if document["ok"]:
        whole = f"{packet} is what the claim of order {document['order_id']} makes, file by file"
        return [Text(whole)]
    return [*found, Text(f"{len(found)} differences: do not post it as it is", "bold red")]


def _played(
    call: Call, case: CaseFile, at: datetime | None, playbook: str | None
) -> tuple[tuple[CaseState, datetime], str | None]:
    """The case's state at an instant, or as its appeal was first drafted, and that instant (UTC).

    With a note where the case comes to no appeal. Raises BadInput for an instant before the claim.
    """
    from atoz.harness.play import state_at  # noqa: PLC0415 - other verbs need not wait for it

    if at is not None and utc(at) < case.claim.notified_at:
        raise BadInput(f"--at: the claim arrives later, {instant_text(case.claim.notified_at)}")
    played = state_at(call.settings, case, at and utc(at), playbook)
    if at is not None or played[0].appeal is not None:
        return played, None
    ends = [e.at for e in case.events if e.type in ("decision", "operator")]
    before = max(min(ends, default=played[1]) - timedelta(seconds=1), case.claim.notified_at)
    how = played[0].status.value.replace("_", " ")
    note = f"this case comes to no appeal ({how}): written as of {instant_text(before)}"
    return state_at(call.settings, case, before, playbook), note


def _first(state: CaseState) -> AppealDrafted:
    """The appeal as it was first drafted."""
    fact = next(fact for fact in state.facts if fact.kind == "appeal_drafted")
    return AppealDrafted.model_validate({**fact.data, "at": fact.at, "step": fact.step})


def _said(note: str | None) -> list[RenderableType]:
    return [Text(note), Text("")] if note else []


def _document(drafted: AppealDrafted) -> dict[str, Any]:
    keys = ("text", "digest", "language", "facts_only")
    document = drafted.model_dump(mode="json")
    return {
        **{key: document[key] for key in keys},
        "at": instant_text(drafted.at),
        "sentences": [{"text": s["text"], "facts": s["facts"]} for s in document["sentences"]],
        "findings": document["findings"],
    }


def _look(drafted: AppealDrafted) -> list[RenderableType]:
    """Each sentence with its facts, then what was found."""
    lines = [
        f"{number}. {one_line(sentence.text, _LINE)}  [{', '.join(sentence.facts)}]"
        for number, sentence in enumerate(drafted.sentences, start=1)
    ] or [one_line(line, _LINE) for line in drafted.text.splitlines()]
    found = [
        f"{finding.severity}: {finding.rule}: {one_line(finding.message, _LINE)}"
        for finding in drafted.findings
    ] or ["nothing found"]
    return [Text(line) for line in [*lines, "", f"digest {drafted.digest}", *found]]


def add_to(appeals: typer.Typer) -> None:
    """Register these verbs, all of the form `appeal VERB`."""
    register(appeals, draft_, PANEL, server=False)
    register(appeals, lint, PANEL, server=False)
    register(appeals, verify, PANEL)
