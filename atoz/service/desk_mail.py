"""The mails behind the desk's tasks: shown as text, handed to a claim by a person, or let go.

A person who attaches a mail vouches for it: what it says is then told to the claim that they name, by
the very rules by which the mailbox delivers, and recorded with who did it.
"""

import asyncio
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple, cast

from activities.delivering import Delivering
from activities.desk_words import GONE
from activities.mailroom import Mailroom
from atoz.claims.base import Instant, utc
from atoz.errors import AtozError, BadInput, OldWorker
from atoz.evidence.intake import Given
from atoz.mail.plain import one_line
from atoz.mail.read import OpenMail, reading_document
from atoz.mail.reading import Reading
from atoz.mail.routing import QUARANTINED, Tell, arrival, route
from atoz.playbook import events as ev
from atoz.service import desk
from atoz.service.acting import add_evidence, not_running
from atoz.service.base import Service, claim_id, is_running
from atoz.service.notices import opened
from atoz.service.office import TemporalOffice
from atoz.service.problems import PROBLEMS
from atoz.vault.vault import Erased
from workflows import names
from workflows.desk import UNREADABLE, DeskAttached, DeskSort

SORTS: tuple[DeskSort, ...] = ("quarantined", "unknown-order", "refused", "other")

KEPT = 20
"""Tasks that were done lately, as the desk shows them."""

_HEADER = re.compile(rb"\s*[!-9;-~]+:")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_NOTE = "from-the-desk.txt"


class Item(NamedTuple):
    """A task of the desk as a person sees it."""

    task: Mapping[str, Any]
    sort: DeskSort
    order_id: str
    """The order that it is about, as far as the mail says one; "" else."""

    @property
    def tells_something(self) -> bool:
        """Whether there is anything of it that a claim could be given; else it is for information alone."""
        return self.sort != "other" or any(self.task.get("refs") or ())

    @property
    def document(self) -> dict[str, Any]:
        """The task, what it is about, and which order, where one is named."""
        return {**self.task, "sort": self.sort, "about_order": self.order_id or None}


class Looked(NamedTuple):
    """What the desk holds: open tasks, oldest first, and those done lately, newest first."""

    items: tuple[Item, ...]
    done: tuple[Mapping[str, Any], ...] | None
    """None where the worker is of an older edition, which does not tell it."""

    @property
    def document(self) -> dict[str, Any]:
        """What a program is given: `{tasks: [{…, sort, about_order}], done: […]}`."""
        tasks = [item.document for item in self.items]
        return {"tasks": tasks, "done": None if self.done is None else list(self.done)}


async def look(service: Service) -> Looked:
    """The desk as it is. Raises NoServer, NoWorker, OldWorker."""
    tasks = await desk.tasks(service)
    if not tasks and not await is_running(service, names.DESK_ID):
        return Looked((), ())
    held = {mail["task"] for mail in await service.calls.query(names.DESK_ID, "held")}
    items = tuple(Item(task, _sort(task, held), _order(task)) for task in tasks)
    return Looked(items, await _done(service))


async def _done(service: Service) -> tuple[Mapping[str, Any], ...] | None:
    """What was worked off: the one thing that can be done without, where an older worker answers."""
    try:
        return tuple((await service.calls.query(names.DESK_ID, "worked_off"))[:KEPT])
    except OldWorker:
        return None


def _sort(task: Mapping[str, Any], held: set[str]) -> DeskSort:
    """What a task is about; one that an older edition put there is told by what it looks like."""
    if known := task.get("sort"):
        return cast("DeskSort", known)
    if task["id"] in held:
        return "unknown-order"
    if task["title"].startswith(QUARANTINED):
        return "quarantined"
    return "refused" if task["title"] == UNREADABLE else "other"


def _order(task: Mapping[str, Any]) -> str:
    return str((task.get("refs") or [""])[0])


async def item(service: Service, task: str) -> Item:
    """One open task. Raises BadInput where it is none."""
    found = await look(service)
    for each in found.items:
        if each.task["id"] == task:
            return each
    names_of_open = ", ".join(str(each.task["id"]) for each in found.items[:20]) or "none"
    raise BadInput(PROBLEMS("no_desk_task", task=task[:80], tasks=names_of_open))


async def shown(service: Service, task: str) -> dict[str, Any]:
    """One open task and the mail behind it: `{task, mail, gone}`.

    `mail` is None where there is none; `gone` says why one that was there cannot be read. Raises as
    `item`.
    """
    found = await item(service, task)
    letter = await mail(service, found)
    reading = letter.reading if letter else None
    return {
        "task": found.document,
        "mail": reading_document(reading) if reading else None,
        "gone": letter.why if letter and not reading else None,
    }


class Mail(NamedTuple):
    """A mail of the store. `opened` is None where it is gone, and `why` says so."""

    opened: OpenMail | None
    ref: str
    why: str = ""

    @property
    def reading(self) -> Reading | None:
        """What it says."""
        return self.opened.reading if self.opened else None


async def mail(service: Service, found: Item) -> Mail | None:
    """The mail behind a task; None where there is none, as behind a reply for a claim that is over."""
    refs = [ref for ref in (found.task.get("refs") or ())[1:] if _SHA256.fullmatch(ref)]
    for ref in refs:
        try:
            raw = await service.store.of_order(found.order_id or None).get(ref)
        except Erased:
            return Mail(None, ref, GONE)
        except AtozError as fault:
            return Mail(None, ref, one_line(fault, 300))
        if _HEADER.match(raw):
            return Mail(await asyncio.to_thread(opened, service, raw), ref)
    return None


async def attach(
    service: Service, task: str, order_id: str, *, by: str, why: str, key: str
) -> dict[str, Any]:
    """Hand what a task is about to a running claim, and close the task: `{order_id, attached_as, …}`.

    A mail becomes the reply, the decision or the request that it is; anything else a file of the
    claim. Raises BadInput, NoSuchClaim, NoWorker; the task then stays open.
    """
    found, workflow_id = await item(service, task), claim_id(order_id)
    if not found.tells_something:
        raise BadInput(PROBLEMS("nothing_to_attach", task=task[:80]))
    order = names.order_of(workflow_id)
    if not await is_running(service, workflow_id):
        raise await not_running(service, workflow_id)
    letter = await mail(service, found)
    told = letter and await _told(service, found, letter, order, by)
    if not told:
        note = Given(_NOTE, _as_text(found, letter).encode())
        await add_evidence(service, order, note, by=by, key=f"{key}-note")
    done = await _close(service, found, f"attached to order {order}", by=by, why=why, key=key)
    return {**done, "attached_to": order, "attached_as": told or "evidence"}


async def discard(service: Service, task: str, *, by: str, why: str, key: str) -> dict[str, Any]:
    """Close a task whose mail is no claim's business; a reason is needed. Raises BadInput, NoWorker."""
    if not why.strip():
        raise BadInput(PROBLEMS("why_discard"))
    found = await item(service, task)
    return await _close(service, found, "discarded", by=by, why=why, key=key)


async def _close(
    service: Service, found: Item, what: str, *, by: str, why: str, key: str
) -> dict[str, Any]:
    said = one_line(f"{what}: {why}" if why.strip() else what, 500)
    done = await desk.done(service, found.task["id"], by=by, receipt=said, key=key)
    if found.sort == "unknown-order":
        # It waits no more: else it would be delivered once more when the claim of its order starts.
        for waiting in await service.calls.query(names.DESK_ID, "held"):
            if waiting["task"] == found.task["id"]:
                gone = DeskAttached(key=waiting["key"]).model_dump(mode="json")
                await service.calls.signal(names.DESK_ID, names.DESK_ATTACHED, gone)
    return done


async def _told(service: Service, found: Item, letter: Mail, order: str, by: str) -> str | None:
    """Tell the claim what the mail says; None where the mail says nothing that a claim can be told."""
    if letter.opened is None:
        return None
    vouched = letter.opened.reading.model_copy(update={"trusted": True, "order_id": order})
    now = utc(service.now())
    where = route(vouched, now)
    if not isinstance(where, Tell):
        return None
    changes: dict[str, Any] = {"by": by} if "by" in type(where.event).model_fields else {}
    if isinstance(where.event, ev.Arriving):
        opened_at = utc(datetime.fromisoformat(found.task["opened_at"]))
        changes["arrived_at"] = came_at(vouched, opened_at, now)
    if not letter.opened.reading.trusted:
        # A forgery must not take the place of the mail whose Message-ID it copies.
        changes["message_id"] = f"<desk.{letter.ref}@atoz.invalid>"
    told = Tell(order, where.event.model_copy(update=changes), where.files)
    mailroom = Mailroom(TemporalOffice(service, service.library.policies), service.store)
    delivering = Delivering(lambda raw: opened(service, raw), mailroom)
    return told.event.type if await delivering.hand_over(letter.opened, told, letter.ref) else None


def came_at(reading: Reading, opened_at: Instant, now: Instant) -> Instant:
    """When a mail of the desk came (UTC), however long it lay there: its task is open since `opened_at`.

    Where the task is about several, this one may have come later than the task.
    """
    return arrival(reading, min(max(opened_at, reading.date or opened_at), now))


def _as_text(found: Item, letter: Mail | None) -> str:
    """The task and its mail as plain text, for the claim's evidence."""
    task, reading = found.task, letter.reading if letter else None
    lines = [str(task["title"]), f"Desk since {task['opened_at']}", ""]
    if reading is None:
        return "\n".join([*lines, str(task.get("text") or "")])
    sender, at = reading.sender or "unreadable", reading.date or "unknown"
    head = [f"From: {sender}", f"Date: {at}", f"Subject: {one_line(reading.subject, 300)}"]
    return "\n".join([*lines, *head, "", reading.text])
