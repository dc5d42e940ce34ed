"""The file that a new playbook starts from: another one's steps, each key explained where it stands."""

from collections.abc import Iterator
from textwrap import wrap
from typing import Any

from atoz.playbook.model import Effect, Playbook, Step
from atoz.playbook.schema import playbook_schema
from atoz.playbook.vocabulary import INTENT_WORDS

SCHEMA_HINT = "# yaml-language-server: $schema=schema/playbook.schema.json"
_SPANS = (
    "limit",
    "margin",
    "operator_lead",
    "approval_allowance",
    "retry_budget",
    "late_after",
    "aftercare",
)
_WIDTH = 100


def starting_file(base: Playbook, name: str, rank: int) -> str:
    """A commented playbook file of this name that does what `base` does; its `rank` is told apart."""
    return "\n".join(_lines(base, name, rank)) + "\n"


def free_rank(base: Playbook, taken: set[int]) -> int | None:
    """The first free rank behind `base` and before the playbook that hands over, or None.

    Behind it, so that the new file takes no claim before its author says so.
    """
    return next((rank for rank in range(base.rank + 1, max(taken)) if rank not in taken), None)


def _lines(base: Playbook, name: str, rank: int) -> Iterator[str]:
    schema = playbook_schema()
    told = {key: value.get("description", "") for key, value in schema["properties"].items()}
    whole = base.model_dump(mode="json", exclude={"written"})
    yield SCHEMA_HINT
    yield from _comment(
        f"{name}: begun as `{base.name}`. Change it, then prove and try it: `playbook check`, "
        f"`playbook simulate`, `playbook diagram`, and `playbook diff {base.name} {name}`. Every key "
        "and name: docs/playbook-reference.md."
    )
    yield from _key(told, "name", name)
    yield from _key(told, "version", "1")
    yield from _key(told, "title", name.replace("-", " ").capitalize())
    also = f" `{base.name}` stands before it with rank {base.rank}: swap the two, and new claims follow this."
    yield from _key(told, "rank", str(rank), also)
    yield ""
    yield from _comment(told["applies"])
    yield from _applies(base)
    yield ""
    for key in _SPANS:
        yield from _key(told, key, whole[key])
    yield ""
    yield from _comment(f"{told['steps']} {schema['$defs']['Step']['description']}")
    yield "steps:"
    untold = dict(schema["$defs"]["Step"]["properties"])
    for step in base.steps:
        yield from _step(step, untold)
        yield ""
    yield from _reactions(base, told["on_reply"])
    yield ""
    yield from _comment(told["on_decision"])
    yield "on_decision:" if base.on_decision else "# on_decision:"
    for status, kinds in base.on_decision.items():
        yield f"  {status.value}: {_list(kinds)}"


def _comment(text: str, indent: str = "") -> Iterator[str]:
    for line in wrap(text, _WIDTH - len(indent) - 2, break_on_hyphens=False):
        yield f"{indent}# {line}"


def _key(told: dict[str, str], key: str, value: str, also: str = "") -> Iterator[str]:
    yield from _comment(told[key] + also)
    yield f"{key}: {value}"


def _applies(base: Playbook) -> Iterator[str]:
    said = base.applies.model_dump(mode="json", exclude_none=True)
    yield "applies:" if said else "# applies: {reasons: [damaged], marketplaces: [US]}"
    for key, names in said.items():
        yield f"  {key}: {_list(names)}"


def _step(step: Step, untold: dict[str, Any]) -> Iterator[str]:
    """One step; what a key does stands above the first one of the file."""
    given = step.model_dump(mode="json", exclude_defaults=True)
    if step.submit:
        given |= {"approval": step.approval, "if_unapproved": step.if_unapproved}
    dash = "  - "
    for key, value in given.items():
        told = untold.pop(key, {}).get("description", "")
        yield from _comment(told, "    " if dash == "    " else "  ")
        yield f"{dash}{key}: {_list(value) if isinstance(value, list) else value}"
        dash = "    "


def _reactions(base: Playbook, told: str) -> Iterator[str]:
    yield from _comment(told)
    yield "on_reply:"
    for intent, effects in base.on_reply.items():
        yield from _comment(INTENT_WORDS[intent].capitalize() + ".", "  ")
        yield f"  {intent}: [{', '.join(_effect(effect) for effect in effects)}]"


def _effect(effect: Effect) -> str:
    ((key, value),) = effect.model_dump(mode="json", exclude_unset=True).items()
    return f"{{{key}: {'true' if value is True else value}}}"


def _list(names: Any) -> str:
    return f"[{', '.join(map(str, names))}]"
