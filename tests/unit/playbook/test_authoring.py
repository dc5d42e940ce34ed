"""What the author of a playbook has: the schema, the reference, a file to begin with."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from atoz.playbook.advice import model_at
from atoz.playbook.checking import check_playbook
from atoz.playbook.diff import differences
from atoz.playbook.load import PlaybookRefused, load_playbook
from atoz.playbook.model import Applies, Effect, PlaybookFile, Step
from atoz.playbook.reference import reference
from atoz.playbook.schema import SPAN, playbook_schema
from atoz.playbook.starting import SCHEMA_HINT, free_rank, starting_file
from tests.support.cases import PLAYBOOKS, library

TEMPLATES = frozenset(path.stem for path in PLAYBOOKS.glob("templates/*/*.txt"))
MARKETS = {name: policy.sending_hours for name, policy in library().policies.items()}
SHIPPED = sorted(PLAYBOOKS.glob("*.yaml"))


def test_the_committed_schema_is_the_one_of_the_model() -> None:
    """Editors check by what the reader takes; `make docs` writes it anew."""
    committed = (PLAYBOOKS / "schema" / "playbook.schema.json").read_text("utf-8")
    assert json.loads(committed) == playbook_schema(TEMPLATES), "run `make docs`"


def test_the_committed_reference_is_the_one_of_the_model(root: Path) -> None:
    """A page that is made cannot tell of a key that is none."""
    committed = (root / "docs" / "playbook-reference.md").read_text("utf-8")
    assert committed == reference(TEMPLATES), "run `make docs`"


def test_every_key_is_described() -> None:
    """In the schema, so in editors and in the reference."""
    schema = playbook_schema()
    models: tuple[type[BaseModel], ...] = (Applies, Step, Effect)
    parts = {PlaybookFile: schema} | {model: schema["$defs"][model.__name__] for model in models}
    for model, part in parts.items():
        assert set(part["properties"]) == set(model.model_fields)
        assert [key for key, value in part["properties"].items() if not value["description"]] == []


@pytest.mark.parametrize("text", ["0", "7d", "36h", "1d12h", "90m", "1.5d", "+38h", "30s"])
def test_a_span_of_the_schema_is_a_span_of_the_reader(text: str) -> None:
    """The pattern says what `parse_span` takes."""
    assert re.fullmatch(str(SPAN["pattern"]), text)
    book = (
        (PLAYBOOKS / "documented.yaml").read_text("utf-8").replace("margin: 24h", f"margin: {text}")
    )
    assert load_playbook(book, "x.yaml").margin >= library().playbook("hand-over").margin


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_playbooks_name_the_schema_and_keep_to_it(path: Path) -> None:
    """Every key and every name of theirs stands in the schema."""
    text = path.read_text("utf-8")
    assert text.startswith(SCHEMA_HINT)
    book = load_playbook(text, str(path))
    written = book.model_dump(
        mode="json", exclude_unset=True, exclude={"written"}, exclude_none=True
    )
    assert list(_beyond(written, playbook_schema(TEMPLATES), playbook_schema(TEMPLATES))) == []


def test_the_hint_names_a_file_that_is_there() -> None:
    """Relative to the playbook, as editors resolve it."""
    assert (PLAYBOOKS / SCHEMA_HINT.rpartition("=")[2]).is_file()


def _beyond(value: Any, part: dict[str, Any], schema: dict[str, Any], path: str = "") -> Any:
    """The places of a value that the schema does not know."""
    if "$ref" in part:
        part = schema["$defs"][part["$ref"].rpartition("/")[2]]
    if isinstance(value, dict):
        for key, inner in value.items():
            known = part.get("properties", {}).get(key) or part.get("additionalProperties")
            yield from (
                _beyond(inner, known, schema, f"{path}.{key}") if known else [f"{path}.{key}"]
            )
    elif isinstance(value, list):
        for item in value:
            yield from _beyond(item, part["items"], schema, path)
    elif not _known(value, part):
        yield f"{path}: {value}"


def _known(value: Any, part: dict[str, Any]) -> bool:
    named = "enum" not in part or value in part["enum"]
    return named and re.fullmatch(part.get("pattern", ".*"), str(value)) is not None


@pytest.mark.parametrize("name", [book.name for book in library().playbooks][:-1])
def test_a_new_file_passes_check_and_does_what_its_base_does(name: str) -> None:
    """Only its name and its rank differ; every line that is no comment is explained above."""
    base = library().playbook(name)
    rank = free_rank(base, {book.rank for book in library().playbooks})
    assert rank is not None
    text = starting_file(base, "my-own", rank)
    checked = check_playbook(text, "my-own.yaml", MARKETS, date(2026, 11, 28), templates=TEMPLATES)
    assert checked.ok, checked.problems
    assert checked.playbook is not None
    assert {change.path for change in differences(base, checked.playbook)} == {"name", "rank"}
    assert max(len(line) for line in text.splitlines()) <= 110


def test_a_new_file_takes_no_claim_by_itself() -> None:
    """It stands behind its base, and before the playbook that hands over."""
    ranks = {book.rank for book in library().playbooks}
    for book in library().playbooks[:-1]:
        rank = free_rank(book, ranks)
        assert rank is not None
        assert book.rank < rank < max(ranks)
    assert free_rank(library().playbooks[-1], ranks) is None


def test_where_a_playbook_was_written_travels_with_it() -> None:
    """The file's name without its folder, and the line of each step; nobody can write it."""
    text = (PLAYBOOKS / "documented.yaml").read_text("utf-8")
    book = load_playbook(text, "/some/where/documented.yaml")
    assert book.written is not None
    assert book.written.file == "documented.yaml"
    lines = text.splitlines()
    for step, number in book.written.lines.items():
        assert lines[number - 1] == f"  - id: {step}"
    with pytest.raises(PlaybookRefused, match="unknown key `written`"):
        load_playbook(text + "written: {file: a}\n", "x.yaml")
    assert "written" not in model_at(PlaybookFile, ()).model_fields
