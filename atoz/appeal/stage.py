"""Which appeal it is: the answer to a claim, or the appeal after a decision, which says only what is new.

Source: the domain notes, `wrong stage` and `after a decision`: it needs a new fact, and there is one shot.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from atoz.appeal.ledger import Said, number_of
from atoz.appeal.telling import Telling
from atoz.claims.facts import Fact
from atoz.claims.status import Status
from atoz.playbook.state import CaseState

Stage = Literal["response", "post_decision"]

_NEW = frozenset({"evidence_added", "reply_received", "refund_recorded"})
_NEW_VALUES = ("claim.", "shipment.", "return.", "listing.", "messages.")
_OWN = frozenset({"claim.status", "claim.response_due"})
"""Values that are no news to the marketplace."""


def stage_of(state: CaseState) -> Stage:
    """Only a decision against the seller can be appealed; before it the claim is answered."""
    against = state.decided and state.status is Status.GRANTED_SELLER_FUNDED
    return "post_decision" if against else "response"


def decision_of(facts: Iterable[Fact]) -> Fact | None:
    """The newest decision of the marketplace."""
    decided = [f for f in facts if f.kind == "decision_received"]
    real = [f for f in decided if f.data.get("status") != Status.UNDER_REVIEW]
    return real[-1] if real else None


def new_facts(facts: Sequence[Fact]) -> tuple[Fact, ...]:
    """What came in after the decision and can be said: words, files, refunds, values."""
    decided = decision_of(facts)
    if decided is None:
        return ()
    since = number_of(decided)
    return tuple(fact for fact in facts if number_of(fact) > since and _is_news(fact))


def _is_news(fact: Fact) -> bool:
    if fact.kind in _NEW:
        return True
    value = fact.kind.startswith(_NEW_VALUES) and fact.kind not in _OWN
    return value and fact.data.get("value") is not None


def decision(t: Telling, decided: Fact, new: Sequence[Fact], key: str) -> Iterator[Said]:
    """A sentence about the decision and how much is new since."""
    n = Said(str(len(new)), tuple(fact.id for fact in new))
    when = Said(t.ledger.minute(decided.at), (decided.id,))
    status = Said(t.book.statuses[Status(decided.data["status"])], (decided.id,))
    yield from t.say(key, order=t.order, decided=when, status=status, n=n)


def only_new(told: Iterable[Said], decided: Fact, new: Sequence[Fact]) -> Iterator[Said]:
    """The sentences that say something new; they are said because it came after the decision."""
    ids = {fact.id for fact in new}
    for text, facts in told:
        if ids.intersection(facts):
            yield Said(text, tuple(dict.fromkeys((*facts, decided.id))))
