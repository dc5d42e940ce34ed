"""evidence.pdf: the page's document set by typst, in this process. The same document is the same bytes."""

import functools
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import typst

from atoz.appeal.packet.fonts import JAPANESE, LATIN, MONO, NO_GLYPH, Fonts
from atoz.errors import AtozError

TEMPLATE = Path(__file__).with_name("evidence.typ")


class NotSet(AtozError):  # noqa: N818 - named for what happened
    """The PDF could not be set."""


class Set(NamedTuple):
    """The PDF, and the signs for which no font has a glyph."""

    content: bytes
    lacking: frozenset[str]


def set_pdf(page: Mapping[str, Any], root: Path, fonts: Fonts, note: str) -> Set:
    """Set the page; its paths lie below `root`. `note` stands on it where a sign has no glyph.

    Raises NotSet where typst refuses, as it does for a PDF or picture that it cannot read.
    """
    lacking = fonts.lacking(_signs(page))
    whole = _replaced(page, lacking)
    if lacking:
        whole["notes"] = [*whole["notes"], note]
    # Japanese has one weight here: Latin letters beside it must not stand out.
    heavy = "regular" if page["language"] == "ja" else "semibold"
    whole |= {"fonts": _families(fonts, page["language"]), "mono": MONO, "heavy": heavy}
    return Set(_compiled(whole, root, fonts), lacking)


@functools.cache
def template() -> bytes:
    """The template's bytes."""
    return TEMPLATE.read_bytes()


def _compiled(page: Mapping[str, Any], root: Path, fonts: Fonts) -> bytes:
    source = root / TEMPLATE.name
    source.write_bytes(template())
    try:
        return typst.compile(
            source,
            root=root,
            font_paths=fonts.loaded,
            sys_inputs={"data": json.dumps(page, ensure_ascii=False)},
            format="pdf",
            # A fixed date: the instant that counts stands on the cover.
            timestamp=0,
        )
    except typst.TypstError as refused:
        raise NotSet(f"the PDF cannot be set: {refused.message}") from refused


def _families(fonts: Fonts, language: str) -> list[Any]:
    """Latin letters from the one, all else from the other; Japanese quotes and dots are full-width."""
    _, _, *own = fonts.families
    latin: Any = {"name": LATIN, "covers": "latin-in-cjk"} if language == "ja" else LATIN
    return [latin, JAPANESE, *own]


def _signs(value: object) -> set[str]:
    found: set[str] = set()

    def noted(text: str) -> str:
        found.update(text)
        return text

    _mapped(value, noted)
    return found


def _replaced(page: Mapping[str, Any], lacking: frozenset[str]) -> dict[str, Any]:
    marks = {ord(sign): NO_GLYPH for sign in lacking}
    whole: dict[str, Any] = _mapped(dict(page), lambda text: text.translate(marks))
    return whole


def _mapped(value: Any, change: Callable[[str], str]) -> Any:
    """The document with every text in it changed."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: _mapped(each, change) for key, each in value.items()}
    return [_mapped(each, change) for each in value] if isinstance(value, list) else value
