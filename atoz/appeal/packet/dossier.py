"""What a packet says, from the recorded facts alone: one frozen value, pure.

The text with its sentences is a fact of its own (`appeal_drafted`); everything else is what was
known when it was written. So the same packet can be made again years later.
"""

import json
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal

from atoz.appeal.packet.records import record_of
from atoz.claims.base import Instant, Record, money_text
from atoz.claims.facts import Fact
from atoz.playbook.files import as_told, leaves_out, without_buyers_files
from atoz.playbook.parts import Attachment, Sentence
from atoz.playbook.state import Appeal, CaseState

Kind = Literal["appeal", "answer-information", "metric-restoration", "post-decision-appeal"]

LONGEST_VALUE = 600
"""Signs of a fact's value that a packet shows; the claim's record has it whole."""

Sentences = tuple[Sentence, ...]

_ANY = datetime(2000, 1, 1, tzinfo=UTC)
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
    """One exhibit as the text numbers it. Without a file it is a record, with what we hold of it."""

    number: int
    caption: str = ""
    fact: str | None = None
    file: Attachment | None = None
    record: tuple[Cited, ...] = ()


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
    own_files: bool = False
    """Without the buyer's."""
    edited_by: str | None = None
    facts_known: int
    sentences: tuple[Sentence, ...] = ()
    facts: tuple[Cited, ...] = ()
    exhibits: tuple[Exhibit, ...] = ()

    @property
    def missing(self) -> tuple[str, ...]:
        """The ids of cited facts that are not here: they have left the claim for the store."""
        here = {fact.id for fact in self.facts}
        cited = dict.fromkeys(each for sentence in self.sentences for each in sentence.facts)
        return tuple(each for each in cited if each not in here)

    @property
    def attached(self) -> tuple[Exhibit, ...]:
        """The exhibits that are files."""
        return tuple(exhibit for exhibit in self.exhibits if exhibit.file is not None)


def appeal_dossier(state: CaseState, appeal: Appeal) -> Dossier:
    """The dossier of a revision: what was known when it was written, and nothing that came later."""
    known = appeal.facts_known
    return dossier(
        as_told(state, appeal.facts_only),
        kind="appeal",
        as_of=appeal.drafted_at or state.started_at,
        facts_known=state.facts_recorded if known is None else known,
        sentences=appeal.sentences,
        own_files=leaves_out(state, appeal.facts_only),
        **appeal.model_dump(include=_OF_THE_TEXT),
    )


_OF_THE_TEXT = {"revision", "digest", "text", "language", "facts_only", "edited_by"}


def dossier(state: CaseState, *, facts_known: int, sentences: Sentences, **own: Any) -> Dossier:
    """A dossier over the first `facts_known` facts of a claim; `own` is what the text itself brings."""
    known = [fact for fact in state.facts if _number(fact.id) <= facts_known]
    values = {fact.kind: fact.data.get("value") for fact in known if "value" in fact.data}
    amount, currency = values.get("claim.amount"), values.get("claim.currency")
    return Dossier(
        workflow_id=state.workflow_id,
        order_id=state.file.claim.order_id,
        marketplace=state.file.claim.marketplace,
        reason=values.get("claim.reason"),
        amount=money_text(Decimal(amount), currency) if amount and currency else None,
        zone=state.policy.zone if state.policy else "UTC",
        facts_known=facts_known,
        sentences=sentences,
        facts=_cited(sentences, known),
        exhibits=exhibits_of(sentences, known),
        **own,
    )


def completed(dossier: Dossier, older: Iterable[Fact]) -> Dossier:
    """The dossier with what had left the claim for the store: old replies and files."""
    told = without_buyers_files(older) if dossier.own_files else older
    known = [fact for fact in told if _number(fact.id) <= dossier.facts_known]
    facts = {fact.id: fact for fact in (*_cited(dossier.sentences, known), *dossier.facts)}
    files = [*known, *(_fact_of(each) for each in dossier.attached)]
    every = {fact.id: fact for fact in sorted(files, key=lambda fact: _number(fact.id))}
    records = {each.number: each.record for each in dossier.exhibits}
    return dossier.model_copy(
        update={
            "facts": tuple(facts[each] for each in sorted(facts, key=_number)),
            "exhibits": tuple(
                each if each.file else each.model_copy(update={"record": records[each.number]})
                for each in exhibits_of(dossier.sentences, list(every.values()))
            ),
        }
    )


def _cited(sentences: Sentences, known: Iterable[Fact]) -> tuple[Cited, ...]:
    wanted = {each for sentence in sentences for each in sentence.facts}
    return tuple(cite(fact) for fact in known if fact.id in wanted)


def _fact_of(exhibit: Exhibit) -> Fact:
    """The fact of an exhibit's file, as far as exhibits go."""
    assert exhibit.fact is not None, "a file is a fact of the claim"
    assert exhibit.file is not None, "asked for files only"
    data = exhibit.file.model_dump(mode="json")
    return Fact(id=exhibit.fact, at=_ANY, kind="evidence_added", source="", data=data)


def cite(fact: Fact) -> Cited:
    """The fact as a packet carries it, its value cut with a count of the rest."""
    value = value_text(fact)
    kept = value[:LONGEST_VALUE]
    return Cited(
        id=fact.id,
        at=fact.came_at,
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
        value = value.get("text", value) if isinstance(value, dict) else value
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
        fact = next((files.pop(each) for each in sentence.facts if each in files), None)
        number = int(numbered[1])
        found[number] = _exhibit(number, fact, caption=sentence.text[numbered.end() :].strip())
        if fact is None:
            record = tuple(cite(each) for each in record_of(sentence, known))
            found[number] = found[number].model_copy(update={"record": record})
    for number, fact in enumerate(files.values(), start=max(found, default=0) + 1):
        found[number] = _exhibit(number, fact)
    return tuple(found[number] for number in sorted(found))


def _exhibit(number: int, fact: Fact | None, caption: str = "") -> Exhibit:
    if fact is None:
        return Exhibit(number=number, caption=caption)
    file = Attachment.model_validate(fact.data)
    return Exhibit(number=number, caption=caption, fact=fact.id, file=file)


def _number(fact_id: str) -> int:
    return int(fact_id[1:])
