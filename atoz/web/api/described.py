"""The API's description: what FastAPI finds out, with an example of every document and of every refusal.

A refusal is described as what it is, `application/problem+json`, with the line that is said then.
"""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from fastapi import FastAPI

from atoz.access.access import NotKnown, TooMany
from atoz.errors import BadFields, NoServer, NoSuchClaim, NotAllowed, Refused
from atoz.playbook.refusals import REFUSED
from atoz.service.problems import PROBLEMS
from atoz.web.api.examples import GIVEN, ORDER, TAKEN
from atoz.web.problems import PROBLEM, problem, problem_of

_PLAIN = "application/json"

_REFUSALS = (
    problem(400, PROBLEMS("unreadable", why="Missing boundary in multipart")),
    problem_of(NotKnown()),
    problem_of(NotAllowed()),
    problem_of(NoSuchClaim(PROBLEMS("no_claim", order=ORDER))),
    problem_of(Refused(REFUSED("paused"))),
    problem(413, PROBLEMS("too_large_here", limit="1,000,000")),
    problem(421, PROBLEMS("wrong_host", host="'elsewhere.example'", known="127.0.0.1:9233")),
    problem_of(BadFields([("amount", "Input should be greater than 0")])),
    problem_of(TooMany(timedelta(minutes=5))),
    problem_of(NoServer()),
)
PROBLEMS_BY_STATUS: dict[str, Any] = {
    str(each.status_code): json.loads(bytes(each.body)) for each in _REFUSALS
}
"""Every refusal that an address may answer with, as it is said."""


class Described(FastAPI):
    """An application whose description has its examples."""

    def openapi(self) -> dict[str, Any]:
        """The description, made once."""
        if self.openapi_schema is None:
            self.openapi_schema = _with_examples(super().openapi())
        return self.openapi_schema


def _with_examples(document: dict[str, Any]) -> dict[str, Any]:
    schemas = document["components"]["schemas"]
    for name, example in {**TAKEN, **GIVEN}.items():
        schemas[name]["examples"] = [example]
    schemas["Problem"]["examples"] = [PROBLEMS_BY_STATUS["404"]]
    for responses in _responses(document):
        for status, example in PROBLEMS_BY_STATUS.items():
            # The framework describes whatever has a model as plain JSON.
            schema = responses[status]["content"].pop(_PLAIN)["schema"]
            responses[status]["content"][PROBLEM] = {"schema": schema, "example": example}
    return document


def _responses(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in document["paths"].values():
        yield from (operation["responses"] for operation in path.values())
