"""Rules on truth: nothing is said that no recorded fact carries.

They look at what a person wrote; sentences composed from facts are held to the same by construction.
"""

from collections.abc import Iterator
from datetime import datetime

from atoz.appeal.lint.sentences import FOUND, LACKS
from atoz.appeal.lint.subject import Rule, Subject, Theirs, block, cut, warn
from atoz.appeal.values import Kind, Value, values_in
from atoz.claims.facts import Fact
from atoz.playbook.events import Finding

_UNKNOWN: dict[Kind, str] = {
    "date": "unknown-date",
    "time": "unknown-date",
    "amount": "unknown-amount",
    "number": "unknown-number",
    "code": "unknown-number",
    "measure": "unknown-number",
    "hours": "unknown-number",
    "days": "unknown-number",
}


def _values(subject: Subject) -> Iterator[Finding]:
    """A date, an amount, a number or a name that no fact holds."""
    for each in subject.theirs:
        for unknown in each.sentence.unknown:
            if isinstance(unknown, Value):
                key = "unknown_span" if unknown.kind in ("hours", "days") else "unknown_value"
                said = FOUND(key, value=cut(unknown.text))
                yield block(_UNKNOWN[unknown.kind], said, each.number)
            else:
                yield block("unknown-name", FOUND("unknown_name", name=cut(unknown)), each.number)


def _unsupported(subject: Subject) -> Iterator[Finding]:
    """What rests on nothing, sentence by sentence."""
    for each in subject.theirs:
        if not each.sentence.facts and each.sentence.how != "courtesy":
            yield warn("unsupported", FOUND("unsupported", text=cut(each.text)), each.number)


def _silence(subject: Subject) -> Iterator[Finding]:
    """That somebody did not answer, or would not: only after a delivered message, timed, "as of"."""
    for each in subject.theirs:
        said = _states_silence(subject, each)
        if said is None:
            continue
        lacks = LACKS.listed(*_lacks(subject, each))
        if lacks:
            yield block("silence", FOUND("silence", said=cut(said), lacks=lacks), each.number)


def _states_silence(subject: Subject, each: Theirs) -> str | None:
    words = subject.lint
    text = words.list("not_silence").without(each.said)
    said = words.list("silence").first(text)
    if said is None and words.has("buyer", text):
        said = words.list("inability").first(text)
    return said


def _lacks(subject: Subject, each: Theirs) -> Iterator[str]:
    """What a statement of silence is without."""
    asked = subject.delivered[-1] if subject.delivered else None
    if asked is None:
        yield LACKS("message")
    else:
        reply = _reply_after(subject, asked.happened_at)
        if reply is not None:
            yield LACKS("quiet", day=subject.day(reply.came_at))
    if not any(value.kind in ("hours", "days") for value in values_in(each.text, subject.lint)):
        yield LACKS("span")
    if not subject.lint.has("as_of", each.said):
        yield LACKS("as_of")


def _reply_after(subject: Subject, at: datetime) -> Fact | None:
    replies = (f for f in subject.state.facts if f.kind == "reply_received" and f.came_at >= at)
    return next(replies, None)


def _no_photo(subject: Subject) -> Iterator[Finding]:
    """Every sentence, whoever wrote it."""
    photos = subject.state.photos
    if not photos or not subject.lint.has("no_photo", subject.own):
        return
    for number, each in enumerate(subject.sentences):
        said = subject.lint.list("no_photo").first(Theirs(number, each).said)
        if said:
            yield block("no-photo", FOUND("no_photo", said=cut(said), photos=photos), number)


def _undelivered(subject: Subject) -> Iterator[Finding]:
    """A message stated as sent that came back."""
    gone = [f for f in subject.state.facts if f.id in subject.undelivered]
    if not gone:
        return
    lost = {subject.day(f.happened_at) for f in gone}
    kept = {subject.day(f.happened_at) for f in subject.delivered}
    for each in subject.theirs:
        if not subject.lint.has("sent", each.said):
            continue
        values = values_in(each.text, subject.lint)
        days = {key for value in values if value.kind == "date" for key in value.keys}
        wrong = sorted(days & (lost - kept))
        if wrong or (not kept and not days):
            found = FOUND("undelivered_of", day=wrong[0]) if wrong else FOUND("undelivered")
            yield block("undelivered", found, each.number)


def _two_dates(subject: Subject) -> Iterator[Finding]:
    """One event told with two dates, in the text or against the record."""
    seen: dict[str, str] = {}
    for each in subject.theirs:
        told = [path for path, words in subject.lint.events.items() if words.first(each.said)]
        values = values_in(each.text, subject.lint)
        days = {value.keys for value in values if value.kind == "date"}
        if len(told) != 1 or len(days) != 1:
            continue
        path, keys = told[0], days.pop()
        recorded = _recorded(subject, path)
        first = recorded or seen.get(path)
        if keys and first is not None and not any(_is_of(first, key) for key in keys):
            key = "two_dates_recorded" if recorded else "two_dates_written"
            yield warn("two-dates", FOUND(key, day=first, other=keys[0]), each.number)
        elif keys:
            seen.setdefault(path, keys[0])


def _is_of(day: str, key: str) -> bool:
    """Whether a key names this day, with or without its year or its day."""
    return day.startswith(key) or day.endswith(key)


def _recorded(subject: Subject, path: str) -> str | None:
    """The day that the claim's newest value at this path holds, in the marketplace's zone."""
    facts = [f for f in subject.state.facts if f.kind == path]
    value = facts[-1].data.get("value") if facts else None
    if not isinstance(value, str):
        return None
    return value if len(value) == len("2026-09-08") else subject.day(datetime.fromisoformat(value))


RULES: tuple[Rule, ...] = (
    _values,
    _silence,
    _no_photo,
    _undelivered,
    _unsupported,
    _two_dates,
)
