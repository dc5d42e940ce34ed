"""What outsiders said, told by a person: a buyer's reply, a decision, an information request.

These are signals: the server keeps them even while no worker runs, and the claim drops a
Message-ID that it knows. One made here comes from the content, so that the same command twice is
harmless.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from temporalio.client import WorkflowExecutionStatus

from atoz.claims.base import instant_text
from atoz.claims.status import Status, follows
from atoz.errors import BadInput, Refused
from atoz.evidence.intake import Given, Taken
from atoz.evidence.store import EvidenceStore
from atoz.mail.intents import read_intents
from atoz.mail.sentences import DESK
from atoz.playbook import events as ev
from atoz.playbook.inputs import KEPT_TEXT
from atoz.playbook.said import plain, word
from atoz.service import arriving, desk, files
from atoz.service.acting import not_running
from atoz.service.archive import archived
from atoz.service.base import Service, claim_id, is_running, no_such_claim
from atoz.service.calls import NotOpen
from atoz.service.claim_files import validated
from atoz.service.problems import PROBLEMS
from workflows import names
from workflows.desk import DeskItem

LONGEST_TEXT = 1_000_000
_DOMAIN = "atoz.invalid"


async def reply(
    service: Service,
    order_id: str,
    text: str,
    *,
    photos: Sequence[Given] = (),
    language: str | None = None,
    message_id: str | None = None,
    arrived_at: datetime | None = None,
    by: str | None = None,
) -> dict[str, Any]:
    """Hand a buyer's reply to its claim, or to the desk where the claim is over.

    Gives `{workflow_id, order_id, message_id, arrived_at, intents, attachments, delivered_to}`, the
    last being `claim` or `desk`; `by` is who told it, `arrived_at` when it came (UTC), None for now.
    Raises NoSuchClaim, and BadInput for files, words or an instant that cannot be taken.
    """
    workflow_id = claim_id(order_id)
    text = _plain(text)
    if not text.strip() and not photos:
        raise BadInput(PROBLEMS("empty_reply"))
    taken_files = await files.judged(photos)
    running = await is_running(service, workflow_id)
    if not running:
        await _must_be_known(service, workflow_id)
    came = await arriving.checked(service, order_id, arrived_at)
    made = _reply_id(workflow_id, text, photos)
    event = await _reply(
        service,
        workflow_id,
        text,
        taken_files,
        language=language,
        message_id=message_id or made,
        arrived_at=came,
        by=by,
    )
    taken = running and await _signalled(service, workflow_id, "buyer_replied", event)
    if not taken:
        await desk.put(service, _desk_item(workflow_id, event))
    return {
        "workflow_id": workflow_id,
        "order_id": names.order_of(workflow_id),
        "message_id": event.message_id,
        "arrived_at": instant_text(came) if came else None,
        "intents": list(event.intents),
        "attachments": [file.model_dump(mode="json") for file in event.attachments],
        "delivered_to": "claim" if taken else "desk",
    }


async def _reply(
    service: Service,
    workflow_id: str,
    text: str,
    photos: Sequence[Taken],
    *,
    language: str | None,
    **said: object,
) -> ev.BuyerReplied:
    """The reply with its intents read, its files and a long text kept in the store."""
    images = sum(file.type.startswith("image/") for file in photos)
    # A long letter takes a second to read: others are answered meanwhile.
    intents = await asyncio.to_thread(
        read_intents, text, language=language, phrases=service.library.phrases, photos=images
    )
    # What is wrong with the mail itself shows before anything is kept.
    event = validated(
        ev.BuyerReplied, {"at": service.now(), "language": language, "intents": intents, **said}
    )
    store = service.store.of(workflow_id)
    words = await _words(store, text)
    attachments = await files.keep(store, photos)
    return event.model_copy(update={**words, "attachments": attachments})


async def decide(
    service: Service,
    order_id: str,
    status: Status,
    *,
    funded_by: str | None = None,
    odr_counts: bool | None = None,
    message_id: str | None = None,
    arrived_at: datetime | None = None,
    by: str | None = None,
    replaces: str | None = None,
) -> dict[str, Any]:
    """Record what the marketplace decided; None is filled from the status table, or is now.

    `replaces`: why it takes the place of a decision from which it does not follow. Raises Refused
    where it would and nothing is said. By mail nothing is refused: there the claim opens a task.
    """
    if replaces is None or not replaces.strip():
        await _must_follow(service, claim_id(order_id), status)
    came = await arriving.checked(service, order_id, arrived_at, decides=True)
    said: dict[str, object] = {"status": status, "funded_by": funded_by, "odr_counts": odr_counts}
    said |= {"by": by, "why": replaces, "arrived_at": came}
    # A claim may be decided, reopened and decided alike: the day tells the two apart.
    day = _day(service, came)
    made = _made_id(claim_id(order_id), "decision", status, funded_by, odr_counts, day)
    event = validated(
        ev.MarketplaceDecided, {"at": service.now(), "message_id": message_id or made, **said}
    )
    return await _report(service, order_id, "marketplace_decided", event)


async def _must_follow(service: Service, workflow_id: str, status: Status) -> None:
    """Refuse a decision that silently replaces another one; the server's word on it needs no worker."""
    found = await service.calls.describe(workflow_id)
    if found is None or found.status is not WorkflowExecutionStatus.RUNNING:
        return
    before = Status(found.typed_search_attributes.get(names.STATUS) or Status.UNDER_REVIEW)
    if before not in (Status.UNDER_REVIEW, status) and not follows(status, before):
        said = {"status": word("status", status, plain(status)), "name": status.value}
        known = word("status", before, plain(before))
        order = names.order_of(workflow_id)
        raise Refused(PROBLEMS("no_follow", order=order, before=known, **said))


async def request_information(
    service: Service,
    order_id: str,
    due: datetime | None,
    *,
    message_id: str | None = None,
    arrived_at: datetime | None = None,
    by: str | None = None,
) -> dict[str, Any]:
    """Record that the marketplace asks for information until `due`; None: by its policy.

    What came at `arrived_at` (UTC) may be due already; its policy's limit counts from there.
    """
    came = await arriving.checked(service, order_id, arrived_at)
    made = _made_id(claim_id(order_id), "information", due or _day(service, came))
    said = {"message_id": message_id or made, "due": due, "arrived_at": came, "by": by}
    event = validated(ev.InformationRequested, {"at": service.now(), **said})
    if due is not None and due <= (came or service.now()):
        raise BadInput(PROBLEMS("past_arrival" if came else "past"))
    return await _report(service, order_id, "information_requested", event)


async def _report(
    service: Service,
    order_id: str,
    signal: str,
    event: ev.MarketplaceDecided | ev.InformationRequested,
) -> dict[str, Any]:
    workflow_id = claim_id(order_id)
    # Asked first: what is said to a claim is sealed with its key, and one that is none needs no key.
    open_ = await is_running(service, workflow_id)
    if not open_ or not await _signalled(service, workflow_id, signal, event):
        raise await not_running(service, workflow_id)
    return {
        "workflow_id": workflow_id,
        "order_id": names.order_of(workflow_id),
        **event.model_dump(mode="json", exclude={"at", "type", "by"}),
    }


async def _signalled(service: Service, workflow_id: str, name: str, event: ev.Event) -> bool:
    document = event.model_dump(mode="json", exclude={"at", "type"})
    try:
        await service.calls.signal(workflow_id, name, document)
    except NotOpen:
        return False
    return True


async def _must_be_known(service: Service, workflow_id: str) -> None:
    known = await archived(service, workflow_id) or await service.calls.describe(workflow_id)
    if not known:
        raise no_such_claim(workflow_id)


async def _words(store: EvidenceStore, text: str) -> dict[str, str]:
    """The text as a claim carries it; a long one lies whole in the store, under `text_ref`."""
    if len(text) <= KEPT_TEXT:
        return {"text": text}
    if len(text) > LONGEST_TEXT:
        raise BadInput(PROBLEMS("too_long", length=f"{len(text):,}", longest=f"{LONGEST_TEXT:,}"))
    ref = await store.put(text.encode(), "text/plain")
    return {"text": text[:KEPT_TEXT] + " […]", "text_ref": ref}


def _desk_item(workflow_id: str, event: ev.BuyerReplied) -> DeskItem:
    order = names.order_of(workflow_id)
    refs = [file.sha256 for file in event.attachments if file.sha256]
    return DeskItem(
        key=event.message_id,
        title=DESK("late_reply", order=order),
        order_id=order,
        text=event.text,
        refs=(*refs, *([event.text_ref] if event.text_ref else [])),
        sort="other",
    )


def _reply_id(workflow_id: str, text: str, photos: Sequence[Given]) -> str:
    digests = [hashlib.sha256(photo.content).hexdigest() for photo in photos]
    return _made_id(workflow_id, "reply", text, *sorted(digests))


def _made_id(workflow_id: str, kind: str, *content: object) -> str:
    """A Message-ID of ours for something that came without one: the same for the same content."""
    digest = hashlib.sha256("\0".join(map(str, content)).encode()).hexdigest()[:32]
    return f"<{workflow_id}.{kind}.{digest}@{_DOMAIN}>"


def _day(service: Service, came: datetime | None) -> str:
    return (came or service.now()).date().isoformat()


def _plain(text: str) -> str:
    """Text that can be encoded: a terminal may hand over bytes that are no UTF-8."""
    return text.encode("utf-8", "replace").decode()
