"""The facts of a claim as an appeal looks them up: the newest value of each kind, and what happened.

Values and their facts stay together: whatever is taken from here says which facts hold it.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from atoz.claims.facts import Fact

Ids = tuple[str, ...]


class Said(NamedTuple):
    """A sentence, or a piece of one, with the ids of the facts that hold it."""

    text: str
    facts: Ids = ()


def undelivered(facts: Iterable[Fact]) -> frozenset[str]:
    """The ids of messages that bounced, met an opt-out or never left: nothing may say that they arrived."""
    known = tuple(facts)
    unsent = (f.id for f in known if f.kind == "message_sent" and f.data.get("delivered") is False)
    return frozenset((*_refusals(known), *unsent))


def _refusals(facts: Iterable[Fact]) -> dict[str, list[str]]:
    """What came back, by the id of the message: the ids of the facts that say so."""
    found: dict[str, list[str]] = {}
    for fact in facts:
        if fact.kind == "message_refused" and fact.data.get("of"):
            found.setdefault(str(fact.data["of"]), []).append(fact.id)
    return found


def number_of(fact: Fact) -> int:
    """The place of a fact in the order in which all were recorded."""
    return int(fact.id[1:])


class Ledger:
    """The facts of a claim by kind, oldest first; days and times are those of the zone."""

    def __init__(self, facts: Iterable[Fact], zone: str) -> None:
        self.zone = ZoneInfo(zone)
        known = tuple(facts)
        gone = undelivered(known)
        self._refusals = _refusals(known)
        self._came_back = [fact for fact in known if fact.id in self._refusals]
        self._by_kind: dict[str, list[Fact]] = {}
        for fact in known:
            if fact.id not in gone:
                self._by_kind.setdefault(fact.kind, []).append(fact)

    def all(self, kind: str) -> Sequence[Fact]:
        """Every fact of the kind, oldest first; messages that came back are none."""
        return self._by_kind.get(kind, ())

    def held(self, path: str) -> Fact | None:
        """The fact that holds the value at a path of the claim file; one that was taken back is none."""
        found = self._by_kind.get(path)
        return found[-1] if found and found[-1].data.get("value") not in (None, "") else None

    def rows(self, path: str) -> list[str]:
        """The numbered paths below a path, in their order: `messages.1`, `messages.2`."""
        depth, prefix = path.count(".") + 1, f"{path}."
        numbers = {int(kind.split(".")[depth]) for kind in self._by_kind if kind.startswith(prefix)}
        return [f"{prefix}{number}" for number in sorted(numbers)]

    def below(self, path: str) -> list[Fact]:
        """The facts that hold the numbered values below a path, in their order."""
        found = map(self.held, self.rows(path))
        return [fact for fact in found if fact is not None]

    def value(self, path: str) -> Any:
        """The value at a path of the claim file, or None."""
        fact = self.held(path)
        return fact.data["value"] if fact else None

    def sent(self, *templates: str) -> Fact | None:
        """The newest message of one of these templates that really went out."""
        found = [f for f in self.all("message_sent") if f.data.get("template") in templates]
        return max(found, key=lambda fact: fact.happened_at, default=None)

    def without(self, asked: Fact, *templates: str) -> Ids:
        """The facts but for which a later message of these templates would count in this one's place."""
        later = (
            self._refusals[fact.id]
            for fact in self._came_back
            if fact.data.get("template") in templates and fact.happened_at > asked.happened_at
        )
        return tuple(ids[0] for ids in later if len(ids) == 1)

    def minute(self, at: datetime) -> str:
        """An instant as `2026-09-12 08:00`."""
        return at.astimezone(self.zone).isoformat(" ")[:_MINUTE]

    def moment(self, value: str) -> str:
        """A day of the claim file as it is, an instant as `2026-09-12 08:00`."""
        return value if len(value) == _DAY else self.minute(datetime.fromisoformat(value))

    def day(self, value: str) -> date:
        """The day of a value of the claim file."""
        if len(value) == _DAY:
            return date.fromisoformat(value)
        return datetime.fromisoformat(value).astimezone(self.zone).date()


_DAY, _MINUTE = len("2026-09-12"), len("2026-09-12 08:00")
