"""Why something stands on the agenda: a key and what belongs to it, put into words only where somebody asks.

The engine makes an agenda for every decision, so a reason costs it no more than a tuple.
"""

from atoz.playbook.said import Sentences

Reason = tuple[str, ...]
"""A key of `REASONS`, then its values in the order in which English names them."""

REASONS = Sentences(
    "agenda",
    {
        "arrived": "the claim has just arrived",
        "clock": "clock {clock} runs out",
        "told": "operators are told",
        "warning": "warning {hours} h before {clock}",
        "aftercare": "aftercare ends",
        "closes": "the claim closes",
        "no_decision": "no decision yet",
        "incomplete": "still incomplete",
        "stopped": "the buyer wants no more messages",
        "asked": "the buyer asked ({fact})",
        "skipped": "skipped: {skipped}",
        "late": "late",
        "due": "{step} is due",
        "written": "the appeal is written",
        "goes": "the appeal goes",
        "approval": "approval is needed",
        "approval_ends": "time to approve ends",
        "unapproved": "nobody approved: the facts alone go",
        "nothing": "nothing is planned",
    },
)
