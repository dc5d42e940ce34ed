"""What stands behind an exhibit that is no file: the values that our records hold of it. Pure.

A tracking record shows the parcel's whole way; another proof shows itself and the parcel that it is of.
"""

from collections.abc import Sequence

from atoz.appeal.ledger import Ledger
from atoz.claims.facts import Fact
from atoz.playbook.parts import Sentence

_OF = ("carrier", "tracking_number")
_SCANS = ("shipped_at", "first_scan_at", "last_scan_at", "delivered_at")
_SHIPMENT = tuple(f"shipment.{each}" for each in (*_OF, *_SCANS))
_RETURN = tuple(f"return.{each}" for each in (*_OF, "received_at"))
_PROOFS = ("signature", "photo", "buy_shipping", "address_match")
_SHOWN = {
    "shipment.tracking_number": _SHIPMENT,
    "return.tracking_number": _RETURN,
    **{
        f"shipment.{each}": (f"shipment.{each}", *_SHIPMENT[:2], "shipment.delivered_at")
        for each in _PROOFS
    },
}
"""What is shown of a record, by the fact that makes it an exhibit (`atoz/appeal/parts/evidence.py`)."""


def record_of(sentence: Sentence, known: Sequence[Fact]) -> list[Fact]:
    """The facts of the record that this sentence names; none where it may name a file that is not here."""
    kinds = {fact.id: fact.kind for fact in known}
    cited = [kinds.get(each) for each in sentence.facts]
    if None in cited:
        return []
    # The number of an exhibit rests on the exhibits before it: its own fact is the last.
    own = next((kind for kind in reversed(cited) if kind in _SHOWN), None)
    ledger = Ledger(known, "UTC")
    held = [ledger.held(kind) for kind in _SHOWN[own]] if own else []
    return [fact for fact in held if fact is not None]
