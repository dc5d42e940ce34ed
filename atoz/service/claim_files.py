"""Claim, case and amendment files from bytes: a whole model, or every problem with its path.

Nothing here reaches the server, so that a malformed file is refused before anything is touched.
"""

import hashlib
import json
from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from atoz.claims.case import CaseFile, Happenings
from atoz.claims.claim import ClaimFile
from atoz.errors import BadFields, BadInput
from atoz.playbook.check import fields
from atoz.service.problems import PROBLEMS

LONGEST = 500_000
"""Bytes of a claim file: what a claim carries stays far below the server's limits."""

HARNESS_KEYS = frozenset({"title", "operator", "world", "expected", "events"})
"""What a case file adds for rehearsals; a start and an amendment look past it."""

_EXAMPLE = '{"claim": {…}}'

Model = TypeVar("Model", bound=BaseModel)
File = TypeVar("File", bound=ClaimFile)


def read_claim(content: bytes, marketplaces: Collection[str]) -> ClaimFile:
    """The claim that a claim or case file describes. Raises BadInput naming every problem."""
    return claim_of(claim_document(content), marketplaces)


def claim_of(document: Mapping[str, Any], marketplaces: Collection[str]) -> ClaimFile:
    """The claim that a document describes. Raises BadFields with every problem."""
    found = _unknown_marketplace(document, marketplaces)
    try:
        claim = ClaimFile.model_validate(document)
    except ValidationError as error:
        raise BadFields([*fields(error), *found]) from error
    if found:
        raise BadFields(found)
    return claim


def read_case(content: bytes) -> CaseFile:
    """A whole case, as a simulation or rehearsal needs it. Raises BadInput naming every problem."""
    return validated(CaseFile, read_document(content))


def read_happenings(content: bytes) -> Happenings:
    """What happens to a claim: of a case file, or a list of its events alone. Raises BadInput."""
    try:
        listed = json.loads(content)
    except (ValueError, RecursionError):
        listed = None
    if isinstance(listed, list) and len(content) <= LONGEST:
        return validated(Happenings, {"events": listed})
    document = read_document(content)
    known = Happenings.model_fields
    claim = ("title", "expected", *ClaimFile.model_json_schema()["properties"])
    said = {key: value for key, value in document.items() if key in known or key not in claim}
    return validated(Happenings, said)


def read_values(content: bytes) -> dict[str, Any]:
    """The values of an amendment, nested as in a claim file; whether they fit, the claim says.

    Raises BadInput where it is no JSON object or says nothing.
    """
    values = claim_document(content)
    if not values:
        raise BadInput(PROBLEMS("amends_nothing", example=_EXAMPLE))
    return values


def digest_of(file: ClaimFile) -> str:
    """The sha256 of a claim file's content: spelling, order of keys and a case's events are none."""
    document = file.model_dump(mode="json", by_alias=True)
    text = json.dumps(document, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def shifted(file: File, now: datetime) -> File:
    """The file with every date and instant moved alike, so that the claim arrives at `now` (UTC).

    Days move by whole days, so that each keeps its distance from the day of the notice.
    """
    notified = file.claim.notified_at
    days = (now.date() - notified.date()).days
    document = file.model_dump(by_alias=True)
    moved = _moved(document, now.replace(microsecond=0) - notified, timedelta(days=days))
    return type(file).model_validate(moved)


def _moved(node: Any, span: timedelta, days: timedelta) -> Any:
    match node:
        case datetime():
            return node + span
        case date():
            return node + days
        case dict():
            return {key: _moved(value, span, days) for key, value in node.items()}
        case list() | tuple():
            return [_moved(value, span, days) for value in node]
        case _:
            return node


def read_document(content: bytes) -> dict[str, Any]:
    """The JSON object of a file. Raises BadInput where it is none, or too long."""
    if len(content) > LONGEST:
        raise BadInput(PROBLEMS("file_long", length=f"{len(content):,}", longest=f"{LONGEST:,}"))
    try:
        document = json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise BadInput(PROBLEMS("file_code")) from error
    except json.JSONDecodeError as error:
        place = {"line": error.lineno, "column": error.colno}
        raise BadInput(PROBLEMS("file_json", words=error.msg, **place)) from error
    except (ValueError, RecursionError) as error:
        raise BadInput(PROBLEMS("file_deep")) from error
    if not isinstance(document, dict):
        raise BadInput(PROBLEMS("file_object", example=_EXAMPLE))
    return document


def claim_document(content: bytes) -> dict[str, Any]:
    """What a claim or case file says of the claim. Raises BadInput where it is no JSON object."""
    document = read_document(content)
    return {key: value for key, value in document.items() if key not in HARNESS_KEYS}


def _unknown_marketplace(
    document: Mapping[str, Any], known: Collection[str]
) -> list[tuple[str, str]]:
    """A marketplace without rules, told together with everything else that is wrong."""
    claim = document.get("claim")
    name = claim.get("marketplace") if isinstance(claim, Mapping) else None
    if not isinstance(name, str) or name in known:
        return []
    said = f"{name[:40]!r} has no rules here; known: {', '.join(sorted(known))}"
    return [("claim.marketplace", said)]


def validated(model: type[Model], document: object) -> Model:
    """The model that a document describes. Raises BadInput naming every problem."""
    try:
        return model.model_validate(document)
    except ValidationError as error:
        raise BadFields(fields(error)) from error
