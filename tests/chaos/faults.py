"""Every fault that is injected, by name: where it strikes and what it takes away."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

from tests.chaos.post import Strike

MAILS = {1: "the first mail", 2: "the second mail"}
PHASES = {
    "greeting": "before the dialogue",
    "RCPT": "at RCPT",
    "DATA": "when DATA is accepted",
    "content": "when the content is there, unanswered",
    "answered": "after the final reply, unreported",
}
ACTIVITIES = (
    "open_claim",
    "send_message",
    "draft_appeal",
    "hand_in_appeal",
    "notify_operators",
    "archive_claim",
)
TASKS = 14
"""Workflow tasks of the documented claim with a decision, at least."""
RESTS = 7
"""Moments at which the claim waits for something."""
DAY = timedelta(days=1)


class Fault(NamedTuple):
    """One fault. `trouble` is what the mail server answers between two spans after the notice."""

    name: str
    at: str | None = None
    """A place of `tests.chaos.mortal` at which the worker kills itself."""
    strikes: tuple[Strike, ...] = ()
    rest: tuple[int, str] | None = None
    """The moment of rest at which something is killed, and what."""
    trouble: dict[str, str] = {}
    between: tuple[timedelta, timedelta] = (timedelta(0), timedelta(0))
    imap: str | None = None
    """How the mailbox fails: `refuses`, `hangs` or `drops`."""


def every_fault() -> list[Fault]:
    """All of them, each name once."""
    return [*_worker(), *_server(), *_smtp(), *_imap()]


def representative() -> list[Fault]:
    """A dozen for every run of the tests: each kind of place, each thing that dies."""
    wanted = {
        "worker dies before send_message",
        "worker dies after send_message, unreported",
        "worker dies at RCPT, the first mail",
        "worker dies when the content is there, unanswered, the first mail",
        "worker dies after hand_in_appeal, unreported",
        "worker dies in workflow task 5",
        "server dies at rest 3",
        "server and worker die at rest 4",
        "server dies when the content is there, unanswered, the second mail",
        "SMTP drops mid-DATA, the first mail",
        "SMTP answers 451 for a day",
        "IMAP refuses",
    }
    found = [fault for fault in every_fault() if fault.name in wanted]
    assert len(found) == len(wanted), "each of them is one of all"
    return found


def _worker() -> Iterator[Fault]:
    for name in ACTIVITIES:
        yield Fault(f"worker dies before {name}", at=f"activity:{name}:before")
        yield Fault(f"worker dies after {name}, unreported", at=f"activity:{name}:after")
    for phase, where in PHASES.items():
        for nth, mail in MAILS.items():
            strike = Strike(phase, nth, blow="worker")
            yield Fault(f"worker dies {where}, {mail}", strikes=(strike,))
    for number in range(1, TASKS + 1):
        yield Fault(f"worker dies in workflow task {number}", at=f"task:{number}")


def _server() -> Iterator[Fault]:
    for blow, who in (("server", "server dies"), ("both", "server and worker die")):
        for number in range(1, RESTS + 1):
            yield Fault(f"{who} at rest {number}", rest=(number, blow))
        for phase in ("RCPT", "content", "answered"):
            for nth, mail in MAILS.items():
                strike = Strike(phase, nth, blow=blow)
                yield Fault(f"{who} {PHASES[phase]}, {mail}", strikes=(strike,))


def _smtp() -> Iterator[Fault]:
    for nth, mail in MAILS.items():
        for phase in ("greeting", "RCPT", "DATA"):
            yield Fault(f"SMTP hangs at {phase}, {mail}", strikes=(Strike(phase, nth, "hang"),))
            yield Fault(f"SMTP drops at {phase}, {mail}", strikes=(Strike(phase, nth, "drop"),))
        dropped = Strike("content", nth, "drop")
        yield Fault(f"SMTP drops after the content, {mail}", strikes=(dropped,))
    middle = {"content": "drop in the middle"}
    yield Fault("SMTP drops mid-DATA, the first mail", trouble=middle, between=(DAY, DAY * 1.9))
    yield Fault("SMTP drops mid-DATA, the second mail", trouble=middle, between=(DAY * 2, DAY * 9))
    refusing = {"greeting": "421 not now"}
    yield Fault("SMTP refuses for a day", trouble=refusing, between=(DAY, DAY * 2))
    yield Fault("SMTP refuses for half an hour", trouble=refusing, between=(DAY, DAY * 1.27))
    busy = {"RCPT": "451 try again later"}
    yield Fault("SMTP answers 451 for a day", trouble=busy, between=(DAY, DAY * 2))
    yield Fault("SMTP answers 451 for ever", trouble=busy, between=(timedelta(0), DAY * 99))
    never = {"RCPT": "550 no such buyer"}
    yield Fault("SMTP answers 550 for ever", trouble=never, between=(timedelta(0), DAY * 99))


def _imap() -> Iterator[Fault]:
    for how in ("refuses", "hangs", "drops"):
        yield Fault(f"IMAP {how}", imap=how)
