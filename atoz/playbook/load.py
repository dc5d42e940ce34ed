"""Playbooks, policies and phrase lists from text: a whole model, or every problem with its place.

Text in, model out; files are opened elsewhere. The same reader serves every model that a person
writes, so that all of them are refused in the same words.
"""

import json
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from atoz.claims.policy import Policy
from atoz.playbook.advice import advise, keys_at
from atoz.playbook.file_checks import Finding, in_playbook, in_policy
from atoz.playbook.model import Playbook, PlaybookFile, Written
from atoz.playbook.problems import PlaybookRefused, Problem, nearest, shown
from atoz.playbook.reading import read_tree
from atoz.playbook.tree import Leaf, Node, Path, Place, Row, Table, find, place_of, walk

__all__ = ["PlaybookRefused", "Problem", "load_playbook", "load_policy", "problem_at", "read_yaml"]

MAX_PROBLEMS = 100

Model = TypeVar("Model", bound=BaseModel)


_REMEMBERED = 256
"""A folder's files, and some: whoever needs the same text twice reads it once. Models are frozen."""

Check = Callable[[Node], Iterator[Finding]]


def load_playbook(text: str, file: str, templates: frozenset[str] | None = None) -> Playbook:
    """The playbook that a text holds; with `templates`, every `send` must name one of them.

    `file` is named in problems, and its last part in the playbook. Raises PlaybookRefused with every
    problem of the text.
    """
    return _playbook(text, file, templates)


@lru_cache(_REMEMBERED)
def _playbook(text: str, file: str, templates: frozenset[str] | None) -> Playbook:
    found, root = _read(text, file, PlaybookFile, lambda root: in_playbook(root, templates))
    lines = {step.id: place_of(root, ("steps", n)).line for n, step in enumerate(found.steps)}
    written = Written(file=file.replace("\\", "/").rpartition("/")[2], lines=lines)
    return Playbook.model_validate({**dict(found), "written": written})


def load_policy(text: str, file: str) -> Policy:
    """The policy that a text holds. Raises PlaybookRefused with every problem of the text."""
    return read_yaml(text, file, Policy, in_policy)


def read_yaml(text: str, file: str, model: type[Model], check: Check | None = None) -> Model:
    """A model from YAML text, strictly: a number is no text, `no` is no false, nothing is guessed.

    `check` finds what concerns several values at once and knows its place better than the model.
    Raises PlaybookRefused with every problem, in the order of the text, and nothing else.
    """
    found: Model = _model(text, file, model, check)
    return found


@lru_cache(_REMEMBERED)
def _model(text: str, file: str, model: type[Model], check: Check | None) -> Model:
    return _read(text, file, model, check)[0]


def _read(text: str, file: str, model: type[Model], check: Check | None) -> tuple[Model, Node]:
    """The model, and the tree that knows where each of its values stands."""
    root, problems = read_tree(text, file)
    result: Model | None = None
    if root is not None:
        checked = list(check(root)) if check else []
        found = [*_empty(root), *checked]
        try:
            result = model.model_validate_json(json.dumps(root.plain()), strict=True)
        except ValidationError as error:
            errors = error.errors(include_url=False, include_input=False)
            found += _advised(errors, model, root, known=bool(checked))
        problems += [
            Problem(file, place.line, place.column, shown(said, 600)) for place, said in found
        ]
    if result is None or root is None or problems:
        each = dict.fromkeys(sorted(problems, key=lambda problem: problem[1:3]))
        raise PlaybookRefused(tuple(each)[:MAX_PROBLEMS])
    return result, root


def problem_at(text: str, file: str, path: Path, message: str) -> Problem:
    """A problem that shows only beside other files, at the value of `path` in the file's text."""
    root, _ = read_tree(text, file)
    place = place_of(root, path) if root is not None else Place()
    return Problem(file, place.line, place.column, message)


def _empty(root: Node) -> Iterator[Finding]:
    """Keys behind which nothing stands."""
    for path, node in walk(root):
        if _is_empty(node) and node.key is not None:
            said = (
                f"nothing stands behind `{shown(path[-1])}:`: write a value, or leave the key out"
            )
            yield Finding(node.key, said)


def _advised(
    errors: list[ErrorDetails], model: type[BaseModel], root: Node, *, known: bool
) -> Iterator[Finding]:
    """Each error in the file's terms, but for those that only follow from another one."""
    meant = {
        (*error["loc"][:-1], nearest(str(error["loc"][-1]), keys_at(model, error["loc"][:-1])))
        for error in errors[:MAX_PROBLEMS]
        if error["type"] == "extra_forbidden"
    }
    for error in errors[:MAX_PROBLEMS]:
        path, node = error["loc"], find(root, error["loc"])
        if path in meant or _follows(error, node, known=known):
            continue
        said = advise(error, model, node)
        of_key = error["type"] == "extra_forbidden" or path[-1:] == ("[key]",)
        place = place_of(root, path, of_key=of_key)
        yield Finding(_quoted(root, said) or place if isinstance(node, Table) else place, said)


def _follows(error: ErrorDetails, node: Node | None, *, known: bool) -> bool:
    """Whether an error only repeats another: of a key that is empty, of items that are wrong."""
    if error["type"] == "missing":
        return node is not None
    if error["type"] == "too_short" and isinstance(node, Row):
        return len(node.items) >= int(error["ctx"]["min_length"])
    if error["type"] == "value_error" and isinstance(node, Table):
        at_root = not error["loc"]
        return (known and at_root) or any(_is_empty(value) for value in node.entries.values())
    return False


def _is_empty(node: Node) -> bool:
    return isinstance(node, Leaf) and node.value is None


def _quoted(root: Node, said: str) -> Place | None:
    """Where the text stands that a model's rule quotes; such a rule has no place of its own."""
    for _, node in walk(root):
        if isinstance(node, Leaf) and len(node.text) > 1 and repr(node.text) in said:
            return node.place
    return None
