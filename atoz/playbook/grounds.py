"""On which facts a condition rests: what `why` names where a condition skips a step or ends a wait."""

from collections.abc import Callable, Sequence

from atoz.claims.facts import Fact
from atoz.playbook.model import ConditionName
from atoz.playbook.state import CaseState

Rests = Callable[[Fact], bool]


def grounds(name: ConditionName, state: CaseState) -> list[str]:
    """The ids of the newest facts that a condition rests on, one for each kind of them.

    None where the claim carries them no more: old ones lie in the archive.
    """
    found = (_newest(state.facts, rests) for rests in _RESTS[name])
    return sorted({fact.id for fact in found if fact}, key=lambda known: int(known[1:]))


def newest(state: CaseState, *kinds: str, step: str | None = None) -> Fact | None:
    """The newest fact of these kinds, of one step where it is named."""
    return _newest(state.facts, lambda fact: fact.kind in kinds and step in (None, fact.step))


def _newest(facts: Sequence[Fact], rests: Rests) -> Fact | None:
    return next((fact for fact in reversed(facts) if rests(fact)), None)


def _value(path: str) -> Rests:
    return lambda fact: fact.kind == path


def _is_photo(fact: Fact) -> bool:
    return fact.kind == "evidence_added" and str(fact.data.get("type", "")).startswith("image/")


def _stops(fact: Fact) -> bool:
    asked = fact.kind == "reply_received" and "stop_contact" in fact.data.get("intents", ())
    return asked or fact.data.get("outcome") == "opted_out"


_RESTS: dict[ConditionName, tuple[Rests, ...]] = {
    "buyer_answered": (_value("reply_received"),),
    "buy_shipping": (_value("shipment.buy_shipping"),),
    "delivered": (_value("shipment.status"),),
    "delivery_photo_on_file": (_value("shipment.photo"),),
    "messages_stopped": (_stops,),
    "never_shipped": (_value("shipment.status"),),
    "photos_on_file": (_is_photo,),
    "reason_not_received": (_value("claim.reason"),),
    "refunded": (_value("refund_recorded"),),
    "returned_not_refunded": (_value("shipment.status"), _value("return.received_at")),
    "signature_on_file": (_value("shipment.signature"),),
}
