"""The words of the walk: what happens on a path, kept as a key with its values, and which promise it breaks.

A walk takes thousands of moves and tells of a few: a move is put into words only where somebody asks.
"""

from atoz.playbook.said import Sentences

PATH = Sentences(
    "path",
    {
        "and": "{first}; {second}",
        "moment": "{at} {what}",
        "instant": "{at}",
        "sent": "{step}: sent",
        "refused": "{step}: refused",
        "refused_for_now": "{step}: refused for now",
        "unknown": "{step}: nobody knows whether it went",
        "handed_in": "{step}: handed in",
        "handed_over": "{step}: a person has it to post",
        "written": "{step}: written",
        "written_found": "{step}: written, the checks find something",
        "not_gone": "{step}: a person finds that it did not go",
        "gone": "{step}: a person finds that it went",
        "skipped": "{step}: skipped",
        "asked": "{step}: a person is asked",
        "approval": "{step}: approval is asked for",
        "unapproved": "{step}: nobody has approved",
        "refunds": "a person refunds",
        "does": "a person does {task}",
        "approved": "approved",
        "approved_late": "approved late",
        "rejected": "rejected, and not written anew",
        "writes": "the buyer writes ({intent})",
        "writes_on": "the buyer writes ({intent}), again and again",
    },
)
BROKEN = Sentences(
    "broken",
    {
        "many": "it has more paths than can be walked: leave steps out",
        "unanswered": "nobody answers the claim",
        "unplanned": "nobody answers the claim: nothing is planned, nobody is asked",
        "late": "the answer is in only after limit less margin",
        "stopped": "it is sent although the buyer wants no more messages",
        "early": "it begins before its time: else it would be too late",
        "answered": "it answers a claim that is answered already",
        "untold": "nobody is told of {task}",
        "decided": "it acts after the marketplace has decided",
    },
)
