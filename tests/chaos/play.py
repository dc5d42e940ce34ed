"""The documented claim under one fault, to its end, and what the receiving side counts."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple, TypeVar

from temporalio.exceptions import TemporalError

from atoz.claims.case import CaseFile
from atoz.harness.rehearse import Rehearsal
from atoz.harness.script import script_of
from atoz.harness.server import VirtualTime
from atoz.library import load_library
from atoz.playbook import events as ev
from atoz.playbook.acts import Done, Wait
from atoz.playbook.simulate import persona_acts
from atoz.playbook.state import CaseState
from tests.chaos.faults import Fault
from tests.chaos.post import Post
from tests.chaos.town import Town, a_place
from tests.support.loopback import listening
from tests.support.server import sample_cases

T = TypeVar("T")
A_LOOK = 4.0
"""Seconds that one question to a server or worker that may be dead takes at most."""
WHOLE = 300.0
"""Seconds for a claim to come through its fault."""
PERSON = timedelta(hours=1)
"""After which a person has looked what became of a send."""
TASK_TIMEOUT = timedelta(seconds=2)


class Row(NamedTuple):
    """What became of the claim under a fault, counted where the mail arrives and in its timeline."""

    fault: str
    deaths: int
    happened: str
    lost: int
    """Mails that did not arrive and of which nobody was told."""
    twice: int
    missed: int
    """Deadlines that passed without a warning before."""
    ended: bool


async def play(fault: Fault, folder: Path) -> Row:
    """Play it. Raises TimeoutError where the claim does not come to its end."""
    case = sample_cases()["buyer-silent"]
    post = Post(fault.strikes, fault.trouble)
    async with _mailbox(fault.imap) as more:
        town = Town(a_place(folder), post, fault.at, more)
        async with town.running() as server, asyncio.timeout(WHOLE):
            course = _Course(town, server, post, fault, case)
            state = await course.run()
    return _row(fault, town, post, state)


class _Course:
    """The way of the claim: as `rehearse` goes it, over a server and a worker that may be away."""

    def __init__(
        self, town: Town, server: VirtualTime, post: Post, fault: Fault, case: CaseFile
    ) -> None:
        self._town, self._server, self._fault, self._case = town, server, fault, case
        self._post = post
        self._now = case.claim.notified_at
        self._rests = 0
        post.bad = self._in_trouble

    def _in_trouble(self) -> bool:
        since, until = (self._case.claim.notified_at + span for span in self._fault.between)
        return bool(self._fault.trouble) and since <= self._now < until

    async def run(self) -> CaseState:
        """From the notice to the archive."""
        play = await Rehearsal.begin(self._server, self._case, task_timeout=TASK_TIMEOUT)
        waiting = list(script_of(self._case, load_library().phrases))
        state, decision = await self._settled(play)
        while not isinstance(decision, Done):
            arriving = [*waiting, *self._persons(state)]
            next_at = min([decision.until, *(event.at for event in arriving)])
            # The mail server's weather is that of the instant to which the claim goes.
            self._now = max(self._now, next_at)
            await _patiently(lambda at=next_at: self._server.jump(play.handle, at - play.offset))  # type: ignore[misc] # bound at once
            state, decision = await self._settled(play)
            for event in [event for event in arriving if event.at <= self._now]:
                await _patiently(lambda event=event: play.send(event))  # type: ignore[misc] # as above
                state, decision = await self._settled(play)
            waiting = [event for event in waiting if event.at > self._now]
        return state

    def _persons(self, state: CaseState) -> list[ev.Event]:
        """Who approves and hands in, and who looks in the sent mail for a send of unknown fate."""
        acts = list(persona_acts(state.tasks, self._case.operator, self._now))
        for task in state.tasks:
            if task.open and task.kind == "settle-send":
                went = any(f".{task.step}." in each for each in self._post.taken)
                acts.append(
                    ev.TaskDone(
                        at=max(self._now, task.opened_at + PERSON),
                        by="approver-1",
                        key=f"settle-{task.id}",
                        task=task.id,
                        receipt="sent" if went else "not-sent",
                    )
                )
        return acts

    async def _settled(self, play: Rehearsal) -> tuple[CaseState, Wait | Done]:
        state, now, decision = await _patiently(play.settled)
        self._now = max(self._now, now)
        self._rests += 1
        if self._fault.rest is not None and self._fault.rest[0] == self._rests:
            self._town.kill(self._fault.rest[1])
            await asyncio.sleep(0.5)
            state, now, decision = await _patiently(play.settled)
        return state, decision


async def _patiently(ask: Callable[[], Awaitable[T]]) -> T:
    """Ask until somebody answers: servers and workers come back."""
    while True:
        try:
            async with asyncio.timeout(A_LOOK):
                return await ask()
        except (TemporalError, RuntimeError, TimeoutError):
            await asyncio.sleep(0.2)


@asynccontextmanager
async def _mailbox(how: str | None) -> AsyncIterator[dict[str, str]]:
    """The settings of a mailbox that fails."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if how == "hangs":
            await asyncio.sleep(WHOLE)
        writer.write(b"* OK ready\r\n" if how == "drops" else b"* BYE not now\r\n")
        await writer.drain()
        await reader.readline()
        writer.close()

    async with listening(serve) as port:
        yield (
            {}
            if how is None
            else {
                "ATOZ_IMAP_HOST": "127.0.0.1",
                "ATOZ_IMAP_PORT": str(port),
                "ATOZ_IMAP_SECURITY": "none",
                "ATOZ_IMAP_USERNAME": "seller",
                "ATOZ_IMAP_PASSWORD": "geheim",
                "ATOZ_AUTHSERV_ID": "mx.fernlane.example",
            }
        )


# What is counted --------------------------------------------------------------------------------


def _row(fault: Fault, town: Town, post: Post, state: CaseState) -> Row:
    kinds = Counter(fact.kind for fact in state.facts)
    told = {
        fact.step
        for fact in state.facts
        if fact.kind == "task_opened" and fact.data["kind"] in {"message-refused", "settle-send"}
    }
    arrived = {step for step in _MAILS if any(f".{step}." in each for each in post.taken)}
    warned = [fact.at for fact in state.facts if fact.kind == "deadline_warning"]
    missed = [fact.at for fact in state.facts if fact.kind == "deadline_missed"]
    return Row(
        fault.name,
        town.deaths,
        _happened(kinds, post),
        len(set(_MAILS) - arrived - told),
        sum(times - 1 for times in post.taken.values()),
        sum(not any(early < at for early in warned) for at in missed),
        state.archive_ref is not None and kinds["appeal_submitted"] == 1,
    )


_MAILS = ("deescalate", "request-photos")
_TOLD = {
    "message_refused": "{} refused",
    "message_unknown": "{} of unknown fate, settled by a person",
    "deadline_warning": "{} warnings",
    "deadline_missed": "{} deadlines missed",
}


def _happened(kinds: Counter[str], post: Post) -> str:
    said = [f"{post.taken.total()} mails arrived"]
    said += [words.format(kinds[kind]) for kind, words in _TOLD.items() if kinds[kind]]
    return ", ".join(said)
