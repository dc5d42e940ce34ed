"""What can happen next to a claim under way: what the world answers, what people and buyers do.

Each move is an event with the words for it. What only lies between two others is left out: a
message ends at its first attempt or at its last one, a reply comes just after something happened or
just before something will, a person acts at the last moment or not at all.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from atoz.playbook import acts
from atoz.playbook import events as ev
from atoz.playbook.model import INTENTS, Effect, Intent, Playbook, Step
from atoz.playbook.parts import Attachment
from atoz.playbook.reactions import ANSWERS
from atoz.playbook.reasons import Reason
from atoz.playbook.schedule import approval_ends, due_at, playbook_of, retry_pause
from atoz.playbook.state import Appeal, CaseState, Task
from atoz.playbook.tasks import TASKS

SECOND = timedelta(seconds=1)

HOLD = "hold"
"""Holds on one path are one: a second one makes it longer."""

PHOTO = Attachment(name="photo.jpg", type="image/jpeg", size=1, sha256="0" * 64)
FOUND = ev.Finding(rule="any", severity="warn", message="what a check found")


class Move(NamedTuple):
    """Something that happens, when (UTC), and as what (of `PATH`); what comes from the engine as nothing."""

    at: datetime
    event: ev.Event
    words: Reason = ()
    of_a_person: bool = False
    """Somebody has to do it: time does not pass without it."""
    once: str = ""
    """What happens at most once on a path: a kind of reply, a message found out not to have gone."""
    held_until: datetime | None = None
    """Until when the buyer keeps the steps held by writing so again and again."""
    bends: bool = False
    """Whether it moves steps behind their plan, on a buyer's or a person's word."""


# The world ------------------------------------------------------------------------------------


def sent(state: CaseState, do: acts.Send, now: datetime) -> Iterator[Move]:
    """How an attempt to send a message can end, the slowest way first."""
    fresh, again = _attempt(state, do.step, do.attempt, now)
    outcomes: list[ev.SendOutcome] = ["refused_for_now"]
    outcomes += ["unknown", "sent"] if fresh or not again else []
    outcomes += ["refused"] if fresh and again else []
    if playbook_of(state).step(do.step) is None:
        outcomes = ["sent"]  # an answer to the question of a buyer moves no step
    for outcome in outcomes:
        event = ev.MessageTried(
            at=now,
            step=do.step,
            template=do.template,
            attempt=do.attempt,
            revision=do.revision,
            outcome=outcome,
            message_id=f"<{do.step}.{do.revision}.{do.attempt}>",
        )
        yield Move(now, event, (outcome, do.step))


def _attempt(state: CaseState, step: str, attempt: int, now: datetime) -> tuple[bool, bool]:
    """Whether this is the first attempt, and whether another one is left after it."""
    run = state.run(step)
    first = run.first_try_at or now
    again = now + retry_pause(attempt) <= first + playbook_of(state).retry_budget
    return run.retry_at is None, again


def drafted(state: CaseState, step: Step, do: acts.Draft, now: datetime) -> Iterator[Move]:
    """A text with findings, where they matter, and one without. A person's own keeps its words."""
    certain = do.facts_only or step.approval != "on_findings"
    for found in (False,) if certain else (True, False):
        event = ev.AppealDrafted(
            at=now,
            step=do.step,
            revision=do.revision,
            text="text" if do.text is None else do.text,
            digest=f"d{do.revision}",
            findings=(FOUND,) if found else (),
            facts_only=do.facts_only,
            edited_by=do.edited_by,
            facts_known=state.facts_recorded,
        )
        yield Move(now, event, ("written_found" if found else "written", do.step))


def handed_in(state: CaseState, do: acts.Submit, now: datetime) -> Iterator[Move]:
    """How an attempt to hand in the appeal can end, through its channel."""
    fresh, again = _attempt(state, do.step, do.attempt, now)
    outcomes = ["refused_for_now"]
    if fresh or not again:
        outcomes += ["handed_over"] if do.channel == "operator" else ["unknown", "sent"]
    outcomes += ["refused"] if fresh and again else []
    for outcome in outcomes:
        event = ev.AppealTried.model_validate(
            {
                "at": now,
                "step": do.step,
                "attempt": do.attempt,
                "revision": do.revision,
                "channel": do.channel,
                "outcome": outcome,
                "receipt": "R",
            }
        )
        yield Move(now, event, ("handed_in" if outcome == "sent" else outcome, do.step))


# People ---------------------------------------------------------------------------------------


def by_people(state: CaseState, now: datetime) -> Iterator[Move]:
    """What people do about the open tasks: the last moment of each duty, and what they may do."""
    for task in state.tasks:
        if task.open:
            yield from (move for move in _of_task(state, task) if move.at >= now)


def _of_task(state: CaseState, task: Task) -> Iterator[Move]:
    book = playbook_of(state)
    at = task.opened_at + book.operator_lead
    if task.kind == "approve-appeal" and state.appeal is not None:
        yield from _about_approval(state, task, state.appeal)
    elif task.kind == "settle-send":
        again = Move(at, _done(task, at, "not-sent"), ("not_gone", str(task.step)))
        yield again._replace(once=f"again {task.step}", bends=True)
        yield Move(at, _done(task, at, "sent"), ("gone", str(task.step)))
    elif task.kind == "refund-buyer":
        amount = state.file.claim.amount - state.refunded_total
        yield Move(at, ev.Refunded(at=at, key=task.id, amount=amount), ("refunds",), True)
    elif TASKS[task.kind].clock == "response" or _is_asked(state, task):
        yield Move(at, _done(task, at, "R"), ("does", task.id), True)


def _is_asked(state: CaseState, task: Task) -> bool:
    return task.step is not None and state.run(task.step).state == "asked"


def _about_approval(state: CaseState, task: Task, appeal: Appeal) -> Iterator[Move]:
    """Approved at the end of the allowance, in the last second, rejected; or never."""
    allowed = task.opened_at + playbook_of(state).approval_allowance
    for at, key in ((allowed, "approved"), (approval_ends(state) - SECOND, "approved_late")):
        yes = ev.Approved(at=at, key=f"{task.id}-yes", task=task.id, digest=appeal.digest)
        yield Move(at, yes, (key,))
    no = ev.Rejected(at=allowed, key=f"{task.id}-no", task=task.id, why="no")
    yield Move(allowed, no, ("rejected",))


def _done(task: Task, at: datetime, receipt: str) -> ev.TaskDone:
    return ev.TaskDone(at=at, key=f"{task.id}-done", task=task.id, receipt=receipt)


# The buyer ------------------------------------------------------------------------------------


def replies(playbook: Playbook) -> frozenset[Intent]:
    """One intent for each kind of reply that the engine tells apart, by what it does to the steps.

    Intents that only open tasks do nothing to them and are one kind.
    """
    kinds: dict[tuple[object, ...], Intent] = {}
    for intent in INTENTS:
        kinds.setdefault(_effect(intent, playbook.on_reply[intent]), intent)
    return frozenset(kinds.values())


def _effect(intent: Intent, effects: tuple[Effect, ...]) -> tuple[object, ...]:
    bending = tuple(e for e in effects if e.hold or e.send or e.stop_messages)
    return (intent == "photos", intent in ANSWERS, *bending)


def reply(state: CaseState, intent: Intent, at: datetime) -> Iterator[Move]:
    """The buyer writes; who sends photos attaches one.

    What holds the steps holds them for its span, or is written again and again to the end: what lies
    between holds them for a time between.
    """
    files = (PHOTO,) if intent == "photos" else ()
    event = ev.BuyerReplied(
        at=at, message_id=f"<{state.facts_recorded}>", intents=(intent,), attachments=files
    )
    if not any(effect.hold for effect in playbook_of(state).on_reply[intent]):
        yield Move(at, event, ("writes", intent))
        return
    ends = due_at(state)
    again = ("writes_on", intent)
    yield Move(at, event, again, once=HOLD, held_until=ends)
    yield Move(at, event, ("writes", intent), once=HOLD)


def decision(at: datetime) -> ev.Event:
    """The marketplace decides."""
    return ev.MarketplaceDecided.model_validate({"at": at, "message_id": "<d>", "status": "denied"})
