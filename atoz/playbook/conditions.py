"""The fixed vocabulary of conditions over facts. A playbook names them, nothing else.

Each takes the state and the step that asks (some look at what happened since its predecessor).
"""

from collections.abc import Callable

from atoz.claims.claim import ClaimFile
from atoz.playbook.model import Applies, ConditionName, Step
from atoz.playbook.state import CaseState

Condition = Callable[[CaseState, Step | None], bool]


def _buyer_answered(state: CaseState, step: Step | None) -> bool:
    """Photos are on file, or a reply with substance came after the step's predecessor."""
    if state.photos:
        return True
    since = state.run(step.after).done_at if step and step.after else None
    return state.last_answer_at is not None and (since is None or state.last_answer_at >= since)


def _shipped_as(status: str) -> Condition:
    return lambda state, _: bool(state.file.shipment and state.file.shipment.status == status)


def _returned_not_refunded(state: CaseState, _: Step | None) -> bool:
    """The item is back (a return scan, or the shipment itself came back) and no refund is known."""
    file = state.file
    came_back = file.shipment is not None and file.shipment.status == "returned"
    scanned = file.return_ is not None and file.return_.received_at is not None
    refunded = file.return_ is not None and bool(file.return_.refunded)
    return (came_back or scanned) and not refunded and state.refunded_at is None


CONDITIONS: dict[ConditionName, Condition] = {
    "buyer_answered": _buyer_answered,
    "buy_shipping": lambda s, _: bool(s.file.shipment and s.file.shipment.buy_shipping),
    "delivered": _shipped_as("delivered"),
    "delivery_photo_on_file": lambda s, _: bool(s.file.shipment and s.file.shipment.photo),
    "messages_stopped": lambda s, _: s.messages_stopped,
    "never_shipped": _shipped_as("never_shipped"),
    "photos_on_file": lambda s, _: s.photos > 0,
    "reason_not_received": lambda s, _: s.file.claim.reason == "not_received",
    "refunded": lambda s, _: s.refunded_at is not None,
    "returned_not_refunded": _returned_not_refunded,
    "signature_on_file": lambda s, _: bool(s.file.shipment and s.file.shipment.signature),
}


def holds(name: ConditionName, state: CaseState, step: Step | None = None) -> bool:
    """Whether the named condition holds now."""
    return CONDITIONS[name](state, step)


def applies(rule: Applies, state: CaseState) -> bool:
    """Whether a playbook with this rule applies to the claim. Unknown values match only `any`."""
    claim, shipment = state.file.claim, state.file.shipment
    return (
        (rule.reasons is None or claim.reason in rule.reasons)
        and (rule.shipment is None or (shipment is not None and shipment.status in rule.shipment))
        and (rule.marketplaces is None or claim.marketplace in rule.marketplaces)
        and (rule.any_of is None or any(holds(name, state) for name in rule.any_of))
    )


def claims_protected(file: ClaimFile) -> bool:
    """Whether the marketplace is likely to pay on its own: `not_received` with proof of delivery.

    Source: the domain notes' strongest case; there the product warns before a refund.
    """
    shipment = file.shipment
    return file.claim.reason == "not_received" and bool(
        shipment
        and shipment.status == "delivered"
        and (shipment.buy_shipping or shipment.signature or shipment.photo)
    )
