"""The JSON Schema of a playbook file, from the model that reads it: editors complete and check by it.

It says what the reader takes: spans are texts such as `36h`, an absent value is left out, and what
must stand alone (one act a step, one effect an entry) is said as far as a schema can say it.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from pydantic import TypeAdapter

from atoz.claims.base import span_text
from atoz.playbook.model import INTENTS, PlaybookFile

ADDRESS = "https://json-schema.org/draft/2020-12/schema"
SPAN = {
    "description": "A length of elapsed time: 1d, 36h, 90m, 1d12h.",
    "examples": ["1d", "36h", "90m", "1d12h"],
    "pattern": r"^(0|\+?(\d+(\.\d+)?[dhms])+)$",
    "type": "string",
}
_TEMPLATE = "^[a-z][a-z0-9_]{0,59}$"


def playbook_schema(templates: Iterable[str] = ()) -> dict[str, Any]:
    """The schema, draft 2020-12; `templates` are proposed where a message is sent."""
    raw = PlaybookFile.model_json_schema()
    schema: dict[str, Any] = _plain(raw, {"enum": sorted(templates)})
    parts = schema["$defs"]
    parts["Span"] = SPAN
    parts["Step"]["allOf"] = [
        _one_of("send", "submit", "ask", "draft"),
        _one_of("at", "after"),
    ]
    parts["Effect"] |= {"maxProperties": 1, "minProperties": 1}
    schema["properties"]["on_reply"]["required"] = list(INTENTS)
    title = {"$schema": ADDRESS, "title": "A playbook: how a claim is followed"}
    return {**title, **{key: value for key, value in schema.items() if key != "title"}}


def _one_of(*keys: str) -> dict[str, Any]:
    return {"oneOf": [{"required": [key]} for key in keys]}


def _plain(node: Any, templates: dict[str, list[str]]) -> Any:
    """The model's own schema in the terms of the file."""
    if isinstance(node, list):
        return [_plain(item, templates) for item in node]
    if not isinstance(node, dict):
        return node
    some = [each for each in node.get("anyOf", []) if each != {"type": "null"}]
    if len(some) == 1:
        node = {**{key: value for key, value in node.items() if key != "anyOf"}, **some[0]}
    if node.get("format") == "duration":
        return _span(node)
    kept = {key: _plain(value, templates) for key, value in node.items() if _kept(key, value)}
    if kept.get("pattern") == _TEMPLATE and templates["enum"]:
        pattern = {"pattern": kept.pop("pattern"), "type": kept.pop("type")}
        return {**kept, "anyOf": [templates, pattern]}
    return kept


def _kept(key: str, value: object) -> bool:
    """Neither the names that pydantic makes of keys, nor defaults that nobody writes."""
    return not (key == "title" and isinstance(value, str)) and not (
        key == "default" and not isinstance(value, (str, int))
    )


def _span(node: dict[str, Any]) -> dict[str, Any]:
    kept = {key: node[key] for key in ("description", "default") if node.get(key) is not None}
    if "default" in kept:
        kept["default"] = span_text(_DURATION.validate_python(kept["default"]))
    return {**kept, "$ref": "#/$defs/Span"}


_DURATION = TypeAdapter(timedelta)
