"""The verbs about an appeal's text that need no server: written from a case, and checked."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import RenderableType
from rich.text import Text

from atoz.appeal.draft import draft
from atoz.claims.base import instant_text, utc
from atoz.claims.case import CaseFile
from atoz.cli import given
from atoz.cli.answer import Answer
from atoz.cli.groups import TEXTS, Groups
from atoz.cli.verbs import Call, register
from atoz.errors import BadInput
from atoz.mail.plain import one_line
from atoz.playbook.acts import Draft
from atoz.playbook.events import AppealDrafted
from atoz.playbook.problems import instead
from atoz.playbook.state import CaseState
from atoz.service.claim_files import read_case

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
    *,
    packet: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="write its packet there, too")
    ] = None,
) -> Answer:
    """Write the appeal of a case: as its playbook drafts it, or as known at an instant.

    A case that ends before its appeal is written as of the second before it ends. Ends with 1 where
    there is nothing to say: after a decision, without anything new.
    """
    words = call.library.appeal_words
    if language is not None and language not in words.books:
        raise BadInput(f"no appeal can be written in {language}: {instead(language, words.books)}")
    file = read_case(given.content(case))
    (state, now), note = played(call, file, at, playbook)
    drafted = _first(state) if at is None and state.appeal and language is None else None
    drafted = drafted or as_of(call, state, now, language)
    written = await packed(call, file, state, drafted, packet) if packet and drafted.text else {}
    shown = [*_said(note), *_look(drafted), *(Text(f"{k}: {v}") for k, v in written.items() if v)]
    document = {**_document(drafted), "note": note, **written}
    return Answer(document, shown, code=0 if drafted.text else 1)


def as_of(
    call: Call, state: CaseState, now: datetime, language: str | None = None
) -> AppealDrafted:
    """The text of the claim as known now, as the next revision."""
    revision = state.appeal.revision + 1 if state.appeal else 1
    act = Draft(step="appeal", revision=revision)
    return draft(state, act, now, call.library.appeal_words, language)


async def packed(
    call: Call, case: CaseFile, state: CaseState, drafted: AppealDrafted, root: Path
) -> dict[str, Any]:
    """Write the packet of this text: `{packet, mind}`."""
    # Imported here: fonts and typst take time that other verbs need not wait for.
    from atoz.harness import packets  # noqa: PLC0415

    store = await packets.pictures_of(case, call.library)
    kit = packets.kit_of(call.library, call.settings)
    whole = packets.with_text(state, drafted)
    folder, warnings = await packets.write_case_packet(whole, store, kit, root)
    return {"packet": str(folder), "mind": list(warnings)}


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
    (state, now), _ = played(call, read_case(given.content(case)), at, playbook)
    act = Draft(step="appeal", revision=1, text=text, edited_by=call.by)
    checked = draft(state, act, now, call.library.appeal_words)
    blocked = any(finding.severity == "block" for finding in checked.findings)
    return Answer(_document(checked), _look(checked), code=1 if blocked else 0)


def played(
    call: Call, case: CaseFile, at: datetime | None, playbook: str | None
) -> tuple[tuple[CaseState, datetime], str | None]:
    """The case's state at an instant, or as its appeal was first drafted, and that instant (UTC).

    With a note where the case comes to no appeal. Raises BadInput for an instant before the claim.
    """
    from atoz.harness.play import at_the_draft, stood  # noqa: PLC0415 - other verbs need not wait for it

    if at is not None and utc(at) < case.claim.notified_at:
        raise BadInput(f"--at: the claim arrives later, {instant_text(case.claim.notified_at)}")
    if at is not None:
        return stood(call.settings, case, utc(at), playbook), None
    played = at_the_draft(call.settings, case, playbook)
    if played[0].appeal is not None:
        return played, None
    ends = [e.at for e in case.events if e.type in ("decision", "operator")]
    before = max(min(ends, default=played[1]) - timedelta(seconds=1), case.claim.notified_at)
    how = played[0].status.value.replace("_", " ")
    note = f"this case comes to no appeal ({how}): written as of {instant_text(before)}"
    return stood(call.settings, case, before, playbook), note


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


def add_to(groups: Groups) -> None:
    """Register these verbs, all of the form `appeal VERB`."""
    register(groups["appeal"], draft_, TEXTS, server=False)
    register(groups["appeal"], lint, TEXTS, server=False)
