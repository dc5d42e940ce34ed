"""Why an act of a person is refused, in English: it comes back from the claim as text, read by its words."""

from atoz.playbook.said import Sentences
from atoz.playbook.stored import RESULTS
from atoz.playbook.tasks import ASKS

CLOSED = Sentences(
    "closed",
    {
        "done": "{task} is done already; open tasks: {tasks}",
        "closed": "{task} is closed: {result}; open tasks: {tasks}",
        "unknown": "{task} is not a task of this claim; open tasks: {tasks}",
    },
    within={"result": RESULTS},
)
"""Why a task can be done no more."""

REFUSED = Sentences(
    "refused",
    {
        "and": "{first}, {second}",
        "posted": "{closed}; if you posted that very packet, give its --receipt",
        "approve-appeal": "{task} is not done by hand: use approve, reject or edit",
        "rewrite-appeal": "{task} is not done by hand: use edit with the new text",
        "complete-claim": "{task} is not done by hand: use amend with the missing values",
        "receipt": "{task} needs --receipt: {asks}",
        "choice": "{task} takes the receipt {words}",
        "no_approval": "{task} asks for no approval",
        "no_text": "{task} has no text to edit",
        "about_nothing": "{task} is about no fact, not about {facts}",
        "about_others": "{task} is about {asked}, not about {facts}",
        "stale": (
            "the digest {read} is stale: the text is now revision {revision} with digest {digest}; read "
            "it (`atoz status {order}`) and {then}"
        ),
        "two_people": "{name} wrote this text: here two people are needed, so anyone else may approve it",
        "nobody": (
            "say who you are (--as NAME): anyone but {name}, who wrote this text, may approve it"
        ),
        "blocked": (
            "the checks block this text ({rules}): mend it with edit; or approve --despite WHY, which is "
            "recorded"
        ),
        "invalid": "the claim would not be valid: {problems}",
        "names_it": "{field} cannot be amended: it names the claim; start another claim instead",
        "decide": "{field} cannot be amended: record what the marketplace said (decide)",
        "currency": "{field} cannot be amended: {amount} was refunded in the old one",
        "too_much": "{amount} is more than what is left to refund ({left})",
        "no_amount": "{amount} cannot be refunded: {why}",
        "no_step": "{step} is not a step of this claim's playbook; its steps: {steps}",
        "step_over": "{step} is {run} already",
        "no_clock": "{clock} is not a clock; write one of: {clocks}",
        "clock_stopped": "clock {clock} was stopped already",
        "past": "the new instant must lie in the future",
        "paused": "the claim is paused already",
        "not_paused": "the claim is not paused",
        "over_pause": (
            "the marketplace has decided: no step of this claim acts any more, so there is nothing to pause"
        ),
        "over_skip": "the marketplace has decided: no step of this claim acts any more, {step} neither",
        "over_clock": (
            "the marketplace has decided: only a clock that runs can be corrected, and {clock} does not"
        ),
    },
    within={"closed": CLOSED, "asks": ASKS},
)
