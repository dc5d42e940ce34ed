"""What the drawings share: their colours in light and in dark, how wide words are, and words made safe.

A drawing stands alone, in a browser or in a file, so its colours are written out for both: a reader who
asks for dark gets dark. No drawing says a thing by its colour alone.
"""

from collections.abc import Iterator
from html import escape
from string import Template
from unicodedata import east_asian_width

LIGHT = {
    "ground": "#ffffff",
    "ink": "#1f2733",
    "quiet": "#525c6b",
    "line": "#c3cad5",
    "faint": "#e7eaef",
    "night": "#f4f6f9",
    "done": "#166b3f",
    "done_fill": "#d7f0e2",
    "plain": "#4a5568",
    "plain_fill": "#e6e9ee",
    "open": "#8a5a00",
    "open_fill": "#fdefc8",
    "bad": "#b42318",
    "bad_fill": "#fbdcd8",
    "held": "#6941c6",
    "held_fill": "#e9e0fb",
    "next": "#1d4ed8",
    "next_fill": "#dbe6fd",
}
DARK = {
    "ground": "#1e2226",
    "ink": "#e8e6e3",
    "quiet": "#a9b0b7",
    "line": "#4d555d",
    "faint": "#2e3439",
    "night": "#181b1e",
    "done": "#7fd19b",
    "done_fill": "#17382a",
    "plain": "#b3bcc6",
    "plain_fill": "#31373e",
    "open": "#f3c877",
    "open_fill": "#3a2b10",
    "bad": "#ffb4a9",
    "bad_fill": "#431a16",
    "held": "#c9b3ff",
    "held_fill": "#30264a",
    "next": "#8fb8ff",
    "next_fill": "#1c2c4d",
}
"""Strokes and words stand out from their ground, and words from the fill of their name, by 4.5 to 1."""

TONES = ("done", "plain", "open", "bad", "held", "next")

_RULES = Template(
    ".ground{fill:$ground}text{fill:$ink}.quiet{fill:$quiet}.line{stroke:$line}.faint{stroke:$faint}"
    ".night{fill:$night}.halo{stroke:$ground}"
    + "".join(
        f".{tone}{{stroke:${tone}}}.{tone}-fill{{fill:${{{tone}_fill}}}}.{tone}-ink{{fill:${tone}}}"
        for tone in TONES
    )
)
_FONTS = "system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans','Noto Sans CJK SC',sans-serif"


def style(size: int, shapes: str) -> str:
    """The style of a drawing whose words are of this size: its own shapes, then the colours of both."""
    dark = f"@media(prefers-color-scheme:dark){{{_RULES.substitute(DARK)}}}"
    words = f"svg{{color-scheme:light dark}}text{{font:{size}px {_FONTS}}}"
    return f"<style>{words}{shapes}{_RULES.substitute(LIGHT)}{dark}</style>"


def width(words: str, size: float) -> float:
    """How many pixels the words need at this size, on the wide side."""
    return sum(size * (1.02 if east_asian_width(sign) in "WF" else 0.55) for sign in words)


def fitted(words: str, room: float, size: float) -> str:
    """The words, cut with a mark where they do not fit; they stand whole in the description."""
    if width(words, size) <= room:
        return words
    while words and width(f"{words}…", size) > room:
        words = words[:-1]
    return f"{words}…"


def lines(words: str, room: float, size: float) -> Iterator[str]:
    """The words in lines that fit, broken at spaces, or at any sign of a script that writes none."""
    line = ""
    for piece in _pieces(words):
        if line and width(f"{line}{piece}".rstrip(), size) > room:
            yield line.rstrip()
            line = ""
        line += piece
    if line.strip():
        yield line.rstrip()


def _pieces(words: str) -> Iterator[str]:
    piece = ""
    for sign in words:
        piece += sign
        if sign == " " or east_asian_width(sign) in "WF":
            yield piece
            piece = ""
    yield piece


def text(words: str) -> str:
    """Text that stays text, whoever wrote it: escaped, on one line, without signs that XML does not take."""
    return escape(" ".join("".join(c if c.isprintable() else " " for c in words).split()))
