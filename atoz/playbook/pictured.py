"""The words of the drawings: sentences that other tongues know, as everything that the engine says."""

from collections.abc import Callable, Iterable
from datetime import datetime

from atoz.claims.base import parse_span
from atoz.playbook.said import Said, Sentences, word

Say = Callable[[str], str]
"""Puts what the engine said into the reader's language; `str` leaves it in English."""

SAY = Sentences(
    "pictured",
    {
        "span": "{wait}",
        "and": "{first}, {second}",
        "what": "{what}: {how}",
        "day": "{weekday} {day:0>2} {month}",
        "date": "{weekday} {day:0>2} {month} {year}",
        "instant": "{date} {time}",
        "in_utc": "{at} ({utc} UTC)",
        # A claim's course.
        "course": "Claim of order {order}, {policy}",
        "summary": "playbook {playbook}; {status}",
        "none": "none",
        "spread": "{summary}; {first} to {last}, {zone}",
        "from_now": "now; what follows is simulated",
        "legend": (
            "Shaded: outside the sending hours. ● happened, ▬ lasted, ┄ would have run on, | a warning"
        ),
        "steps": "Steps",
        "clocks": "Clocks",
        "tasks": "Tasks",
        "inputs": "What came in",
        "holds": "Held",
        "due": "{how}, due {at}",
        "clock": "{clock}: due {at} ({source}), {how}",
        "until": "until {at}",
        # A playbook.
        "book": (
            "{name}, version {version}. In silence; times count from the claim's arrival. "
            "Answered within {wait}."
        ),
        "of_claim": "{book} Claim {order}.",
        "arrives": "The claim arrives",
        "answered": "The answer is in, or in a person's hands",
        "limit": "The limit: granted without an answer",
        "acts": "{stands}, acts {at}",
        "send": "send {what}",
        "submit": "submit {what}",
        "ask": "ask {what}",
        "task": "task: {what}",
        "stop": "stop {what}",
        "hold": "hold {wait}",
        "nothing": "nothing",
        "replies": "When the buyer writes",
        "decisions": "When the marketplace decides",
    },
)

_SETS = {
    "send": "message",
    "submit": "object",
    "ask": "task",
    "task": "task",
    "stop": "object",
}
"""Of what set the object of a deed is."""


def day(at: datetime) -> Said:
    """A day of the instant's own zone: `Tue 08 Sep`."""
    return SAY("day", **_day(at))


def instant(at: datetime) -> Said:
    """An instant on the calendar of its own zone: `Tue 08 Sep 2026 02:00`."""
    return SAY("instant", date=SAY("date", year=at.year, **_day(at)), time=f"{at:%H:%M}")


def _day(at: datetime) -> dict[str, str]:
    weekday = word("weekday", str(at.weekday()), f"{at:%a}")
    return {
        "weekday": weekday,
        "day": f"{at.day}",
        "month": word("month", str(at.month), f"{at:%b}"),
    }


def deed(words: str) -> str:
    """What is done, from the engine's short words: `send deescalate`, `task read-reply`, `hold 2d`."""
    verb, _, what = words.partition(" ")
    if verb == "hold":
        return SAY("hold", wait=parse_span(what))
    return SAY(verb, what=word(_SETS[verb], what)) if verb in _SETS else words


def deeds(each: Iterable[str]) -> str:
    """All of them with commas between; where there are none, that."""
    return SAY.listed(*map(deed, each)) or SAY("nothing")
