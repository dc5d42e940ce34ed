"""The description of the API shows every document: each body, each answer and each refusal by an example.

A new address or model without one fails here, and so does an example that its own schema refuses.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import jsonschema_rs
import pytest

from atoz.web.api import acts
from atoz.web.api.examples import GIVEN
from atoz.web.problems import PROBLEM
from tests.support.board import a_stand

Document = dict[str, Any]


class Shown(NamedTuple):
    """A document of the description: where it is described, under which media type, and how."""

    where: str
    media: str
    described: Document


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Document:
    """The description as every program gets it."""
    return a_stand(tmp_path_factory.mktemp("board")).app.openapi()


def shown(whole: Document) -> Iterator[Shown]:
    """Every body and every answer of every operation."""
    for path, operations in whole["paths"].items():
        for method, operation in operations.items():
            told = {"body": operation.get("requestBody", {}), **operation["responses"]}
            for part, described in told.items():
                for media, content in described.get("content", {}).items():
                    yield Shown(f"{method} {path} {part}", media, content)


def examples(whole: Document, each: Shown) -> list[Any]:
    """The examples of a document: its own, else those of its schema."""
    schema = resolved(whole, each.described["schema"])
    named = each.described.get("examples", {}).values()
    own = [each.described["example"]] if "example" in each.described else []
    return [*own, *(example["value"] for example in named), *schema.get("examples", ())]


def resolved(whole: Document, schema: Document) -> Document:
    """A schema, behind the name where it has one."""
    name = schema.get("$ref", "").removeprefix("#/components/schemas/")
    found: Document = whole["components"]["schemas"][name] if name else schema
    return found


def is_binary(schema: Document) -> bool:
    """Whether it is a file, which no example could show."""
    return schema.get("format") == "binary"


def test_every_document_has_an_example_that_its_schema_takes(whole: Document) -> None:
    """Bodies, answers and refusals of every address."""
    bare, wrong = [], []
    for each in shown(whole):
        schema = each.described["schema"]
        found = examples(whole, each)
        if not found and not is_binary(schema):
            bare.append(f"{each.where} ({each.media})")
        judge = jsonschema_rs.Draft202012Validator({**schema, "components": whole["components"]})
        wrong += [
            f"{each.where}: {fault.instance_path} {fault.message}"
            for example in found
            for fault in judge.iter_errors(example)
        ]
    assert bare == []
    assert wrong == []


def test_every_answer_says_what_it_holds(whole: Document) -> None:
    """No address gives something that nobody described."""
    empty = [
        f"{method} {path} {status}"
        for path, operations in whole["paths"].items()
        for method, operation in operations.items()
        for status, told in operation["responses"].items()
        if not told.get("content")
    ]
    assert empty == []


def test_every_model_that_is_given_has_an_example_of_its_own(whole: Document) -> None:
    """And none stands there that no address gives; the status's own words are an enumeration."""
    given = {
        name
        for name, schema in whole["components"]["schemas"].items()
        if not name.endswith("Body") and not name.startswith("Body_") and "enum" not in schema
    }
    assert given - {"Asked", "Problem"} == GIVEN.keys()


def test_a_refusal_is_described_as_what_it_is(whole: Document) -> None:
    """As a problem document alone, with its status, its code and what to do."""
    for each in shown(whole):
        status = each.where.rpartition(" ")[2]
        if status.isdecimal() and int(status) >= 400:
            assert each.media == PROBLEM
            (example, *_) = examples(whole, each)
            assert example["status"] == int(status)
            assert example["code"]


@pytest.mark.parametrize("act", acts.ACTS, ids=lambda act: str(act.name))
def test_the_example_of_an_act_is_one_that_it_takes(act: acts.Act) -> None:
    """The model itself says so, with what no schema can say."""
    acts.body_of(act).model_validate(act.example)


def test_a_description_is_made_once(tmp_path: Path) -> None:
    """Asked for again it is the same, and not described twice."""
    app = a_stand(tmp_path).app
    assert app.openapi() is app.openapi()
