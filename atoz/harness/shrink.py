"""Making a case that breaks a promise smaller, until nothing more can be left out of it.

Each step tries one thing less: an event, a duty of the people, a trouble of the world, a detail of an
event; at last the instants are made round, so that a person can read them.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from atoz.claims.case import Arriving, CaseFile, DoEdit, FloodEvent, ReplyEvent

_CALM = {"sends": "sent", "hand_ins": "sent", "findings": False, "notices": True}
_SPANS = ("late", "slow")
_WORDS = "Short."
_GRAINS = (timedelta(days=1), timedelta(hours=1), timedelta(minutes=1))


def shrunk(case: CaseFile, breaks: Callable[[CaseFile], bool]) -> CaseFile:
    """The smallest case on the way down that still `breaks` the same promise."""
    while smaller := next((each for each in _lesser(case) if breaks(each)), None):
        case = smaller
    return case


def _lesser(case: CaseFile) -> Iterator[CaseFile]:
    """The case with one thing less, the largest things first."""
    events = case.events
    for number in range(len(events)):
        yield _with(case, events=events[:number] + events[number + 1 :])
    for duty in case.operator:
        yield _with(case, operator={k: span for k, span in case.operator.items() if k != duty})
    yield from _calmer(case)
    for number, event in enumerate(events):
        for plainer in _plainer(event, case.claim.notified_at):
            yield _with(case, events=(*events[:number], plainer, *events[number + 1 :]))


def _with(case: CaseFile, **changes: Any) -> CaseFile:
    return case.model_copy(update=changes)


def _calmer(case: CaseFile) -> Iterator[CaseFile]:
    """One trouble less, the last ones first; or one that is none."""
    for name in (*_CALM, *_SPANS):
        calm = _CALM.get(name, timedelta(0))
        values = getattr(case.world, name)
        for number in reversed(range(len(values))):
            yield _troubled(case, **{name: values[:number] + values[number + 1 :]})
        for number, value in enumerate(values):
            if value != calm:
                yield _troubled(case, **{name: (*values[:number], calm, *values[number + 1 :])})
    if case.world.channel != "operator":
        yield _troubled(case, channel="operator")
    if case.world.until:
        yield _troubled(case, until=timedelta(0))


def _troubled(case: CaseFile, **changes: Any) -> CaseFile:
    return _with(case, world=case.world.model_copy(update=changes))


def _plainer(event: Any, arrives: datetime) -> Iterator[Any]:
    """The event with a detail less, or at a rounder time after the notice."""
    if isinstance(event, ReplyEvent):
        if len(event.intents) > 1:
            yield from (event.model_copy(update={"intents": (each,)}) for each in event.intents)
        if event.attachments:
            yield event.model_copy(update={"attachments": ()})
    if isinstance(event, FloodEvent):
        yield from _ebbing(event)
    if isinstance(event, Arriving) and event.arrived_at is not None:
        yield event.model_copy(update={"arrived_at": None})
    if isinstance(event, DoEdit) and event.text != _WORDS:
        yield event.model_copy(update={"text": _WORDS})
    for grain in _GRAINS:
        rounded = arrives + (event.at - arrives) // grain * grain
        if rounded == event.at:
            return
        yield event.model_copy(update={"at": rounded})


def _ebbing(event: FloodEvent) -> Iterator[FloodEvent]:
    """A flood of fewer mails or of shorter ones: by the half first, at last by one."""
    for name, value in (("mails", event.mails), ("letters", event.letters)):
        step = value // 2
        while step:
            yield event.model_copy(update={name: value - step})
            step //= 2
    if event.every:
        yield event.model_copy(update={"every": timedelta(0)})
