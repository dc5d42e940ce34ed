"""The appeal as a list of sentences, each with the ids of the facts that carry it.

Nothing is said that no fact holds: silence is stated with an "as of" and the elapsed time, and
only after a request that was really delivered; the buyer is quoted, never characterised.
Order of the text (domain notes): position, chronology, evidence, the buyer's words, what was
offered, the exact request.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from atoz.appeal.wording import REASONS, quotable
from atoz.claims.base import money_text
from atoz.claims.facts import Fact
from atoz.playbook.events import Sentence
from atoz.playbook.state import CaseState


def undelivered(facts: Iterable[Fact]) -> frozenset[str]:
    """The ids of messages that bounced, met an opt-out or never left: nothing may say that they arrived."""
    known = tuple(facts)
    refused = (fact.data.get("of") for fact in known if fact.kind == "message_refused")
    unsent = (f.id for f in known if f.kind == "message_sent" and f.data.get("delivered") is False)
    return frozenset(str(of) for of in (*refused, *unsent) if of)


class Ledger:
    """The facts of a claim, looked up by kind; every look-up also says which fact answered."""

    def __init__(self, facts: Iterable[Fact], zone: str) -> None:
        self.zone = ZoneInfo(zone)
        self._by_kind: dict[str, list[Fact]] = {}
        known = tuple(facts)
        came_back = undelivered(known)
        for fact in known:
            if fact.id not in came_back:
                self._by_kind.setdefault(fact.kind, []).append(fact)

    def all(self, kind: str) -> Sequence[Fact]:
        """Every fact of the kind, oldest first."""
        return self._by_kind.get(kind, [])

    def last(self, kind: str) -> Fact | None:
        """The newest fact of the kind: the value that holds."""
        return self.all(kind)[-1] if self.all(kind) else None

    def value(self, path: str) -> Any:
        """The value at a path of the claim file, or None."""
        fact = self.last(path)
        return fact.data.get("value") if fact else None

    def ids(self, *paths: str) -> tuple[str, ...]:
        """The ids of the facts that hold the values at these paths; a value taken back is none."""
        found = (self.last(path) for path in paths)
        return tuple(fact.id for fact in found if fact and fact.data.get("value") is not None)

    def sent(self, template: str) -> Fact | None:
        """The newest message of this template that really went out."""
        return next(
            (f for f in reversed(self.all("message_sent")) if f.data.get("template") == template),
            None,
        )

    def day(self, value: object) -> str:
        """A date, or the date of an instant in the marketplace's zone, as YYYY-MM-DD."""
        if isinstance(value, datetime):
            return value.astimezone(self.zone).date().isoformat()
        text = str(value)
        if len(text) == 10:
            return date.fromisoformat(text).isoformat()
        return self.day(datetime.fromisoformat(text))

    def minute(self, value: datetime) -> str:
        """An instant as `2026-09-12 08:00` in the marketplace's zone."""
        return value.astimezone(self.zone).strftime("%Y-%m-%d %H:%M")


def compose(state: CaseState, now: datetime, *, facts_only: bool = False) -> tuple[Sentence, ...]:
    """The sentences of the appeal as known at `now` (UTC); dates in the marketplace's zone.

    `facts_only` leaves out the buyer's words and our offer: the text that is always ready.
    """
    assert state.policy is not None, "an appeal is composed for an opened claim"
    ledger = Ledger(state.facts, state.policy.zone)
    facts = (_position, _chronology, _silence, _evidence)
    parts = facts if facts_only else (*facts, _words, _offer)
    body = [sentence for part in parts for sentence in part(ledger, now)]
    return (*body, *_request(ledger))


def text_of(sentences: Sequence[Sentence]) -> str:
    """The text as it is pasted: one sentence per line."""
    return "\n".join(sentence.text for sentence in sentences)


def digest_of(text: str, attachments: Sequence[str]) -> str:
    """What an approval binds: the sha256 over the text and the sha256 of each attachment."""
    whole = json.dumps([text, *sorted(attachments)])
    return hashlib.sha256(whole.encode()).hexdigest()[:32]


def attachments_of(state: CaseState) -> tuple[str, ...]:
    """The files on the claim, by name and digest."""
    return tuple(
        f"{fact.data.get('name')}:{fact.data.get('sha256')}"
        for fact in state.facts
        if fact.kind == "evidence_added"
    )


def _position(ledger: Ledger, _: datetime) -> Iterator[Sentence]:
    order, reason = ledger.value("claim.order_id"), ledger.value("claim.reason")
    amount = money_text(Decimal(ledger.value("claim.amount")), ledger.value("claim.currency"))
    about = f", filed as {REASONS[reason]}" if reason else ""
    yield Sentence(
        text=f"This is our answer to the A-to-z Guarantee claim of {amount} on order {order}{about}.",
        facts=ledger.ids("claim.order_id", "claim.amount", "claim.currency", "claim.reason"),
    )
    yield Sentence(
        text="We set out below what happened, with dates.", facts=ledger.ids("claim.order_id")
    )


def _chronology(ledger: Ledger, now: datetime) -> Iterator[Sentence]:
    """Every dated sentence, in the order of the days with which they begin."""
    dated = [s for part in (_dispatch, _delivery, _contact) for s in part(ledger, now)]
    yield from sorted(dated, key=lambda sentence: sentence.text[:10])


def _dispatch(ledger: Ledger, _: datetime) -> Iterator[Sentence]:
    ordered = ledger.value("claim.order_date")
    if ordered:
        yield Sentence(
            text=f"{ledger.day(ordered)}: the order was placed.",
            facts=ledger.ids("claim.order_date"),
        )
    shipped, carrier = ledger.value("shipment.shipped_at"), ledger.value("shipment.carrier")
    if shipped and carrier:
        tracking, by = ledger.value("shipment.tracking_number"), ledger.value("claim.ship_by")
        number = f", tracking number {tracking}" if tracking else ""
        promised = f"; the order was to be shipped by {ledger.day(by)}" if by else ""
        yield Sentence(
            text=f"{ledger.day(shipped)}: it was shipped with {carrier}{number}{promised}.",
            facts=ledger.ids(
                "shipment.shipped_at",
                "shipment.carrier",
                "shipment.tracking_number",
                "claim.ship_by",
            ),
        )
    scan = ledger.value("shipment.first_scan_at")
    if scan:
        yield Sentence(
            text=f"{ledger.day(scan)}: the carrier scanned the parcel for the first time.",
            facts=ledger.ids("shipment.first_scan_at"),
        )


def _delivery(ledger: Ledger, _: datetime) -> Iterator[Sentence]:
    delivered = ledger.value("shipment.delivered_at")
    if delivered:
        latest = ledger.value("claim.max_estimated_delivery")
        estimate = f"; the latest estimated delivery was {ledger.day(latest)}" if latest else ""
        yield Sentence(
            text=f"{ledger.day(delivered)}: the carrier recorded the delivery{estimate}.",
            facts=ledger.ids("shipment.delivered_at", "claim.max_estimated_delivery"),
        )
    returned = ledger.value("return.received_at")
    if returned:
        yield Sentence(
            text=f"{ledger.day(returned)}: the returned item reached us.",
            facts=ledger.ids("return.received_at"),
        )
    notified = ledger.value("claim.notified_at")
    yield Sentence(
        text=f"{ledger.day(notified)}: the claim reached us.", facts=ledger.ids("claim.notified_at")
    )


_SAID = {
    "deescalate": "we wrote to the buyer, offered to settle the matter together and explained "
    "the ways open to both sides",
    "request_photos": "we asked the buyer for photos and more detail",
    "withdraw_help": "we answered the buyer's question about how a claim is withdrawn",
}


def _contact(ledger: Ledger, _: datetime) -> Iterator[Sentence]:
    """Messages and replies in the order in which they happened."""
    happened = [
        *ledger.all("message_sent"),
        *ledger.all("reply_received"),
        *ledger.all("refund_recorded"),
    ]
    for fact in sorted(happened, key=_happened_at):
        text = _happened(fact)
        if text:
            yield Sentence(text=f"{ledger.day(_happened_at(fact))}: {text}.", facts=(fact.id,))


def _happened_at(fact: Fact) -> datetime:
    """When it was recorded; a send that was settled later happened when it was tried."""
    sent_at = fact.data.get("sent_at")
    return datetime.fromisoformat(sent_at) if sent_at else fact.at


def _happened(fact: Fact) -> str | None:
    if fact.kind == "message_sent":
        return _SAID.get(str(fact.data.get("template")))
    if fact.kind == "refund_recorded":
        return f"we refunded {fact.data.get('amount')}"
    files = fact.data.get("attachments", 0)
    return (
        f"the buyer replied, with {files} file{'s' if files > 1 else ''}"
        if files
        else "the buyer replied"
    )


def _silence(ledger: Ledger, now: datetime) -> Iterator[Sentence]:
    """No answer is stated only after a delivered request, with the elapsed time and "as of"."""
    asked = ledger.sent("request_photos") or ledger.sent("deescalate")
    if asked is None:
        return
    asked_at = _happened_at(asked)
    if any(reply.at >= asked_at for reply in ledger.all("reply_received")):
        return
    hours = int((now - asked_at).total_seconds() // 3600)
    if hours >= 1:
        pictures = "reply or picture" if not ledger.all("evidence_added") else "reply"
        yield Sentence(
            text=f"In the {hours} hours since our message of {ledger.minute(asked_at)}, as of "
            f"{ledger.minute(now)}, no {pictures} has reached us.",
            facts=(asked.id,),
        )


def _evidence(ledger: Ledger, _: datetime) -> Iterator[Sentence]:
    number = 0
    tracking, carrier = ledger.value("shipment.tracking_number"), ledger.value("shipment.carrier")
    if tracking and carrier:
        number += 1
        yield Sentence(
            text=f"Evidence {number}: the {carrier} tracking record {tracking}.",
            facts=ledger.ids("shipment.carrier", "shipment.tracking_number"),
        )
    for path, words in _PROOFS.items():
        value = ledger.value(path)
        if value:
            number += 1
            named = f" ({value})" if isinstance(value, str) else ""
            yield Sentence(text=f"Evidence {number}: {words}{named}.", facts=ledger.ids(path))
    for file in ledger.all("evidence_added"):
        number += 1
        name = re.sub(r"[^\w. ()-]", "_", str(file.data.get("name")))[:60]
        yield Sentence(text=f"Evidence {number}: the file {name}, attached.", facts=(file.id,))


_PROOFS = {
    "shipment.signature": "the signature on delivery",
    "shipment.photo": "the carrier's photo of the delivery",
    "shipment.buy_shipping": "postage bought through Buy Shipping",
}


def _words(ledger: Ledger, _: datetime) -> Iterator[Sentence]:
    """The buyer's own words, verbatim and whole sentences only."""
    quote = quotable(str(ledger.value("claim.buyer_comment") or ""))
    if quote:
        yield Sentence(
            text=f"The buyer wrote in the claim: “{quote}”",
            facts=ledger.ids("claim.buyer_comment"),
        )
    for reply in ledger.all("reply_received")[-3:]:
        quote = quotable(str(reply.data.get("text", "")))
        if quote:
            yield Sentence(
                text=f"On {ledger.day(reply.at)} the buyer wrote to us: “{quote}”",
                facts=(reply.id,),
            )


def _offer(ledger: Ledger, _: datetime) -> Iterator[Sentence]:
    offered = ledger.sent("deescalate")
    if offered is not None:
        yield Sentence(
            text="Our offer to settle this directly with the buyer stands.", facts=(offered.id,)
        )


def _request(ledger: Ledger) -> Iterator[Sentence]:
    order = ledger.value("claim.order_id")
    yield Sentence(
        text=f"We ask you to decide the claim on order {order} on these facts and not to hold us "
        "responsible for it.",
        facts=ledger.ids("claim.order_id"),
    )
