"""The fixed vocabulary of tasks: what a person is asked, which clock the answer stops.

A playbook names a task; the words and the rules about it stand here, once.
"""

from typing import NamedTuple

from atoz.claims.clocks import ClockName
from atoz.playbook.model import Step, TaskKind
from atoz.playbook.said import Sentences


class TaskRule(NamedTuple):
    """What is asked, which clock it answers, whether a decision makes it pointless."""

    title: str
    text: str
    clock: ClockName | None = None
    receipt: bool = False
    ends_with_decision: bool = True


TASKS: dict[TaskKind, TaskRule] = {
    "answer-buyer": TaskRule(
        "Answer the buyer",
        "The buyer waits for an answer. Answer in Seller Central, then mark this done. "
        "Automatic answers do not count.",
        clock="buyer_reply",
        ends_with_decision=False,
    ),
    "answer-information": TaskRule(
        "Answer the information request",
        "Answer the marketplace's request with what the claim's timeline holds, then give the "
        "receipt: it stops this request's clock only.",
        clock="information_request",
        receipt=True,
    ),
    "approve-appeal": TaskRule(
        "Approve the appeal",
        "Read the text and its findings. Approve it by its digest, edit it, or reject it with why.",
    ),
    "changed-decision": TaskRule(
        "One decision has replaced another",
        "What the marketplace is said to have decided does not follow from what it had decided before. "
        "Look in Seller Central which one stands; where it is not the new one, record the right one and "
        "why (decide --replaces WHY).",
    ),
    "check-decision": TaskRule(
        "Look for the decision",
        "No decision has reached us. Look at the claim in Seller Central and record what it says.",
    ),
    "complete-claim": TaskRule(
        "Complete the claim",
        "The notice does not say everything. Add the missing values from Seller Central (amend).",
    ),
    "confirm-withdrawal": TaskRule(
        "Has the buyer withdrawn?",
        "The buyer says that the claim is withdrawn. Look in Seller Central and record the "
        "decision when it is there; the steps are held for a while only.",
    ),
    "consider-refund": TaskRule(
        "Consider a refund",
        "The buyer asks for the money back. Decide with the timeline at hand.",
    ),
    "handle-claim": TaskRule(
        "Handle this claim yourself",
        "No playbook can be kept in time. Answer the claim in Seller Central, then give the receipt.",
        clock="response",
        receipt=True,
    ),
    "late-step": TaskRule(
        "A step is late: shall it still act?",
        "Done with the receipt `send` lets it act now, with `skip` leaves it out.",
    ),
    "late-withdrawal": TaskRule(
        "Help with a late withdrawal",
        "After the decision the buyer must write to the marketplace's claims team with the order "
        "number and agree to be charged again. Explain the way; do not ask for it.",
        ends_with_decision=False,
    ),
    "message-refused": TaskRule(
        "A message to the buyer was refused",
        "It did not reach the buyer, and no appeal will say that it did. Write from Seller Central "
        "if it still helps.",
    ),
    "metric-restoration": TaskRule(
        "Ask for the metric to be restored",
        "If the order defect rate still shows this claim, send the letter: the facts, what was "
        "done, a numbered plan. Never sent automatically.",
        ends_with_decision=False,
    ),
    "missed-deadline": TaskRule(
        "A deadline was missed",
        "The clock ran out without a receipt. Look at the claim at once; an answer may still be taken.",
        ends_with_decision=False,
    ),
    "post-decision-appeal": TaskRule(
        "Appeal against the decision",
        "One appeal, and only with a new fact that helps. Add the fact, or say of the buyer's mail that it "
        "helps (done on its task with the receipt `helps`); write what is new, give the receipt.",
        clock="post_decision_appeal",
        receipt=True,
        ends_with_decision=False,
    ),
    "read-reply": TaskRule(
        "Read the buyer's message",
        "The message was not understood well enough to act on it. Where it matters for an appeal, the "
        "receipt `helps` or `harms` says for whom it speaks.",
        ends_with_decision=False,
    ),
    "refund-buyer": TaskRule(
        "Refund the order now",
        "A refund at once is the cheapest way out here. Refund in Seller Central, then record it "
        "(refunded).",
    ),
    "review-photos": TaskRule(
        "Look at the buyer's photos",
        "Photos came in. Look at them before the appeal goes; the receipt `helps` or `harms` says for whom "
        "they speak.",
    ),
    "review-reopened": TaskRule(
        "The claim was reopened",
        "The marketplace looks at it again. Answer in Seller Central, then give the receipt.",
        clock="response",
        receipt=True,
    ),
    "rewrite-appeal": TaskRule(
        "Write the appeal anew",
        "The draft was rejected. Edit the text; the new revision is approved like the first.",
    ),
    "settle-send": TaskRule(
        "Was this message sent?",
        "The send ended without an answer. Look in the Sent mailbox: done with the receipt `sent` "
        "or `not-sent`.",
        receipt=True,
    ),
    "submit-appeal": TaskRule(
        "Hand in the appeal",
        "Paste the packet's text into Seller Central, attach the files, and give the receipt: only "
        "the receipt stops the clock.",
        clock="response",
        receipt=True,
    ),
}

TEXT_TASKS: tuple[TaskKind, ...] = ("approve-appeal", "rewrite-appeal", "submit-appeal")
"""What is about the text of the appeal: a new revision closes them."""

MISSED: dict[ClockName, str] = {
    "buyer_reply": (
        "The buyer has waited for an answer longer than the marketplace allows. Answer in Seller Central "
        "at once, then mark the task to answer done: this one ends with it."
    ),
}
"""What a missed deadline asks where no receipt stops its clock. Nothing is decided by a task's words, so that
claims of every edition have them; a task that was opened with others keeps those."""

ASKS = Sentences(
    "asks",
    {
        **{kind: rule.text for kind, rule in TASKS.items()},
        **{f"missed-{clock}": text for clock, text in MISSED.items()},
    },
)
"""What each task asks, unless it is opened with a text of its own."""


def missed_asks(clock: ClockName) -> str:
    """What a person is asked once this clock has run out."""
    return MISSED.get(clock, TASKS["missed-deadline"].text)


def waited_for(kind: TaskKind) -> bool:
    """Whether a clock runs until the task is done, or the answer or a message waits for it."""
    return TASKS[kind].clock is not None or TASKS[kind].receipt or kind in TEXT_TASKS


def answers(step: Step) -> bool:
    """Whether the step answers the claim or puts it into a person's hands."""
    if step.ask is not None:
        return TASKS[step.ask].clock == "response" or step.ask == "refund-buyer"
    return step.submit is not None
