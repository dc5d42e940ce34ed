"""Whether the claim was filed within its window, as arithmetic that anybody can check.

Claims outside it are opened all the same, so this is an argument and never a reason not to answer.
Source: the marketplace's policy, which holds both readings of the window's beginning.
"""

from collections.abc import Iterator
from datetime import timedelta

from atoz.appeal.ledger import Said
from atoz.appeal.telling import Telling

_DAY = timedelta(days=1)


def filing(t: Telling) -> Iterator[Said]:
    """Said only of a claim that was filed too late or too early."""
    filed, latest = t.day("claim.filed_at"), t.day("claim.max_estimated_delivery")
    if filed is not None and latest is not None:
        yield from _late(t, filed, latest)
        yield from _early(t, filed, latest)


def _late(t: Telling, filed: Said, latest: Said) -> Iterator[Said]:
    window = t.policy.filing_window
    closed = window.closes(t.ledger.day(latest.text))
    days = (t.ledger.day(filed.text) - closed).days
    if days > 0:
        both = (*filed.facts, *latest.facts)
        yield from t.say(
            "filed_late",
            filed=filed,
            n=Said(str(days), both),
            closed=Said(closed.isoformat(), latest.facts),
            latest=latest,
            span=Said(str(window.closes_after_latest_delivery // _DAY)),
        )


def _early(t: Telling, filed: Said, latest: Said) -> Iterator[Said]:
    """Before the earlier of the two days on which a window may open."""
    window, ordered = t.policy.filing_window, t.day("claim.order_date")
    if ordered is None:
        return
    opens = window.opens(t.ledger.day(ordered.text), t.ledger.day(latest.text))
    if t.ledger.day(filed.text) < opens:
        yield from t.say(
            "filed_early",
            filed=filed,
            opens=Said(opens.isoformat(), (*latest.facts, *ordered.facts)),
            latest=latest,
            delivery_days=Said(str(window.opens_after_latest_delivery // _DAY)),
            ordered=ordered,
            order_days=Said(str(window.opens_after_order // _DAY)),
        )
