"""The fonts of the PDF: those that come with typst, Noto Serif JP, and a folder of the seller's own.

The machine's own fonts are never used: the same packet must be the same bytes everywhere. Which signs
none of the fonts has is asked of typst itself, so that a mark can stand in their place and people are
told, where otherwise empty boxes would go to an investigator.
"""

import hashlib
import json
import re
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

import pylopdf_fonts_jp
import typst

from atoz.errors import BadInput

LATIN = "Libertinus Serif"
MONO = "DejaVu Sans Mono"
JAPANESE = "Noto Serif JP"
NO_GLYPH = "□"

_PROBE = b"#for sign in json(bytes(sys.inputs.signs)) { text(sign); parbreak() }"
_NOT_SHOWN = re.compile(r"the text `\"((?:[^\"\\]|\\.)+)\"` could not be displayed")
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}|\\(.)")
_SUFFIXES = frozenset({".ttf", ".otf", ".ttc", ".otc"})


class Fonts:
    """The fonts of this installation, and what they lack. `folder` holds more of them."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._known: dict[str, bool] = {}

    @cached_property
    def loaded(self) -> typst.Fonts:
        """The fonts for typst. Raises BadInput where the folder is none."""
        if self._folder is not None and not self._folder.is_dir():
            raise BadInput(f"ATOZ_FONTS: {self._folder} is no folder")
        own = [self._folder] if self._folder else []
        paths = [pylopdf_fonts_jp.serif_path().parent, *own]
        return typst.Fonts(include_system_fonts=False, font_paths=paths)

    @cached_property
    def families(self) -> list[str]:
        """The families in the order in which a sign is looked for."""
        known = [LATIN, JAPANESE]
        if self._folder is None:
            return known
        own = typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=False, font_paths=[self._folder]
        )
        return [*known, *(name for name in sorted(own.families()) if name not in known)]

    @cached_property
    def digest(self) -> str:
        """What tells one set of fonts from another: the seller's own by name and content."""
        digest = hashlib.sha256(pylopdf_fonts_jp.serif_path().read_bytes())
        for path in sorted(self._folder.rglob("*")) if self._folder else ():
            if path.suffix.lower() in _SUFFIXES:
                digest.update(path.name.encode() + path.read_bytes())
        return digest.hexdigest()[:16]

    def lacking(self, signs: Iterable[str]) -> frozenset[str]:
        """Those of the signs that no font here has."""
        wanted = {sign for sign in signs if not sign.isascii()}
        new = sorted(wanted - self._known.keys())
        if new:
            absent = self._absent(new)
            self._known.update({sign: sign not in absent for sign in new})
        return frozenset(sign for sign in wanted if not self._known[sign])

    def _absent(self, signs: list[str]) -> set[str]:
        """The archive standard forbids a sign without a glyph: typst names each of them."""
        try:
            typst.compile(
                _PROBE,
                font_paths=self.loaded,
                sys_inputs={"signs": json.dumps(signs)},
                format="pdf",
                pdf_standards="a-2b",
                timestamp=0,
            )
        except typst.TypstError as refused:
            return {_unescaped(match) for match in _NOT_SHOWN.findall(refused.diagnostic)}
        return set()


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda m: chr(int(m[1], 16)) if m[1] else m[2], text)
