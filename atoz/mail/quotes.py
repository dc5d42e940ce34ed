"""The buyer's own words: without the marketplace's frame and without the mail that they answer.

It exists because only these words may be read for what the buyer wants, and quoted to anybody. What
is cut here is never more than a tail: where nothing would be left, the text stays as it is.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from mailparser_reply.parser import EmailMessage

from atoz.mail.lexicon import Lexicon, label
from atoz.mail.mime import attempt

_DASHES = r"[-\u2010-\u2015]{4,60}"
_MARKER = re.compile(
    rf"^[ \t>]*{_DASHES}[ \t]*([^\n]{{1,60}}?)[ \t]*{_DASHES}[ \t]*$", re.MULTILINE
)
_COLONS = (":", "：")
_SEARCHED = 4_000
_LONG = re.compile(r"[^\n]{401,}|[^\S\n]{3,}")
_QUOTED = re.compile(r"^[ \t]*(?:>|&gt;)")


class Words(NamedTuple):
    """What a buyer wrote; `frame` is the marketplace's text around it, `cut` whether a quote is left out."""

    text: str
    frame: str
    cut: bool


def own_words(text: str, lexicons: Sequence[Lexicon]) -> Words:
    """The words between the marked lines where there are some, else the text; quotes stripped.

    Between the first line that begins a message and the last that ends one: a buyer who writes such
    a line loses nothing by it.
    """
    start, end = _between(text, lexicons)
    inside = text[start:end].strip()
    kept = _without_quotes(inside, lexicons)
    return Words(kept, f"{text[:start]}\n{text[end:]}" if start else "", len(kept) < len(inside))


def _between(text: str, lexicons: Sequence[Lexicon]) -> tuple[int, int]:
    lines = list(_MARKER.finditer(text))
    begins = {word for lexicon in lexicons for word in lexicon.begins}
    ends = {word for lexicon in lexicons for word in lexicon.ends}
    first = next((line for line in lines if _label(line) in begins), None)
    # A language whose words are not listed still has the form: a label with a colon, one without.
    first = first or next((line for line in lines if line[1].rstrip().endswith(_COLONS)), None)
    if first is None:
        return 0, len(text)
    behind = [line for line in lines if line.start() >= first.end()]
    known = [line for line in behind if _label(line) in ends]
    last = (known or [line for line in behind if not line[1].rstrip().endswith(_COLONS)])[-1:]
    return first.end(), last[0].start() if last else len(text)


def _label(line: re.Match[str]) -> str:
    return label(line[1])


def _without_quotes(text: str, lexicons: Sequence[Lexicon]) -> str:
    cut = min(_quote_starts(text, lexicons), default=len(text))
    above = _unquoted_lines(text[:cut])
    return above or _unquoted_lines(_without_line(text, cut)) or text


def _quote_starts(text: str, lexicons: Sequence[Lexicon]) -> Iterator[int]:
    """Where a quoted mail may begin: our own rules, then those of the library."""
    begins = {word for lexicon in lexicons for word in lexicon.begins}
    yield from (line.start() for line in _MARKER.finditer(text) if _label(line) in begins)
    yield from _introductions(text, lexicons)
    searched = _LONG.sub(lambda found: "x" * len(found.group()), text[:_SEARCHED])
    languages = tuple(lexicon.language for lexicon in lexicons)
    found = attempt(lambda: _headers(languages).search(searched), None)
    if found:
        yield found.start()


def _introductions(text: str, lexicons: Sequence[Lexicon]) -> Iterator[int]:
    """Lines such as `On 5 September the shop wrote:`, also where they are wrapped once."""
    rules = [rule for lexicon in lexicons for rule in lexicon.quotes]
    start = 0
    lines = text.split("\n")
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        beginning = line.lstrip(" \t>")
        for rule in rules if len(line) < 400 else ():
            if beginning.startswith(rule.begins) and _introduces(beginning, following, rule.holds):
                yield start
        start += len(line) + 1


def _introduces(line: str, following: str, holds: str) -> bool:
    """Whether this line, or this one with the next, holds the word and ends with a colon."""
    if holds in line and line.rstrip().endswith(_COLONS):
        return True
    return following.rstrip().endswith(_COLONS) and holds in f"{line} {following[:400]}"


@lru_cache(maxsize=16)
def _headers(languages: tuple[str, ...]) -> re.Pattern[str]:
    """The library's pattern of reply headers; its other patterns take quadratic time and are not used."""
    pattern: re.Pattern[str] = EmailMessage(text="", languages=list(languages)).HEADER_REGEX
    return pattern


def _without_line(text: str, start: int) -> str:
    """The text without the line that begins here: an answer below the quote stays."""
    end = text.find("\n", start)
    return text[:start] + (text[end:] if end >= 0 else "")


def _unquoted_lines(text: str) -> str:
    return "\n".join(line for line in text.split("\n") if not _QUOTED.match(line)).strip()
