"""What the engine promises, whatever happens to a claim: each promise one rule over a claim's whole life.

A rule looks at the state in which each act was asked for, at what came of it, at what was taken in,
and at the end. It says in words what is broken, or nothing.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import NamedTuple

from atoz.claims.case import CaseFile
from atoz.claims.facts import Fact
from atoz.claims.status import Status
from atoz.playbook import acts
from atoz.playbook import events as ev
from atoz.playbook.acts import Do
from atoz.playbook.approving import needs_approval
from atoz.playbook.prune import overflow, without
from atoz.playbook.schedule import SEND_GRACE, due_at, playbook_of
from atoz.playbook.state import CaseState, Task
from atoz.playbook.tasks import TASKS

MOST_STATE = 1_000_000
"""Bytes of carried state. Source: DESIGN, the engine."""

SETTLED = timedelta(hours=12)
"""Who sets a clock less than this before its end knows of it, whatever the engine says in time."""
AHEAD = timedelta(hours=1)
_IN_TIME_FOR = frozenset({"refund-buyer", "complete-claim"})
"""Tasks about the answer to a claim that hang on no step that hands in, and stop no clock."""
_TAKEN = frozenset({"reply_received", "information_requested", "decision_received"})
_TRACES = _TAKEN | {"duplicate_ignored", "message_refused"}


class Acted(NamedTuple):
    """One act: when it was asked for, after how many inputs, in which state, and what came of it."""

    now: datetime
    heard: int
    do: Do
    state: CaseState
    event: ev.Event


@dataclass(frozen=True)
class Lived:
    """A claim's whole life: its case and its end, every act, and everything that was taken in."""

    case: CaseFile
    state: CaseState
    acted: Sequence[Acted]
    taken: Sequence[ev.Event]

    @cached_property
    def outward(self) -> Sequence[Acted]:
        """What was written or handed in: the acts that most promises are about."""
        return [each for each in self.acted if isinstance(each.do, _OUTWARD)]

    @cached_property
    def told(self) -> Sequence[Acted]:
        """What the operators were told."""
        return [each for each in self.acted if isinstance(each.do, acts.Notify)]


_OUTWARD = (acts.Send, acts.Submit, acts.Draft)


def broken(lived: Lived) -> tuple[str, str] | None:
    """The first promise that this life breaks, by its name and in words, or None."""
    for name, rule in PROMISES.items():
        for said in rule(lived):
            return name, said
    return None


def _once(lived: Lived) -> Iterator[str]:
    """No message twice, nor one again of which nobody knows whether it went; no text handed in twice."""
    gone: dict[str, str] = {}
    for acted in lived.outward:
        match acted.event:
            case ev.MessageTried(template=name, outcome=outcome):
                if gone.get(name) == "sent":
                    yield f"{name} again at {_at(acted.now)}, which was sent"
                if gone.get(name) == "unknown" and not _said_not_sent(acted):
                    yield f"{name} again at {_at(acted.now)}, of which nobody knew whether it went"
                gone[name] = outcome
            case ev.AppealTried(revision=revision, outcome=outcome):
                name = f"revision {revision} of the appeal"
                if gone.get(name) in ("sent", "handed_over"):
                    yield f"{name} again at {_at(acted.now)}"
                gone[name] = outcome
    sent = Counter(f.data["template"] for f in lived.state.facts if f.kind == "message_sent")
    yield from (f"{name} was sent {times} times" for name, times in sent.items() if times > 1)


def _said_not_sent(acted: Acted) -> bool:
    """Whether a person said that it did not go, or the playbook says to send it again."""
    assert isinstance(acted.do, acts.Send), "only a send has a template"
    step = playbook_of(acted.state).step(acted.do.step)
    settled = (
        f.kind == "task_done" and f.step == acted.do.step and f.data.get("receipt") == "not-sent"
        for f in acted.state.facts
    )
    return (step is not None and step.if_unknown == "resend") or any(settled)


def _in_place(lived: Lived) -> Iterator[str]:
    """Nothing to buyer or marketplace after a decision, a whole refund, an opt-out, a hand-over, a pause."""
    news = _first_told(lived.taken)
    for acted in lived.outward:
        heard = [event for number, event in news if number < acted.heard]
        for why in _why_not(acted, heard):
            assert isinstance(acted.do, _OUTWARD), "only such acts are looked at"
            what = f"{type(acted.do).__name__.lower()} of {acted.do.step}"
            yield f"{what} at {_at(acted.now)}, {why}"


def _why_not(acted: Acted, heard: Sequence[ev.Event]) -> Iterator[str]:
    state = acted.state
    if _is_decided(heard):
        yield "after the decision"
    if state.refunded_at is not None:
        yield "after the refund"
    if state.paused:
        yield "although the claim is paused"
    if state.handed_over:
        yield "although a person has the claim"
    if isinstance(acted.do, acts.Send) and any(map(_opts_out, heard)):
        yield "after the buyer opted out"


def _first_told(taken: Sequence[ev.Event]) -> list[tuple[int, ev.Event]]:
    """What was news of it, each with its place: a mail that is known already says nothing."""
    first: dict[object, tuple[int, ev.Event]] = {}
    for number, event in enumerate(taken):
        first.setdefault(getattr(event, "message_id", number), (number, event))
    return list(first.values())


def _is_decided(heard: Sequence[ev.Event]) -> bool:
    said = [event.status for event in heard if isinstance(event, ev.MarketplaceDecided)]
    return bool(said) and said[-1] is not Status.UNDER_REVIEW


def _opts_out(event: ev.Event) -> bool:
    match event:
        case ev.BuyerReplied():
            return "stop_contact" in event.intents
        case ev.MessageBounced():
            return event.opted_out
    return False


def _approved(lived: Lived) -> Iterator[str]:
    """No text goes that a person had to approve and did not, nor one that something overtook."""
    for acted in lived.outward:
        if not isinstance(acted.do, acts.Submit):
            continue
        state, appeal = acted.state, acted.state.appeal
        step = playbook_of(state).step(acted.do.step)
        assert appeal is not None, "what is handed in was drafted"
        assert step is not None, "only a playbook step hands in"
        free = appeal.facts_only or not needs_approval(state, step, appeal)
        if not free and not appeal.approved_by:
            yield f"revision {appeal.revision} went at {_at(acted.now)}, and nobody had approved it"
        if appeal.stale or appeal.unchecked:
            yield f"revision {appeal.revision} went at {_at(acted.now)} as it was before what came in"


def _by_day(lived: Lived) -> Iterator[str]:
    """Messages keep the sending hours, but for answers to a question, retries, and the margin's edge."""
    for acted in lived.outward:
        do, state, at = acted.do, acted.state, acted.now
        if not isinstance(do, acts.Send) or do.attempt > 1 or state.policy is None:
            continue
        if (
            playbook_of(state).step(do.step) is None
            or at >= due_at(state) - playbook_of(state).margin
        ):
            continue
        hours = state.policy.sending_hours
        if not hours.is_open(at) and not hours.is_open(at - SEND_GRACE):
            yield f"{do.template} at {_at(at)}, outside the sending hours"


def _in_time(lived: Lived) -> Iterator[str]:
    """The answer was in, or a person was told of it well ahead; a missed clock is loud."""
    state = lived.state
    clock = state.clock("response")
    assert clock is not None, "an opened claim has its clock"
    late = clock.stopped_at is not None and clock.stopped_at > clock.due
    if not (clock.missed or late):
        return
    if not any(t.kind == "missed-deadline" for t in state.tasks):
        yield "the deadline was missed and nobody was told"
    last_set = max((f.at for f in state.facts if _sets_the_clock(f)), default=clock.opened_at)
    if clock.due - last_set < SETTLED:
        return
    if not any(at <= clock.due - AHEAD for at in _told(lived)):
        yield f"the answer was due {_at(clock.due)} and nobody was told in time"


def _in_hand(lived: Lived) -> Iterator[str]:
    """Where nobody stands in the way, the answer goes, or is put into a person's hands, before the margin."""
    state, world = lived.state, lived.case.world
    clock = state.clock("response")
    if clock is None or not clock.missed or any(isinstance(e, _IN_THE_WAY) for e in lived.taken):
        return
    delays = sum((*world.late, *world.slow), timedelta(0))
    latest = clock.due - playbook_of(state).margin + delays
    given = (a.now for a in lived.acted if isinstance(a.do, acts.Submit) or _gives_away(a))
    if not any(at <= latest for at in given):
        yield f"the answer was due {_at(clock.due)} and in nobody's hands before {_at(latest)}"


_IN_THE_WAY = (
    ev.Paused | ev.StepSkippedByHand | ev.DueSet | ev.Amended | ev.TaskDone | ev.MarketplaceDecided
)


def _gives_away(acted: Acted) -> bool:
    """Whether the operators were told of a task about the answer."""
    if not isinstance(acted.do, acts.Notify):
        return False
    about = (task for task in acted.state.tasks if task.id in acted.do.tasks)
    return any(_about_the_answer(task, acted.state) for task in about)


def _sets_the_clock(fact: Fact) -> bool:
    moved = fact.kind == "overridden" and fact.data.get("clock") == "response"
    return moved or fact.kind in ("claim_amended", "decision_received")


def _told(lived: Lived) -> Iterator[datetime]:
    """When the operators heard of the answer: by a warning, or by a task that is about it."""
    for acted in lived.acted:
        match acted.event:
            case ev.Noticed(failed=()) as told:
                warned = any(each.clock == "response" for each in told.warnings)
                if warned or _gives_away(acted):
                    yield acted.now
            case ev.AppealTried(told=True):
                yield acted.now


def _about_the_answer(task: Task, state: CaseState) -> bool:
    step = playbook_of(state).step(task.step) if task.step else None
    hands_in = step is not None and step.submit is not None
    return hands_in or task.kind in _IN_TIME_FOR or TASKS[task.kind].clock == "response"


def _taken_in(lived: Lived) -> Iterator[str]:
    """Every input is on the timeline, and each mail counts once however often it comes."""
    came = Counter(e.message_id for e in lived.taken if isinstance(e, _MAILS))
    traces = [fact for fact in lived.state.facts if fact.kind in _TRACES]
    left = Counter(fact.source for fact in traces)
    counted = Counter(fact.source for fact in traces if fact.kind in _TAKEN)
    for mail, times in came.items():
        if left[mail] < times:
            yield f"{mail} came {times} times and left {left[mail]} entries on the timeline"
        if counted[mail] > 1:
            yield f"{mail} was taken in {counted[mail]} times"
    done = [event for event in lived.taken if isinstance(event, ev.OperatorEvent)]
    shown = {fact.id for fact in lived.state.facts if fact.on_timeline} if done else frozenset()
    for event in done:
        if lived.state.handled(event.key) not in shown:
            yield f"the act {event.key} ({type(event).__name__}) is not on the timeline"


_MAILS = (
    ev.BuyerReplied
    | ev.DuplicateNoticed
    | ev.InformationRequested
    | ev.MarketplaceDecided
    | ev.MessageBounced
)


def _kept(lived: Lived) -> Iterator[str]:
    """Each open information request is under a task that ends no later, however many share it."""
    state = lived.state
    moved = any(isinstance(e, ev.DueSet) and e.clock != "response" for e in lived.taken)
    own = {
        ref: f.data["task"]
        for f in state.facts
        if f.kind == "task_opened" and f.data["kind"] == "answer-information"
        for ref in f.data.get("refs", ())
    }
    for fact in state.facts if not moved else ():
        if fact.kind == "information_requested" and fact.data.get("due"):
            task = state.task(fact.data.get("under") or own[fact.id])
            due = datetime.fromisoformat(fact.data["due"])
            if task is not None and task.open and (task.due is None or task.due > due):
                yield f"{fact.source} is due {_at(due)}, and its task {task.id} later"


def _owned(lived: Lived) -> Iterator[str]:
    """Every task is closed, or open and somebody was told of it."""
    state = lived.state
    told = {task for a in lived.told if isinstance(a.event, ev.Noticed) for task in a.event.tasks}
    handed = {t.id for t in state.tasks if t.kind == "submit-appeal"}  # told with its packet
    at_rest = state.archive_ref is None and state.tell_again_at is None
    for task in state.tasks if at_rest else ():
        if task.open and not (task.told and task.id in told | handed):
            yield f"task {task.id} is open and nobody was told"
    opened = {f.data["task"] for f in state.facts if f.kind == "task_opened"}
    closed = {f.data["task"] for f in state.facts if f.kind == "task_done"}
    lost = opened - closed - {task.id for task in state.tasks if task.open}
    yield from (f"task {task} is neither open nor closed" for task in sorted(lost))


def _bounded(lived: Lived) -> Iterator[str]:
    """What is carried stays small once its old facts are archived."""
    state = lived.state
    if state.facts_recorded < 100:
        return
    while old := overflow(state):
        state = without(state, old, f"facts/{len(state.fact_archives)}")
    if (size := len(state.model_dump_json())) > MOST_STATE:
        yield f"the state has {size:,} bytes"


def _at(instant: datetime) -> str:
    return f"{instant:%a %d %b %H:%M} UTC"


PROMISES: Mapping[str, Callable[[Lived], Iterator[str]]] = {
    "sent twice": _once,
    "out of place": _in_place,
    "unapproved": _approved,
    "at night": _by_day,
    "late in silence": _in_time,
    "not in hand": _in_hand,
    "input lost": _taken_in,
    "end moved": _kept,
    "nobody told": _owned,
    "too large": _bounded,
}
"""Every promise by its name, which a violation bears."""
