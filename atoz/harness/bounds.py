"""How much one simulation may ask for where many share a machine: events, texts, time, steps, seconds.

A person at their own keyboard may play what they like; a board plays for everybody at once.
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple, TypeVar

from atoz.claims.case import CaseAttachment, DoEdit, DoEvidence, FloodEvent, Happenings, ReplyEvent
from atoz.errors import BadInput
from atoz.playbook import events as ev
from atoz.playbook.acts import Do
from atoz.playbook.simulate import World
from atoz.playbook.state import CaseState
from atoz.service.problems import PROBLEMS

MOST_EVENTS = 200
"""Also the mails of floods."""
MOST_LETTERS = 100_000
"""Of all texts together."""
MOST_BYTES = 20_000_000
"""Of all files together, as the case says their sizes."""
LONGEST = timedelta(days=400)
"""Between the claim's beginning and the last that happens: no clock of a claim runs so long."""

T = TypeVar("T")


class Bounds(NamedTuple):
    """What one play may take. `steps` are acts and waits of the engine."""

    steps: int = 3_000
    seconds: float = 5


def within(happens: Happenings, starts: datetime) -> None:
    """Raise BadInput where more happens, or later, than a shared machine plays. `starts` is UTC."""
    events = happens.events
    count = sum(event.mails if isinstance(event, FloodEvent) else 1 for event in events)
    if count > MOST_EVENTS:
        raise BadInput(PROBLEMS("play_events", count=f"{count:,}", most=MOST_EVENTS))
    letters = sum(map(_letters, events))
    if letters > MOST_LETTERS:
        raise BadInput(PROBLEMS("play_letters", count=f"{letters:,}", most=f"{MOST_LETTERS:,}"))
    files = sum(file.bytes for event in events for file in _files(event))
    if files > MOST_BYTES:
        raise BadInput(PROBLEMS("play_bytes", count=f"{files:,}", most=f"{MOST_BYTES:,}"))
    for number, event in enumerate(events):
        last = event.at + event.mails * event.every if isinstance(event, FloodEvent) else event.at
        if last > starts + LONGEST:
            raise BadInput(PROBLEMS("play_far", path=f"events.{number}.at", days=LONGEST.days))
    if happens.world.until > LONGEST:
        raise BadInput(PROBLEMS("play_until", days=LONGEST.days))


def _letters(event: object) -> int:
    match event:
        case ReplyEvent() | DoEdit():
            return len(event.text)
        case FloodEvent():
            return event.letters
        case _:
            return 0


def _files(event: object) -> tuple[CaseAttachment, ...]:
    match event:
        case ReplyEvent():
            return event.attachments
        case DoEvidence():
            return (event.file,)
        case _:
            return ()


class Hurried:
    """A world that gives up when its time is over."""

    def __init__(self, world: World, seconds: float) -> None:
        self._world, self._seconds = world, seconds
        self._ends = time.monotonic() + seconds

    def perform(self, state: CaseState, do: Do, now: datetime) -> ev.Event:
        """Carry the act out, unless the play has taken too long. Raises BadInput."""
        if time.monotonic() > self._ends:
            raise BadInput(PROBLEMS("play_time", seconds=f"{self._seconds:g}"))
        return self._world.perform(state, do, now)


def sober(play: Callable[[], T]) -> T:
    """What a play gives. Raises BadInput where its dates leave the calendar, or the engine spins."""
    try:
        return play()
    except OverflowError as fault:
        raise BadInput(PROBLEMS("play_calendar")) from fault
    except RuntimeError as fault:
        raise BadInput(PROBLEMS("play_not", words=fault)) from fault
