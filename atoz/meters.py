"""What is counted and measured, by name: the one list that code, alerts, dashboard and docs share.

Labels are words of ours, each one of a few; never a buyer's name, address or words, nor an order.
Waits here last days, so that the buckets of histograms are hours and days, in seconds.
"""

from collections.abc import Iterator
from itertools import product
from typing import NamedTuple, get_args

from atoz.claims.clocks import ClockName
from atoz.playbook.events import SendOutcome
from atoz.playbook.model import TaskKind

HOUR = 3_600.0
DAY = 24 * HOUR
DAYS = (0.0, HOUR, 4 * HOUR, 12 * HOUR, DAY, 2 * DAY, 3 * DAY, 7 * DAY, 14 * DAY)
"""Time that is left, or that a person has taken. What is late lies in the first bucket."""
MINUTES = (1.0, 10.0, 60.0, 600.0, HOUR, 4 * HOUR, DAY)
"""How long a mail lay before it was taken up."""
ANSWERS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""How long somebody before a page waits."""

DESK = "desk"
"""The kind of a task that belongs to no claim."""
UNTOLD = "untold"
"""The kind of the tasks of a claim that is older than their list, until the next thing happens to it."""
ATTENTIVE = ("missed", "urgent", "task")
"""The attention of claims that have an open task."""

REFUSALS = ("unknown_message", "arguments", "sealed", "unreadable", "fields")
"""Why an input was not understood: see `workflows.reading`."""

_OUTCOMES = get_args(SendOutcome)
_CHANNELS = {
    ("message", "email"): (*_OUTCOMES, "reached_nobody"),
    ("appeal", "operator"): ("handed_over", "unknown"),
    ("appeal", "email"): ("sent", "refused", "refused_for_now", "unknown"),
    ("appeal", "webhook"): ("sent", "refused", "refused_for_now", "unknown"),
}
_MAILS = (
    "claims_started",
    "duplicates",
    "delivered",
    "for_persons",
    "quarantined",
    "held",
    "attached",
    "left",
    "settled",
)

Labels = dict[str, str]


class Meter(NamedTuple):
    """A counter, a histogram (it has buckets) or a gauge. A counter's name ends in `_total` outside.

    `begins` are the label values that are there from the start: an increase from nothing to one is
    seen by no alert.
    """

    name: str
    what: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()
    begins: tuple[tuple[str, ...], ...] = ()

    def zeros(self) -> Iterator[Labels]:
        """The labels of each series that is there from the start."""
        return (dict(zip(self.labels, values, strict=True)) for values in self.begins)


def _each(*domains: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    return tuple(product(*domains))


FACTS = Meter(
    "atoz_facts", "facts recorded on the timelines of claims", ("kind", "playbook", "step")
)
SENDS = Meter(
    "atoz_sends",
    "attempts to send a message or to hand in an appeal, by how they ended",
    ("kind", "channel", "result"),
    begins=tuple((*pair, result) for pair, results in _CHANNELS.items() for result in results),
)
INPUTS_REFUSED = Meter(
    "atoz_inputs_refused",
    "messages to claims that were not understood",
    ("reason",),
    begins=_each(REFUSALS),
)
DEADLINES_MISSED = Meter(
    "atoz_deadlines_missed",
    "clocks of claims that ran out",
    ("clock",),
    begins=_each(get_args(ClockName)),
)
TIME_LEFT = Meter(
    "atoz_time_left_seconds", "time that was left when a clock was stopped", ("clock",), DAYS
)
TASKS_OPENED = Meter(
    "atoz_tasks_opened", "tasks opened for people", ("kind",), begins=_each(get_args(TaskKind))
)
TASKS_DONE = Meter(
    "atoz_tasks_done",
    "tasks that are done or fell away",
    ("kind",),
    begins=_each(get_args(TaskKind)),
)
TASK_AGE = Meter("atoz_task_age_seconds", "how long a task was open", ("kind",), DAYS)
NOTICES = Meter(
    "atoz_notices",
    "notices to operators: told, or failed where a channel did not take them",
    ("result",),
    begins=_each(("told", "failed")),
)
OF_CLAIMS = (
    FACTS,
    SENDS,
    INPUTS_REFUSED,
    DEADLINES_MISSED,
    TIME_LEFT,
    TASKS_OPENED,
    TASKS_DONE,
    TASK_AGE,
    NOTICES,
)
"""Counted by claims as they go on, never again on a replay."""

MAILS = Meter("atoz_mails", "mails by what became of them", ("result",), begins=_each(_MAILS))
MAIL_LAG = Meter(
    "atoz_mail_lag_seconds", "from a mail's arrival until it was taken up", (), MINUTES
)
MAILBOX_READ = Meter(
    "atoz_mailbox_read_timestamp_seconds",
    "when the mailbox was last read to its end, in seconds since 1970; the start of the worker before",
)
MAILBOX_FAILURES = Meter(
    "atoz_mailbox_failures", "passes over the mailbox that were given up", begins=((),)
)
OF_MAILBOX = (MAILS, MAIL_LAG, MAILBOX_READ, MAILBOX_FAILURES)
"""Counted by the activities that read the mailbox."""

TEXT_FINDINGS = Meter(
    "atoz_text_findings",
    "findings of the checks of texts",
    ("rule", "severity", "text", "language", "template"),
)

CLAIMS_OPEN = Meter(
    "atoz_claims_open",
    "open claims by where they stand",
    ("playbook", "step", "status", "attention"),
)
CLAIMS_DUE = Meter(
    "atoz_claims_due_seconds",
    "open claims by the time until their response is due",
    ("attention",),
    DAYS,
)
TASKS_OPEN = Meter(
    "atoz_tasks_open",
    "tasks that wait for people now, by kind and by the attention of their claim",
    ("kind", "attention"),
    begins=(*_each((*get_args(TaskKind), UNTOLD), ATTENTIVE), (DESK, "task")),
)
CENSUS = Meter(
    "atoz_census_timestamp_seconds", "when the open claims were last counted, in seconds since 1970"
)
DISK_FREE = Meter("atoz_disk_free_bytes", "room that is left where the state folder lies")
BUILD = Meter("atoz_build_info", "the code that runs", ("build",))
OF_WORKER = (CLAIMS_OPEN, CLAIMS_DUE, TASKS_OPEN, CENSUS, DISK_FREE, BUILD)
"""What a worker says when it is asked. Several workers say the same: take the largest, not the sum."""

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
HTTP_REQUESTS = Meter(
    "atoz_http_requests",
    "requests to the board or the codec server by how they were answered",
    ("server", "route", "method", "status"),
)
HTTP_SECONDS = Meter(
    "atoz_http_request_seconds",
    "from a request until its answer begins",
    ("server", "route"),
    ANSWERS,
)
LOGINS_REFUSED = Meter(
    "atoz_logins_refused",
    "tries to get in that were refused",
    ("server", "way", "reason"),
    # Which of the two it is, each says itself.
    begins=_each(("",), ("password", "link", "token", "proxy"), ("unknown", "too_many")),
)
OF_SERVERS = (HTTP_REQUESTS, HTTP_SECONDS, LOGINS_REFUSED)
"""Counted by whatever serves people and programs."""

WEBHOOK_REFUSALS = ("off", "unsigned", "signature", "too_old", "replayed", "content")
"""Why what another system posted was not taken: see `atoz.web.refusing`."""
WEBHOOKS_REFUSED = Meter(
    "atoz_webhooks_refused",
    "what other systems posted and was not taken",
    ("reason",),
    begins=_each(WEBHOOK_REFUSALS),
)
REPEATS = Meter(
    "atoz_idempotent_repeats",
    "acts that came again and changed nothing: with the same key, or the same claim",
    ("by",),
    begins=_each(("key", "claim")),
)
OF_BOARD = (WEBHOOKS_REFUSED, REPEATS)
"""Counted by the board alone."""

EVERY = (*OF_CLAIMS, *OF_MAILBOX, TEXT_FINDINGS, *OF_WORKER, *OF_SERVERS, *OF_BOARD)

BUCKETS = {meter.name: meter.buckets for meter in (*OF_CLAIMS, *OF_MAILBOX) if meter.buckets}
"""The bounds of our histograms, by name."""
