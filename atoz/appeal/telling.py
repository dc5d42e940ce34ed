"""How a part of an appeal says something: the fullest sentence for which there are facts.

Each placeholder is filled with a value that brings its facts along, so a sentence cites exactly what
it says, and nothing can be said that no fact holds.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from atoz.appeal.arrivals import Arrivals
from atoz.appeal.ledger import Ids, Ledger, Said
from atoz.appeal.phrasebook import Phrasebook
from atoz.appeal.quoting import Quotes
from atoz.claims.base import money_text
from atoz.claims.facts import Fact
from atoz.claims.policy import Policy
from atoz.words.unseen import without_unseen

_LONGEST = 120
"""Signs of a name or number: longer ones are cut with a mark."""


class Line(NamedTuple):
    """A sentence that begins with when something happened; lines are told in that order."""

    when: str
    said: Said


@dataclass(frozen=True)
class Telling:
    """The facts, the words and the moment (UTC) of one appeal."""

    ledger: Ledger
    book: Phrasebook
    quotes: Quotes
    arrivals: Arrivals
    policy: Policy
    now: datetime
    photos: int = 0

    def say(self, *keys: str, rests: Ids = (), **values: Said | None) -> Iterator[Said]:
        """The first of these sentences whose every placeholder has a value; none where none has.

        `rests`: further facts without which it would not be said.
        """
        return self._fullest(keys, values, rests)

    def line(self, *keys: str, when: Said | None, **values: Said | None) -> Iterator[Line]:
        """The same as a line of the chronology."""
        if when is not None:
            for said in self._fullest(keys, {"when": when, **values}, ()):
                yield Line(when.text, said)

    def _fullest(
        self, keys: Sequence[str], values: Mapping[str, Said | None], rests: Ids
    ) -> Iterator[Said]:
        for key in keys:
            pattern = getattr(self.book.sentences, key)
            said = [(name, value) for name in pattern.needs if (value := values[name]) is not None]
            if len(said) == len(pattern.needs):
                facts = (*(id_ for _, value in said for id_ in value.facts), *rests)
                text = pattern.filled({name: value.text for name, value in said})
                yield Said(text, tuple(dict.fromkeys(facts)))
                return

    # Values with their facts ----------------------------------------------------------------------

    def text(self, path: str) -> Said | None:
        """A value of the claim file as it stands, on one line."""
        fact = self.ledger.held(path)
        return Said(one_line(str(fact.data["value"])), (fact.id,)) if fact else None

    def when(self, path: str) -> Said | None:
        """A day or an instant of the claim file."""
        fact = self.ledger.held(path)
        return Said(self.ledger.moment(fact.data["value"]), (fact.id,)) if fact else None

    def day(self, path: str) -> Said | None:
        """The day of a value of the claim file."""
        fact = self.ledger.held(path)
        return Said(self.ledger.day(fact.data["value"]).isoformat(), (fact.id,)) if fact else None

    def at(self, fact: Fact | None) -> Said | None:
        """When something happened."""
        return Said(self.ledger.minute(fact.happened_at), (fact.id,)) if fact else None

    def quote(self, fact: Fact | None, text: str | None = None) -> Said | None:
        """Somebody's own words out of a fact; None where none of them may be quoted."""
        if fact is None:
            return None
        words = self.quotes.of(str(fact.data["value"] if text is None else text), self.order_id)
        return self.marked(words, fact.id) if words else None

    def marked(self, words: str, *facts: str) -> Said:
        """Words between the marks of the language."""
        return Said(self.book.quoted(words), facts)

    def money(self, path: str) -> Said | None:
        """An amount of the claim file, with the claim's currency."""
        amount, currency = self.ledger.held(path), self.ledger.held("claim.currency")
        if amount is None or currency is None:
            return None
        text = money_text(Decimal(amount.data["value"]), currency.data["value"])
        return Said(text, (amount.id, currency.id))

    @property
    def order(self) -> Said | None:
        """The order's id."""
        return self.text("claim.order_id")

    @property
    def order_id(self) -> str:
        """The order's id alone, for what is compared with it."""
        return str(self.ledger.value("claim.order_id") or "")

    @property
    def reason(self) -> Said | None:
        """Why the claim was filed, by its name in the language."""
        fact = self.ledger.held("claim.reason")
        return Said(self.book.reasons[fact.data["value"]], (fact.id,)) if fact else None

    @property
    def as_of(self) -> Said:
        """This moment: of all that an appeal says only this is held by no fact."""
        return Said(self.ledger.minute(self.now))


def one_line(text: str) -> str:
    """A name or number as a sentence may show it: no unseen signs, not long."""
    flat = " ".join(without_unseen(text).split())
    return flat if len(flat) <= _LONGEST else f"{flat[:_LONGEST]}…"
