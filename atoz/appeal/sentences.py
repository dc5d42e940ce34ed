"""A text cut into its sentences, in the six languages of appeals.

It exists because every check that says where it found something counts sentences, and a full stop in
`58.00`, `z. B.` or `12. September` ends none. What stands in quotes is never cut.
"""

import re
from collections.abc import Iterator

from atoz.appeal.lint_words import LintWords

_QUOTED = re.compile(
    r"“[^“”]{0,2000}”|„[^„“”]{0,2000}[“”]|«[^«»]{0,2000}»|「[^「」]{0,2000}」|『[^『』]{0,2000}』"
    r'|"[^"\n]{0,2000}"'
)
"""A pair of quotes with what it holds; one that is never closed is no pair."""

# Only where the row of signs begins: otherwise a thousand full stops are tried a thousand times.
_END = re.compile(
    r"(?<![.!?])[.!?]++[”“»\")\]]*(?=\s)|(?<![。！？])[。！？]++[」』”)）]*|\n\s*\n|\n"
)
_BEFORE = re.compile(r"[^\s(“„«\"]*\Z")
_MARK = re.compile(r"\(?(?:\d{1,2}|[a-z])[.)]\s|[-–—•*·]\s")
_CLOSED = re.compile(r"[.!?。！？:：;…][”“»\")\]」』]*\Z|[”“»」』]\Z")
_SHORT_LINE = 60
_LOOK_BACK = 40


def quotes(text: str) -> list[str]:
    """What stands between quotes, without them, in order."""
    return [match.group()[1:-1] for match in _QUOTED.finditer(text)]


def without_quotes(text: str) -> str:
    """The text with every quote taken out: what is left is said by the writer."""
    return _QUOTED.sub(" ", text)


def replaced_quotes(text: str, by: str) -> str:
    """The text with each quote, its marks included, replaced."""
    return _QUOTED.sub(by, text)


def sentences(text: str, words: LintWords) -> list[str]:
    """The sentences of a text in order, none of them empty, their signs included."""
    found, start = [], 0
    for end in _ends(_covered(text), words):
        found.append(text[start:end].strip())
        start = end
    found.append(text[start:].strip())
    return [each for each in found if any(map(str.isalnum, each))]


def _covered(text: str) -> str:
    """The text with all but the last sign of each quote made neutral, at the same length.

    A full stop before a closing quote ends a sentence, but not in Japanese, which goes on with と.
    """

    def cover(match: re.Match[str]) -> str:
        whole = match.group()
        kept = 1 if whole[0] in "「『" else 2
        return whole if len(whole) < 4 else whole[0] + "x" * (len(whole) - 1 - kept) + whole[-kept:]

    return _QUOTED.sub(cover, text)


def _ends(covered: str, words: LintWords) -> Iterator[int]:
    """Where sentences end."""
    line = 0
    for match in _END.finditer(covered):
        sign = match.group()
        if sign.isspace():
            if "\n" in sign[1:] or _line_ends(covered, line, match):
                yield match.end()
            line = match.end()
        elif sign[0] in "。！？" or not _goes_on(covered, match, words):
            yield match.end()


def _line_ends(covered: str, line: int, match: re.Match[str]) -> bool:
    """Whether a line break ends the sentence: a long line may be wrapped in the middle of one."""
    before, behind = covered[line : match.start()].rstrip(), covered[match.end() : match.end() + 8]
    if not before or not behind.strip() or _CLOSED.search(before[-8:]) or _MARK.match(behind):
        return True
    return len(before) < _SHORT_LINE and not behind[0].islower()


def _goes_on(covered: str, match: re.Match[str], words: LintWords) -> bool:
    """Whether a full stop stands within a sentence: behind an abbreviation, an initial, a day."""
    behind = covered[match.end() : match.end() + _LOOK_BACK].lstrip()
    if behind[:1].islower():
        return True
    if match.group() != ".":
        return False
    found = _BEFORE.search(covered[max(0, match.start() - _LOOK_BACK) : match.start()])
    word = found.group() if found else ""
    lower = word.lower()
    if lower in words.abbreviations or (len(word) == 1 and word.isalpha()):
        return True
    if lower in words.before_numbers and behind[:1].isdigit():
        return True
    if word.isdigit() and len(word) <= 2:
        first = match.start() - len(word)
        return _begins_line(covered, first) or _first_word(behind) in words.months
    return False


def _begins_line(covered: str, place: int) -> bool:
    before = covered[max(0, place - _LOOK_BACK) : place].rstrip(" \t(")
    return not before or before.endswith("\n")


def _first_word(text: str) -> str:
    found = re.match(r"\w+", text)
    return found.group().lower() if found else ""
