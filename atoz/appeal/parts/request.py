"""The exact request: what the marketplace shall do with this claim."""

from collections.abc import Iterator

from atoz.appeal.ledger import Ids, Said
from atoz.appeal.telling import Telling


def request(t: Telling) -> Iterator[Said]:
    """Not to charge us; only to decide on the facts where they do not speak for us alone."""
    amount, order = t.money("claim.amount"), t.order
    against = _against(t)
    if against:
        yield from t.say("request_to_decide", order=order, rests=alone(against))
        return
    rests = alone(_refunds(t)) if t.ledger.held("return.received_at") else ()
    yield from t.say("request", "request_of_order", amount=amount, order=order, rests=rests)


def alone(facts: Ids) -> Ids:
    """The one fact but for which it would be said otherwise: of several, none is it."""
    return facts if len(facts) == 1 else ()


def _against(t: Telling) -> Ids:
    """The facts that speak against us: never shipped, or back with us and not refunded."""
    shipment, back = t.ledger.held("shipment.status"), t.ledger.held("return.received_at")
    never = shipment if shipment and shipment.data["value"] == "never_shipped" else None
    unpaid = back if back and not _refunds(t) else None
    return tuple(fact.id for fact in (never, unpaid) if fact is not None)


def _refunds(t: Telling) -> Ids:
    """The facts that say that a return was refunded."""
    said = [t.ledger.held(path) for path in ("return.refunded", "return.refunded_at")]
    recorded = t.ledger.all("refund_recorded")
    return tuple(fact.id for fact in (*said, *recorded) if fact and fact.data.get("value", True))
