"""A timeline held against what a case expects: the differences in words, none when it is met."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from atoz.claims.base import parse_span

WORK_TAKES = timedelta(minutes=1)
"""The seconds that real work takes lie between an instant and what is counted from it. Source: DESIGN,
the engine: each instant within 60 s."""

Timeline = Sequence[Mapping[str, Any]]


def differences(
    expected: Mapping[str, Any],
    timeline: Timeline,
    outcome: Mapping[str, Any],
    notified_at: datetime,
) -> list[str]:
    """What differs from `expected`. A key that this harness does not know is a difference, too."""
    found: list[str] = []
    for key, wanted in expected.items():
        rule = _RULES.get(key)
        if rule is None:
            found.append(f"expected.{key} is not a key that can be checked")
        else:
            found += rule(wanted, timeline, outcome, notified_at)
    return found


def _name(fact: Mapping[str, Any]) -> str:
    """`message_sent:deescalate`, or the kind alone."""
    template = fact["data"].get("template")
    return f"{fact['kind']}:{template}" if template else str(fact["kind"])


def _is(fact: Mapping[str, Any], token: str) -> bool:
    return token in (_name(fact), fact["kind"])


def _at(fact: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(fact["at"])


def _order(wanted: list[str], timeline: Timeline, *_: object) -> Iterator[str]:
    """The tokens come in this order, with anything between them."""
    rest = iter(timeline)
    for token in wanted:
        if not any(_is(fact, token) for fact in rest):
            yield f"{token} is missing or not in its place (wanted order: {', '.join(wanted)})"
            return


def _windows(
    wanted: dict[str, list[str]], timeline: Timeline, _: object, notified_at: datetime
) -> Iterator[str]:
    for token, (earliest, latest) in wanted.items():
        first = next((fact for fact in timeline if _is(fact, token)), None)
        if first is None:
            yield f"{token} never came"
        elif not parse_span(earliest) <= _at(first) - notified_at <= parse_span(latest):
            yield f"{token} came after {_at(first) - notified_at}, not within {earliest} to {latest}"


def _must_not(wanted: list[str], timeline: Timeline, *_: object) -> Iterator[str]:
    for token in wanted:
        if any(_is(fact, token) for fact in timeline):
            yield f"{token} came and must not"


def _after_decision(wanted: list[str], timeline: Timeline, *_: object) -> Iterator[str]:
    decided = next((n for n, f in enumerate(timeline) if f["kind"] == "decision_received"), None)
    after = timeline[decided:] if decided is not None else ()
    return _must_not(wanted, after)


def _appeal(timeline: Timeline) -> str:
    drafts = [fact["data"]["text"] for fact in timeline if fact["kind"] == "appeal_drafted"]
    return str(drafts[-1]) if drafts else ""


def _contains(wanted: list[str], timeline: Timeline, *_: object) -> Iterator[str]:
    return (f"the appeal lacks {words!r}" for words in wanted if words not in _appeal(timeline))


def _excludes(wanted: list[str], timeline: Timeline, *_: object) -> Iterator[str]:
    appeal = _appeal(timeline).lower()
    return (f"the appeal says {words!r}" for words in wanted if words.lower() in appeal)


def _language(wanted: str, timeline: Timeline, *_: object) -> Iterator[str]:
    sent = {fact["data"]["language"] for fact in timeline if fact["kind"] == "message_sent"}
    if sent - {wanted}:
        yield f"messages went in {', '.join(sorted(sent))}, not in {wanted}"


def _tasks(wanted: list[str], timeline: Timeline, *_: object) -> Iterator[str]:
    """As many tasks as are described were opened because of what the buyer wrote."""
    replies = {fact["id"] for fact in timeline if fact["kind"] == "reply_received"}
    opened = [
        fact
        for fact in timeline
        if fact["kind"] == "task_opened" and replies & set(fact["data"].get("refs", ()))
    ]
    if len(opened) < len(wanted):
        yield f"no task was opened for: {'; '.join(wanted)}"


def _clocks(
    wanted: dict[str, str], _: Timeline, outcome: Mapping[str, Any], __: datetime
) -> Iterator[str]:
    for name, due in wanted.items():
        got = outcome["clocks"].get(name)
        wanted_at = datetime.fromisoformat(due)
        if got is None or abs(datetime.fromisoformat(got) - wanted_at) > WORK_TAKES:
            yield f"clock {name} ends at {got}, not at {due}"


def _equal(key: str) -> Callable[..., Iterator[str]]:
    def rule(
        wanted: object, _: Timeline, outcome: Mapping[str, Any], __: datetime
    ) -> Iterator[str]:
        if outcome[key] != wanted:
            yield f"{key} is {outcome[key]}, not {wanted}"

    return rule


def _note(*_: object) -> Iterator[str]:
    """A note is for people."""
    return iter(())


_RULES: Mapping[str, Callable[..., Iterator[str]]] = {
    "playbook": _equal("playbook"),
    "order": _order,
    "windows": _windows,
    "must_not": _must_not,
    "must_not_after_decision": _after_decision,
    "appeal_contains": _contains,
    "appeal_excludes": _excludes,
    "language": _language,
    "opens_task": _tasks,
    "clocks": _clocks,
    "final_status": _equal("status"),
    "funded_by": _equal("funded_by"),
    "odr_counts": _equal("odr_counts"),
    "note": _note,
}
