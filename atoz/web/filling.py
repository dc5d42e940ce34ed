"""A claim file from the form that starts a claim, and what is read into that form before."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from atoz.claims.base import merged
from atoz.errors import BadFields, BadInput
from atoz.service.claim_files import LONGEST
from atoz.service.problems import PROBLEMS
from atoz.web.amending import SECTIONS, instant_in, typed_value, written_in

REST = "rest"
"""The field with everything that a claim file says beyond the other fields, as JSON."""

_READABLE = 20_000
"""Signs of a rest that is written line by line."""

_VALUES = tuple(value for section in SECTIONS.values() for value in section)
NEEDED = frozenset({"claim.order_id", "claim.marketplace", "claim.amount", "claim.notified_at"})
"""Without these there is no claim; everything else may be completed later."""


def document_of(
    typed: Mapping[str, str], zone: ZoneInfo, currencies: Mapping[str, str]
) -> dict[str, Any]:
    """The claim file that a form describes; instants of the form are in `zone`, the reader's own.

    `currencies` of marketplaces stand in where none was typed. Raises BadFields for what is no
    instant, BadInput where the rest is no JSON object.
    """
    document: dict[str, Any] = {"claim": {}}
    wrong: list[tuple[str, str]] = []
    for value in _VALUES:
        word = typed.get(value.path, "").strip()
        try:
            found = instant_in(zone, word) if value.kind == "instant" and word else word
        except BadInput as fault:
            wrong.append((value.path, str(fault)))
            continue
        if found:
            part, name = value.path.split(".")
            document.setdefault(part, {})[name] = typed_value(value.path, found)
    if wrong:
        raise BadFields(wrong)
    claim = document["claim"]
    if "currency" not in claim and claim.get("marketplace") in currencies:
        claim["currency"] = currencies[claim["marketplace"]]
    return merged(_rest(typed.get(REST, "")), document)


def _rest(text: str) -> dict[str, Any]:
    if len(text) > LONGEST:
        raise BadFields([(REST, PROBLEMS("too_large", longest=f"{LONGEST:,}"))])
    try:
        found = json.loads(text) if text.strip() else {}
    except (ValueError, RecursionError) as fault:
        raise BadFields([(REST, f"this is no JSON: {fault}")]) from fault
    if not isinstance(found, dict):
        raise BadFields([(REST, 'this must be one JSON object, like {"listing": {…}}')])
    return found


def words_of(document: Mapping[str, Any], zone: ZoneInfo) -> dict[str, str]:
    """What a form shows of a claim file: only fields that it fills, the rest as JSON.

    A value that a field cannot show, such as an instant that is none, stays in the rest.
    """
    words: dict[str, str] = {}
    rest: dict[str, Any] = {
        part: dict(found) if isinstance(found, Mapping) else found
        for part, found in document.items()
    }
    for value in _VALUES:
        part, name = value.path.split(".")
        within = rest.get(part)
        if not isinstance(within, dict) or not _plain(within.get(name)):
            continue
        word: str | None = written_in(within[name])
        if value.kind == "instant":
            word = _local(str(word), zone)
        if word is not None:
            words[value.path] = word
            del within[name]
    left = {part: found for part, found in rest.items() if found not in ({}, None, [])}
    words[REST] = _written(left) if left else ""
    return words


def _written(document: Mapping[str, Any]) -> str:
    """As JSON that a person reads; half a letter stays escaped."""
    text = json.dumps(document, ensure_ascii=False)
    # What is long may be deep, and every line would begin with the depth.
    indent = 2 if len(text) < _READABLE else None
    return json.dumps(document, ensure_ascii=not _shown(text), indent=indent)


def _plain(found: object) -> bool:
    return isinstance(found, str | int | float | bool) and found != "" and _shown(str(found))


def _shown(text: str) -> bool:
    """Whether a page can hold it: half a letter has no bytes."""
    return text == text.encode("utf-8", "replace").decode()


def _local(word: str, zone: ZoneInfo) -> str | None:
    """An instant as a browser's own field takes it, in the reader's zone; None for what is none."""
    try:
        at = datetime.fromisoformat(word)
    except ValueError:
        return None
    if at.tzinfo is None:
        return None
    try:
        local = at.astimezone(zone).replace(tzinfo=None)
    except OverflowError:  # the first and the last day of the calendar
        return None
    return local.isoformat(timespec="seconds" if local.second else "minutes")
