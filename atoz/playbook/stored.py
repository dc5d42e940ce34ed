"""English that lies in claims and their histories: results of tasks, sources of clocks, notes of tasks.

It is kept as text, as it always was, and read back by its words.
"""

from atoz.playbook.said import Sentences

_KINDS = "JPEG, PNG, GIF, WebP, BMP, PDF and plain text"

RESULTS = Sentences(
    "result",
    {
        "done": "done",
        "approved": "approved",
        "rejected": "rejected",
        "edited": "edited",
        "completed": "completed",
        "refunded": "refunded",
        "decided": "ended by the decision: {status}",
        "replaced": "replaced by revision {revision}",
        "posted": "revision {revision} was posted",
        "posted_some": "it was posted",
        "skipped": "the step was skipped",
        "handed_over": "a person handles the claim",
        "reopened": "the claim was reopened",
        "window": "the window for an appeal has closed",
        "stopped": "{clock} was stopped",
        "joined": "it is asked under {task}",
    },
)
"""How a task ended."""

FILES = Sentences(
    "file_refused",
    {
        "empty": "the file is empty",
        "nothing": "there is nothing in it",
        "bytes": "{size} bytes; {most} are allowed",
        "over": "over {most} MB",
        "together": "over {most} bytes together",
        "reduced": "over {most} bytes even when it is reduced",
        "count": "more than {most} files",
        "many": "too many files",
        "only": "only {most} files of a mail are read",
        "kinds": f"only {_KINDS} are taken",
        "kind": f"{{type}} is not kept: only {_KINDS} are taken",
        "no_image": "not an image that can be read",
        "no_picture": "it says {type}, its content is no picture",
        "pixels": "{width} x {height} pixels; {most} are allowed",
        "far_more": "far more pixels than a photo has",
        "measured": "an image of measurements, not a photo",
        "damaged": "the image is damaged or cut off",
        "cut_off": "the picture is cut off",
        "encoding": "its encoding is broken",
        "mail": "a mail inside the mail is not opened",
    },
)
"""Why a file was not taken."""

NAMED_FILES = Sentences(
    "file_told", {"not_taken": "{name} is not taken: {why}"}, within={"why": FILES}
)
"""The same with the file's name, to whoever sent it."""

POLICIES = Sentences(
    "policy",
    {
        "documented": "the documented rule, 7 days to answer, then granted automatically",
        "reports_2019": "sellers' reports of about 2019 for US, UK and DE, 3 calendar days",
        "italian": "an Italian notice of 2026, 3 calendar days from the request",
        "hub": "the current US hub and IN on information requests, 72 hours",
        "hub_for": (
            "the current US hub and IN on information requests, 72 hours; {marketplace} has no source "
            "of its own"
        ),
        "hub_then": (
            "the current US hub and IN on information requests, 72 hours; {marketplace} had no source "
            "of its own"
        ),
        "reports_2022": "sellers' reports of 2020 to 2022 on information requests, 48 hours",
        "messages": "the marketplaces' rule on buyer messages, 24 hours",
        "after_decision": "the rule on appeals after a decision, 30 calendar days",
    },
)
"""The sources of limits as the shipped policies name them; a seller's own words stay as he wrote them."""

SOURCES = Sentences(
    "source",
    {
        "notice": "stated in the notice",
        "playbook": "the playbook's own limit",
        "policy": "policy {marketplace}: {rule}",
        "person": "operator:{name}",
    },
    within={"rule": POLICIES},
)
"""Where the end of a clock comes from."""

_REFUND_COUNTS = (
    "A refund after the claim was filed ends as 'Order refunded': it is paid by you and counts "
    "against the order defect rate."
)
NOTES = Sentences(
    "note",
    {
        "and": "{first}, {second}",
        "complete": "Add the missing values from Seller Central (amend): {field}",
        "left_out": (
            "The step that answers the marketplace was left out, and the clock runs. Answer the claim "
            "in Seller Central, then give the receipt."
        ),
        "no_smtp": (
            "No mail server is configured: the message was written to the outbox folder and reached "
            "nobody, and no appeal will say that we wrote. Set ATOZ_SMTP_HOST, and write from Seller "
            "Central."
        ),
        "facts_go": "NOBODY APPROVED IN TIME: the text with the facts alone goes now.",
        "text_waits": (
            "THE TIME TO APPROVE HAS ENDED and nothing was handed in: this text waits, and nothing goes "
            "to the marketplace before somebody approves it."
        ),
        "refund_counts": _REFUND_COUNTS,
        "refund_unprotects": (
            f"{_REFUND_COUNTS} This order has proof of delivery or Claims Protected postage: without a "
            "refund the marketplace may pay. Refunding gives that up."
        ),
        "stands_for": (
            "MORE CAME THAN ARE KEPT APART: this stands for {count}, all of which the timeline names. "
            "Answer every one of them before you mark it done."
        ),
        "stopped": "the claim was stopped on the server while this was under way",
        "restored": "restored from a backup of {at}: it may have been sent after that",
    },
)
"""What a task asks beyond its usual text, what it warns of, and what is known of an attempt."""
