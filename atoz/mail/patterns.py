"""How a written phrase becomes one compiled pattern, and how any text is folded to compare with it.

It exists so that a seller can write `(i|we) have <soft>? withdrawn` and never a regular expression: the
form is small enough to be refused with a reason, and its patterns stay linear in the length of a text.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

NEVER = re.compile(r"(?!)")
"""Matches nothing: the pattern of an empty list."""

_QUOTES = str.maketrans("’‘‛ʼ`´′؟‽\u2028\u2029\x85", "'''''''??\n\n\n")
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u0300-\u036f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    r"\ufe00-\ufe0f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_LINK = re.compile(r"(?:https?://|www\.)[!-~]+")
_TOKEN = re.compile(
    r"\^\^|\^|\$|\.\.\.|<(?P<set>\w+)>|[()|?]|(?P<word>[\w*'’-]+)(?P<maybe>\?)?|(?P<bad>\S)"
)
_SIGNS = {"(": "(?:", ")": ")", "|": "|", "?": "?", "$": r"\Z"}
_NESTING = 8


def fold(text: str) -> str:
    """Text without what no language tells apart: case, width, curly quotes, invisible signs, links."""
    return _LINK.sub(" ", _plain(text.replace("\r\n", "\n").replace("\r", "\n")))


def bare(text: str, spaced: bool) -> str:
    """Only the words: ` like this ` between single spaces, or unbroken where a script has no spaces."""
    if not spaced:
        return re.sub(r"[\W_]+", "", text)
    return "".join(f" {word}" for word in re.findall(r"[^\W_]+", text)) + " "


class Spelling:
    """One language's ways of writing the same letters and words, so that both sides compare equal."""

    def __init__(self, letters: Mapping[str, str], words: Mapping[str, str]) -> None:
        self._letters = {_plain(old): new for old, new in letters.items()}
        self._words = {_plain(old): new for old, new in words.items()}
        self._letter = _literal(self._letters)
        self._word = _literal(self._words, r"(?<![\w'])", r"(?![\w'])")

    def unify(self, folded: str) -> str:
        """Folded text with this language's spellings made one: whole words first, then letters."""
        worded = self._word.sub(lambda found: self._words[found.group()], folded)
        return self._letter.sub(lambda found: self._letters[found.group()], worded)

    def of(self, written: str) -> str:
        """What a phrase list says, spelled as `unify` leaves a text."""
        return self.unify(_plain(written))


class Patterns:
    """Turns the phrases of one language into patterns over its bare clauses.

    `guard` is a lookahead that every word (or letter) of a gap has to pass: a gap never runs over a
    negation. Raises ValueError for a phrase that cannot be read.
    """

    def __init__(
        self,
        spelling: Spelling,
        sets: Mapping[str, Sequence[str]],
        spaced: bool,
        gap: int,
        guard: str,
    ) -> None:
        self._spelling, self._sets = spelling, sets
        self._space = " " if spaced else ""
        one = f"{guard}[^ ]+ " if spaced else f"{guard}."
        self._gap = f"(?:{one}){{0,{gap}}}?"

    def pattern(self, listed: Sequence[str]) -> re.Pattern[str]:
        """One pattern for a whole list; an empty list matches nothing."""
        if not listed:
            return NEVER
        lead = "(?<= )" if self._space else ""
        return re.compile(f"{lead}(?:{self.alternatives(listed)})")

    def alternatives(self, listed: Sequence[str]) -> str:
        """The phrases of a list as alternatives inside one pattern."""
        return "|".join(self._phrase(phrase, 0) for phrase in listed)

    def _phrase(self, phrase: str, depth: int) -> str:
        if depth > _NESTING:
            raise ValueError(f"the sets of {phrase!r} contain one another")
        found = list(_TOKEN.finditer(phrase))
        _check([each.group() for each in found], phrase)
        return "".join(self._part(each, phrase, depth) for each in found)

    def _part(self, found: re.Match[str], phrase: str, depth: int) -> str:
        if found["bad"]:
            raise ValueError(f"phrase {phrase!r}: {found['bad']!r} means nothing in a phrase")
        if found["word"]:
            word = self._word(found["word"])
            return f"(?:{word})?" if found["maybe"] else word
        if found["set"]:
            return self._set(found["set"], phrase, depth)
        return _SIGNS.get(found.group()) or self._place(found.group())

    def _word(self, word: str) -> str:
        spelled = re.findall(r"[^\W_]*\*?[^\W_]*", self._spelling.of(word))
        return "".join(
            re.escape(part).replace(r"\*", "[^ ]*") + self._space for part in spelled if part
        )

    def _set(self, name: str, phrase: str, depth: int) -> str:
        if name not in self._sets:
            raise ValueError(f"phrase {phrase!r}: there is no set <{name}>")
        return f"(?:{'|'.join(self._phrase(member, depth + 1) for member in self._sets[name])})"

    def _place(self, sign: str) -> str:
        """A gap, or the start of a clause; the first clause of a sentence carries a `^` before it."""
        if sign == "...":
            return self._gap
        first = rf"(?<=\A\^{self._space})"
        start = rf"(?<=\A{self._space})" if self._space else r"\A"
        return first if sign == "^^" else f"(?:{start}|{first})"


def _check(signs: list[str], phrase: str) -> None:
    """Brackets that close, `?` only behind what it can make optional, and something that must be there."""
    depth, needed = 0, False
    for before, sign, behind in zip(["", *signs], signs, [*signs, ""][1:], strict=False):
        depth += (sign == "(") - (sign == ")")
        if depth < 0:
            break
        if sign == "?" and before != ")" and not before.endswith(">"):
            raise ValueError(f"phrase {phrase!r}: `?` stands behind a word, a bracket or a <set>")
        needed |= not depth and behind != "?" and sign[-1] not in "?^$.(|"
    if depth:
        raise ValueError(f"phrase {phrase!r}: a bracket is open or misplaced")
    if not needed:
        raise ValueError(f"phrase {phrase!r}: nothing in it must be there, it would fit any text")


def _plain(text: str) -> str:
    composed = unicodedata.normalize("NFKC", text.translate(_QUOTES)).casefold()
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", composed))


def _literal(keys: Iterable[str], before: str = "", after: str = "") -> re.Pattern[str]:
    longest_first = sorted(keys, key=len, reverse=True)
    if not longest_first:
        return NEVER
    return re.compile(f"{before}(?:{'|'.join(map(re.escape, longest_first))}){after}")
