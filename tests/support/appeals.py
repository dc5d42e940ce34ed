"""Claims of every kind, each at a moment when an appeal could be written: samples and made-up ones.

They exist so that what must hold of every composed text is tried on the same claims: the law of
mutation, the checks, the languages, the measure of time.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple, get_args

from atoz.appeal.stage import Stage
from atoz.claims.case import CaseFile
from atoz.claims.claim import Reason
from atoz.harness.script import script_of
from atoz.playbook import acts
from atoz.playbook import events as ev
from atoz.playbook.simulate import simulate
from atoz.playbook.state import CaseState, open_claim
from atoz.service.world import SimulatedWorld
from tests.support.cases import (
    DAY,
    HOUR,
    MINUTE,
    NEVER_SHIPPED,
    PLAYBOOKS,
    Play,
    library,
    templates,
)

CASES = sorted((PLAYBOOKS.parent / "samples" / "cases").glob("*.json"))
WORDS = library().appeal_words
LANGUAGES = sorted(WORDS.books)
REASONS: tuple[Reason, ...] = get_args(Reason)

RICH: dict[str, Any] = {
    "claim": {"buyer_comment": "Hello. The shade is cream, I wanted white. It is 3 cm too small!"},
    "shipment": {
        "signature": "A. Byer",
        "photo": True,
        "buy_shipping": True,
        "address_match": True,
        "last_scan_at": "2026-08-15T17:02:00Z",
        "carrier_notes": "Parcel intact at handover. Left with a neighbour.",
        "weight": "1.24 kg",
        "pick_record": "Picked by hand, checked against the order, 2 of 2 parts.",
        "packing": "Double wall carton, 5 cm of paper on every side.",
    },
    "return": {
        "requested_at": "2026-08-20",
        "authorised_at": "2026-08-21",
        "carrier": "DHL",
        "tracking_number": "00340000000000900199",
        "label_sent_at": "2026-08-21T10:00:00Z",
        "offered_at": "2026-08-20T12:00:00Z",
        "replacement_offered_at": "2026-08-22",
        "domestic_address": True,
        "deductions": [
            {"amount": "5.00", "basis": "The bulb is missing."},
            {"amount": "3.50", "basis": "Scratches on the base, see the photo."},
        ],
    },
    "listing": {"title": "Table lamp, cream", "text": "Shade of cream linen. Height 38 cm."},
    "messages": [
        {
            "at": "2026-08-19T08:00:00Z",
            "from": "buyer",
            "language": "en",
            "text": "It is too dark.",
        },
        {"at": "2026-08-19T15:30:00Z", "from": "seller", "language": "en", "text": "We can help."},
    ],
}
THIN: dict[str, Any] = {
    "claim": {
        "reason": None,
        "order_date": None,
        "ship_by": None,
        "max_estimated_delivery": None,
        "filed_at": None,
        "buyer_comment": None,
    },
    "buyer": None,
    "shipment": None,
}
"""A notice's own values and nothing else."""

IN_TRANSIT: dict[str, Any] = {
    "claim": {"reason": "not_received", "buyer_comment": "Nothing came."},
    "shipment": {
        "status": "in_transit",
        "delivered_at": None,
        "last_scan_at": "2026-08-19T07:10:00Z",
        "carrier_inquiry_at": "2026-08-28",
        "carrier_notes": "Held at the sorting centre.",
    },
}
RETURNED: dict[str, Any] = {
    "claim": {"reason": "refund_wrong_amount"},
    "return": {
        "received_at": "2026-09-01",
        "condition": "box opened",
        "refunded": True,
        "refunded_at": "2026-09-02",
        "refunded_amount": "49.50",
    },
}
BARE: dict[str, Any] = {
    "claim": {"ship_by": None, "max_estimated_delivery": None, "reason": "other"},
    "shipment": {"carrier": None, "signature": True, "photo": "POD-77", "weight": "0.4 kg"},
    "return": {
        "tracking_number": "00340000000000900199",
        "refused_at": "2026-08-23",
        "received_at": "2026-09-01",
        "refunded_at": "2026-09-02",
    },
}
"""Events of which little more than their day is known."""

DECLINED: dict[str, Any] = {
    "claim": {"reason": "return_refused"},
    "return": {"refused_at": "2026-08-23", "refused_because": "Asked for after the 30 days."},
}


class Life(NamedTuple):
    """A claim at a moment (UTC), and which appeal is asked for."""

    state: CaseState
    now: datetime
    stage: Stage | None = None


class _Watching(SimulatedWorld):
    """A world that remembers the claim as it stood when its appeal was first drafted."""

    drafted: Life | None = None

    def perform(self, state: CaseState, do: acts.Do, now: datetime) -> ev.Event:
        """As ever."""
        if isinstance(do, acts.Draft) and self.drafted is None:
            self.drafted = Life(state, now)
        return super().perform(state, do, now)


def _samples() -> Iterator[tuple[str, Life]]:
    """Each sample case when its appeal is drafted, where it is, and at its end."""
    for path in CASES:
        case = CaseFile.model_validate_json(path.read_text("utf-8"))
        world = _Watching(library(), templates(), "Fernlane Goods")
        state = open_claim(f"claim-{case.claim.order_id}", case.claim_file, case.claim.notified_at)
        end = simulate(state, script_of(case, library().phrases), case.operator, world)
        if world.drafted is not None:
            yield f"sample {path.stem}", world.drafted
        yield f"sample {path.stem}, at its end", Life(end.state, end.ended_at, "response")


def _of(play: Play) -> Life:
    return Life(play.state, play.now)


def _reasons() -> Iterator[tuple[str, Life]]:
    """A claim with all that can be known, for every reason."""
    for reason in REASONS:
        play = Play(RICH, {"claim": {"reason": reason}}).to(2 * DAY)
        play.reply("question", text="When do you answer? It broke on day 2.", photos=1)
        play.done("review-photos")
        yield f"rich {reason}", _of(play.to(2 * DAY + 20 * HOUR))


def _plain() -> Iterator[tuple[str, Life]]:
    yield "thin", _of(Play(THIN).to(HOUR))
    yield "silent", _of(Play().to(4 * DAY))
    yield "rich and silent", _of(Play(RICH).to(4 * DAY))
    yield "bare", _of(Play(BARE).to(4 * DAY))
    only_carrier = {"shipment": {"carrier": "UPS", "tracking_number": None}}
    yield "no tracking number", _of(Play(BARE, only_carrier).to(4 * DAY))
    yield "in transit", _of(Play(IN_TRANSIT).to(3 * DAY))
    yield "never shipped", _of(Play(NEVER_SHIPPED).to(2 * DAY))
    yield "returned", _of(Play(RICH, RETURNED).to(2 * DAY))
    unpaid = {"return": {"refunded": False, "refunded_at": None, "refunded_amount": None}}
    yield "returned, not refunded", _of(Play(RICH, RETURNED, unpaid).to(2 * HOUR))
    yield "return declined", _of(Play(RICH, DECLINED).to(2 * DAY))
    yield "japan", _of(Play(RICH, JAPAN).to(5 * DAY))
    yield "part refund", _of(Play().to(2 * DAY).refund("8.50").to(4 * DAY))
    yield (
        "filed late",
        _of(
            Play(
                {"claim": {"order_date": "2026-03-01", "max_estimated_delivery": "2026-03-11"}}
            ).to(DAY)
        ),
    )
    yield (
        "filed early",
        _of(
            Play(
                {"claim": {"order_date": "2026-09-01", "max_estimated_delivery": "2026-09-20"}}
            ).to(DAY)
        ),
    )


JAPAN: dict[str, Any] = {
    "claim": {"marketplace": "JP", "amount": "4980", "currency": "JPY"},
    "buyer": {"language": "ja"},
    "return": {"deductions": []},
}


def _contacts() -> Iterator[tuple[str, Life]]:
    """Messages that came back, answers of many kinds, corrections."""
    play = Play().to(3 * DAY)
    play.take(bounce(play, "request-photos"))
    yield "photo request bounced", _of(play.to(4 * DAY))
    play.take(bounce(play, "deescalate"))
    yield "both messages bounced", _of(play.to(4 * DAY + HOUR))
    yield "help", _of(Play().to(2 * DAY).reply("asks_how_to_withdraw").to(4 * DAY))
    play = Play().to(2 * DAY).reply("question", text="Where is the label?").to(2 * DAY + 5 * HOUR)
    yield "answered by hand", _of(play.done("answer-buyer").to(4 * DAY))
    play = Play().to(HOUR).amend({"shipment": {"carrier": "DHL"}, "claim": {"amount": "40.00"}})
    yield "corrected", _of(play.to(2 * DAY))
    play = Play().to(HOUR).amend({"claim": {"reason": "damaged"}, "shipment": {"packing": "Box."}})
    yield "corrected reason", _of(play.amend({"shipment": {"packing": None}}).to(2 * DAY))
    play = Play().to(2 * DAY).reply(photos=2, text="See two pictures.").to(3 * DAY)
    play.done("review-photos")
    yield "two pictures", _of(play)
    yield "one file each", _of(attach(attach(play, "invoice.pdf"), "label.png"))


NOT_RECEIVED: dict[str, Any] = {
    "claim": {"reason": "not_received", "buyer_comment": "Nothing came to my house."}
}


def _contradictions() -> Iterator[tuple[str, Life]]:
    """A claim that nothing came, and words that the item is there."""
    play = Play(NOT_RECEIVED).to(30 * HOUR)
    play.reply("other", text="Hello. The parcel arrived broken. I want my money.")
    yield "says both", _of(play.to(3 * DAY))
    silent = Play(NOT_RECEIVED, {"claim": {"buyer_comment": None}}).to(30 * HOUR)
    yield "says both, no comment", _of(silent.reply(text="It arrived today."))
    own = {"claim": {"buyer_comment": "It came broken and I want my money."}}
    yield "says both in the claim", _of(Play(NOT_RECEIVED, own).to(30 * HOUR))


def _after_decisions() -> Iterator[tuple[str, Life]]:
    """Decided against the seller, and something new since."""
    play = Play(RICH).to(5 * DAY).decided("granted_seller_funded").to(6 * DAY)
    play.reply(text="It was my neighbour. It works now.").done("read-reply", "helps")
    yield "decided, a reply since that helps", _of(play.to(7 * DAY))
    play = Play(RICH).to(5 * DAY).decided("granted_seller_funded").to(6 * DAY)
    play.reply(text="It is still too dark. You lie.").done("read-reply", "harms")
    play.reply(text="See the two bulbs.", photos=2).done("read-reply-2", "helps")
    play.reply(text="Nobody has read this.", photos=1).reply(
        "says_withdrawn", text="It is withdrawn."
    )
    yield "decided, replies of all kinds", _of(play.to(7 * DAY))
    play = Play(NOT_RECEIVED).to(5 * DAY).decided("granted_seller_funded").to(6 * DAY)
    play.reply("says_received", text="It was with my neighbour.").reply("says_withdrawn")
    newest = play.facts("reply_received")[-1].id
    yield "decided, it was there", _of(play.done("late-withdrawal", f"harms {newest}").to(7 * DAY))
    play = Play().to(5 * DAY).decided("granted_seller_funded").to(6 * DAY)
    play.amend({"shipment": {"signature": "A. Byer", "weight": "1.24 kg"}})
    yield "decided, files since", _of(attach(attach(play, "proof.png"), "invoice.pdf").to(7 * DAY))


def bounce(play: Play, step: str) -> ev.MessageBounced:
    """The notice that a message of ours came back."""
    [sent] = play.facts("message_sent", step)
    original = sent.data["message_id"]
    return ev.MessageBounced(at=play.now, message_id=f"<bounce-{step}>", original=original)


def attach(play: Play, name: str) -> Play:
    """A person adds a file."""
    kind = "image/png" if name.endswith(".png") else "application/pdf"
    file = ev.Attachment(name=name, type=kind, size=1, sha256="a" * 64)
    return play.take(ev.EvidenceAdded(at=play.now + MINUTE, by="approver-1", file=file))


LIVES: dict[str, Life] = dict(
    life
    for lives in (_samples, _reasons, _plain, _contacts, _contradictions, _after_decisions)
    for life in lives()
)
