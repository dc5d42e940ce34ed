"""What came in since the decision, and whether it helps: an appeal needs a new fact, and one that does.

A fact helps where its kind says so (a file or a value that we added, a refund, a buyer who says that he
withdrew, or that the parcel came), or where a person has said so. A buyer's other words and pictures may
speak against us: nothing is told of them until somebody has looked. Source: the domain notes, the appeal
after a decision.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from atoz.appeal.ledger import Ids, number_of
from atoz.claims.facts import Fact
from atoz.claims.status import Status
from atoz.playbook.files import is_of_the_buyer
from atoz.playbook.verdicts import Verdict, verdicts

_COME_IN = frozenset({"evidence_added", "reply_received", "refund_recorded"})
_VALUES = ("claim.", "shipment.", "return.", "listing.", "messages.")
_OWN = frozenset({"claim.status", "claim.response_due"})
"""Values that are no news to the marketplace."""

_HELPFUL_DAYS = frozenset(
    {"claim.order_date", "claim.ship_by", "claim.max_estimated_delivery", "claim.filed_at"}
)
"""Of what the claim says itself only the days: the buyer's reason and words are his."""

_AGAINST = frozenset({"return.received_at"})
"""The item is back with us: what speaks for us is the refund."""

_NOT_RECEIVED = "not_received"
_PLAIN: Sequence[frozenset[str]] = (frozenset({"says_withdrawn"}), frozenset({"says_received"}))


class News(NamedTuple):
    """A fact since the decision. `helps` is None where nobody knows; `because`: what makes it so."""

    fact: Fact
    helps: bool | None
    because: Ids = ()


def decision_of(facts: Iterable[Fact]) -> Fact | None:
    """The newest decision of the marketplace."""
    decided = [f for f in facts if f.kind == "decision_received"]
    real = [f for f in decided if f.data.get("status") != Status.UNDER_REVIEW]
    return real[-1] if real else None


def news(facts: Sequence[Fact]) -> tuple[News, ...]:
    """Everything that came in after the decision, oldest first."""
    decided = decision_of(facts)
    if decided is None:
        return ()
    since, judge = _place(decided), _Judge(facts)
    return tuple(judge.judged(f) for f in facts if _place(f) > since and _came_in(f))


def _place(fact: Fact) -> tuple[datetime, int]:
    """By when it came: what came before the decision is no news, whenever somebody typed it in."""
    return fact.came_at, number_of(fact)


def new_facts(facts: Sequence[Fact]) -> tuple[News, ...]:
    """What came in after the decision and is known to help."""
    return tuple(each for each in news(facts) if each.helps)


def left_out(facts: Sequence[Fact]) -> tuple[News, ...]:
    """What came in after the decision and speaks for the buyer, or may: an appeal is silent about it."""
    return tuple(each for each in news(facts) if not each.helps)


def taken_back(facts: Sequence[Fact]) -> Ids:
    """The verdicts but for which something that is left out would be told."""
    harmful = ((each.fact, each.because[0]) for each in left_out(facts) if each.helps is False)
    return tuple(
        said
        for fact, said in harmful
        if _Judge([f for f in facts if f.id != said]).judged(fact).helps
    )


def without_left_out(facts: Sequence[Fact]) -> tuple[Fact, ...]:
    """The facts without a buyer's words and files that an appeal is silent about."""
    silent = {each.fact.id for each in left_out(facts) if each.fact.kind in _COME_IN}
    return tuple(fact for fact in facts if fact.id not in silent)


def _came_in(fact: Fact) -> bool:
    if fact.kind in _COME_IN:
        return True
    value = fact.kind.startswith(_VALUES) and fact.kind not in _OWN
    return value and fact.data.get("value") is not None


class _Judge:
    """What is known of a claim that says whether a fact helps."""

    def __init__(self, facts: Sequence[Fact]) -> None:
        self._verdicts = verdicts(facts)
        self._mails = {fact.source: fact for fact in facts if fact.kind == "reply_received"}
        reasons = [fact for fact in facts if fact.kind == "claim.reason"]
        self._reason = reasons[-1] if reasons else None

    def judged(self, fact: Fact) -> News:
        """The fact with what is known of it."""
        if fact.kind == "reply_received":
            return self._said(fact, fact) or self._plain(fact)
        if fact.kind == "evidence_added" and is_of_the_buyer(fact):
            mail = self._mails.get(fact.source)
            return (mail and self._said(fact, mail)) or News(fact, None)
        if fact.kind == "evidence_added":
            return News(fact, True)
        return News(fact, True if fact.kind == "refund_recorded" else _helpful_value(fact))

    def _said(self, fact: Fact, mail: Fact) -> News | None:
        """What a person said of a reply; of its files that is said, too."""
        said = self._verdicts.get(mail.id)
        if said is None:
            return None
        verdict: Verdict = said.data["verdict"]
        rests = (said.id,) if fact is mail else (said.id, mail.id)
        return News(fact, verdict == "helps", rests)

    def _plain(self, mail: Fact) -> News:
        """A buyer who withdrew, or has what he claims to miss, and says nothing else that is known."""
        intents = frozenset(mail.data.get("intents", ()))
        if intents not in _PLAIN:
            return News(mail, None)
        if intents == {"says_withdrawn"}:
            return News(mail, True)
        missing = self._reason if self._reason and _is_missing(self._reason) else None
        return News(mail, True, (missing.id,)) if missing else News(mail, None)


def _is_missing(reason: Fact) -> bool:
    return bool(reason.data.get("value") == _NOT_RECEIVED)


def _helpful_value(fact: Fact) -> bool | None:
    """Values that a person added; None for those that are the buyer's, or that deny something."""
    value: Any = fact.data.get("value")
    if fact.kind.startswith("messages."):
        helps = value["from"] == "seller"
    elif fact.kind.startswith("claim."):
        helps = fact.kind in _HELPFUL_DAYS
    elif fact.kind == "shipment.status":
        helps = value == "delivered"
    else:
        helps = value is not False and fact.kind not in _AGAINST
    return helps or None
