"""How each step of a claim stands, in one word of few: what a drawing colours and a page marks.

The word comes from the answer of `why`, so that a picture never says other than the words beside it.
"""

from datetime import datetime
from typing import Any, Literal, NamedTuple

from atoz.playbook.foresee import acts_next
from atoz.playbook.state import CaseState
from atoz.playbook.why import why_all

Stands = Literal["done", "left", "drop", "now", "next", "held", "bad", "over", "later"]
"""Done; left out; to be left out; with a person now; next; held or paused; did not arrive; not
reached any more; to come."""

_VERDICTS: dict[str, Stands] = {
    "done": "done",
    "skipped": "left",
    "overtaken": "left",
    "will_be_skipped": "drop",
    "with_a_person": "now",
    "awaits_approval": "now",
    "handed_over": "now",
    "incomplete": "now",
    "held": "held",
    "paused": "held",
    "refused": "bad",
    "unknown": "bad",
    "after_decision": "over",
    "refunded": "over",
}


class Standing(NamedTuple):
    """A step: its id, how it stands, and the whole answer of `why`."""

    id: str
    stands: Stands
    answer: dict[str, Any]


def standing(state: CaseState, now: datetime) -> list[Standing]:
    """Every step in the playbook's order, as of `now` (UTC); none before a playbook is chosen.

    The one that acts next is `next` where nothing stops it.
    """
    acting = acts_next(state, now)
    found = []
    for answer in why_all(state, now):
        coming: Stands = "next" if acting and acting.step == answer["step"] else "later"
        found.append(Standing(answer["step"], _VERDICTS.get(answer["verdict"], coming), answer))
    return found
