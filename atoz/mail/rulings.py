"""What a decision says: the status, who pays, whether the order defect rate counts it.

It exists because a decision ends a claim: it is read only from sentences that state something, and
where two statements contradict each other nothing is read and a person looks.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from atoz.claims.status import MEANINGS, FundedBy, Status
from atoz.mail.lexicon import Lexicon, Sentences, sentences
from atoz.mail.notice_words import Ruling
from atoz.mail.patterns import fold


class Decision(NamedTuple):
    """A decision as far as its notice states it."""

    status: Status | None = None
    funded_by: FundedBy | None = None
    odr_counts: bool | None = None
    note: str | None = None


def decision_of(text: str, lexicons: Sequence[Lexicon]) -> Decision:
    """The decision by the first language that says one.

    Who pays follows from the status; whether it counts is only read where it is said.
    """
    listed = Sentences(sentences(fold(text)))
    counted = set(_counts(listed, lexicons))
    counts = counted.pop() if len(counted) == 1 else None
    for lexicon in lexicons:
        said = frozenset(_rulings(listed, lexicon))
        if said:
            status = _status(said, counts)
            note = None if status else f"it says {', '.join(sorted(said))}: a person must read it"
            return Decision(status, MEANINGS[status].funded_by if status else None, counts, note)
    return Decision(None, None, counts, "its words are not known: a person must read it")


def _rulings(listed: Sentences, lexicon: Lexicon) -> Iterator[Ruling]:
    """What the sentences say that neither set a condition nor speak of an appeal."""
    for _, bared in lexicon.each(listed):
        if lexicon.states(bared) and not lexicon.appeals.search(bared):
            yield from (said for said, words in lexicon.rulings.items() if words.search(bared))


def _status(said: frozenset[Ruling], counts: bool | None) -> Status | None:
    """One status where the statements agree.

    `Granted` and `closed` alone say less than any other statement. A claim that is granted and
    counts is paid by the seller: the marketplace pays only where the seller is not at fault.
    """
    exact = {each for each in said if isinstance(each, Status)}
    if len(exact) == 1:
        return exact.pop()
    if exact:
        return None
    if said == {"closed"}:
        return Status.DENIED
    return Status.GRANTED_SELLER_FUNDED if "granted" in said and counts else None


def _counts(listed: Sentences, lexicons: Sequence[Lexicon]) -> Iterator[bool]:
    """Whether the order defect rate counts it, as often as it is said."""
    bared = [(lexicon, bared) for lexicon in lexicons for _, bared in lexicon.each(listed)]
    stated = [(lexicon, sentence) for lexicon, sentence in bared if lexicon.states(sentence)]
    for lexicon, sentence in stated:
        if lexicon.does_not_count.search(sentence):
            yield False
        elif lexicon.counts.search(sentence):
            yield True
