"""A claim's quiet future: what the engine will do if nobody says anything and everything succeeds.

The very same `decide` and `apply` run ahead, so what is foreseen is what happens. `why` tells from it
when a step comes, a migration what it would leave out.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from atoz.playbook import acts
from atoz.playbook import events as ev
from atoz.playbook.agenda import Item, next_planned
from atoz.playbook.apply import apply
from atoz.playbook.decide import decide
from atoz.playbook.schedule import due_at
from atoz.playbook.state import CaseState

HORIZON = timedelta(days=14)
"""So long after its deadline no step of a playbook is awaited any more."""

Answer = Callable[[acts.Do, datetime], ev.Event]
_MOST = 1_000
_NO_TEXT = "0" * 64


class Coming(NamedTuple):
    """One step that will begin: when, and as what the timeline will first show it."""

    step: str
    at: datetime
    kind: str
    why: str | None


def quiet_future(state: CaseState, now: datetime, answer: Answer | None = None) -> CaseState:
    """The state of an opened claim after its quiet future. Pure; the claim itself knows nothing of it.

    `answer` is another world than the kindest.
    """
    until = max(due_at(state), now) + HORIZON
    for _ in range(_MOST):
        decision = decide(state, now)
        if isinstance(decision, acts.Act):
            state = apply(state, (answer or kindly)(decision.do, now))
        elif isinstance(decision, acts.Done) or decision.until > until:
            break
        else:
            now = decision.until
    return state


def coming(state: CaseState, now: datetime) -> Iterator[Coming]:
    """The steps that begin in the quiet future, each once, in the order in which they do."""
    known, seen = {fact.id for fact in state.facts}, set[str]()
    for fact in quiet_future(state, now).facts:
        if fact.id not in known and fact.step is not None and fact.step not in seen:
            seen.add(fact.step)
            yield Coming(fact.step, fact.at, fact.kind, fact.data.get("why"))


def next_acting(state: CaseState, now: datetime) -> Item | Coming | None:
    """The next step that acts, as far as that is foreseen: those that will be skipped are passed over."""
    planned = next_planned(state, now)
    if planned is None or planned.acts:
        return planned
    # When a later step acts shows only once the skip is over: a look ahead costs milliseconds.
    return next((each for each in coming(state, now) if each.kind != "step_skipped"), None)


def acts_next(state: CaseState, now: datetime) -> Item | Coming | None:
    """The step that really acts next, looked ahead for always: what is planned may be overtaken.

    For whoever looks at a claim. Lists have `next_acting`, which costs less and whose upserts histories know.
    """
    planned = next_planned(state, now)
    if planned is None:
        return None
    foreseen = next((each for each in coming(state, now) if each.kind != "step_skipped"), None)
    return foreseen or (planned if planned.acts else None)


def kindly(do: acts.Do, now: datetime) -> ev.Event:
    """The world at its kindest: it takes everything, and no check finds anything."""
    match do:
        case acts.Note():
            return do.event
        case acts.Send():
            known = do.model_dump(include={"step", "template", "attempt", "revision"})
            return ev.MessageTried(**known, at=now, outcome="sent", message_id=f"<{do.step}@quiet>")
        case acts.Draft():
            known = do.model_dump(include={"step", "revision", "facts_only"})
            return ev.AppealDrafted(**known, at=now, text=do.text or "", digest=_NO_TEXT)
        case acts.Submit():
            known = do.model_dump(include={"step", "attempt", "revision", "channel"})
            by_hand = do.channel == "operator"
            outcome: Literal["handed_over", "sent"] = "handed_over" if by_hand else "sent"
            return ev.AppealTried(**known, at=now, outcome=outcome, told=True)
        case acts.Notify():
            return ev.Noticed(at=now, tasks=do.tasks, warnings=do.warnings)
        case acts.Archive():
            return ev.Archived(at=now, ref="quiet")
        case acts.Open():
            raise AssertionError("an opened claim does not open again")
