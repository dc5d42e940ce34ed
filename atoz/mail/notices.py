"""How the mails of a marketplace are known and what their words mean: data that a seller may edit.

It exists so that a new marketplace is a new file: its id, its senders and how it writes money stand
in `playbooks/notices/<MARKET>.yaml`, the words of a language in `playbooks/notices/words`, the
headers in `playbooks/notices/headers`. Everything is checked when it is loaded.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field

from atoz.claims.base import Strict
from atoz.claims.policy import Policy
from atoz.mail.lexicon import Lexicon
from atoz.mail.notice_words import NoticeWords
from atoz.mail.phrases import Phrases
from atoz.mail.reading import Kind

Domain = Annotated[str, Field(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$", max_length=253)]
HeaderName = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]+$", max_length=100)]
Sign = Annotated[str, Field(min_length=1, max_length=10)]


class Headers(Strict):
    """The headers that name a mail's kind and marketplace. They can be forged: no trust in them."""

    kind_header: HeaderName
    marketplace_header: HeaderName
    kinds: dict[str, Kind]


class Market(Strict):
    """One marketplace's mails: exact sender domains, relays of buyers, and how it writes money and days.

    `signs` mark its currency, beside or behind an amount. `date_order` reads `09/11/2026`. Zone,
    language and currency are its policy's.
    """

    marketplace: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    id: Annotated[str, Field(pattern=r"^[A-Z0-9]{5,20}$")]
    senders: Annotated[tuple[Domain, ...], Field(min_length=1)]
    relays: tuple[Domain, ...] = ()
    signs: Annotated[tuple[Sign, ...], Field(min_length=1)]
    date_order: Literal["mdy", "dmy", "ymd"]
    source: str

    @property
    def domains(self) -> frozenset[str]:
        """Every domain that may stand behind the @ of a sender."""
        return frozenset(self.senders + self.relays)


@dataclass(frozen=True)
class NoticeRules:
    """Everything that the reader of mails knows: markets by code, words and phrases by language."""

    headers: tuple[Headers, ...] = ()
    markets: Mapping[str, Market] = field(default_factory=dict)
    words: Mapping[str, NoticeWords] = field(default_factory=dict)
    phrases: Mapping[str, Phrases] = field(default_factory=dict)
    policies: Mapping[str, Policy] = field(default_factory=dict)
    _compiled: dict[str, Lexicon] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def market_of_id(self, marketplace_id: str) -> Market | None:
        """The market with this marketplace id."""
        return next((m for m in self.markets.values() if m.id == marketplace_id), None)

    def market_of_domain(self, domain: str) -> Market | None:
        """The market that has this sender domain, where it is only one."""
        found = [market for market in self.markets.values() if domain in market.domains]
        return found[0] if len(found) == 1 else None

    def lexicons(self, market: Market | None) -> tuple[Lexicon, ...]:
        """All languages, that of the market first: a seller may read notices in another one."""
        policy = self.policies.get(market.marketplace) if market else None
        first = policy.language if policy else "en"
        codes = sorted(self.words, key=lambda code: (code != first, code != "en", code))
        return tuple(self._lexicon(code) for code in codes)

    def _lexicon(self, code: str) -> Lexicon:
        """A language's words compiled, once, when the first mail is read."""
        if code not in self._compiled:
            self._compiled[code] = Lexicon(self.words[code])
        return self._compiled[code]

    @cached_property
    def currencies(self) -> dict[str, frozenset[str]]:
        """Each sign with the currencies that it may mean."""
        meant: dict[str, set[str]] = {}
        for code, market in self.markets.items():
            for sign in market.signs if code in self.policies else ():
                meant.setdefault(sign, set()).add(self.policies[code].currency)
        return {sign: frozenset(found) for sign, found in meant.items()}
