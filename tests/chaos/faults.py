"""Every fault that is injected, by name: where it strikes and what it takes away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from activities import names
from tests.chaos.box import Box
from tests.chaos.post import Strike

MAILS = {1: "the first mail", 2: "the second mail"}
APPEAL = 3
"""The appeal is the third mail, where it goes by e-mail."""
PHASES = {
    "greeting": "before the dialogue",
    "RCPT": "at RCPT",
    "DATA": "when DATA is accepted",
    "content": "when the content is there, unanswered",
    "answered": "after the final reply, unreported",
}
HOOK_PHASES = {
    "connection": "before the request is read",
    "posted": "when the request is there, unanswered",
    "acknowledged": "after the answer, unreported",
}
FAILS = ("refuses", "hangs", "drops")
DAY = timedelta(days=1)
EVER = (timedelta(0), DAY * 99)


class Known(NamedTuple):
    """What a claim without a fault is found to need: the faults follow from it."""

    tasks: int
    """Workflow tasks with a decision."""
    rests: int
    """Moments at which the claim waits for something."""
    activities: tuple[str, ...]
    """All that its worker has registered."""


SHIPPED = tuple(sorted(value for name, value in vars(names).items() if name.isupper()))
"""The names of all activities."""


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
    box: Box | None = None
    """The mailbox, where there is one."""
    channel: str = "operator"
    """How the appeal leaves."""
    resend: bool = False
    """Whether the playbook says that messages of unknown fate go again."""
    pauses: int = 0
    """How often a person pauses the claim on its first day, for an hour: facts that nothing needs."""
    worker: Mapping[str, str] = {}
    """What else its worker is told, see `tests.chaos.mortal`."""


NOTHING = Fault("nothing fails")

REACHED: dict[str, dict[str, Any]] = {
    names.TAKE_TURN: {"worker": {"CHAOS_LATE": "1"}},
    names.ARCHIVE_FACTS: {"worker": {"CHAOS_KEEP": "1"}, "pauses": 4},
    names.READ_MAILBOX: {"box": Box(notice=True)},
    names.TELL_MAILBOX_FAILED: {"box": Box(fails="drops")},
}
"""What a claim needs to come to an activity that it does not come to by itself: messages that count as
late, more happening than a state holds that keeps little, a mailbox, and one that fails."""


def every_fault(known: Known) -> list[Fault]:
    """All of them, each name once."""
    return [NOTHING, *_worker(known), *_server(known), *_smtp(), *_appeal(), *_imap()]


def representative() -> list[Fault]:
    """A dozen for every run of the tests: each kind of place, each thing that dies."""
    wanted = {
        "worker dies before read_mailbox",
        "worker dies after send_message, unreported",
        "worker dies at RCPT, the first mail",
        "worker dies when the content is there, unanswered, the first mail",
        "worker dies after hand_in_appeal, unreported",
        "worker dies in workflow task 5",
        "server and worker die at rest 4",
        "server dies when the content is there, unanswered, the second mail",
        "SMTP hangs after the content, the first mail",
        "SMTP answers 451 for a day",
        "appeal by webhook, worker dies when the request is there, unanswered",
        "the Sent mailbox has it, IMAP drops as it is looked up",
    }
    found = [fault for fault in every_fault(Known(5, 4, SHIPPED)) if fault.name in wanted]
    assert len(found) == len(wanted), "each of them is one of all"
    return found


def _worker(known: Known) -> Iterator[Fault]:
    for name in known.activities:
        more = REACHED.get(name, {})
        yield Fault(f"worker dies before {name}", at=f"activity:{name}:before", **more)
        yield Fault(f"worker dies after {name}, unreported", at=f"activity:{name}:after", **more)
    for phase, where in PHASES.items():
        for nth, mail in MAILS.items():
            strike = Strike(phase, nth, blow="worker")
            yield Fault(f"worker dies {where}, {mail}", strikes=(strike,))
    for number in range(1, known.tasks + 1):
        yield Fault(f"worker dies in workflow task {number}", at=f"task:{number}")


def _server(known: Known) -> Iterator[Fault]:
    for blow, who in (("server", "server dies"), ("both", "server and worker die")):
        for number in range(1, known.rests + 1):
            yield Fault(f"{who} at rest {number}", rest=(number, blow))
        for phase in ("RCPT", "content", "answered"):
            for nth, mail in MAILS.items():
                strike = Strike(phase, nth, blow=blow)
                yield Fault(f"{who} {PHASES[phase]}, {mail}", strikes=(strike,))


def _smtp() -> Iterator[Fault]:
    for nth, mail in MAILS.items():
        for phase in ("greeting", "RCPT", "DATA", "content"):
            where = "after the content" if phase == "content" else f"at {phase}"
            yield Fault(f"SMTP hangs {where}, {mail}", strikes=(Strike(phase, nth, "hang"),))
            yield Fault(f"SMTP drops {where}, {mail}", strikes=(Strike(phase, nth, "drop"),))
    middle = {"content": "drop in the middle"}
    yield Fault("SMTP drops mid-DATA, the first mail", trouble=middle, between=(DAY, DAY * 1.9))
    yield Fault("SMTP drops mid-DATA, the second mail", trouble=middle, between=(DAY * 2, DAY * 9))
    refusing = {"greeting": "421 not now"}
    yield Fault("SMTP refuses for a day", trouble=refusing, between=(DAY, DAY * 2))
    yield Fault("SMTP refuses for half an hour", trouble=refusing, between=(DAY, DAY * 1.27))
    busy = {"RCPT": "451 try again later"}
    yield Fault("SMTP answers 451 for a day", trouble=busy, between=(DAY, DAY * 2))
    yield Fault("SMTP answers 451 for ever", trouble=busy, between=EVER)
    yield Fault("SMTP answers 550 for ever", trouble={"RCPT": "550 no such buyer"}, between=EVER)


def _appeal() -> Iterator[Fault]:
    """The appeal leaves by itself: by e-mail, or by a webhook with an idempotency key."""
    places = (("before hand_in_appeal", "before"), ("after hand_in_appeal, unreported", "after"))
    ways = (("e-mail", "email", PHASES, APPEAL), ("webhook", "webhook", HOOK_PHASES, 1))
    for way, channel, phases, nth in ways:
        said = f"appeal by {way}"
        yield Fault(f"{said}, nothing fails", channel=channel)
        for where, place in places:
            at = f"activity:{names.HAND_IN_APPEAL}:{place}"
            yield Fault(f"{said}, worker dies {where}", at=at, channel=channel)
        for phase, where in phases.items():
            strike = Strike(phase, nth, blow="worker")
            yield Fault(f"{said}, worker dies {where}", strikes=(strike,), channel=channel)
    for how in ("hang", "drop"):
        strike = Strike("content", APPEAL, how)
        name = f"appeal by e-mail, SMTP {how}s after the content"
        yield Fault(name, strikes=(strike,), channel="email")
        found = f"{name}, the Sent mailbox has it"
        yield Fault(found, strikes=(strike,), channel="email", box=_SENT)
        for phase in ("connection", "posted"):
            name = f"appeal by webhook, the receiver {how}s {HOOK_PHASES[phase]}"
            yield Fault(name, strikes=(Strike(phase, 1, how),), channel="webhook")
    busy = (Strike("posted", 1, "503"),)
    yield Fault("appeal by webhook, the receiver answers 503", strikes=busy, channel="webhook")


_SENT = Box(sent=True)


def _imap() -> Iterator[Fault]:
    for how in FAILS:
        yield Fault(f"IMAP {how}", box=Box(fails=how))
    there, gone = (Strike("content", 1, "drop"),), (Strike("RCPT", 1, blow="worker"),)
    for outcome, strikes in (("has it", there), ("does not have it", gone)):
        said = f"the Sent mailbox {outcome}"
        for again, resend in (("", False), (", the playbook resends", True)):
            yield Fault(f"{said}{again}", strikes=strikes, box=_SENT, resend=resend)
            for how in FAILS:
                name = f"{said}{again}, IMAP {how} as it is looked up"
                box = Box(fails=how, sent=True)
                yield Fault(name, strikes=strikes, box=box, resend=resend)
    silent = (Strike("content", 2, "hang"),)
    yield Fault("the Sent mailbox has it, SMTP hung after the content", strikes=silent, box=_SENT)
