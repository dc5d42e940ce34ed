"""Why a step is where it is: its rule, the facts, the clock, and what moved, holds or stops it.

It asks the very functions that decide, so that an answer can never differ from what happens.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from atoz.claims.base import instant_text, span_text
from atoz.errors import BadInput
from atoz.playbook.diff import act_text
from atoz.playbook.foresee import Coming, coming
from atoz.playbook.model import Playbook, Step
from atoz.playbook.problems import instead
from atoz.playbook.schedule import natural, playbook_of
from atoz.playbook.state import CaseState
from atoz.playbook.why_over import how_it_ended
from atoz.playbook.why_parts import Told, planned_sentence
from atoz.playbook.why_waiting import how_it_stands


def why(state: CaseState, step_id: str, now: datetime) -> dict[str, Any] | None:
    """What made, moved or blocks a step, as of `now` (UTC); None where the playbook has no such step.

    `{step, state, verdict, playbook, playbook_digest, rule, file, line, planned_at, acts_at, facts, clock,
    shift, hold, pause, needs, sentences}`; keys and sentences are stable, instants in UTC. Each of
    `needs` and `sentences` is English and knows its key and values (`said.py`).
    """
    step = playbook_of(state).step(step_id) if state.playbook else None
    if step is None:
        return None
    ahead = {each.step: each for each in coming(state, now)}
    return _answer(state, step, now, ahead)


def why_of(state: CaseState, step: str, now: datetime) -> dict[str, Any]:
    """The answer for one step. Raises BadInput for one that the playbook does not have."""
    answer = why(state, step, now)
    if answer is None:
        if step in state.runs:
            raise BadInput(
                f"{step} is no step of the playbook but the answer to a reply: "
                f"`atoz timeline {state.file.claim.order_id}` shows which"
            )
        names = [each.id for each in state.playbook.steps] if state.playbook else []
        raise BadInput(f"this claim's playbook has no step {step}: {instead(step, names)}")
    return answer


def why_all(state: CaseState, now: datetime) -> list[dict[str, Any]]:
    """The answer for every step of the claim's playbook, in its order; none before it is chosen."""
    if state.playbook is None:
        return []
    ahead = {each.step: each for each in coming(state, now)}
    return [_answer(state, step, now, ahead) for step in state.playbook.steps]


def rule_of(playbook: Playbook, step: Step) -> str:
    """The step as its playbook writes it, on one line."""
    when = f"at: {span_text(step.at)}" if step.at is not None else f"after: {step.after}"
    parts = [
        f"{playbook.name}: {step.id}",
        when,
        step.wait and f"wait: {span_text(step.wait)}",
        step.or_when and f"or_when: {step.or_when}",
        act_text(step).replace(" ", ": ", 1),
        step.skip_if and f"skip_if: [{', '.join(step.skip_if)}]",
        step.only_if and f"only_if: [{', '.join(step.only_if)}]",
    ]
    return ", ".join(part for part in parts if part)


def _answer(
    state: CaseState, step: Step, now: datetime, ahead: dict[str, Coming]
) -> dict[str, Any]:
    book, run, planned = playbook_of(state), state.run(step.id), natural(state, step)
    told = how_it_ended(state, step) if run.over else how_it_stands(state, step, now, ahead)
    clock = state.clock("response")
    return {
        "step": step.id,
        "state": run.state,
        "verdict": told.verdict,
        "playbook": book.name,
        "playbook_digest": state.playbook_digest,
        "rule": rule_of(book, step),
        **_place(book, step),
        "planned_at": instant_text(planned) if planned else None,
        "acts_at": instant_text(told.acts_at) if told.acts_at else None,
        "facts": _facts(state, step, told),
        "clock": clock
        and {"name": clock.id, "due": instant_text(clock.due), "source": clock.source},
        "shift": told.shift,
        "hold": told.hold,
        "pause": told.pause,
        "needs": list(told.needs),
        "sentences": [planned_sentence(state, step), *told.sentences],
    }


def _place(book: Playbook, step: Step) -> dict[str, Any]:
    """Where the rule was written; unknown for claims from before that was kept."""
    written = book.written
    line = written.lines.get(step.id) if written else None
    return {"file": written.file if written else None, "line": line}


def _facts(state: CaseState, step: Step, told: Told) -> list[str]:
    """Every fact that the answer rests on, each once, in the order of recording."""
    own = {fact.id for fact in state.facts if fact.step == step.id}
    return sorted({*own, *told.facts}, key=lambda known: int(known[1:]))


def places(answer: dict[str, Any]) -> Iterator[str]:
    """Where the rule of an answer stands, for a person: `documented.yaml:15`, or nothing."""
    if answer["file"] is not None:
        yield f"{answer['file']}:{answer['line']}" if answer["line"] else answer["file"]
