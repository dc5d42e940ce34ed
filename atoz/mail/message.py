"""A message to a buyer as its rules look at it, with what is known of the order and of earlier ones."""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from atoz.words.unseen import as_read

_SENTENCE = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])|\n+")


class File(NamedTuple):
    """A file that goes with a message; `size` in bytes."""

    name: str
    type: str
    size: int


@dataclass(frozen=True)
class Message:
    """A message as it would be read. What is not known is None, and its rule is silent."""

    text: str
    subject: str = ""
    language: str | None = None
    order_id: str | None = None
    template: str | None = None
    allowed_addresses: frozenset[str] = frozenset()
    files: tuple[File, ...] = ()
    numbers: frozenset[str] = frozenset()
    """Numbers that the order has, such as its tracking number: none of them is a telephone's."""

    asked_before: bool = False
    """Whether an earlier message told the buyer how to withdraw, unasked."""

    decided: bool = False

    @cached_property
    def places(self) -> tuple[tuple[int | None, str], ...]:
        """The subject, as None, and each sentence by its number from 0, as they stand."""
        return (None, self.subject), *enumerate(sentences(self.text))

    @cached_property
    def as_read(self) -> tuple[tuple[int | None, str], ...]:
        """The same as a reader takes them: no hidden sign, no letter of another width."""
        return tuple((number, as_read(part)) for number, part in self.places)


def sentences(text: str) -> list[str]:
    """The text's sentences, roughly: enough to say where something stands."""
    return [part.strip() for part in _SENTENCE.split(text) if part.strip()]
