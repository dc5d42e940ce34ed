"""Which appeal it is: the answer to a claim, or the appeal after a decision, which says only what is new.

Source: the domain notes, `wrong stage` and `after a decision`: it needs a new fact, and there is one shot.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Literal

from atoz.appeal.ledger import Ids, Said
from atoz.appeal.news import News
from atoz.appeal.telling import Telling
from atoz.claims.facts import Fact
from atoz.claims.status import Status
from atoz.playbook.state import CaseState

Stage = Literal["response", "post_decision"]


def stage_of(state: CaseState) -> Stage:
    """Only a decision against the seller can be appealed; before it the claim is answered."""
    against = state.decided and state.status is Status.GRANTED_SELLER_FUNDED
    return "post_decision" if against else "response"


def decision(
    t: Telling, decided: Fact, new: Sequence[News], key: str, but_for: Ids = ()
) -> Iterator[Said]:
    """A sentence about the decision and how much is new since; `but_for`: without these it were more."""
    grounds = chain.from_iterable(map(_grounds, new))
    n = Said(str(len(new)), tuple(dict.fromkeys((*grounds, *but_for))))
    when = Said(t.ledger.minute(decided.came_at), (decided.id,))
    status = Said(t.book.statuses[Status(decided.data["status"])], (decided.id,))
    yield from t.say(key, order=t.order, decided=when, status=status, n=n)


def in_common(new: Sequence[News]) -> Ids:
    """The facts without any of which nothing would be new."""
    first, *others = map(_grounds, new)
    return tuple(id_ for id_ in first if all(id_ in grounds for grounds in others))


def only_new(told: Iterable[Said], decided: Fact, new: Sequence[News]) -> Iterator[Said]:
    """The sentences that say something new; they are said because it came after the decision."""
    because = {each.fact.id: each.because for each in new}
    for text, facts in told:
        rests = [because[id_] for id_ in facts if id_ in because]
        if rests:
            yield Said(text, tuple(dict.fromkeys((*facts, decided.id, *chain(*rests)))))


def _grounds(new: News) -> Ids:
    return (new.fact.id, *new.because)
