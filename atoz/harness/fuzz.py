"""Random lives of claims under one playbook: what a person would not think of trying.

Each run draws a claim that the playbook applies to, replies, notices, decisions and refunds at any
instant, operators who act in time, late or never, and a world that refuses, loses answers and wakes
late. After it the promises of the engine are held against what happened. A broken one is made
smaller, event by event and fault by fault, until nothing more can be left out.
"""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from pydantic import TypeAdapter

from atoz.claims.policy import Policy
from atoz.harness.lives import Life, drawn
from atoz.playbook import acts
from atoz.playbook import events as ev
from atoz.playbook.apply import apply
from atoz.playbook.check import refusal
from atoz.playbook.decide import decide
from atoz.playbook.edition import CURRENT
from atoz.playbook.model import Playbook
from atoz.playbook.simulate import persona_acts
from atoz.playbook.state import CaseState, open_claim

T = TypeVar("T")

DIGEST = "0" * 32
MOST_STATE = 1_000_000
"""Bytes of carried state. Source: DESIGN, the engine."""

_ANY: TypeAdapter[ev.Event] = TypeAdapter(ev.AnyEvent)


@dataclass(frozen=True)
class Violation:
    """A broken promise: which, in words, and the shortest life that breaks it."""

    rule: str
    message: str
    life: Life
    state: CaseState | None = None


@dataclass(frozen=True)
class Fuzzed:
    """The end of a run of runs."""

    runs: int
    seconds: float
    outcomes: Counter[str] = field(default_factory=Counter)
    violation: Violation | None = None


def fuzz(playbook: Playbook, policies: Mapping[str, Policy], runs: int, seed: int) -> Fuzzed:
    """Play `runs` random claims; the same seed plays the same ones. Ends at the first violation."""
    began = time.perf_counter()
    outcomes: Counter[str] = Counter()
    named = playbook.applies.marketplaces
    known = [policy for name, policy in policies.items() if named is None or name in named]
    for number in range(runs):
        life = drawn(random.Random(f"{seed}/{number}"), playbook, known)  # noqa: S311 - repeatable
        found = check(life, playbook, policies)
        if isinstance(found, Violation):
            smallest = shrunk(found, lambda each: check(each, playbook, policies))
            return Fuzzed(number + 1, time.perf_counter() - began, outcomes, smallest)
        outcomes[_outcome(found)] += 1
    return Fuzzed(runs, time.perf_counter() - began, outcomes)


def check(life: Life, playbook: Playbook, policies: Mapping[str, Policy]) -> Violation | CaseState:
    """Play one life: the claim's end, or the first promise that it breaks."""
    world = _World(life, playbook, policies[life.file.claim.marketplace])
    try:
        state, now = _played(life, world)
    except Exception as fault:  # noqa: BLE001 - whatever a rule raises is the finding
        return Violation("raises", f"{type(fault).__name__}: {fault}", life)
    for name, rule in _PROMISES.items():
        for said in rule(state, now, world):
            return Violation(name, said, life, state)
    return state


def shrunk(found: Violation, again: Callable[[Life], Violation | CaseState]) -> Violation:
    """The same promise broken by less: nothing more can be left out."""
    smaller = True
    while smaller:
        smaller = False
        for life in _lesser(found.life):
            tried = again(life)
            if isinstance(tried, Violation) and tried.rule == found.rule:
                found, smaller = tried, True
                break
    return found


def _lesser(life: Life) -> Iterator[Life]:
    """The life with one thing less."""
    for number in range(len(life.happens)):
        yield replace(life, happens=life.happens[:number] + life.happens[number + 1 :])
    for duty in life.persona:
        rest = {key: span for key, span in life.persona.items() if key != duty}
        yield replace(life, persona=rest)
    yield from (replace(life, sends=calm) for calm in _calmer(life.sends, "sent"))
    yield from (replace(life, findings=calm) for calm in _calmer(life.findings, False))
    yield from (replace(life, late=calm) for calm in _calmer(life.late, 0))


def _calmer(drawn: tuple[T, ...], calm: T) -> Iterator[tuple[T, ...]]:
    """What was drawn, with one of its troubles less."""
    for number, each in enumerate(drawn):
        if each != calm:
            yield (*drawn[:number], calm, *drawn[number + 1 :])


# Playing -----------------------------------------------------------------------------------------


class _World:
    """Answers as drawn, and remembers every message that it was asked to send."""

    def __init__(self, life: Life, playbook: Playbook, policy: Policy) -> None:
        self._sends, self._findings = list(life.sends), list(life.findings)
        self._playbook, self._policy = playbook, policy
        self.acted: list[tuple[datetime, acts.Do, CaseState]] = []

    def perform(self, state: CaseState, do: acts.Do, now: datetime) -> ev.Event:
        if isinstance(do, acts.Send | acts.Submit | acts.Draft):
            self.acted.append((now, do, state))
        match do:
            case acts.Note():
                return do.event
            case acts.Open():
                return ev.Opened(
                    at=now,
                    file=state.file,
                    policy=self._policy,
                    candidates=(self._playbook,),
                    edition=CURRENT,
                )
            case acts.Send():
                return self._send(do, now)
            case acts.Draft():
                blocked = bool(self._findings) and self._findings.pop(0) and not do.facts_only
                finding = ev.Finding(rule="drawn", severity="warn", message="drawn")
                return ev.AppealDrafted(
                    at=now, step=do.step, revision=do.revision, text=do.text or "text",
                    digest=DIGEST, findings=(finding,) if blocked else (),
                    facts_only=do.facts_only, edited_by=do.edited_by,
                    facts_known=state.facts_recorded,
                )  # fmt: skip
            case acts.Submit():
                return ev.AppealTried(
                    at=now, step=do.step, attempt=do.attempt, revision=do.revision,
                    channel=do.channel, outcome="handed_over", told=True,
                )  # fmt: skip
            case acts.Notify():
                return ev.Noticed(at=now, tasks=do.tasks, warnings=do.warnings)
            case acts.Archive():
                return ev.Archived(at=now, ref="archive/fuzz", facts_known=state.facts_recorded)

    def _send(self, do: acts.Send, now: datetime) -> ev.MessageTried:
        outcome = self._sends.pop(0) if self._sends else "sent"
        return ev.MessageTried.model_validate(
            {
                "at": now,
                "step": do.step,
                "template": do.template,
                "attempt": do.attempt,
                "revision": do.revision,
                "outcome": outcome,
                "message_id": f"<{do.step}.{do.revision}@fuzz.invalid>",
                "language": do.language,
            }
        )


def _played(life: Life, world: _World) -> tuple[CaseState, datetime]:
    """From the notice until the answer's clock is over and nothing more was drawn to happen."""
    arrives, late = life.file.claim.notified_at, list(life.late)
    state, now = open_claim("claim-fuzz", life.file, arrives), arrives
    waiting = [
        _ANY.validate_python({**what, "at": arrives + after}) for after, what in life.happens
    ]
    ends = arrives + timedelta(days=60)
    while True:
        state, until = _settled(state, now, world)
        people = persona_acts(state.tasks, dict(life.persona), now)
        coming = sorted([*waiting, *people], key=lambda event: event.at)
        woken = until + timedelta(seconds=late.pop(0) if late and until < ends else 0)
        following = min([woken, *(event.at for event in coming)])
        if following > ends:
            return state, now
        now = max(now, following)
        for event in [event for event in coming if event.at <= now]:
            waiting = [each for each in waiting if each is not event]
            happened = event.model_copy(update={"at": now})
            if isinstance(event, ev.OperatorEvent) and refusal(state, happened):
                continue
            state = apply(state, happened)
            state, _ = _settled(state, now, world)


def _settled(state: CaseState, now: datetime, world: _World) -> tuple[CaseState, datetime]:
    for _ in range(200):
        decision = decide(state, now)
        if not isinstance(decision, acts.Act):
            return state, getattr(decision, "until", datetime.max.replace(tzinfo=UTC))
        do = decision.do
        state = apply(
            state, do.event if isinstance(do, acts.Note) else world.perform(state, do, now)
        )
    raise RuntimeError("the engine acts without an end")


# Promises ----------------------------------------------------------------------------------------


def _sent_once(state: CaseState, _: datetime, __: _World) -> Iterator[str]:
    """No message twice: not by a retry, not by a reaction."""
    sent = Counter(f.data["template"] for f in state.facts if f.kind == "message_sent")
    yield from (f"{name} was sent {times} times" for name, times in sent.items() if times > 1)


def _in_place(_: CaseState, __: datetime, world: _World) -> Iterator[str]:
    """Nothing to the buyer or the marketplace after a decision, an opt-out or a whole refund."""
    for now, do, state in world.acted:
        what = type(do).__name__.lower()
        if state.decided:
            yield f"{what} at {now:%a %d %b %H:%M} UTC, after the decision"
        if state.refunded_at is not None:
            yield f"{what} at {now:%a %d %b %H:%M} UTC, after the refund"
        if isinstance(do, acts.Send) and state.messages_stopped:
            yield f"{do.template} at {now:%a %d %b %H:%M} UTC, after the buyer opted out"


def _in_time(state: CaseState, _: datetime, __: _World) -> Iterator[str]:
    """The answer was in, or a person had the task or had paused the claim; a missed clock is loud."""
    clock = state.clock("response")
    assert clock is not None, "an opened claim has its clock"
    if clock.stopped_at is not None and clock.stopped_at <= clock.due:
        return
    opened = [f for f in state.facts if f.kind == "task_opened" and f.at < clock.due]
    held = [f.kind for f in state.facts if f.kind in ("paused", "resumed") and f.at < clock.due]
    if not opened and not state.decided and held[-1:] != ["paused"]:
        yield f"the answer was due {clock.due:%a %d %b %H:%M} UTC and nobody had a task"
    if clock.missed and not any(t.kind == "missed-deadline" for t in state.tasks):
        yield "the deadline was missed and nobody was told"


def _owned(state: CaseState, _: datetime, __: _World) -> Iterator[str]:
    """Every open task was told to somebody."""
    for task in state.tasks:
        if task.open and not task.told and state.archive_ref is None:
            yield f"task {task.id} is open and nobody was told"


def _bounded(state: CaseState, _: datetime, __: _World) -> Iterator[str]:
    size = len(state.model_dump_json()) if state.facts_recorded > 100 else 0
    if size > MOST_STATE:
        yield f"the state has {size:,} bytes"


_PROMISES: Mapping[str, Callable[[CaseState, datetime, _World], Iterator[str]]] = {
    "sent twice": _sent_once,
    "out of place": _in_place,
    "late in silence": _in_time,
    "nobody told": _owned,
    "too large": _bounded,
}


def _outcome(state: CaseState) -> str:
    clock = state.clock("response")
    if state.decided:
        return "decided"
    if state.refunded_at is not None:
        return "refunded"
    if clock is not None and clock.stopped_at is not None:
        return "answered"
    return "missed, and told"
