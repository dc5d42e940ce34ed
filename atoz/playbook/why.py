"""Why a step is where it is: its rule, the facts, the clock, and what moved, holds or stops it.

It asks the very functions that decide, so that an answer can never differ from what happens.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from atoz.claims.base import instant_text, span_text
from atoz.playbook.agenda import agenda
from atoz.playbook.model import Playbook, Step
from atoz.playbook.schedule import act_at, due_at, latest_start, natural, playbook_of
from atoz.playbook.state import CaseState, StepRun

_ENDS = ("message_sent", "message_refused", "message_unknown", "step_skipped", "appeal_submitted")
_NOTICED = timedelta(minutes=1)


def why(state: CaseState, step_id: str, now: datetime) -> dict[str, Any] | None:
    """What made, moved or blocks a step, as of `now` (UTC); None where the playbook has no such step.

    `{step, state, rule, planned_at, acts_at, facts, clock, sentences}`; the sentences are stable.
    """
    step = playbook_of(state).step(step_id) if state.playbook else None
    if step is None:
        return None
    run = state.run(step_id)
    planned = natural(state, step)
    acts = None if run.over else act_at(state, step, now)
    return {
        "step": step_id,
        "state": run.state,
        "rule": rule_of(playbook_of(state), step),
        "planned_at": instant_text(planned) if planned else None,
        "acts_at": instant_text(acts) if acts else None,
        "facts": [fact.id for fact in state.facts if fact.step == step_id],
        "clock": {"name": "response", "due": instant_text(due_at(state))},
        "sentences": [*_made(step, state, planned), *_happened(state, step_id, run)]
        if run.over
        else [*_made(step, state, planned), *_moved(state, step, planned, acts), *_stops(state, step, now)],
    }  # fmt: skip


def rule_of(playbook: Playbook, step: Step) -> str:
    """The step as its playbook writes it, on one line."""
    when = f"at: {span_text(step.at)}" if step.at is not None else f"after: {step.after}"
    parts = [
        f"{playbook.name}: {step.id}",
        when,
        step.wait and f"wait: {span_text(step.wait)}",
        step.or_when and f"or_when: {step.or_when}",
        step.send and f"send: {step.send}",
        step.submit and f"submit: {step.submit}",
        step.ask and f"ask: {step.ask}",
        step.draft and f"draft: {step.draft}",
        step.skip_if and f"skip_if: [{', '.join(step.skip_if)}]",
        step.only_if and f"only_if: [{', '.join(step.only_if)}]",
    ]
    return ", ".join(part for part in parts if part)


def _made(step: Step, state: CaseState, planned: datetime | None) -> Iterator[str]:
    """What planned it."""
    if planned is None:
        yield f"It waits for {step.after}, which is not over."
    elif step.at is not None:
        arrived = instant_text(state.file.claim.notified_at)
        yield (
            f"The playbook plans it {span_text(step.at)} after the claim arrived ({arrived}): "
            f"{instant_text(planned)}."
        )
    else:
        over = state.run(step.after or "").done_at
        ended = f" ({instant_text(over)})" if over else ""
        yield (
            f"The playbook plans it {span_text(step.wait)} after {step.after}{ended}: "
            f"{instant_text(planned)}."
        )


def _happened(state: CaseState, step_id: str, run: StepRun) -> Iterator[str]:
    """How a step that is over ended, by the facts that say so."""
    for fact in state.facts:
        if fact.step == step_id and fact.kind in _ENDS:
            detail = fact.data.get("why") or fact.data.get("detail")
            more = f": {detail}" if detail else ""
            yield f"{fact.kind.replace('_', ' ').capitalize()} at {instant_text(fact.at)} ({fact.id}){more}."
    if run.done_at is not None:
        yield f"It is over since {instant_text(run.done_at)} ({run.state})."


def _moved(
    state: CaseState, step: Step, planned: datetime | None, acts: datetime | None
) -> Iterator[str]:
    """What lies between the plan and the instant at which it acts."""
    if acts is None:
        return
    if state.held_until is not None and planned is not None and state.held_until > planned:
        yield f"A reply holds it until {instant_text(state.held_until)} ({state.held_why})."
    if step.submit and acts <= latest_start(state) and (planned is None or acts < planned):
        yield f"It starts at {instant_text(acts)} at the latest, so that the answer is in before the margin."
    elif step.send and planned is not None and acts - planned > _NOTICED and state.policy:
        hours = state.policy.sending_hours
        yield (
            f"Messages go from {hours.opens:%H:%M} to {hours.closes:%H:%M} in {hours.zone}: "
            f"it acts at {instant_text(acts)}."
        )


def _stops(state: CaseState, step: Step, now: datetime) -> Iterator[str]:
    """What keeps it from acting, or that it will act, and what would have to happen."""
    item = next((item for item in agenda(state, now) if item.step == step.id), None)
    for stops, said in (
        (state.decided, "The marketplace has decided: no step acts any more."),
        (state.refunded_at is not None, "The order was refunded: nothing is left to answer."),
        (state.handed_over, "A person handles the claim: no step acts any more."),
        (state.paused, "The claim is paused: it acts again after `resume`."),
        (
            bool(state.file.missing) and not step.ask,
            f"The claim is incomplete ({', '.join(state.file.missing)}): `amend` completes it.",
        ),
    ):
        if stops:
            yield said
            return
    if item is not None:
        yield f"Next: {item.why}, at {instant_text(max(item.at, now))}."
    elif state.run(step.id).state != "waiting":
        yield f"It waits for a person ({state.run(step.id).state}): see the open tasks."
