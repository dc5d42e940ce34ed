"""What a fault did, counted where mail arrives, in the claim's timeline and on the desk."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

from activities import names
from atoz.claims.facts import Fact
from atoz.errors import AtozError
from atoz.mail.sentences import DESK
from atoz.playbook.state import CaseState
from atoz.service import desk, looking
from atoz.service.base import Service
from atoz.service.office import SENT_FOLDER
from tests.chaos.faults import Fault
from tests.chaos.notice import ORDER
from tests.chaos.post import Post

MAILS = ("deescalate", "request-photos")
PATIENCE = 60
"""Half seconds in which what a mail started, or what a desk was told, shows."""


class Row(NamedTuple):
    """What became of the claim under a fault."""

    fault: str
    deaths: int
    happened: str
    lost: int
    """Messages that did not arrive and of which nobody was told."""
    twice: int
    missed: int
    """Deadlines that passed without a warning before."""
    ended: bool
    struck: bool
    """Whether the fault happened at all."""


async def counted(fault: Fault, service: Service, post: Post, state: CaseState) -> Row:
    """The row of a claim that came to its end."""
    facts = [*await _archived(service, state), *state.facts]
    kinds = Counter(fact.kind for fact in facts)
    ways = MAILS if fault.channel == "operator" else (*MAILS, "appeal")
    arrived = Counter(_step(each) for each in post.taken.elements())
    sides = [await _seen(count, service) for count in _sides(fault)]
    warned = [fact.at for fact in facts if fact.kind == "deadline_warning"]
    missed = [fact.at for fact in facts if fact.kind == "deadline_missed"]
    return Row(
        fault.name,
        0,
        ", ".join(
            [
                *_arrivals(arrived, fault),
                *_told_of(kinds),
                *_settled(facts, state),
                *([f"{post.strikes.reached['RCPT']} tries at the mail server"] * fault.resend),
            ]
        ),
        len(set(ways) - set(arrived) - _told(facts)) + sides.count(0),
        sum(times - 1 for times in (*arrived.values(), *sides) if times),
        sum(not any(early < at for early in warned) for at in missed),
        state.archive_ref is not None and kinds["appeal_submitted"] == 1,
        False,
    )


def _step(message_id: str) -> str:
    """The step of `<claim-….step.revision@domain>`."""
    return message_id.partition("@")[0].rsplit(".", 2)[1]


def _told(facts: list[Fact]) -> set[str | None]:
    """Steps about which a person has a task."""
    kinds = {"message-refused", "settle-send", "handle-claim"}
    return {f.step for f in facts if f.kind == "task_opened" and f.data["kind"] in kinds}


async def _archived(service: Service, state: CaseState) -> list[Fact]:
    """The facts that left the claim's state."""
    parts = [await service.store.get_document(ref) for ref in state.fact_archives]
    return [Fact.model_validate(fact) for part in parts for fact in json.loads(part or b"[]")]


_TOLD = {
    "message_refused": "{} refused",
    "message_unknown": "{} of unknown fate",
    "deadline_warning": "{} warnings",
    "deadline_missed": "{} deadlines missed",
}


def _arrivals(arrived: Counter[str], fault: Fault) -> list[str]:
    mails = f"{sum(arrived[step] for step in MAILS)} mails arrived"
    by_itself = fault.channel != "operator"
    return [mails, f"the appeal arrived {_TIMES[arrived['appeal']]}"] if by_itself else [mails]


_TIMES = {0: "not at all", 1: "once", 2: "twice"}


def _told_of(kinds: Counter[str]) -> list[str]:
    return [words.format(kinds[kind]) for kind, words in _TOLD.items() if kinds[kind]]


def _settled(facts: list[Fact], state: CaseState) -> list[str]:
    """Who found out what became of sends of unknown fate."""
    asked = {task.id for task in state.tasks if task.kind == "settle-send"}
    done = [f.source for f in facts if f.kind == "task_done" and f.data["task"] in asked]
    folder = sum(SENT_FOLDER in source for source in done)
    ways = {"by the Sent mailbox": folder, "by a person": len(done) - folder}
    return [f"{number} settled {way}" for way, number in ways.items() if number]


# Beside the claim --------------------------------------------------------------------------------

_Count = Callable[[Service], Awaitable[int]]


def _sides(fault: Fault) -> Sequence[_Count]:
    """What else has to have happened exactly once."""
    if fault.box is None:
        return []
    failed = fault.at is not None and names.TELL_MAILBOX_FAILED in fault.at
    return [_started] * fault.box.notice + [_on_the_desk] * failed


async def _started(service: Service) -> int:
    """How often the waiting notice began its claim."""
    entries = (await looking.timeline(service, ORDER))["timeline"]
    kinds = Counter(entry["kind"] for entry in entries)
    return kinds["claim_received"] + kinds["duplicate_ignored"]


async def _on_the_desk(service: Service) -> int:
    """How often a person reads that the mailbox fails."""
    title = DESK("mailbox_unread")
    return sum(task["title"] == title for task in await desk.tasks(service))


async def _seen(count: _Count, service: Service) -> int:
    """What is counted once it shows, or nothing."""
    for _ in range(PATIENCE):
        with contextlib.suppress(AtozError):
            if found := await count(service):
                return found
        await asyncio.sleep(0.5)
    return 0
