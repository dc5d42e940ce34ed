"""The caller's key of an act: apart from other callers' and other addresses', and for one body alone."""

import contextlib
import hashlib
import json
from collections.abc import AsyncIterator
from typing import Annotated
from uuid import uuid4

from fastapi import Depends, Header, Request
from starlette.datastructures import UploadFile

from atoz import meters
from atoz.access.people import Person
from atoz.service.base import claim_id
from atoz.service.once import once
from atoz.web.gate import CSRF_FIELD, board_of
from atoz.web.visitor import Visitor

_OWN = "board"
"""Whose the keys are of acts that belong to no claim."""

_Header = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        pattern=r"^[\x21-\x7e]+$",
        description="the same key with the same body again does nothing again; with another, 422",
    ),
]


async def _keyed(request: Request, key: _Header = None) -> AsyncIterator[str | None]:
    """The key as it was sent. Raises KeyReused where it was sent with another body before."""
    visitor: Visitor | None = request.state.visitor
    if key is None or visitor is None:
        yield key
        return
    owner = claim_id(request.path_params["order"]) if "order" in request.path_params else _OWN
    whole = key_of(key, visitor.person, request)
    async with held(request, owner, whole):
        yield key


@contextlib.asynccontextmanager
async def held(request: Request, owner: str, key: str) -> AsyncIterator[None]:
    """While the block runs the key belongs to what this request says; a repeat is counted.

    Raises KeyReused, as `once` does.
    """
    board = board_of(request)
    async with once(board.service, owner, key, await said(request)) as again:
        if again:
            board.tally.add(meters.REPEATS, by="key")
        yield


Key = Annotated[str | None, Depends(_keyed)]


def key_of(given: str | None, who: Person, request: Request) -> str:
    """What makes a repeat harmless: the caller's key, apart from other callers' and other addresses."""
    if given is None:
        return uuid4().hex
    scope = "\0".join((who.via, who.name, request.url.path, given))
    return f"api:{hashlib.sha256(scope.encode()).hexdigest()[:40]}"


async def said(request: Request) -> bytes:
    """What a request says, however it is written: spaces and the order of names make no difference."""
    kind = request.headers.get("content-type", "")
    if kind.startswith(("application/x-www-form-urlencoded", "multipart/form-data")):
        form = await request.form()
        parts = [[name, await _digest(value)] for name, value in form.multi_items()]
        return json.dumps(sorted(part for part in parts if part[0] != CSRF_FIELD)).encode()
    body = await request.body()
    try:
        return json.dumps(json.loads(body), sort_keys=True).encode()
    except (ValueError, RecursionError):
        return body


async def _digest(value: UploadFile | str) -> str:
    """A field of a form: its words, or its file by name and content."""
    if isinstance(value, str):
        return value
    await value.seek(0)
    digest = hashlib.sha256(await value.read()).hexdigest()
    await value.seek(0)
    return f"{value.filename}\0{digest}"
