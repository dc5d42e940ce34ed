"""What a claim tells the world outside of what it has just recorded: one line and one count for each.

Told once, when it happens: a replay passes this by, so that a restarted worker repeats nothing.
"""

import logging

from temporalio import workflow
from temporalio.common import MetricMeter

from activities.counting import add, observe
from atoz import meters
from atoz.claims.facts import Fact
from atoz.playbook import events as ev
from atoz.playbook.state import CaseState

LOUD = frozenset(
    {"deadline_missed", "deadline_warning", "input_refused", "message_refused", "message_unknown"}
)
"""Kinds of facts that somebody should see in a quiet log, too."""


def tell(old: CaseState, new: CaseState, event: ev.Event) -> None:
    """Log and count what this event made of the claim. Nothing of what outsiders wrote is told."""
    if workflow.unsafe.is_replaying_history_events():
        return
    meter = workflow.metric_meter()
    recorded = new.facts_recorded - old.facts_recorded
    for fact in new.facts[len(new.facts) - recorded :]:
        if fact.on_timeline:
            _recorded(meter, new, fact)
    _ended(meter, event)
    _clocks(meter, old, new)
    _tasks(meter, old, new)


def _recorded(meter: MetricMeter, state: CaseState, fact: Fact) -> None:
    step = fact.step or state.last_step or ""
    playbook = state.playbook.name if state.playbook else ""
    add(meter, meters.FACTS, kind=fact.kind, playbook=playbook, step=step)
    level = logging.WARNING if fact.kind in LOUD else logging.INFO
    known = {"workflow_id": state.workflow_id, "step": step, "playbook": playbook, "fact": fact.id}
    workflow.logger.log(level, fact.kind, extra=known)


def _ended(meter: MetricMeter, event: ev.Event) -> None:
    match event:
        case ev.MessageTried():
            result = "reached_nobody" if event.reached_nobody else event.outcome
            add(meter, meters.SENDS, kind="message", channel="email", result=result)
        case ev.AppealTried():
            labels = {"channel": event.channel, "result": event.outcome}
            add(meter, meters.SENDS, kind="appeal", **labels)
        case ev.Noticed():
            add(meter, meters.NOTICES, result="failed" if event.failed else "told")
        case ev.InputRefused():
            add(meter, meters.INPUTS_REFUSED, reason=event.code)
        case _:
            pass


def _clocks(meter: MetricMeter, old: CaseState, new: CaseState) -> None:
    if old.clocks is new.clocks:
        return
    running = {clock.id for clock in old.clocks if clock.running}
    for clock in new.clocks:
        if clock.id in running and clock.missed:
            add(meter, meters.DEADLINES_MISSED, clock=clock.name)
        elif clock.id in running and clock.stopped_at is not None:
            observe(meter, meters.TIME_LEFT, clock.due - clock.stopped_at, clock=clock.name)


def _tasks(meter: MetricMeter, old: CaseState, new: CaseState) -> None:
    if old.tasks is new.tasks:
        return
    before = {task.id: task for task in old.tasks}
    for task in new.tasks:
        was = before.get(task.id)
        if was is None:
            add(meter, meters.TASKS_OPENED, kind=task.kind)
        if task.done_at is not None and (was is None or was.open):
            add(meter, meters.TASKS_DONE, kind=task.kind)
            observe(meter, meters.TASK_AGE, task.done_at - task.opened_at, kind=task.kind)
