"""The few value types that every model is built from.

They exist so that an instant is always UTC-aware, a span is always written like `36h`, and a
model is always frozen: three properties that the whole engine relies on.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Self, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
)

_Kind = TypeVar("_Kind", bound=BaseModel)


class Strict(BaseModel):
    """A frozen model read from a file that a person wrote: unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy with some values changed; what the original remembers of itself is left behind."""
        made = super().model_copy(update=update, deep=deep)
        own = vars(made)
        for name in own.keys() - type(self).model_fields.keys():
            del own[name]
        return made


class Record(BaseModel):
    """A frozen model that travels between processes: unknown keys of a newer version are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy with some values changed; like pydantic's own it validates nothing.

        The engine folds every event into such copies. A record has no extra and no private values,
        so there is little to copy: a third of the time of the general way.
        """
        if deep:
            return super().model_copy(update=update, deep=True)
        changes, known = update or {}, self.__pydantic_fields_set__
        values = {**self.__dict__, **changes}
        told = known if known.issuperset(changes) else known.union(changes)
        return _made(type(self), values, told)

    @classmethod
    def vouched(cls, **values: Any) -> Self:
        """A record of values that are what their types say already: none validated, defaults added.

        For what the engine itself makes by the dozen from values that were validated before.
        """
        blank, names = _blank(cls)
        return _made(cls, {**blank, **values}, names)


@cache
def _blank(kind: type[BaseModel]) -> tuple[dict[str, Any], set[str]]:
    """A record's fields in their order with their defaults, and their names."""
    fields = kind.model_fields
    return {name: field.get_default() for name, field in fields.items()}, set(fields)


_bare = object.__new__
_set_values, _set_told, _set_extra, _set_private = (
    vars(BaseModel)[slot].__set__
    for slot in (
        "__dict__",
        "__pydantic_fields_set__",
        "__pydantic_extra__",
        "__pydantic_private__",
    )
)


def _made(kind: type[_Kind], values: dict[str, Any], told: set[str]) -> _Kind:
    """A record of these values, filled slot by slot as pydantic itself fills it."""
    made = _bare(kind)
    _set_values(made, values)
    _set_told(made, told)
    _set_extra(made, None)
    _set_private(made, None)
    return made


def utc(instant: datetime) -> datetime:
    """The same instant in UTC, cut to whole seconds (facts are recorded in whole seconds)."""
    if instant.tzinfo is UTC and instant.microsecond == 0:
        return instant
    return instant.astimezone(UTC).replace(microsecond=0)


def instant_text(instant: datetime) -> str:
    """`2026-09-08T09:00:00Z`: the one way in which an instant is printed for machines."""
    return utc(instant).isoformat().replace("+00:00", "Z")


def compact(value: object) -> object:
    """Models without what is not there, for what is carried in a history: short and exact.

    Defaults are written out: a later edition of this program, with others, changes no claim that
    runs.
    """
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True, exclude_none=True)
    if isinstance(value, tuple):
        return [compact(item) for item in value]
    return value


Compact = PlainSerializer(compact, when_used="json")
"""Serialise this field without the values that its models do not have."""

_YEARS = range(1970, 2201)


def _near_utc(instant: datetime) -> datetime:
    """Far from the ends of time, so that no sum with a span leaves it."""
    if instant.year not in _YEARS:
        raise ValueError("an instant lies between 1970 and 2200")
    return utc(instant)


Instant = Annotated[AwareDatetime, AfterValidator(_near_utc)]
"""An aware instant, normalised to UTC and whole seconds. Naive datetimes are refused."""

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def _day_or_instant(value: object) -> object:
    """Decided by the form alone: midnight in UTC is an instant, not a day."""
    if not isinstance(value, str):
        return value
    text = value.strip()
    parsed = date.fromisoformat(text) if _DATE.fullmatch(text) else datetime.fromisoformat(text)
    if isinstance(parsed, datetime) and parsed.tzinfo is None:
        raise ValueError("write a day like 2026-08-11, or an instant with its zone")
    return parsed


Moment = Annotated[date | Instant, BeforeValidator(_day_or_instant)]
"""A carrier's or a listing's time: a calendar day when only the day is known, else an instant."""

_UNITS = {"d": 86400, "h": 3600, "m": 60, "s": 1}
_PART = re.compile(r"(\d+(?:\.\d+)?)([dhms])")
_SPAN = re.compile(r"\+?(?:\d+(?:\.\d+)?[dhms])+")
_LONGEST = timedelta(days=3650)


def parse_span(value: object) -> timedelta:
    """A span from `1d`, `36h`, `1d12h`, `90m`, `+38h` or `0`; days are elapsed 24-hour days.

    Raises ValueError with the form to write instead, and above ten years: no claim lasts longer,
    and every instant stays a date.
    """
    if isinstance(value, timedelta):
        return value
    text = str(value).strip()
    if text == "0":
        return timedelta(0)
    if not _SPAN.fullmatch(text):
        raise ValueError(f"write a span like 1d, 36h, 90m or 1d12h, not {text[:40]!r}")
    seconds = sum(float(n) * _UNITS[u] for n, u in _PART.findall(text))
    if seconds > _LONGEST.total_seconds():
        raise ValueError(f"a span is at most {_LONGEST.days}d, not {text[:40]!r}")
    return timedelta(seconds=seconds)


def span_text(span: timedelta) -> str:
    """A span in its shortest exact form: `7d`, `36h`, `1h30m`, `0h`."""
    seconds = int(span.total_seconds())
    if seconds == 0:
        return "0h"
    if seconds % 86400 == 0:
        return f"{seconds // 86400}d"
    parts = ((seconds // 3600, "h"), (seconds % 3600 // 60, "m"), (seconds % 60, "s"))
    return "".join(f"{n}{unit}" for n, unit in parts if n)


Span = Annotated[
    timedelta,
    BeforeValidator(parse_span),
    PlainSerializer(span_text, return_type=str, when_used="json"),
]
"""A length of elapsed time, written and printed like `36h`."""

_WHOLE_CURRENCIES = frozenset({"JPY", "KRW"})


def money_text(amount: Decimal, currency: str) -> str:
    """An amount as facts and appeals print it: `58.00 USD`, `4980 JPY`."""
    places = Decimal(1) if currency in _WHOLE_CURRENCIES else Decimal("0.01")
    return f"{amount.quantize(places)} {currency}"


def _not_negative(amount: Decimal) -> Decimal:
    if not amount.is_finite() or amount < 0:
        raise ValueError("an amount is zero or more")
    return amount


class Money(Record):
    """An amount in one currency; amounts of different currencies never meet.

    Raises ValueError for a negative amount or more decimals than the currency has.
    """

    amount: Annotated[Decimal, AfterValidator(_not_negative)]
    currency: str

    def model_post_init(self, _context: object, /) -> None:
        """Hold the amount to the decimals that its currency has."""
        check_decimals(self.amount, self.currency)

    def __str__(self) -> str:
        return money_text(self.amount, self.currency)

    def __add__(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            raise ValueError(f"cannot add {other.currency} to {self.currency}")
        return Money(amount=self.amount + other.amount, currency=self.currency)


def check_decimals(amount: Decimal, currency: str) -> None:
    """Raise ValueError where the amount has more decimals than the currency (JPY has none)."""
    exponent = amount.normalize().as_tuple().exponent
    places = 0 if currency in _WHOLE_CURRENCIES else 2
    if isinstance(exponent, int) and -exponent > places:
        raise ValueError(f"{currency} has {places} decimals, not {-exponent}")


def merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """`old` with the keys of `new` laid over it, nested mappings merged key by key."""
    out = dict(old)
    for key, value in new.items():
        inner = out.get(key)
        both = isinstance(inner, Mapping) and isinstance(value, Mapping)
        out[key] = merged(inner, value) if both else value  # type: ignore[arg-type] # both are mappings here
    return out
