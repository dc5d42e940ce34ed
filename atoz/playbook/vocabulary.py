"""The words for the fixed names that a playbook may use: what people read beside `photos_on_file`."""

from atoz.playbook.model import ConditionName, Intent
from atoz.playbook.said import Sentences

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
condition = Sentences("condition", CONDITION_WORDS)
"""A condition by its name, as a sentence that other tongues know."""

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

DRAWN = Sentences(
    "drawn",
    {
        "skipped_when": "skipped when {condition}",
        "skipped_unless": "skipped unless {condition}",
        "sooner": "sooner when {condition}",
        "approval": "a person approves it {asked}; without a yes in time {then}",
        "always": "always",
        "findings": "when a check finds something",
        "facts_go": "the facts alone go",
        "person": "a person has the claim",
        "waits": "it waits",
        "task": "then a person has the task {task}",
        "after": "{wait} after {step}",
        "right_after": "right after {step}",
        "at": "at {wait}",
        "never": "never",
    },
)
"""What a drawing writes beside a step: the ways that lead off it, and from what it counts."""
