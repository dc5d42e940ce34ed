"""What text must look like before it may become part of a mail: plain addresses, single lines.

It exists so that nothing an outsider wrote can become a header, an SMTP option or a line of its
own. Marketplace relays and sellers' senders all fit the one form of address; quoted local parts,
comments, display names, lists and non-ASCII are refused: each has been a way to smuggle things in.
"""

import json
import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator

from atoz.words.unseen import mixed_alphabets

_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*"
)
_LONGEST = 254
_LONGEST_LOCAL = 64


def plain_address(text: str) -> str:
    """The address as it is, if it is one; raises ValueError with the form to write instead."""
    local = text.partition("@")[0]
    if len(text) > _LONGEST or len(local) > _LONGEST_LOCAL or not _ADDRESS.fullmatch(text):
        raise ValueError(f"write one address like claims@shop.example, not {text[:80]!r}")
    return text


def domain_of(address: str) -> str:
    """The part of an address behind the @."""
    return address.rpartition("@")[2]


Address = Annotated[str, AfterValidator(plain_address)]
"""A plain e-mail address; anything else is refused."""


def has_controls(text: str) -> bool:
    """Whether the text holds a line break, a control, format or unencodable sign."""
    return any(_is_control(sign) for sign in text)


def fold_controls(text: str) -> str:
    """The text on one line: line breaks, control and unencodable signs become spaces.

    Format signs take no room in what is read, so they take none here.
    """
    if text.isascii() and text.isprintable():
        return text
    seen = (sign for sign in text if unicodedata.category(sign) != "Cf")
    return "".join(" " if _is_control(sign) else sign for sign in seen)


def one_line(value: object, longest: int) -> str:
    """Any value as one bounded line, with single spaces."""
    return " ".join(fold_controls(str(value)).split())[:longest]


def one_plain_line(text: str) -> str:
    """The text without space around it; raises ValueError where it is not one line of plain signs."""
    if has_controls(text) or mixed_alphabets(text):
        raise ValueError("no line breaks, control or invisible signs, no mixed alphabets")
    return text.strip()


def visible(text: str) -> str:
    """The text with its lines; each other control, format and unencodable sign shows as `�`.

    As long as before, so that a style stays on its words.
    """
    return _RARE.sub(lambda m: _HOLE if _is_control(m[0]) else m[0], text.replace("\r\n", " \n"))


def escaped(document: str) -> str:
    """A JSON document in which what could steer a terminal is written by its number: the same values."""
    return _RARE.sub(lambda m: json.dumps(m[0])[1:-1] if _is_control(m[0]) else m[0], document)


_RARE = re.compile(r"[^\n\t -~]")
"""Any sign that has to be looked at."""

_HOLE = "\N{REPLACEMENT CHARACTER}"


def _is_control(sign: str) -> bool:
    return unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Zl", "Zp"}
