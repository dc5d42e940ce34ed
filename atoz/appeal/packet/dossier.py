"""What a packet says, from the recorded facts alone: one frozen value, pure.

The text with its sentences is a fact of its own (`appeal_drafted`); everything else is what was
known when it was written. So the same packet can be made again years later.
"""

import json
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, Literal

from atoz.claims.base import Instant, Record, money_text
from atoz.claims.facts import Fact
from atoz.playbook.parts import Attachment, Sentence
from atoz.playbook.state import CaseState

Kind = Literal["appeal", "answer-information", "metric-restoration", "plan-of-action"]

LONGEST_VALUE = 600
"""Signs of a fact's value that a packet shows; the claim's record has it whole."""

_NUMBERED = re.compile(r"[^\d:：]{1,30}?(\d{1,3})\s?[:：]")


class Cited(Record):
    """A fact that carries a sentence. `value` is its beginning, `more` how many signs follow."""

    id: str
    at: Instant
    kind: str
    source: str
    value: str = ""
    more: int = 0


class Exhibit(Record):
    """One exhibit as the text numbers it. Without a file it is a record that the text names."""

    number: int
    caption: str = ""
    fact: str | None = None
    file: Attachment | None = None


class Dossier(Record):
    """All that a packet is made of but the bytes of its files."""

    kind: Kind = "appeal"
    workflow_id: str
    order_id: str
    marketplace: str
    reason: str | None = None
    amount: str | None = None
    zone: str = "UTC"
    language: str = "en"
    as_of: Instant
    revision: int | None = None
    digest: str
    text: str
    facts_only: bool = False
    edited_by: str | None = None
    sentences: tuple[Sentence, ...] = ()
    facts: tuple[Cited, ...] = ()
    exhibits: tuple[Exhibit, ...] = ()

    @property
    def missing(self) -> tuple[str, ...]:
        """The ids of cited facts that are not here: they have left the claim for the store."""
        here = {fact.id for fact in self.facts}
        cited = dict.fromkeys(id for sentence in self.sentences for id in sentence.facts)
        return tuple(id for id in cited if id not in here)

    @property
    def attached(self) -> tuple[Exhibit, ...]:
        """The exhibits that are files."""
        return tuple(exhibit for exhibit in self.exhibits if exhibit.file is not None)


def appeal_dossier(state: CaseState, drafted: Fact) -> Dossier:
    """The dossier of the revision that the fact `drafted` (`appeal_drafted`) recorded."""
    known = known_at(state.facts, drafted)
    sentences = tuple(Sentence.model_validate(each) for each in drafted.data.get("sentences", ()))
    keys = ("revision", "digest", "text", "language", "facts_only", "edited_by")
    own = {key: drafted.data[key] for key in keys if key in drafted.data}
    return dossier(state, known, sentences, kind="appeal", as_of=drafted.at, **own)


def dossier(
    state: CaseState, known: Sequence[Fact], sentences: tuple[Sentence, ...], **own: Any
) -> Dossier:
    """A dossier over the facts `known`; `own` is what the text itself brings."""
    values = {fact.kind: fact.data.get("value") for fact in known if "value" in fact.data}
    amount, currency = values.get("claim.amount"), values.get("claim.currency")
    cited = {id for sentence in sentences for id in sentence.facts}
    return Dossier(
        workflow_id=state.workflow_id,
        order_id=state.file.claim.order_id,
        marketplace=state.file.claim.marketplace,
        reason=values.get("claim.reason"),
        amount=money_text(Decimal(amount), currency) if amount and currency else None,
        zone=state.policy.zone if state.policy else "UTC",
        sentences=sentences,
        facts=tuple(cite(fact) for fact in known if fact.id in cited),
        exhibits=exhibits_of(sentences, known),
        **own,
    )


def known_at(facts: Iterable[Fact], drafted: Fact) -> tuple[Fact, ...]:
    """The facts that the revision was written from: what came in while it was written is not bound."""
    known = drafted.data.get("facts_known")
    last = _number(drafted) - 1 if known is None else int(known)
    return tuple(fact for fact in facts if _number(fact) <= last)


def cite(fact: Fact) -> Cited:
    """The fact as a packet carries it, its value cut with a count of the rest."""
    value = value_text(fact)
    kept = value[:LONGEST_VALUE]
    return Cited(
        id=fact.id,
        at=fact.at,
        kind=fact.kind,
        source=fact.source,
        value=kept,
        more=len(value) - len(kept),
    )


_TELLING = ("text", "subject", "name", "amount", "status", "template")


def value_text(fact: Fact) -> str:
    """What a fact holds, in one text: the value of a claim file's field, else its telling part."""
    if "value" in fact.data:
        value = fact.data["value"]
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    told = next((fact.data[key] for key in _TELLING if fact.data.get(key)), None)
    return str(told) if told is not None else json.dumps(fact.data, ensure_ascii=False)


def exhibits_of(sentences: Sequence[Sentence], known: Sequence[Fact]) -> tuple[Exhibit, ...]:
    """The exhibits as the text numbers them; a file that it does not number comes behind the last.

    A line such as `Exhibit 3: …` makes an exhibit; where it cites a file, the file has that number.
    """
    files = {fact.id: fact for fact in known if fact.kind == "evidence_added"}
    found: dict[int, Exhibit] = {}
    for sentence in sentences:
        numbered = _NUMBERED.match(sentence.text)
        if numbered is None or int(numbered[1]) in found:
            continue
        fact = next((files.pop(id) for id in sentence.facts if id in files), None)
        number = int(numbered[1])
        found[number] = _exhibit(number, fact, caption=sentence.text[numbered.end() :].strip())
    for number, fact in enumerate(files.values(), start=max(found, default=0) + 1):
        found[number] = _exhibit(number, fact)
    return tuple(found[number] for number in sorted(found))


def _exhibit(number: int, fact: Fact | None, caption: str = "") -> Exhibit:
    if fact is None:
        return Exhibit(number=number, caption=caption)
    file = Attachment.model_validate(fact.data)
    return Exhibit(number=number, caption=caption, fact=fact.id, file=file)


def _number(fact: Fact) -> int:
    return int(fact.id[1:])
