"""What somebody typed into a form: remembered with its request, so that no error ever loses it."""

from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Query, Request
from starlette.datastructures import UploadFile

from atoz.service.policy import LEAST
from atoz.web.gate import CSRF_FIELD
from atoz.web.visitor import SAFE

KEY_FIELD = "key"
"""Drawn when the form is made: a form that is sent twice acts once."""

_NEVER_GIVEN_BACK = frozenset({CSRF_FIELD, KEY_FIELD, "password"})
_PAGES = "/claims/"
"""Where forms are whose words somebody would miss."""


@dataclass(frozen=True)
class Typed:
    """The words of a form by field, in its order, and its files."""

    words: dict[str, str] = field(default_factory=dict)
    files: tuple[UploadFile, ...] = ()
    key: str | None = None

    @property
    def given_back(self) -> dict[str, str]:
        """What a page may show again."""
        return {name: word for name, word in self.words.items() if name not in _NEVER_GIVEN_BACK}


NOTHING = Typed()


def known_act(did: Annotated[str | None, Query(max_length=40)] = None) -> str | None:
    """The act that led to a page, so that the page can say what was recorded; None for a stranger's word."""
    return did if did in LEAST else None


Did = Annotated[str | None, Depends(known_act)]


async def typed_in(request: Request) -> Typed:
    """The form of this request. Line ends are as the system writes them, not as browsers send them."""
    form = await request.form()
    words = {
        name: value.replace("\r\n", "\n")
        for name, value in form.items()
        if isinstance(value, str) and name != CSRF_FIELD
    }
    files = [each for _, each in form.multi_items() if isinstance(each, UploadFile)]
    key = words.pop(KEY_FIELD, None)
    return Typed(words, tuple(each for each in files if each.filename), key or None)


async def typed_before(request: Request) -> Typed:
    """What was typed into a form that was refused, as far as it can still be read; never raises."""
    own = request.url.path.startswith(_PAGES) and request.method not in SAFE
    kind = request.headers.get("content-type", "")
    if not own or not kind.startswith(("application/x-www-form-urlencoded", "multipart/form-data")):
        return NOTHING
    try:
        return await typed_in(request)
    # Whatever ails a refused form, the page that says so is shown.
    except Exception:  # noqa: BLE001 - see above
        return NOTHING
