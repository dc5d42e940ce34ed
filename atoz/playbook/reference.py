"""The reference of playbook files as a page, from the schema and the vocabularies: `make docs`.

Nothing in it is written by hand, so that it cannot tell of a key that the reader does not take.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from atoz.playbook.schema import playbook_schema
from atoz.playbook.tasks import TASKS
from atoz.playbook.vocabulary import CONDITION_WORDS, INTENT_WORDS

_HEAD = """# What may stand in a playbook

This page is made from the program itself (`make docs`), like the schema by which editors complete
playbooks, `playbooks/schema/playbook.schema.json`. How one is written, step by step:
[write-a-playbook.md](write-a-playbook.md).

A playbook is one YAML file directly in `playbooks/`. A span is elapsed time, written `1d`, `36h`, `90m` or
`1d12h`; a day is 24 hours, whatever the calendar says. Every name comes from a fixed list: there are no
expressions and no code in a playbook, so that it can be proved and explained."""
_PARTS = {
    "Whom it applies to: `applies`": "Applies",
    "A step: `steps`": "Step",
    "What a reply does: `on_reply`": "Effect",
}


def reference(templates: Iterable[str] = ()) -> str:
    """The page in Markdown; `templates` are those that the folder holds."""
    return "\n".join(_lines(playbook_schema(), sorted(templates))) + "\n"


def _lines(schema: Mapping[str, Any], templates: list[str]) -> Iterator[str]:
    yield _HEAD
    yield "\n## The file\n"
    yield from _keys(schema, schema)
    for title, part in _PARTS.items():
        described = schema["$defs"][part]
        yield f"\n## {title}\n"
        yield f"{described['description']}\n"
        yield from _keys(described, schema)
    yield "\n## Conditions\n"
    yield "For `or_when`, `skip_if`, `only_if` and `applies.any_of`.\n"
    yield from _table(("condition", "holds when"), CONDITION_WORDS)
    yield "\n## Intents\n"
    yield "What a reply says, as the phrase lists (`playbooks/phrases/`) read it; a reply may say several.\n"
    yield from _table(("intent", "the reply"), INTENT_WORDS)
    yield "\n## Tasks\n"
    yield "What a person can be asked, by `ask`, by a reply's `task` and by `on_decision`.\n"
    yield from _table(("task", "what it asks"), {kind: rule.title for kind, rule in TASKS.items()})
    yield "\n## Templates\n"
    yield "The messages that `send` can name: in every language a file of that name.\n"
    yield "\n".join(f"- `{name}`" for name in templates)


def _keys(part: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[str]:
    needed = part.get("required", ())
    yield "| key | value | left out | what |"
    yield "|---|---|---|---|"
    for key, value in part["properties"].items():
        default = "must stand" if key in needed else _default(value)
        yield f"| `{key}` | {_value(value, schema)} | {default} | {value.get('description', '')} |"


def _default(value: Mapping[str, Any]) -> str:
    return f"`{value['default']}`" if "default" in value else ""


_NAMED = {"Span": "a span", "Applies": "keys", "Step": "steps", "Effect": "effects"}
_LISTS: Mapping[str, Mapping[Any, Any]] = {"condition": CONDITION_WORDS, "task": TASKS}


def _value(value: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """What may stand behind a key, in a few words."""
    if "$ref" in value:
        name = value["$ref"].rpartition("/")[2]
        return _NAMED.get(name) or _value(schema["$defs"][name], schema)
    if "enum" in value:
        lists = (
            f"a {name}, see below"
            for name, all_ in _LISTS.items()
            if set(value["enum"]) == set(all_)
        )
        return next(lists, None) or ", ".join(f"`{word}`" for word in value["enum"])
    if value.get("type") == "array":
        return f"list: {_value(value['items'], schema)}"
    if "const" in value:
        return f"`{value['const']}`".replace("True", "true")
    if value.get("type") == "object":
        inner = _value(value["additionalProperties"], schema)
        return f"by {'intent' if 'required' in value else 'status'}: {inner}"
    return {"integer": "a whole number"}.get(
        value.get("type", ""), "a name" if "pattern" in value else "a text"
    )


def _table(heads: tuple[str, str], words: Mapping[Any, str]) -> Iterator[str]:
    yield f"| {heads[0]} | {heads[1]} |"
    yield "|---|---|"
    for name, said in words.items():
        yield f"| `{name}` | {said} |"
