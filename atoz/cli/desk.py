"""The verbs of the desk: what belongs to no running claim is read, attached to one, or let go.

The board's page does the same by the same service, so both record the same.
"""

from collections.abc import Mapping
from typing import Annotated, Any

import typer
from rich.console import RenderableType
from rich.text import Text

from atoz.cli import given
from atoz.cli.answer import Answer
from atoz.cli.groups import TASKS, Groups
from atoz.cli.verbs import Call, register
from atoz.cli.words import columns, line, local, pairs, zone
from atoz.service import desk_mail

Document = Mapping[str, Any]
Task = Annotated[str, typer.Argument(metavar="TASK", help="as `desk list` shows it")]

_SORTS = {
    "quarantined": "quarantined",
    "unknown-order": "no claim yet",
    "refused": "not understood",
    "other": "for a person",
}


async def list_(call: Call) -> Answer:
    """What lies on the desk, with the reason; what was done lately."""
    document = (await desk_mail.look(await call.service())).document
    return Answer(document, _list_look(document))


async def show(call: Call, task: Task) -> Answer:
    """One task of the desk with the whole mail behind it, as text."""
    document = await desk_mail.shown(await call.service(), task)
    return Answer(document, _look(document))


async def attach(call: Call, task: Task, order: given.Order, why: given.Why = "") -> Answer:
    """Hand what a task is about to a running claim, as if it had come in by itself: you vouch for it."""
    service, act = await call.service(), {"by": call.by, "why": why, "key": call.key}
    document = await desk_mail.attach(service, task, order, **act)
    said = f"is with the claim of order {document['attached_to']} as {document['attached_as']}"
    return Answer(document, [line(task, said.replace("_", " "))])


async def discard(call: Call, task: Task, why: given.Why) -> Answer:
    """Close a task that is no claim's business, and say why."""
    service, act = await call.service(), {"by": call.by, "why": why, "key": call.key}
    return Answer(await desk_mail.discard(service, task, **act), [line(task, "is discarded")])


def _list_look(document: Document) -> list[RenderableType]:
    tasks, done = document["tasks"], document["done"]
    rows = [
        (
            task["id"],
            _SORTS[task["sort"]],
            task["about_order"],
            local(task["opened_at"]),
            _what(task),
        )
        for task in tasks
    ]
    heads = ("task", "sort", "order", f"since ({zone()})", "what")
    parts: list[RenderableType] = [columns(heads, rows) if rows else line("the desk is empty")]
    if done is None:
        parts += [Text(""), line("what was done lately only a worker of this edition tells")]
    elif done:
        ended = [(task["title"], local(task["done_at"]), task.get("result")) for task in done]
        parts += [Text(""), columns(("done lately", f"at ({zone()})", "by whom, how"), ended)]
    return parts


def _what(task: Document) -> str:
    return f"{task['title']}. {task['text']}" if task.get("text") else str(task["title"])


def _look(document: Document) -> list[RenderableType]:
    task, mail = document["task"], document["mail"]
    head = {
        "task": f"{task['id']} ({_SORTS[task['sort']]})",
        "since": local(task["opened_at"]),
        "order": task["about_order"],
        "what": task["title"],
        "": task.get("text"),
        "mail": document["gone"],
    }
    parts: list[RenderableType] = [pairs(head)]
    if mail is not None:
        from_whom = {"from": mail["sender"], "date": mail["date"], "subject": mail["subject"]}
        parts += [Text(""), pairs(from_whom), Text(""), Text(mail["text"])]
    return parts


def add_to(groups: Groups) -> None:
    """Register these verbs; what closes a task needs the role that `done` needs."""
    register(groups["desk"], list_, TASKS)
    register(groups["desk"], show, TASKS)
    register(groups["desk"], attach, TASKS, acts="done")
    register(groups["desk"], discard, TASKS, acts="done")
