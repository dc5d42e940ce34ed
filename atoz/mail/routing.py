"""What is to be done with a mail that was read: a pure decision, carried out by the mailbox pass.

Only a trusted mail starts or changes anything. What cannot be used becomes a note for a person, with
the reason; what has nothing to do with claims is left alone.
"""

import hashlib
from decimal import Decimal
from typing import NamedTuple

from pydantic import ValidationError

from atoz.claims.base import Instant, instant_text
from atoz.claims.claim import ORDER_ID, RELAY, Claim, ClaimFile
from atoz.mail.plain import one_line
from atoz.mail.reading import MailFile, Reading
from atoz.mail.sentences import ABOUT, DESK, KINDS, UNTRUSTED
from atoz.playbook import events as ev
from atoz.playbook.check import problems
from atoz.playbook.inputs import KEPT_TEXT

LONGEST_ID = 200
"""A longer Message-ID stands for itself by its digest: claims and the desk remember thousands."""

EXCERPT = 300
QUARANTINED = "Quarantined"
"""With this word the title of a note begins whose mail was not believed."""


class Start(NamedTuple):
    """Start this claim, or tell it that its notice came once more."""

    file: ClaimFile


class Tell(NamedTuple):
    """Tell the claim of an order what happened, with these files taken in before.

    Where there is no claim yet, `start` says with what one begins: the mail shows that there is one.
    """

    order_id: str
    event: ev.BuyerReplied | ev.MarketplaceDecided | ev.InformationRequested | ev.MessageBounced
    files: tuple[MailFile, ...] = ()
    start: ClaimFile | None = None


class Answered(NamedTuple):
    """A person answered a buyer elsewhere, at this instant and in these words: the copy shows it."""

    order_id: str
    written_at: Instant
    message_id: str
    text: str


class ForPerson(NamedTuple):
    """A note for a person; an untrusted mail is only kept apart."""

    title: str
    text: str
    trusted: bool = True


class Leave(NamedTuple):
    """Nothing to do. `ours` is False for mail that has nothing to do with claims."""

    ours: bool


Route = Start | Tell | Answered | ForPerson | Leave


def route(reading: Reading, received_at: Instant) -> Route:
    """Where a mail goes that the server received at this instant (UTC)."""
    if reading.kind == "own_reply_copy":
        return _answered(reading, received_at)
    if reading.kind == "other":
        return _other(reading)
    if not reading.trusted:
        return _quarantined(reading)
    match reading.kind:
        case "claim_opened":
            return _opened(reading, received_at)
        case "return_requested" | "refund_issued":
            return _for_person(reading, UNTRUSTED("information"))
        case _:
            return _told(reading, received_at)


def message_key(reading: Reading) -> str:
    """The mail's Message-ID as claims and the desk remember it: short enough to keep thousands."""
    if len(reading.message_id) <= LONGEST_ID:
        return reading.message_id
    return f"<sha256.{hashlib.sha256(reading.message_id.encode()).hexdigest()}@long.invalid>"


def order_of(reading: Reading) -> str | None:
    """The order that a mail is about, also where only the Message-ID of ours that came back says it."""
    found = ORDER_ID.search(reading.original or "") if reading.original else None
    return reading.order_id or (found[0] if found else None)


def arrival(reading: Reading, received_at: Instant) -> Instant:
    """When a mail came: at its own date, unless that is later than its receipt or far from it."""
    written = reading.date
    if written is None or not 0 <= (received_at - written).total_seconds() <= 7 * 86_400:
        return received_at
    return written


def _other(reading: Reading) -> Route:
    """Newsletters are nobody's business; a mail of the marketplace about an order is a person's."""
    if not reading.trusted or reading.order_id is None:
        return Leave(ours=False)
    return _for_person(
        reading, UNTRUSTED("not_understood", why=reading.reason or "of no known kind")
    )


def _answered(reading: Reading, received_at: Instant) -> Route:
    """A copy of what the seller wrote starts nothing; one that is not believed says nothing."""
    if not reading.trusted or reading.order_id is None:
        return Leave(ours=True)
    at = arrival(reading, received_at)
    return Answered(reading.order_id, at, message_key(reading), reading.text)


def _quarantined(reading: Reading) -> ForPerson:
    why = reading.reason_untrusted or UNTRUSTED("unnamed")
    title = DESK("quarantined", kind=KINDS(reading.kind))
    if reading.order_id:
        title = DESK("quarantined_about", kind=KINDS(reading.kind), order=reading.order_id)
    text = DESK("nothing_started", why=_first(why), about=_about(reading))
    return ForPerson(title, text, trusted=False)


def _for_person(reading: Reading, why: str) -> ForPerson:
    return ForPerson(title_of(reading), DESK("for_person", why=_first(why), about=_about(reading)))


def title_of(reading: Reading, key: str = "about") -> str:
    """What a mail is and of which order, as the title of a task; `key`: and how that order's claim stands."""
    order = order_of(reading) or "unknown"
    return DESK(key, kind=_first(KINDS(reading.kind)), order=order)


def _opened(reading: Reading, received_at: Instant) -> Route:
    at = arrival(reading, received_at)
    due = reading.due if reading.due and reading.due > at else None
    try:
        return Start(_claim(reading, at, due))
    except ValidationError as error:
        why = "; ".join(problems(error)[:5])
        return _for_person(reading, UNTRUSTED("lacking", why=why))


def _claim(reading: Reading, at: Instant, due: Instant | None) -> ClaimFile:
    """The claim as a mail of the marketplace tells of it. Raises ValidationError where it lacks something."""
    claim = Claim(
        order_id=reading.order_id or "",
        marketplace=reading.marketplace or "",
        amount=reading.amount or Decimal(0),
        currency=reading.currency or "",
        notified_at=at,
        response_due=due,
    )
    return ClaimFile(claim=claim)


def _missed(reading: Reading, received_at: Instant) -> ClaimFile | None:
    """The claim whose notice never came: what it was due by is not what the request is due by."""
    try:
        return _claim(reading, arrival(reading, received_at), None)
    except ValidationError:
        return None


def _told(reading: Reading, received_at: Instant) -> Route:
    order_id = order_of(reading)
    if order_id is None:
        return _for_person(reading, UNTRUSTED("no_order"))
    key = message_key(reading)
    match reading.kind:
        case "buyer_message":
            return Tell(order_id, _reply(reading, key, received_at), reading.attachments)
        case "information_request":
            return Tell(
                order_id,
                ev.InformationRequested(
                    at=received_at,
                    message_id=key,
                    due=reading.due,
                    arrived_at=arrival(reading, received_at),
                ),
                start=_missed(reading, received_at),
            )
        case "claim_decision" if reading.status is None:
            return _for_person(reading, UNTRUSTED("no_decision"))
        case "claim_decision":
            return Tell(order_id, _decision(reading, key, received_at))
        case _:
            return Tell(order_id, _bounced(reading, key, received_at))


def _reply(reading: Reading, key: str, received_at: Instant) -> ev.BuyerReplied:
    # A history takes UTF-8 only; half a sign of some other coding becomes a question mark.
    text = reading.text.encode("utf-8", "replace").decode()
    if len(text) > KEPT_TEXT:
        text = text[:KEPT_TEXT] + " […]"
    return ev.BuyerReplied(
        at=received_at,
        message_id=key,
        arrived_at=arrival(reading, received_at),
        language=reading.language,
        text=text,
        intents=reading.intents,
        relay=reading.reply_to if RELAY.match(reading.reply_to or "") else None,
    )


def _decision(reading: Reading, key: str, received_at: Instant) -> ev.MarketplaceDecided:
    assert reading.status is not None, "checked by the caller"
    return ev.MarketplaceDecided(
        at=received_at,
        message_id=key,
        arrived_at=arrival(reading, received_at),
        status=reading.status,
        funded_by=reading.funded_by,
        odr_counts=reading.odr_counts,
    )


def _bounced(reading: Reading, key: str, received_at: Instant) -> ev.MessageBounced:
    original = reading.original
    return ev.MessageBounced(
        at=received_at,
        message_id=key,
        original=original if original and len(original) <= 998 else None,
        opted_out=reading.kind == "buyer_opted_out",
        detail=one_line(reading.text or reading.subject, 500),
    )


def _about(reading: Reading) -> str:
    """Who wrote, when and what, in few words: the whole mail lies in the store."""
    words = one_line(reading.text, EXCERPT)
    known = {
        "sender": one_line(reading.sender or "an unreadable address", 100),
        "subject": repr(one_line(reading.subject, 120)),
        **({"at": instant_text(reading.date)} if reading.date else {}),
        **({"words": words} if words else {}),
    }
    key = "_".join([*(["at"] if reading.date else []), *(["begins"] if words else [])])
    return ABOUT(key or "plain", **known)


def _first(text: str) -> str:
    return text[:1].upper() + text[1:]
