"""What somebody typed into a form: remembered with its request, so that no error ever loses it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated

from fastapi import Depends, Query, Request
from starlette.datastructures import UploadFile

from atoz.service.policy import LEAST
from atoz.web.gate import CSRF_FIELD
from atoz.web.visitor import SAFE

KEY_FIELD = "key"
"""Drawn when the form is made: a form that is sent twice acts once."""

_NEVER_GIVEN_BACK = frozenset({CSRF_FIELD, KEY_FIELD, "password"})
_LOGIN = "/login"
"""The one form whose words are nobody's loss."""


@dataclass(frozen=True)
class Typed:
    """The words of a form in its order, and its files."""

    said: tuple[tuple[str, str], ...] = ()
    files: tuple[UploadFile, ...] = ()
    key: str | None = None

    @cached_property
    def words(self) -> dict[str, str]:
        """The words by field."""
        return dict(self.said)

    @property
    def given_back(self) -> tuple[tuple[str, str], ...]:
        """What a page may show again; a field that was filled more than once, each time."""
        return tuple(each for each in self.said if each[0] not in _NEVER_GIVEN_BACK)


NOTHING = Typed()


KNOWN = "known"
"""Nothing was done: what was asked for is there already."""


def known_act(did: Annotated[str | None, Query(max_length=40)] = None) -> str | None:
    """The act that led to a page, so that the page can say what was recorded; None for a stranger's word."""
    return did if did in LEAST or did == KNOWN else None


Did = Annotated[str | None, Depends(known_act)]


async def _typed_in(request: Request) -> AsyncIterator[Typed]:
    try:
        yield await typed_in(request)
    finally:
        await request.close()


Typing = Annotated[Typed, Depends(_typed_in)]
"""The form of a request, whose files are let go of with it. Named behind who sends it: nobody's form is
read who may not send it.
"""


async def typed_in(request: Request) -> Typed:
    """The form of this request. Line ends are as the system writes them, not as browsers send them."""
    form = await request.form()
    said = [
        (name, value.replace("\r\n", "\n"))
        for name, value in form.multi_items()
        if isinstance(value, str) and name != CSRF_FIELD
    ]
    files = [each for _, each in form.multi_items() if isinstance(each, UploadFile)]
    key = dict(said).get(KEY_FIELD)
    words = tuple(each for each in said if each[0] != KEY_FIELD)
    return Typed(words, tuple(each for each in files if each.filename), key or None)


async def typed_before(request: Request) -> Typed:
    """What was typed into a form that was refused, as far as it can still be read; never raises."""
    own = request.url.path != _LOGIN and request.method not in SAFE
    kind = request.headers.get("content-type", "")
    if not own or not kind.startswith(("application/x-www-form-urlencoded", "multipart/form-data")):
        return NOTHING
    try:
        return await typed_in(request)
    # Whatever ails a refused form, the page that says so is shown.
    except Exception:  # noqa: BLE001 - see above
        return NOTHING
    finally:
        await request.close()
