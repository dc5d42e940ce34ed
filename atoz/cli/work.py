"""The verbs of an operator's day: tasks, approvals, and overrides that are recorded with who and why."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import RenderableType

from atoz.claims.clocks import ClockName
from atoz.cli import given
from atoz.cli.answer import Answer
from atoz.cli.claims import Limit, PageToken
from atoz.cli.groups import OVERRIDES, TASKS, Groups
from atoz.cli.looks import more, tasks_look
from atoz.cli.verbs import Call, register
from atoz.cli.words import line
from atoz.playbook import events as ev
from atoz.service import acting, desk, listing, waiting


async def tasks(
    call: Call,
    order: Annotated[
        str | None, typer.Argument(metavar="[ORDER]", help="of one order; - is the desk")
    ] = None,
    limit: Limit = listing.PAGE,
    page_token: PageToken = None,
) -> Answer:
    """What waits for a person: of all claims and the desk, or of one."""
    service = await call.service()
    page = await waiting.tasks(service, order, limit=limit, page_token=page_token)
    return Answer(page, [*tasks_look(page["tasks"], call.now), *more(page)])


async def done(
    call: Call,
    order: Annotated[str, typer.Argument(metavar="ORDER", help="- for a task of the desk")],
    task: given.Task,
    receipt: Annotated[str | None, typer.Option(metavar="R", help="the confirmation")] = None,
) -> Answer:
    """Mark a task as done."""
    service = await call.service()
    if order == desk.DESK:
        document = await desk.done(service, task, by=call.by, receipt=receipt, key=call.key)
    else:
        document = await _do(call, order, ev.TaskDone, task=task, receipt=receipt)
    return Answer(document, [line(task, "is done")])


async def approve(
    call: Call,
    order: given.Order,
    task: given.Task,
    digest: Annotated[str, typer.Option(metavar="D", help="of the text that you read")],
    despite: Annotated[
        str | None, typer.Option(metavar="WHY", help="although a check blocks it; recorded")
    ] = None,
) -> Answer:
    """Approve exactly the text with this digest."""
    digest = digest.strip().lower()
    document = await _do(call, order, ev.Approved, task=task, digest=digest, despite=despite)
    return Answer(document, [line(task, "approved")])


Read = Annotated[
    str | None,
    typer.Option(metavar="D", help="digest of the text that you read: no other is touched"),
]


async def reject(
    call: Call, order: given.Order, task: given.Task, why: given.Why, read: Read = None
) -> Answer:
    """Reject the text, and say why."""
    document = await _do(call, order, ev.Rejected, task=task, why=why, read=_digest(read))
    return Answer(document, [line(task, "rejected")])


async def edit(
    call: Call,
    order: given.Order,
    task: given.Task,
    text_file: Annotated[Path, typer.Option(metavar="F", help="your text, UTF-8; - is stdin")],
    read: Read = None,
) -> Answer:
    """Put your own text in place of the drafted one; it is checked, and approved where it has to be.

    It has to be where the playbook wants it of every text, where a check finds something, and where a
    text before it was asked for; with ATOZ_TWO_PERSON_APPROVAL by somebody else, and always then.
    """
    text = given.text(text_file).strip()
    document = await _do(call, order, ev.Edited, task=task, text=text, read=_digest(read))
    return Answer(document, [line(task, "edited")])


def _digest(read: str | None) -> str | None:
    return read and read.strip().lower()


async def pause(call: Call, order: given.Order, why: given.Why = "") -> Answer:
    """Hold every step; clocks and warnings go on."""
    document = await _do(call, order, ev.Paused, why=why)
    return Answer(document, [line(order, "paused"), *_unsaid(why)])


async def resume(call: Call, order: given.Order, why: given.Why = "") -> Answer:
    """Let the steps act again."""
    return Answer(await _do(call, order, ev.Resumed, why=why), [line(order, "resumed")])


async def skip(
    call: Call,
    order: given.Order,
    step: Annotated[str, typer.Argument(metavar="STEP", help="a step of the claim's playbook")],
    why: given.Why = "",
) -> Answer:
    """Leave a step out."""
    document = await _do(call, order, ev.StepSkippedByHand, step=step, why=why)
    return Answer(document, [line(order, "step", step, "skipped"), *_unsaid(why)])


async def due(
    call: Call,
    order: given.Order,
    clock: Annotated[ClockName, typer.Argument(metavar="CLOCK", help="like response")],
    at: Annotated[datetime, typer.Argument(parser=given.instant, metavar="T")],
    why: given.Why = "",
) -> Answer:
    """Correct when a clock runs out."""
    document = await _do(call, order, ev.DueSet, clock=clock, due=at, why=why)
    return Answer(document, [line(order, "clock", clock, "set"), *_unsaid(why)])


async def add_evidence(
    call: Call, order: given.Order, file: given.File, why: given.Why = ""
) -> Answer:
    """Add a file to the claim's evidence: an image, a PDF or plain text."""
    upload = given.upload(file)
    document = await acting.add_evidence(
        await call.service(), order, upload, by=call.by, key=call.key, why=why
    )
    return Answer(document, [line(order, "evidence added:", document["file"]["sha256"])])


def _unsaid(why: str) -> list[RenderableType]:
    """A reminder where nothing was said why: who comes next asks."""
    return [] if why.strip() else [line("no reason is on record: say it with --why next time")]


async def _do(
    call: Call, order: str, kind: type[ev.OperatorEvent], **values: object
) -> dict[str, object]:
    said = acting.with_reasons(kind, values)  # refused before anything is contacted
    return await acting.do(await call.service(), order, kind, **said, by=call.by, key=call.key)


def add_to(groups: Groups) -> None:
    """Register these verbs."""
    register(groups.root, tasks, TASKS)
    for verb in (done, approve, reject, edit):
        register(groups.root, verb, TASKS, acts=True)
    for override in (pause, resume, skip, due, add_evidence):
        register(groups.root, override, OVERRIDES, acts=True)
