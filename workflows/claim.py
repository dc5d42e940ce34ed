"""One claim as a durable workflow: the thin shell around the pure engine.

It reads time, performs what `decide` asks for, folds every answer and every message into the
state with `apply`, and waits. No rule about claims stands here.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any

from temporalio import workflow
from temporalio.common import RawValue

from activities import jobs
from activities import names as activity_names
from atoz.claims.base import Compact, Record, instant_text, utc
from atoz.claims.claim import ClaimFile
from atoz.playbook import acts
from atoz.playbook import events as ev
from atoz.playbook.apply import apply
from atoz.playbook.check import refusal
from atoz.playbook.decide import decide, look_again
from atoz.playbook.prune import overflow, without
from atoz.playbook.reasons import REASONS
from atoz.playbook.schedule import waits_until
from atoz.playbook.simulate import outcome
from atoz.playbook.state import CaseState, open_claim
from atoz.playbook.view import details_markdown, status_view
from workflows import names
from workflows.performing import perform, take_turn
from workflows.reading import read_signal, read_update, refused
from workflows.shown import changed, shown_values
from workflows.telling import tell
from workflows.turning import Decision, Turn, planned_for

LONGEST_RUN = 20_000
"""Events after which a run ends although it is not quiet: the server allows some 50,000."""


class ClaimInput(Record):
    """What a claim starts with, or carries on with after a continue-as-new.

    `offset` is zero in production; a rehearsal of a case from September sets it so that the
    claim reads September's clock.
    """

    file: Annotated[ClaimFile, Compact]
    offset: timedelta = timedelta(0)
    state: CaseState | None = None
    shown: dict[str, str] = {}
    by: str | None = None
    """Who started it, where a person or a program did and no mail."""


@workflow.defn(name=names.CLAIM_WORKFLOW)
class ClaimWorkflow:
    """A claim from its arrival to its archive."""

    @workflow.init
    def __init__(self, start: ClaimInput) -> None:
        self._offset = start.offset
        self._alarm: asyncio.Task[None] | None = None
        self._alarm_at: datetime | None = None
        self._waked_for: datetime | None = None
        self._state = start.state or open_claim(
            workflow.info().workflow_id, start.file, utc(self._exact_now()), start.by
        )
        self._shown = start.shown
        self._changes = 0
        self._turn: Turn | None = None

    @workflow.run
    async def run(self, start: ClaimInput) -> dict[str, Any]:
        """Act when something is due, wait otherwise, until the claim is archived."""
        while not isinstance(decision := self._due(), acts.Done):
            # Old bulk facts leave the state first, so that it stays small whatever comes.
            if overflow(self._state):
                await self._archive_facts()
            elif isinstance(decision, acts.Act):
                await self._perform(decision)
            elif workflow.info().is_continue_as_new_suggested():
                await self._carry_on(start)
            else:
                await self._wait(decision)
        await workflow.wait_condition(workflow.all_handlers_finished)
        return outcome(self._state)

    # What others say --------------------------------------------------------------------------

    @workflow.signal(dynamic=True)
    def receive(self, name: str, args: Sequence[RawValue]) -> None:
        """Take any signal: what cannot be understood is recorded as refused."""
        self._take(read_signal(name, args, self._now()))

    @workflow.update(dynamic=True)
    async def operate(self, name: str, args: Sequence[RawValue]) -> dict[str, Any]:
        """Apply an operator's act, once per key."""
        await workflow.wait_condition(lambda: self._state.policy is not None)
        event = self._permitted(name, args)
        before = self._state.facts_recorded
        self._take(event)
        return {"recorded": self._state.facts_recorded - before, "at": instant_text(self._now())}

    @operate.validator
    def _check(self, name: str, args: Sequence[RawValue]) -> None:
        """Refuse before anything is written: unknown verbs, bad documents, acts out of place."""
        self._permitted(name, args)

    @workflow.query
    def status(self) -> dict[str, Any]:
        """How the claim stands."""
        return status_view(self._state, self._now())

    @workflow.query
    def timeline(self) -> dict[str, Any]:
        """The facts still carried, the archive parts that hold the older ones, and the outcome."""
        return {
            "facts": [fact.model_dump(mode="json") for fact in self._state.facts],
            "archives": list(self._state.fact_archives),
            "outcome": outcome(self._state),
        }

    @workflow.query
    def case(self) -> CaseState:
        """The whole state, for rehearsals from here and for packets."""
        return self._state

    @workflow.query
    def look(self) -> dict[str, Any]:
        """Everything that a page shows, in one question: the state, and the claim's own instant."""
        return {
            "case": self._state.model_dump(mode="json"),
            "status": status_view(self._state, self._now()),
            "at": instant_text(self._now()),
        }

    # The shell --------------------------------------------------------------------------------

    def _exact_now(self) -> datetime:
        """The server's clock, and no earlier than what the claim has been waked for.

        A question that waited while no worker was there can reach one together with the alarm, and the
        SDK then wakes the claim with the clock of its last task (measured with temporalio 1.35.0): it
        would set the same alarm again, for its whole length.
        """
        now = workflow.now() + self._offset
        rang = self._alarm is not None and self._alarm.done()
        return max(now, self._waked_for or now, self._alarm_at if rang and self._alarm_at else now)

    def _now(self) -> datetime:
        """The claim's clock, in whole seconds: the only place where time is read."""
        return utc(self._exact_now())

    def _take(self, event: ev.Event) -> None:
        before, self._state = self._state, apply(self._state, event)
        self._changes += 1
        tell(before, self._state, event)

    def _permitted(self, name: str, args: Sequence[RawValue]) -> ev.Event:
        info = workflow.current_update_info()
        event = read_update(name, args, self._now(), info.id if info else "")
        if isinstance(event, str):
            raise refused(event)
        known = isinstance(event, ev.OperatorEvent) and bool(self._state.handled(event.key))
        why = None if known or self._state.policy is None else refusal(self._state, event)
        if why is not None:
            raise refused(why)
        return event

    def _due(self) -> Decision:
        """What to do now. A message that was in line is no later than its turn was planned to be."""
        decision, turn = decide(self._state, self._now()), self._turn
        if turn is None or turn.woke_for != self._alarm_at:
            return decision
        waited = turn.still_due(self._state, decision, self._now())
        return waited if waited and workflow.patched(names.TURN_COMES) else decision

    async def _perform(self, act: acts.Act) -> None:
        if isinstance(act.do, acts.Send) and not await self._has_its_turn(act.do.step):
            return  # time has passed: what is due is decided anew
        event = await perform(self._state, act.do, self._now(), self._alarm_at)
        self._take(event.model_copy(update={"at": self._now()}))

    async def _has_its_turn(self, step: str) -> bool:
        """Whether a message may go now.

        After an outage claims wake late and together: a provider that gets all their mails at once
        refuses some. So each waits for its turn, and goes on listening meanwhile.
        """
        if self._alarm_at is None or not self._was_delayed(step, self._alarm_at):
            return True
        if self._turn is None or self._turn.woke_for != self._alarm_at:
            if not workflow.patched(names.TURNS):
                return True
            self._turn = await self._asked(self._alarm_at)
        elif self._turn.at <= self._exact_now() and workflow.patched(names.TURN_COMES):
            self._turn = await self._asked(self._alarm_at, self._turn.planned)
        now = self._exact_now()
        turn = waits_until(self._state, self._turn.at, now)
        if turn <= now:
            return True
        self._show()
        seen, until = self._changes, min(turn, look_again(self._state, self._now()))
        try:
            await workflow.wait_condition(
                lambda: self._changes != seen,
                timeout=until - now,
                timeout_summary="its turn among the messages that an outage delayed",
            )
        except TimeoutError:
            self._waked_for = until
        return False

    def _was_delayed(self, step: str, alarm_at: datetime) -> bool:
        """Whether the claim woke late, or the message was kept back for long after it was planned."""
        if self._exact_now() >= alarm_at + names.OUTAGE:
            return True
        planned = planned_for(self._state, step)
        late = planned is not None and self._exact_now() >= planned + names.OUTAGE
        return late and workflow.patched(names.TURN_COMES)

    async def _asked(self, woke_for: datetime, planned: datetime | None = None) -> Turn:
        """The turn that a worker gives. `planned` is when the first one was to come, if this is not it."""
        asked_at = self._exact_now()
        at = asked_at + await take_turn(self._state, asked_at - self._offset, asked_at, woke_for)
        return Turn(woke_for, planned or at, at)

    async def _wait(self, wait: acts.Wait) -> None:
        """Show where the claim stands, then sleep until something is due or something arrives."""
        self._show()
        seen, alarm = self._changes, self._alarm_for(wait)
        await workflow.wait_condition(lambda: self._changes != seen or alarm.done())

    def _alarm_for(self, wait: acts.Wait) -> "asyncio.Task[None]":
        """The running timer, unless something is due before it; else one timer in its place.

        While the claim is open a timer that rings too early is kept: it costs a look at the agenda,
        where replacing it costs a timer whenever a wait grows longer. After the decision little
        comes any more, and the last long wait gets its own.
        """
        if self._alarm is not None and not self._alarm.done():
            early = self._alarm_at is not None and self._alarm_at <= wait.until
            if self._alarm_at == wait.until or (early and not self._state.decided):
                return self._alarm
            self._alarm.cancel()
        span = wait.until - self._exact_now()
        summary = f"{wait.step or 'claim'}: {REASONS.of(*wait.why)}"[:200]
        self._alarm = asyncio.create_task(workflow.sleep(span, summary=summary))
        self._alarm_at = wait.until
        return self._alarm

    def _show(self) -> None:
        """Upsert the search attributes that changed, all in one command; details cost nothing."""
        values = shown_values(self._state, self._now())
        updates = changed(self._shown, values, self._state.edition)
        if updates:
            workflow.upsert_search_attributes(updates)
            self._shown = values
        workflow.set_current_details(details_markdown(self._state, self._now()))

    async def _archive_facts(self) -> None:
        """Move old facts into the store. A local activity, since its input is not in the history."""
        old = overflow(self._state)
        job = jobs.FactsJob(
            workflow_id=self._state.workflow_id,
            number=len(self._state.fact_archives) + 1,
            facts=old,
        )
        ref: str = await workflow.execute_local_activity(
            activity_names.ARCHIVE_FACTS,
            job,
            result_type=str,
            start_to_close_timeout=names.ARCHIVE_TIMEOUT,
        )
        self._state = without(self._state, old, ref)

    async def _carry_on(self, start: ClaimInput) -> None:
        """Carry the state into a fresh run, once it is quiet.

        In the middle of a flood the server refuses the step into a fresh run, and each refusal makes
        a worker replay everything: a claim that tries at once hardly gets on (measured).
        """
        self._show()
        seen = self._changes
        await workflow.sleep(names.QUIET, summary="a quiet moment to carry on in a fresh run")
        if self._changes == seen or workflow.info().get_current_history_length() > LONGEST_RUN:
            await workflow.wait_condition(workflow.all_handlers_finished)
            state, shown = self._state, self._shown
            workflow.continue_as_new(
                ClaimInput(file=start.file, offset=self._offset, state=state, shown=shown)
            )
