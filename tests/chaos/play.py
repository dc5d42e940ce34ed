"""The documented claim under one fault, to its end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from temporalio.exceptions import TemporalError

from atoz.claims.case import CaseFile
from atoz.errors import AtozError, NoServer, NoWorker
from atoz.harness.rehearse import RAN_AWAY, ClockRanAway, Rehearsal
from atoz.harness.samples import sample_cases
from atoz.harness.script import script_of
from atoz.harness.server import VirtualTime
from atoz.library import load_library
from atoz.playbook import events as ev
from atoz.playbook.acts import Done, Wait
from atoz.playbook.simulate import persona_acts
from atoz.playbook.state import CaseState
from atoz.service import mailbox
from atoz.service.base import Service
from tests.chaos.box import Door, Opened, opened
from tests.chaos.counting import Row, counted
from tests.chaos.faults import NOTHING, Fault, Known
from tests.chaos.mortal import met
from tests.chaos.notice import a_notice
from tests.chaos.post import Hook, Post, Strikes
from tests.chaos.town import Town, a_place
from tests.support.loopback import listening

T = TypeVar("T")
A_LOOK = 4.0
"""Seconds that one question to a server or worker that may be dead takes at most."""
A_PASS = 60.0
"""The same for a pass over the mailbox."""
WHOLE = 120.0
"""Seconds for a claim to come through its fault."""
PERSON = timedelta(hours=1)
"""After which a person has looked what became of a send."""
TASK_TIMEOUT = timedelta(seconds=2)


async def play(fault: Fault, folder: Path) -> Row:
    """Play it. Raises TimeoutError where the claim does not come to its end, ClockRanAway."""
    return (await _played(fault, folder))[0]


async def known(folder: Path) -> Known:
    """What a claim without a fault needs. Raises as `play`."""
    _, rests = await _played(NOTHING, folder)
    found = met(folder)
    return Known(found["tasks"], rests, tuple(found["activities"]))


async def _played(fault: Fault, folder: Path) -> tuple[Row, int]:
    strikes = Strikes(fault.strikes)
    post = Post(strikes, fault.trouble)
    hook = Hook(strikes, post.taken)
    async with opened(fault.box) as box, listening(hook.serve) as hook_port:
        if box.postbox is not None:
            _fill(box, post, fault)
        town = Town(a_place(folder, fault, box.settings), post, fault, hook_port)
        async with town.running() as server, asyncio.timeout(WHOLE):
            course = _Course(town, server, post, fault, box.door)
            state = await course.run()
            row = await counted(fault, course.service, post, state)
    struck = _struck(fault, town, post, box.door) and course.rests >= (fault.rest or (0,))[0]
    return row._replace(deaths=town.deaths, struck=struck), course.rests


def _fill(box: Opened, post: Post, fault: Fault) -> None:
    """Copies go where the sent mail is kept; a notice waits, where the fault wants one."""
    postbox = box.postbox
    assert postbox is not None, "there is a mailbox"
    post.keep = lambda raw: postbox.put(raw, "Sent")
    if fault.box is not None and fault.box.notice:
        postbox.put(a_notice())


def _struck(fault: Fault, town: Town, post: Post, door: Door) -> bool:
    """Whether all of it happened: what was to strike did, and who was to die did."""
    kills = fault.at or fault.rest or any(strike.blow for strike in fault.strikes)
    return (
        (town.deaths > 0 or not kills)
        and not post.strikes.left
        and (post.troubled > 0 or not fault.trouble)
        and (fault.box is None or door.struck)
    )


class _Course:
    """The way of the claim: as `rehearse` goes it, over a server and a worker that may be away."""

    def __init__(
        self, town: Town, server: VirtualTime, post: Post, fault: Fault, door: Door
    ) -> None:
        self._town, self._server, self._fault, self._door = town, server, fault, door
        self._case: CaseFile = sample_cases()["buyer-silent"]
        self._post = post
        self._now = self._case.claim.notified_at
        self._unknown = 0
        self.rests = 0
        self.service = Service(server.client, town.settings, lambda: datetime.now(UTC))
        # A pass that somebody dies in ends by a heartbeat that is missed, which a virtual clock never is.
        self._passes = Service(town.client, town.settings, lambda: datetime.now(UTC))
        post.bad = self._in_trouble

    def _in_trouble(self) -> bool:
        since, until = (self._case.claim.notified_at + span for span in self._fault.between)
        return bool(self._fault.trouble) and since <= self._now < until

    async def run(self) -> CaseState:
        """From the notice to the archive. Raises ClockRanAway."""
        play = await Rehearsal.begin(self._server, self._case, task_timeout=TASK_TIMEOUT)
        waiting = [*script_of(self._case, load_library().phrases), *self._pauses()]
        state, decision = await self._settled(play)
        if self._fault.box is not None:
            await self._pass()
        while not isinstance(decision, Done):
            arriving = [*waiting, *self._persons(state)]
            next_at = min([decision.until, *(event.at for event in arriving)])
            # The mail server's weather is that of the instant to which the claim goes.
            self._now = max(self._now, next_at)
            await _patiently(lambda at=next_at: self._server.jump(play.handle, at - play.offset))  # type: ignore[misc] # bound at once
            state, decision = await self._settled(play)
            if self._now - next_at > RAN_AWAY and not isinstance(decision, Done):
                raise ClockRanAway
            for event in [event for event in arriving if event.at <= self._now]:
                await _patiently(lambda event=event: play.send(event))  # type: ignore[misc] # as above
                state, decision = await self._settled(play)
            waiting = [event for event in waiting if event.at > self._now]
        return state

    def _pauses(self) -> Iterator[ev.Event]:
        """A person holds the claim and lets it go on, again and again, before its first step."""
        for number in range(self._fault.pauses):
            at = self._case.claim.notified_at + timedelta(hours=2 * number + 1)
            yield ev.Paused(at=at, by="approver-1", key=f"pause-{number}", why="A strike.")
            yield ev.Resumed(at=at + timedelta(hours=1), by="approver-1", key=f"resume-{number}")

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
        self.rests += 1
        if self._fault.rest is not None and self._fault.rest[0] == self.rests:
            self._town.kill(self._fault.rest[1])
            await asyncio.sleep(0.5)
            state, now, decision = await _patiently(play.settled)
        if self._looks_up(state):
            state, _, decision = await self._looked_up(play)
        return state, decision

    def _looks_up(self, state: CaseState) -> bool:
        """Whether a new send of unknown fate is one for the folder of sent mail."""
        before, self._unknown = (
            self._unknown,
            sum(fact.kind == "message_unknown" for fact in state.facts),
        )
        sent = self._fault.box is not None and self._fault.box.sent
        return sent and self._unknown > before

    async def _looked_up(self, play: Rehearsal) -> tuple[CaseState, datetime, Wait | Done]:
        """Before any person looks the mailbox is read: twice where it fails at first."""
        await self._pass()
        await self._pass()
        return await _patiently(play.settled)

    async def _pass(self) -> None:
        """A pass over the mailbox to its end, whoever dies meanwhile; that it fails is the fault's."""
        while True:
            try:
                async with asyncio.timeout(A_PASS):
                    await mailbox.sync(self._passes)
                return
            except (NoServer, NoWorker, TemporalError, TimeoutError):
                await asyncio.sleep(0.2)
            except AtozError:
                return


async def _patiently(ask: Callable[[], Awaitable[T]]) -> T:
    """Ask until somebody answers: servers and workers come back."""
    while True:
        try:
            async with asyncio.timeout(A_LOOK):
                return await ask()
        except (TemporalError, RuntimeError, TimeoutError):
            await asyncio.sleep(0.2)
