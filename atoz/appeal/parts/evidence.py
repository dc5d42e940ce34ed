"""The exhibits: what proves it, numbered in one row. A packet shows them under the same numbers."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from atoz.appeal.ledger import Ids, Said, number_of
from atoz.appeal.parts.contact import is_picture
from atoz.appeal.telling import Telling
from atoz.claims.facts import Fact
from atoz.playbook.files import is_of_the_buyer

_PROOFS = {
    "shipment.signature": ("exhibit_signature", "exhibit_signature_only"),
    "shipment.photo": ("exhibit_photo", "exhibit_photo_only"),
    "shipment.buy_shipping": ("exhibit_buy_shipping",),
    "shipment.address_match": ("exhibit_address",),
}
_UNFIT = re.compile(r"[^\w. ()-]")
_LONGEST_NAME = 60
MOST_NAMED = 40


class Exhibit(NamedTuple):
    """An exhibit: how it is said, and the fact without which it would not be there."""

    keys: tuple[str, ...]
    fact: Fact
    values: Mapping[str, Said | None]

    @property
    def is_file(self) -> bool:
        """Whether it is a file on the claim; else it is a record that the text names."""
        return self.fact.kind == "evidence_added"


def evidence(t: Telling, since: int = 0) -> Iterator[Said]:
    """A sentence for each exhibit. A number rests on the exhibits before it, too."""
    before: Ids = ()
    for number, exhibit in enumerate(exhibits(t, since), start=1):
        no = Said(str(number), before)
        yield from t.say(*exhibit.keys, no=no, **exhibit.values, rests=(exhibit.fact.id,))
        before = (*before, exhibit.fact.id)


def exhibits(t: Telling, since: int = 0) -> list[Exhibit]:
    """All exhibits in the order of their numbers; with `since` those alone that a later fact made."""
    found = (*_records(t), *map(_file, _named(t.ledger.all("evidence_added"))))
    return [exhibit for exhibit in found if number_of(exhibit.fact) > since]


def _named(files: Sequence[Fact]) -> list[Fact]:
    """The files that the text names: our own first, of the buyer's the newest, in the order of their coming.

    What is beyond them goes along without a word: each number rests on all before it, so that a text that
    named the hundreds of pictures that a buyer may send would be more than a claim can carry.
    """
    own = [file for file in files if not is_of_the_buyer(file)][-MOST_NAMED:]
    theirs = [file for file in files if is_of_the_buyer(file)]
    named = {file.id for file in (*own, *theirs[::-1][: MOST_NAMED - len(own)])}
    return [file for file in files if file.id in named]


def _records(t: Telling) -> Iterator[Exhibit]:
    yield from _tracking(t, "shipment", "exhibit_tracking")
    for path, keys in _PROOFS.items():
        fact = t.ledger.held(path)
        if fact is not None and fact.data["value"]:
            name = t.text(path) if isinstance(fact.data["value"], str) else None
            yield Exhibit(keys, fact, {"name": name})
    yield from _tracking(t, "return", "exhibit_return")


def _tracking(t: Telling, of: str, key: str) -> Iterator[Exhibit]:
    fact, tracking = t.ledger.held(f"{of}.tracking_number"), t.text(f"{of}.tracking_number")
    if fact is not None:
        values = {"carrier": t.text(f"{of}.carrier"), "tracking": tracking}
        yield Exhibit((key, f"{key}_only"), fact, values)


def _file(fact: Fact) -> Exhibit:
    """A file by its name, of which nothing reads as a part of the text."""
    name = _UNFIT.sub("_", str(fact.data.get("name")))[:_LONGEST_NAME]
    key = "exhibit_picture" if is_picture(fact) else "exhibit_file"
    return Exhibit((key,), fact, {"file": Said(name, (fact.id,))})
