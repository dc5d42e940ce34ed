"""What shouts and what is left open in a text, the same in messages and in appeals. Pure."""

import re

from atoz.words.unseen import as_read

_DOUBLED = re.compile(r"![?! ]{0,3}!")
_CAPITAL = r"[A-ZÀ-ÖØ-ÞŒŠŽ]"
# The look back behind the first capital lets the search skip from capital to capital.
_RUN = re.compile(rf"{_CAPITAL}(?<!\w.){_CAPITAL}*(?:[' -]{{1,3}}{_CAPITAL}+)+(?!\w)")
_WORD = re.compile(rf"{_CAPITAL}+")
_LONE = re.compile(rf"{_CAPITAL}(?<![\w-].){_CAPITAL}{{4,}}(?![\w-])")
_SHORTEST = 4
"""Letters of at least one word of a run: `UPS USPS` names, `I AM SO ANGRY` shouts."""

_HOLE = re.compile(
    r"\{\{|\}\}|\{%|%\}|\{[A-Za-z_]{1,40}\}|<[A-Za-z_][A-Za-z_ ]{0,40}>|\[[^\W\d_][^\]\[\n]{0,60}\]"
    r"|(?<!\w)(?:TBD|TODO|XXX+|N\.N\.|lorem ipsum)(?!\w)|_{4,}|%\([a-z_]{1,30}\)s|\$\{?[A-Z_]{3,30}\b"
)
_HINT = re.compile(r"[{}<\[$]|TBD|TODO|XXX|N\.N|orem ip|____|%\(")


def shouted(text: str) -> str | None:
    """The first piece of a text that shouts: doubled exclamation marks, or words in capitals in a row."""
    seen = as_read(text)
    if doubled := _DOUBLED.search(seen):
        return doubled.group()
    return next((m.group() for m in _RUN.finditer(seen) if _is_loud(m.group())), None)


def lone_capitals(text: str) -> str | None:
    """The first word of five letters or more in capitals: it may be a name, or shouting."""
    found = _LONE.search(text)
    return found.group() if found else None


def hole_in(text: str) -> str | None:
    """The first placeholder that nobody filled in: `{{ name }}`, `[Name]`, `TBD`, `____`."""
    if _HINT.search(text) is None:
        return None
    found = _HOLE.search(text)
    return found.group() if found else None


def _is_loud(run: str) -> bool:
    words = _WORD.findall(run)
    return len(words) > 1 and max(map(len, words)) >= _SHORTEST
