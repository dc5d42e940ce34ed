"""How a packet says what the facts hold: in the reader's words, not in ours for programs. Pure."""

import re
from typing import NamedTuple

from atoz.appeal.ledger import Ledger
from atoz.appeal.packet.dossier import Cited
from atoz.appeal.packet.shown import shown
from atoz.appeal.packet.words import PacketWords
from atoz.appeal.phrasebook import Phrasebook

_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")
_LONGEST_SOURCE = 80


class Speech(NamedTuple):
    """The words of one language: the phrasebook's headings and the packet's own."""

    book: Phrasebook
    own: PacketWords

    def cut(self, text: str, longest: int, more: int = 0) -> str:
        """The text for the page, cut with a mark that counts what follows."""
        more += max(0, len(text) - longest)
        mark = " " + self.own.notes.cut.format(n=f"{more:,}") if more else ""
        return shown(text[:longest]) + mark

    def name(self, fact: Cited) -> str:
        """What the fact is about; a kind for which there is no word is told by its parts."""
        return self.own.facts.get(fact.kind) or shown(
            fact.kind.replace(".", " · ").replace("_", " ")
        )

    def source(self, fact: Cited) -> str:
        """The mail that it came with, by its Message-ID; all else is the seller's own record.

        Who or what of ours recorded it (a person, a playbook) is told by the manifest.
        """
        if not fact.source.startswith("<"):
            return self.own.labels.own_record
        return shown(fact.source[:_LONGEST_SOURCE])

    def value(self, fact: Cited, zone: str) -> str:
        """What it holds; an instant is told in the time zone of the text."""
        names: dict[str, dict[str, str]] = {
            "claim.reason": {str(key): text for key, text in self.own.reasons.items()},
            "decision_received": {str(key): text for key, text in self.book.statuses.items()},
        }
        text = names.get(fact.kind, {"true": self.own.labels.yes}).get(fact.value, fact.value)
        if _INSTANT.fullmatch(text):
            text = Ledger((), zone).moment(text)
        return self.cut(text, len(text), fact.more)
