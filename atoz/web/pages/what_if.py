"""What if: events put on a calendar, and the course that a case or a running claim then takes."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from atoz.errors import AtozError, BadInput, NoSuchClaim
from atoz.harness.samples import sample_cases
from atoz.playbook.chart_svg import svg
from atoz.service.problems import PROBLEMS
from atoz.web.amending import instant_in
from atoz.web.gate import Who, board_of
from atoz.web.looks import Looks
from atoz.web.pages.claim import DRAWING
from atoz.web.pages.render import looks_of, render
from atoz.web.what_if import (
    KINDS,
    MOST_EVENTS,
    Answer,
    Event,
    Question,
    answer,
    calendar,
    checked,
    event_of,
)

router = APIRouter()

_NOON = time(12)

Word = Annotated[str, Query(max_length=100)]
Events = Annotated[list[str], Query(alias="e", max_length=MOST_EVENTS + 1)]


@router.get("/what-if")
async def what_if(
    request: Request,
    _: Who,
    *,
    case: Word = "",
    order: Word = "",
    playbook: Word = "",
    people: Word = "",
    e: Events = [],  # noqa: B006 - never changed
    kind: Word = "",
    at: Word = "",
    day: Word = "",
    add: Word = "",
    drop: Word = "",
) -> Response:
    """The form, and under it what would happen. `day` or `add` puts an event there, `drop` takes one away."""
    looks, problem, found, wrong = looks_of(request), None, None, None
    asked = Question(case, order.strip(), playbook, people)
    if not asked.case and not asked.order:
        asked = asked._replace(case=next(iter(sample_cases()), ""))
    if asked.order:
        asked = asked._replace(case="")
    try:
        asked = asked._replace(events=_kept(e, drop)).peopled
        try:
            more = asked.with_one_more(_added(looks, kind, at, day, add))
            asked, found = more, await _answer(request, more)
        except BadInput as fault:
            if not day and not add:
                raise
            # What cannot be put there is told at the form; what is there already stays, with its course.
            wrong, found = str(fault), await _answer(request, asked)
    except (BadInput, NoSuchClaim) as fault:
        problem = str(fault)
    values = {
        "asked": asked,
        "problem": problem,
        "wrong": wrong,
        "answer": found,
        "days": calendar(found, asked, looks) if found else [],
        "here": urlencode(asked.pairs),
        "kind": kind if kind in KINDS else next(iter(KINDS)),
        "at": at,
        **_choices(request, looks, asked),
    }
    return render(request, "what_if.html", values)


@router.get("/what-if/drawing.svg")
async def drawing(
    request: Request,
    _: Who,
    *,
    case: Word = "",
    order: Word = "",
    playbook: Word = "",
    people: Word = "",
    e: Events = [],  # noqa: B006 - never changed
) -> Response:
    """The course as a drawing on the reader's calendar."""
    asked = Question(case, order, playbook, people, tuple(map(event_of, e))).peopled
    found, looks = await _answer(request, asked), looks_of(request)
    drawn = svg(found.played.chart(looks.zone.key), looks.say)
    return Response(drawn, media_type="image/svg+xml", headers=DRAWING)


async def _answer(request: Request, asked: Question) -> Answer:
    found: Answer = await request.app.state.simulations.play(
        lambda: answer(board_of(request), asked)
    )
    return found


def _choices(request: Request, looks: Looks, asked: Question) -> Mapping[str, Any]:
    try:
        books = [
            (each.name, looks.heard(each.title, "shipped"))
            for each in board_of(request).service.library.playbooks
        ]
    except AtozError:
        books = []
    words = looks.words
    return {
        "cases": [
            (name, looks.heard(each.title or name, "shipped"))
            for name, each in sample_cases().items()
        ],
        "playbooks": books,
        "kinds": [(kind, words(f"what_if.{kind}")) for kind in KINDS],
        "peoples": [(people, words(f"what_if.people-{people}")) for people in asked.peoples],
    }


def _added(looks: Looks, kind: str, at: str, day: str, add: str) -> Event | None:
    """The event that a button asks for: on a day of the calendar, or at the instant that was typed."""
    if not day and not add:
        return None
    if not day and not at:
        raise BadInput(PROBLEMS("say_when"))
    word = at
    if day:
        word = f"{_day(day)}T{_time(at):%H:%M}"
    return checked(Event(datetime.fromisoformat(instant_in(looks.zone, word)), kind))


def _day(word: str) -> date:
    try:
        return date.fromisoformat(word)
    except ValueError as fault:
        raise BadInput(PROBLEMS("no_day", word=repr(word[:40]))) from fault


def _time(at: str) -> time:
    """The time of day that the form shows, else noon."""
    try:
        return datetime.fromisoformat(at).time() if at else _NOON
    except ValueError:
        return _NOON


def _kept(written: list[str], drop: str) -> tuple[Event, ...]:
    """The events of the address without the one that is taken away, in order."""
    events = [event_of(each) for each in written]
    if drop.isdecimal() and int(drop) < len(events):
        del events[int(drop)]
    return tuple(sorted(events))
