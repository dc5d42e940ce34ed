"""The nodes of a walk: a claim on some path, and when two of them are one from there on."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple
from zoneinfo import ZoneInfo

from atoz.claims.base import instant_text
from atoz.playbook import events as ev
from atoz.playbook.agenda import asked_since
from atoz.playbook.apply import apply
from atoz.playbook.conditions import holds
from atoz.playbook.model import Playbook
from atoz.playbook.reasons import Reason
from atoz.playbook.said import Said
from atoz.playbook.state import CaseState, StepRun
from atoz.playbook.walk_moves import HOLD, Move
from atoz.playbook.walk_words import PATH


class Moment(NamedTuple):
    """A line of a path: when (UTC), and what happened (of `PATH`)."""

    at: datetime
    words: Reason


def dated(path: tuple[Moment, ...], zone: ZoneInfo) -> str:
    """A path in words with its dates in a zone; a message that is tried again, once."""
    firsts = (next(alike) for _, alike in groupby(path, key=attrgetter("words")))
    return PATH.listed(*(_said(moment, zone) for moment in firsts))


def _said(moment: Moment, zone: ZoneInfo) -> Said:
    at = f"{moment.at.astimezone(zone):%a %d %b %H:%M}"
    known = Said(at, "path.instant", {"at": instant_text(moment.at)})
    return PATH("moment", at=known, what=PATH.of(*moment.words))


class Broken(NamedTuple):
    """A promise that a path breaks: the step it is about, what is wrong, and the path."""

    step: str | None
    message: str
    path: tuple[Moment, ...]


class _Trail(NamedTuple):
    """A path, from its end."""

    moment: Moment
    before: "_Trail | None"

    def whole(self) -> tuple[Moment, ...]:
        """From the beginning."""
        moments: list[Moment] = []
        trail: _Trail | None = self
        while trail is not None:
            moments.append(trail.moment)
            trail = trail.before
        return tuple(reversed(moments))


class Node(NamedTuple):
    """A claim on some path: its state, the instant, the replies so far, how it came here."""

    state: CaseState
    now: datetime
    trail: _Trail | None = None
    had: frozenset[str] = frozenset()
    """What happens at most once, and has."""
    bent: bool = False
    overtaken: int = 0
    """How many replies came in after the appeal was written."""
    answered_at: datetime | None = None
    quiet: bool = False
    """Nothing but a warning has happened since the wait before."""

    def then(self, move: Move) -> "Node":
        """After a move."""
        state = apply(self.state, move.event)
        if move.held_until is not None:
            state = state.model_copy(update={"held_until": move.held_until})
        trail = _Trail(Moment(move.at, move.words), self.trail) if move.words else self.trail
        had = self.had | {move.once} if move.once else self.had
        late = self.overtaken + (
            self.state.appeal is not None and isinstance(move.event, ev.BuyerReplied)
        )
        bent = self.bent or move.bends or state.held_until is not None
        answered = self.answered_at
        if answered is None and (state.submitted_at or state.refunded_at):
            answered = move.at
        return Node(state, move.at, trail, had, bent, late, answered, self.quiet and not move.words)


@dataclass
class Walked:
    """What the paths of one or more claims have shown."""

    latest: timedelta | None = None
    """The latest answer on any path, from the claim's arrival on."""
    latest_path: tuple[Moment, ...] = ()
    acted: set[str] = field(default_factory=set)
    broken: Broken | None = None
    states: int = 0
    moves: int = 0


Times = tuple[float, ...]


def what_counts(node: Node, book: Playbook, people: list[Move]) -> tuple[object, Times]:
    """All of a state on which what follows can depend: what is so, and the instants of it.

    Of two nodes of which the same is so, the one that is later in all its instants has the later
    paths.
    """
    state, now = node.state, node.now
    over = {step.id: state.run(step.id).over for step in book.steps}
    waited = [step.after for step in book.steps if step.after and not over[step.id]]
    times: list[datetime] = [now]
    had = tuple(f"again {step.id}" in node.had for step in book.steps if not over[step.id])
    so: list[object] = [
        had,
        HOLD in node.had,
        node.overtaken,
        node.bent and state.appeal is None,
        node.answered_at is None,
        node.quiet,
    ]
    open_message = False
    for step in book.steps:
        _run(state.run(step.id), step.id in waited, open_message, so, times)
        open_message = open_message or (step.send is not None and not over[step.id])
    for message in state.queue:
        if not state.run(message.id).over:
            _run(state.run(message.id), False, False, so, times)
    so += _text(state)
    for move in people:
        so.append(move.words)
        times.append(move.at)
    held = state.held_until if state.held_until and state.held_until > now else None
    times += [held] if held else []
    so += (held is None, state.handed_over, open_message and state.messages_stopped)
    for step in book.steps:
        if not over[step.id] and (step.after is None or over[step.after]):
            begun = step.submit is not None and state.appeal is not None
            looks = (*step.skip_if, *step.only_if, None if begun else step.or_when)
            so += [name and holds(name, state, step) for name in looks]
    return tuple(so), tuple(at.timestamp() for at in times)


def _text(state: CaseState) -> tuple[object, ...]:
    """What counts of the appeal's text; its instants are those of the tasks about it."""
    appeal = state.appeal
    if appeal is None:
        return (None,)
    return (
        state.channel,
        appeal.stale,
        appeal.unchecked,
        appeal.edited_by is None,
        asked_since(appeal),
        appeal.approved_by is None,
        appeal.facts_only,
        bool(appeal.findings),
        appeal.approval_asked_at is None,
        appeal.unapproved_at is None,
        appeal.handed_in,
        appeal.asked_before,
    )


def _run(
    run: StepRun, waited: bool, overtakes: bool, so: list[object], times: list[datetime]
) -> None:
    """What counts of a step: of one that is over its end, where another one waits for it, and
    whether it acted, where it overtakes a message that stands above it.
    """
    if run.done_at is not None:
        so += (True, overtakes and run.state in ("done", "unknown", "handed_in"))
        times += [run.done_at] if waited else []
        return
    tries = (run.first_try_at, run.retry_at)
    so += (run.state, run.attempts if run.retry_at else 0, *(at is None for at in tries))
    times += [at for at in tries if at is not None]
