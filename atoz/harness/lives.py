"""The lives of claims that the fuzzer and the rehearsals play: case files, drawn by chance.

What a person would not think of trying: anything at any instant, twice, at the same second, a second
before a step acts; operators who are quick, late, wrong or absent; a world that refuses, loses
answers, wakes late and takes its time.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import TypeAdapter

from atoz.claims import case as cs
from atoz.claims.policy import Policy
from atoz.claims.status import Status
from atoz.playbook.conditions import applies
from atoz.playbook.model import INTENTS, Playbook
from atoz.playbook.state import open_claim

Document = dict[str, Any]
_EVENTS: TypeAdapter[tuple[cs.CaseEvent, ...]] = TypeAdapter(tuple[cs.CaseEvent, ...])

_BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
_YEAR = 365 * 86_400
_DAY = timedelta(days=1)
_SHIPMENTS: tuple[Document, ...] = (
    {"status": "delivered", "carrier": "UPS", "tracking_number": "1Z1", "signature": "M. LEE"},
    {"status": "delivered", "carrier": "UPS", "tracking_number": "1Z1"},
    {"status": "in_transit", "carrier": "UPS", "tracking_number": "1Z1"},
    {"status": "never_shipped"},
    {"status": "returned", "carrier": "UPS", "tracking_number": "1Z1"},
)
_REASONS = ("not_received", "not_as_described", "damaged", "return_not_refunded", "other")
_STATUSES = tuple(each.value for each in Status)
_SENDS = ("sent", "sent", "sent", "refused", "refused_for_now", "blocked", "unknown")
_HAND_INS = ("sent", "sent", "refused", "refused_for_now", "unknown")
_CHANNELS = ("operator", "operator", "operator", "email", "webhook")
_LATE = tuple(timedelta(minutes=minutes) for minutes in (0, 0, 0, 1, 30, 240))
_SLOW = tuple(timedelta(minutes=minutes) for minutes in (0, 0, 0, 0, 1, 20))
_TASKS: tuple[tuple[str, str | None], ...] = (
    ("answer-buyer", None),
    ("answer-information", "R-1"),
    ("handle-claim", "R-2"),
    ("late-step", "send"),
    ("late-step", "skip"),
    ("message-refused", None),
    ("post-decision-appeal", "R-3"),
    ("read-reply", None),
    ("review-reopened", "R-4"),
    ("settle-send", "not-sent"),
    ("settle-send", "sent"),
    ("submit-appeal", "R-5"),
)
_FLOODED = 1 / 800
"""How many lives have a flood: one costs as much as twenty or thirty others."""
_MAILS, _LETTERS = (40, 200, 700), (20, 2_000, 100_000)
_DUE = (None, None, timedelta(0), timedelta(hours=5), timedelta(days=3))
"""Of a flood of information requests; else it is the buyer who writes."""
_APART = tuple(timedelta(seconds=seconds) for seconds in (0, 1, 60, 900))
_AFTERWARDS = timedelta(days=22)
"""How long after its limit a claim without a decision is played: the first two looks for one."""
_TO_THE_ARCHIVE = timedelta(days=75)
"""Within this time a decided claim is over: an appeal window, then the aftercare."""


class Lives:
    """Where the lives of one playbook's claims come from.

    `edges`: things happen also at the same second, and a second before, at and after an instant that
    means something. In reality, where work takes seconds, such things come out either way.
    `floods`: now and then a buyer writes hundreds of mails.
    """

    def __init__(
        self,
        playbook: Playbook,
        policies: Mapping[str, Policy],
        *,
        edges: bool = True,
        floods: bool = False,
    ) -> None:
        named = playbook.applies.marketplaces
        self._known = [p for name, p in policies.items() if named is None or name in named]
        self._playbook = playbook
        self._limit = playbook.limit
        self._landmarks = [timedelta(0), self._limit - playbook.margin, self._limit]
        self._landmarks += [step.at for step in playbook.steps if step.at is not None]
        self._edges, self._floods = edges, floods
        skip = _doing("skip", step=[step.id for step in playbook.steps])
        self._happenings = (*_HAPPENINGS, skip)
        self._bases = {policy.marketplace: self._fitting(policy) for policy in self._known}

    def drawn(
        self,
        chance: random.Random,
        order_id: str = "111-0000102-0000102",
        limit: timedelta | None = None,
    ) -> cs.CaseFile:
        """A life by chance: a claim that the playbook applies to, in one of its marketplaces.

        `limit` is how long the notice gives, else the playbook's own limit.
        """
        base = chance.choice(self._bases[chance.choice(self._known).marketplace])
        arrives = _BEGINNING + timedelta(seconds=chance.randrange(_YEAR))
        events = _EVENTS.validate_python(self._events(chance, arrives))
        decided = any(isinstance(event, cs.DecisionEvent) for event in events)
        until = _TO_THE_ARCHIVE if decided else self._limit + _AFTERWARDS
        noticed = {
            "order_id": order_id,
            "notified_at": arrives,
            "response_due": arrives + (limit or self._limit),
        }
        # Each part is whole by itself: validated once, not once more for every claim.
        parts = {
            "claim": base.claim.model_copy(update=noticed),
            "operator": self._persona(chance),
            "world": _troubles(chance, until),
        }
        if self._floods and chance.random() < _FLOODED:
            events = (*events, self._flood(chance, arrives))
        return base.model_copy(update={**parts, "events": events})

    def _fitting(self, policy: Policy) -> list[cs.CaseFile]:
        """The claims of a marketplace that the playbook applies to; any where it applies to none."""
        every = [_base(policy, reason, item) for reason in _REASONS for item in _SHIPMENTS]
        fitting = [base for base in every if self._applies(base)]
        return fitting or every

    def _applies(self, base: cs.CaseFile) -> bool:
        return applies(self._playbook.applies, open_claim("claim-fuzz", base, _BEGINNING))

    def _persona(self, chance: random.Random) -> Document:
        lead = int(self._playbook.operator_lead.total_seconds())
        return {
            duty: timedelta(seconds=chance.randrange(lead + 1))
            for duty in ("approve", "submit_appeal")
            if chance.random() < 0.7
        }

    # What happens -------------------------------------------------------------------------

    def _events(self, chance: random.Random, arrives: datetime) -> list[Document]:
        events: list[Document] = []
        for number in range(chance.randrange(7)):
            at = self._instant(chance, arrives, events)
            draw = chance.choice(self._happenings)
            event = {"at": at, **draw(chance, _name(chance, number), at)}
            events.append({**event, **_told_late(event)})
        if chance.random() < 0.7:
            at = arrives + self._limit + chance.random() * 3 * _DAY
            events.append({"at": at, **_decided(chance, "<decision@fuzz.invalid>", at)})
        return events

    def _flood(self, chance: random.Random, arrives: datetime) -> cs.FloodEvent:
        return cs.FloodEvent(
            type="flood",
            at=self._instant(chance, arrives, ()),
            message_id="<flood@fuzz.invalid>",
            mails=chance.choice(_MAILS),
            letters=chance.choice(_LETTERS),
            every=chance.choice(_APART),
            same=chance.random() < 0.2,
            due=chance.choice(_DUE),
            language="en",
            intents=(chance.choice(INTENTS),),
        )

    def _instant(
        self, chance: random.Random, arrives: datetime, before: Sequence[Document]
    ) -> datetime:
        """Mostly any; now and then beside an instant that means something, or the last one again."""
        lot = chance.random()
        if lot < 0.15 and before and self._edges:
            last: datetime = before[-1]["at"]
            return last
        if lot < 0.3 and self._edges:
            beside = timedelta(seconds=chance.choice((-1, 0, 1)))
            return max(arrives, arrives + chance.choice(self._landmarks) + beside)
        return arrives + chance.random() * (self._limit + 3 * _DAY)


def _base(policy: Policy, reason: str, shipment: Document) -> cs.CaseFile:
    claim = {
        "order_id": "111-0000102-0000102",
        "marketplace": policy.marketplace,
        "reason": reason,
        "amount": "58",
        "currency": policy.currency,
        "order_date": "2025-12-01",
        "notified_at": _BEGINNING,
    }
    returned = reason == "return_not_refunded"
    document = {
        "claim": claim,
        "buyer": {"relay": "b@marketplace.example", "language": policy.language},
        "shipment": shipment,
        "return": {"received_at": "2026-01-01"} if returned else None,
    }
    return cs.CaseFile.model_validate(document)


def _troubles(chance: random.Random, until: timedelta) -> cs.Troubles:
    return cs.Troubles.model_validate(
        {
            "channel": chance.choice(_CHANNELS),
            "sends": chance.choices(_SENDS, k=6),
            "hand_ins": chance.choices(_HAND_INS, k=3),
            "findings": [chance.random() < 0.3 for _ in range(4)],
            "notices": [chance.random() < 0.9 for _ in range(4)],
            "late": chance.choices(_LATE, k=chance.randrange(9)),
            "slow": chance.choices(_SLOW, k=chance.randrange(9)),
            "until": until,
        }
    )


def _name(chance: random.Random, number: int) -> str:
    """A Message-ID, or what a key is made of; now and then that of the first thing that happened."""
    return f"<{chance.choice((number, number, 0))}@fuzz.invalid>"


# The kinds of things that happen, each drawn by itself -------------------------------------------


def _replied(chance: random.Random, name: str, _: datetime) -> Document:
    photo = {"name": "a.jpg", "type": "image/jpeg", "bytes": 1_000}
    intents = chance.sample(INTENTS, chance.randrange(1, 3))
    return {
        "type": "buyer_reply",
        "message_id": name,
        "language": "en",
        "text": " ".join(_WORDS[intent] for intent in intents),
        "intents": intents,
        "attachments": [photo] * ("photos" in intents),
    }


_WORDS = {
    "photos": "See the pictures.",
    "says_withdrawn": "I have withdrawn the claim.",
    "asks_how_to_withdraw": "How do I cancel the claim?",
    "says_received": "It has arrived now.",
    "wants_refund": "I want my money back.",
    "stop_contact": "Stop contacting me.",
    "question": "When will it come?",
    "hostile": "You are thieves.",
    "other": "Hello.",
}


def _told_late(event: Document) -> Document:
    """Now and then what others say came hours or days before, even before the claim.

    Drawn for itself: the lives of a seed stay as they are but for this.
    """
    if event["type"] not in _COMES:
        return {}
    lot = random.Random(f"{event['at']} {event['message_id']}")  # noqa: S311 - a game
    before = timedelta(hours=lot.choice((1, 20, 60, 200)))
    return {"arrived_at": event["at"] - before} if lot.random() < _LATELY else {}


_COMES = frozenset({"buyer_reply", "information_request", "decision"})
_LATELY = 1 / 6


def _told_again(_: random.Random, name: str, __: datetime) -> Document:
    return {"type": "duplicate_notice", "message_id": name}


def _asked(chance: random.Random, name: str, at: datetime) -> Document:
    due = chance.choice((None, at + 2 * _DAY, at + timedelta(hours=5)))
    return {"type": "information_request", "message_id": name, "due": due}


def _decided(chance: random.Random, name: str, _: datetime) -> Document:
    return {"type": "decision", "message_id": name, "status": chance.choice(_STATUSES)}


def _bounced(chance: random.Random, name: str, _: datetime) -> Document:
    return {"type": "bounce", "message_id": name, "opted_out": chance.random() < 0.5}


def _doing(do: str, **more: Sequence[Any]) -> Callable[[random.Random, str, datetime], Document]:
    """A person's act; each of its values is one of those given."""

    def draw(chance: random.Random, name: str, _: datetime) -> Document:
        values = {key: chance.choice(choices) for key, choices in more.items()}
        return {"type": "operator", "do": do, "key": f"act-{name}", **values}

    return draw


def _done(chance: random.Random, name: str, _: datetime) -> Document:
    task, receipt = chance.choice(_TASKS)
    return {
        "type": "operator",
        "do": "done",
        "key": f"act-{name}",
        "task": task,
        "receipt": receipt,
    }


def _due_set(chance: random.Random, name: str, at: datetime) -> Document:
    clock = chance.choice(("response", "response", "information_request", "buyer_reply"))
    due = at + timedelta(hours=chance.choice((1, 5, 30, 80)))
    return {"type": "operator", "do": "due", "key": f"act-{name}", "clock": clock, "due": due}


def _amended(chance: random.Random, name: str, at: datetime) -> Document:
    later = (at + timedelta(hours=chance.choice((3, 30, 100)))).isoformat()
    values = chance.choice(
        (
            {"claim": {"reason": chance.choice(_REASONS)}},
            {"claim": {"amount": "10.00"}},
            {"claim": {"response_due": later}},
            {"shipment": {"status": "returned"}},
            {"shipment": {"status": "delivered", "signature": "M. LEE"}},
        )
    )
    return {"type": "operator", "do": "amend", "key": f"act-{name}", "values": values}


_EVIDENCE = {"name": "scan.pdf", "type": "application/pdf", "bytes": 1_000}
_HAPPENINGS = (
    *[_replied] * 7,
    _told_again,
    _asked,
    _decided,
    _bounced,
    *[_done] * 3,
    _due_set,
    _amended,
    _doing("refunded", amount=("8", "58")),
    _doing("pause"),
    *[_doing("resume")] * 2,
    *[_doing("approve")] * 2,
    _doing("reject"),
    _doing("edit", text=("Short.", "My own words about this order. " * 20)),
    _doing("add_evidence", file=(_EVIDENCE,)),
)
