"""The words for the fixed names that a playbook may use: what people read beside `photos_on_file`."""

from atoz.playbook.model import ConditionName, Intent

CONDITION_WORDS: dict[ConditionName, str] = {
    "buyer_answered": "the buyer answered with substance since the step before, or photos are on file",
    "buy_shipping": "the postage was bought from the marketplace",
    "delivered": "the shipment is delivered",
    "delivery_photo_on_file": "the carrier has a photo of the delivery",
    "messages_stopped": "the buyer wants no more messages",
    "never_shipped": "the order was never shipped",
    "photos_on_file": "photos of the buyer are on file",
    "reason_not_received": "the claim says that the item was not received",
    "refunded": "the order was refunded in full",
    "returned_not_refunded": "the item came back and was not refunded",
    "signature_on_file": "the carrier has a signature",
}
INTENT_WORDS: dict[Intent, str] = {
    "photos": "photos came with it",
    "says_withdrawn": "says that the claim is withdrawn",
    "asks_how_to_withdraw": "asks how to withdraw the claim",
    "says_received": "says that the item has arrived",
    "wants_refund": "wants the money back",
    "stop_contact": "wants no more messages",
    "question": "asks something",
    "hostile": "is hostile",
    "other": "anything else",
}
