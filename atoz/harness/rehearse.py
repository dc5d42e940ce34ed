"""A case through the REAL workflow on virtual time: the same loop as `simulate`, over a server.

The claim reads the case's own dates through the offset of its input; every instant of the case
is reached exactly, timers first, then what arrives at that instant.
"""

import contextlib
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Protocol

from temporalio.client import WorkflowUpdateFailedError
from temporalio.service import RPCError

from atoz.claims.case import CaseFile
from atoz.claims.claim import ClaimFile
from atoz.errors import AtozError
from atoz.harness.server import Handle, VirtualTime, pause_until
from atoz.library import Library
from atoz.playbook import events as ev
from atoz.playbook.acts import Act, Done, Wait
from atoz.playbook.decide import decide
from atoz.playbook.simulate import is_over, meant, persona_acts
from atoz.playbook.state import CaseState
from atoz.service.foreseen import foreseen
from workflows import names
from workflows.claim import ClaimInput

PATIENCE_SECONDS = 60.0
"""Real seconds that a claim may take to come to rest."""
UPDATE_NAMES = {model: name for name, model in ev.UPDATES.items()}
SIGNAL_NAMES = {model: name for name, model in ev.SIGNALS.items()}


RAN_AWAY = timedelta(seconds=60)
"""So far beyond its aim no work takes a clock: under load the server's goes on to the next timer now and
then (measured: a few times in five hundred claims)."""


class ClockRanAway(AtozError):  # noqa: N818 - named for what happened
    """The rehearsal server's clock ran past the instant that it was moved to: try again."""


class Rehearsed(NamedTuple):
    """The end of a rehearsal: the claim's state, its instant, and its workflow."""

    state: CaseState
    ended_at: datetime
    handle: Handle


class Rehearsal:
    """One case on its way through the workflow."""

    def __init__(self, server: VirtualTime, handle: Handle, offset: timedelta) -> None:
        self.server = server
        self.handle = handle
        self.offset = offset

    @classmethod
    async def begin(
        cls,
        server: VirtualTime,
        case: ClaimFile,
        *,
        workflow_id: str | None = None,
        library: Library | None = None,
        **start: Any,
    ) -> "Rehearsal":
        """Start the claim so that its clock reads the instant of the notice.

        With the `library` it starts as `start` does, with what lists will show. `start` goes to the
        server with it: a signal that comes with the start, another queue.
        """
        claim_id = workflow_id or names.claim_workflow_id(case.claim.order_id)
        at = case.claim.notified_at
        file = case.claim_file if isinstance(case, CaseFile) else case
        shown = foreseen(library, claim_id, file, at) if library else {}
        real = datetime.now(case.claim.notified_at.tzinfo)
        offset = case.claim.notified_at - real
        handle = await server.client.start_workflow(
            names.CLAIM_WORKFLOW,
            ClaimInput(file=file, offset=offset, shown=shown),
            id=claim_id,
            search_attributes=names.attributes(shown),
            **{"task_queue": names.TASK_QUEUE, **start},
        )
        return cls(server, handle, offset)

    async def settled(self) -> tuple[CaseState, datetime, Wait | Done]:
        """The state once the claim waits, the claim's instant, and what it waits for."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            virtual = await self.server.idle(self.handle)
            state = None if virtual is None else await self._state()
            if virtual is not None and state is not None:
                now = virtual + self.offset
                decision = decide(state, now)
                if not isinstance(decision, Act):
                    return state, now, decision
            await pause_until(deadline)

    async def _state(self) -> CaseState | None:
        """The claim's state; None in the moment between two runs."""
        try:
            state: CaseState = await self.handle.query("case", result_type=CaseState)
        except RPCError as fault:
            if "not scheduled yet" not in fault.message:
                raise
            return None
        return state

    async def reach(self, instant: datetime) -> tuple[CaseState, datetime, Wait | Done]:
        """Move the claim's clock to `instant` and let it come to rest."""
        await self.server.jump(self.handle, instant - self.offset)
        state, now, decision = await self.settled()
        if now - instant > RAN_AWAY and not isinstance(decision, Done):
            raise ClockRanAway
        return state, now, decision

    async def send(self, event: ev.Event) -> None:
        """Deliver one event as the signal or update that it is."""
        document = event.model_dump(mode="json", exclude={"at", "type"})
        if isinstance(event, ev.OperatorEvent):
            await self.handle.execute_update(
                UPDATE_NAMES[type(event)], document, id=event.key or None
            )
        else:
            await self.handle.signal(SIGNAL_NAMES[type(event)], document)


class Way(Protocol):
    """How a case reaches the program: how its claim begins, and what brings its events."""

    async def begin(self, server: VirtualTime, case: CaseFile, **start: Any) -> Rehearsal:
        """Start the claim."""
        ...

    async def bring(self, play: Rehearsal, event: ev.Event) -> None:
        """Let one event happen, now."""
        ...


class ByHand:
    """From the case file: the claim starts whole, and each event is the signal or update that it is."""

    async def begin(self, server: VirtualTime, case: CaseFile, **start: Any) -> Rehearsal:
        """Start the claim with all that the case says."""
        return await Rehearsal.begin(server, case, **start)

    async def bring(self, play: Rehearsal, event: ev.Event) -> None:
        """Send it."""
        await play.send(event)


async def rehearse(
    server: VirtualTime,
    case: CaseFile,
    script: Sequence[ev.Event],
    *,
    way: Way | None = None,
    **start: Any,
) -> Rehearsed:
    """Play a case to its end: the latest of last event, last persona act, closing, response due.

    Where the server's clock runs away it is played anew, under another id. Raises ClockRanAway.
    """
    if way is not None:
        return await _rehearse(server, case, script, way, start)
    own = names.claim_workflow_id(case.claim.order_id)
    for again in ("", "-again", "-once-more"):
        with contextlib.suppress(ClockRanAway):
            named = {"workflow_id": own + again, **start}
            return await _rehearse(server, case, script, ByHand(), named)
    raise ClockRanAway


async def _rehearse(
    server: VirtualTime,
    case: CaseFile,
    script: Sequence[ev.Event],
    way: Way,
    start: dict[str, Any],
) -> Rehearsed:
    play = await way.begin(server, case, **start)
    waiting, tried = list(script), set[str]()
    state, now, decision = await play.settled()

    def arriving() -> list[ev.Event]:
        people = persona_acts(state.tasks, case.operator, now, tried)
        return sorted([*waiting, *people], key=lambda event: event.at)

    while not isinstance(decision, Done):
        coming = arriving()
        next_at = min([decision.until, *(event.at for event in coming)])
        if is_over(state, next_at, bool(coming)):
            break
        state, now, decision = await play.reach(next_at)
        while not isinstance(decision, Done) and (due := arriving()) and due[0].at <= next_at:
            event = due[0]
            waiting = [each for each in waiting if each is not event]
            tried.add(getattr(event, "key", ""))
            # What the claim refuses changes nothing, as in a simulation.
            with contextlib.suppress(WorkflowUpdateFailedError):
                await way.bring(play, meant(state, event))
            state, now, decision = await play.settled()
    return Rehearsed(state, now, play.handle)
