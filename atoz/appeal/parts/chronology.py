"""What happened, dated, in the order of the dates: the order, the parcel, a return, the messages."""

from collections.abc import Iterator

from atoz.appeal.ledger import Said
from atoz.appeal.parts.contact import contact
from atoz.appeal.telling import Line, Telling
from atoz.claims.facts import Fact

Lines = Iterator[Line]


def chronology(t: Telling) -> Iterator[Said]:
    """One line for each event, as the claim file and the facts since hold it."""
    lines = [line for part in (_order, _parcel, _return, contact) for line in part(t)]
    yield from (line.said for line in sorted(lines, key=lambda line: line.when))


def _order(t: Telling) -> Lines:
    yield from t.line("ordered", when=t.when("claim.order_date"))
    yield from t.line("notified", when=t.when("claim.notified_at"))


def _parcel(t: Telling) -> Lines:
    """The last scan counts only while there is no delivery."""
    yield from t.line(
        "shipped",
        "shipped_with",
        "shipped_only",
        when=t.when("shipment.shipped_at"),
        carrier=t.text("shipment.carrier"),
        tracking=t.text("shipment.tracking_number"),
    )
    scan, promised = t.when("shipment.first_scan_at"), t.when("claim.ship_by")
    yield from t.line("first_scan", "first_scan_only", when=scan, by=promised)
    delivered, latest = t.when("shipment.delivered_at"), t.when("claim.max_estimated_delivery")
    if delivered is None:
        yield from t.line("last_scan", when=t.when("shipment.last_scan_at"))
    yield from t.line("inquiry", when=t.when("shipment.carrier_inquiry_at"))
    yield from t.line("delivered", "delivered_only", when=delivered, latest=latest)


def _return(t: Telling) -> Lines:
    yield from t.line("return_requested", when=t.when("return.requested_at"))
    yield from t.line("return_authorised", when=t.when("return.authorised_at"))
    yield from t.line("return_label", when=t.when("return.label_sent_at"))
    yield from t.line(
        "return_declined",
        "return_declined_only",
        when=t.when("return.refused_at"),
        text=t.quote(t.ledger.held("return.refused_because")),
    )
    yield from t.line(
        "return_arrived",
        "return_arrived_only",
        when=t.when("return.received_at"),
        text=t.quote(t.ledger.held("return.condition")),
    )
    refunded, amount = t.when("return.refunded_at"), t.money("return.refunded_amount")
    yield from t.line("return_refunded", "return_refunded_only", when=refunded, amount=amount)
    for fact in t.ledger.all("refund_recorded"):
        yield from t.line("refunded", when=t.at(fact), amount=_refund(fact))


def _refund(fact: Fact) -> Said:
    return Said(str(fact.data["amount"]), (fact.id,))
