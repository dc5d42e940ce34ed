"""The titles of the playbooks and cases that come with the program, so that the board can translate them.

A title is known by its words: a seller's own, or one that a seller changed, is shown as it was written.
"""

from atoz.playbook.said import Sentences

TITLES = Sentences(
    "shipped",
    {
        # Playbooks, by their names.
        "delivered-proof": "Delivered with proof",
        "documented": "The documented playbook",
        "hand-over": "Hand over to a person",
        "refund-first": "Refund first",
        "short-limit": "Short limit",
        # Cases, by their names.
        "buyer-silent": "Buyer never answers",
        "decided-on-day-two": "Amazon decides on day 2, before the second mail",
        "german-48-hours": "Buyer answers in German and will not send pictures",
        "never-shipped": "Never shipped: refund at once",
        "photos-on-day-two": "Buyer sends photos on day 2",
        "returned-not-refunded": "Item already returned, refund not issued",
        "withdraws-after-first-mail": "Buyer withdraws after the first mail",
    },
)
