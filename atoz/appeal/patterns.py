"""The sentences of an appeal as patterns with named placeholders, one field for each.

It exists so that every language says exactly the same things: a field is a key of the phrasebooks'
`sentences`, and its placeholders are those of the English file, which explains each key.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Annotated

from pydantic import PlainValidator

from atoz.claims.base import Strict
from atoz.words.unseen import unseen_in

LONGEST = 400
"""Signs of a pattern: a sentence of an appeal is short."""

_LINE_ENDS = re.compile(r"[\n\r\t\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A sentence in words: `one` where the count {n} is one and the language wants another form."""

    needs: tuple[str, ...]
    other: str
    one: str | None = None

    def filled(self, texts: Mapping[str, str]) -> str:
        """The sentence with its values, which are never read as patterns themselves."""
        form = self.one if self.one is not None and texts.get("n") == "1" else self.other
        return form.format_map(texts)


def checked(text: object) -> str:
    """A text as a phrasebook may hold it: one line, bounded, no figure. Raises ValueError else."""
    if not isinstance(text, str) or not text.strip():
        raise ValueError("write one text here, in quotes")
    if text != text.strip() or _LINE_ENDS.search(text) or unseen_in(text):
        raise ValueError("write one line, without spaces around it and without unseen signs")
    if len(text) > LONGEST:
        raise ValueError(f"{len(text)} signs: write a shorter sentence, at most {LONGEST}")
    if any(map(str.isdigit, text)):
        raise ValueError("leave figures out: every number comes from a fact, through a placeholder")
    return text


def says(*names: str) -> PlainValidator:
    """Reads a pattern with exactly these placeholders, as a text or as its forms one and other."""
    return PlainValidator(_reader(names))


def _reader(needs: tuple[str, ...]) -> Callable[[object], Pattern]:
    def read(value: object) -> Pattern:
        if not isinstance(value, dict):
            return Pattern(needs, _form(value, needs))
        strange = sorted(map(str, value.keys() - {"one", "other"}))
        if strange or "n" not in needs or "other" not in value:
            forms = "the forms `one` and `other`" if "n" in needs else "one text: it counts nothing"
            raise ValueError(f"write {forms}")
        one = value.get("one")
        form = None if one is None else _form(one, needs, spare=frozenset({"n"}))
        return Pattern(needs, _form(value["other"], needs), form)

    return read


def _form(value: object, needs: tuple[str, ...], spare: frozenset[str] = frozenset()) -> str:
    text = checked(value)
    found = Counter(_placeholders(text))
    wanted = ", ".join(f"{{{name}}}" for name in sorted(needs)) or "no placeholders"
    strange = sorted(found.keys() - set(needs))
    if strange:
        raise ValueError(f"{{{strange[0]}}} is not known in this sentence: use {wanted}")
    missing = sorted(set(needs) - found.keys() - spare)
    if missing:
        raise ValueError(f"{{{missing[0]}}} is missing: the sentence needs {wanted}")
    if any(count > 1 for count in found.values()):
        raise ValueError(f"write each placeholder once: {wanted}")
    return text


def _placeholders(text: str) -> list[str]:
    try:
        parts = list(Formatter().parse(text))
    except ValueError as error:
        raise ValueError(
            "a brace stands alone: write {name} for a placeholder, no other braces"
        ) from error
    if "{{" in text or "}}" in text or any(spec or conversion for _, _, spec, conversion in parts):
        raise ValueError("write a placeholder as {name}, with nothing else between the braces")
    return [name for _, name, _, _ in parts if name is not None]


class Sentences(Strict):
    """Every sentence that an appeal can hold. What each is for, `playbooks/appeal/en.yaml` says."""

    position: Annotated[Pattern, says("amount", "order", "reason")]
    position_without_reason: Annotated[Pattern, says("amount", "order")]
    position_of_order: Annotated[Pattern, says("order")]
    records: Annotated[Pattern, says("order", "now", "zone")]

    ordered: Annotated[Pattern, says("when")]
    shipped: Annotated[Pattern, says("when", "carrier", "tracking")]
    shipped_with: Annotated[Pattern, says("when", "carrier")]
    shipped_only: Annotated[Pattern, says("when")]
    first_scan: Annotated[Pattern, says("when", "by")]
    first_scan_only: Annotated[Pattern, says("when")]
    last_scan: Annotated[Pattern, says("when")]
    inquiry: Annotated[Pattern, says("when")]
    delivered: Annotated[Pattern, says("when", "latest")]
    delivered_only: Annotated[Pattern, says("when")]
    return_requested: Annotated[Pattern, says("when")]
    return_authorised: Annotated[Pattern, says("when")]
    return_label: Annotated[Pattern, says("when")]
    return_declined: Annotated[Pattern, says("when", "text")]
    return_declined_only: Annotated[Pattern, says("when")]
    return_arrived: Annotated[Pattern, says("when", "text")]
    return_arrived_only: Annotated[Pattern, says("when")]
    return_refunded: Annotated[Pattern, says("when", "amount")]
    return_refunded_only: Annotated[Pattern, says("when")]
    refunded: Annotated[Pattern, says("when", "amount")]
    notified: Annotated[Pattern, says("when")]
    buyer_wrote_before: Annotated[Pattern, says("when")]
    we_wrote_before: Annotated[Pattern, says("when")]
    sent_deescalate: Annotated[Pattern, says("when")]
    sent_request_photos: Annotated[Pattern, says("when")]
    sent_withdraw_help: Annotated[Pattern, says("when")]
    sent_recharge_help: Annotated[Pattern, says("when")]
    sent_thank_for_photos: Annotated[Pattern, says("when")]
    sent_refund_confirmed: Annotated[Pattern, says("when")]
    sent_answer_needed_ack: Annotated[Pattern, says("when")]
    sent_other: Annotated[Pattern, says("when")]
    answered_personally: Annotated[Pattern, says("when")]
    replied: Annotated[Pattern, says("when")]
    replied_with_files: Annotated[Pattern, says("when", "n")]
    silence: Annotated[Pattern, says("n", "asked", "now")]
    no_picture: Annotated[Pattern, says("n", "asked", "now")]
    answered_within: Annotated[Pattern, says("n", "asked", "when")]

    exhibit_tracking: Annotated[Pattern, says("no", "carrier", "tracking")]
    exhibit_tracking_only: Annotated[Pattern, says("no", "tracking")]
    exhibit_signature: Annotated[Pattern, says("no", "name")]
    exhibit_signature_only: Annotated[Pattern, says("no")]
    exhibit_photo: Annotated[Pattern, says("no", "name")]
    exhibit_photo_only: Annotated[Pattern, says("no")]
    exhibit_buy_shipping: Annotated[Pattern, says("no")]
    exhibit_address: Annotated[Pattern, says("no")]
    exhibit_return: Annotated[Pattern, says("no", "carrier", "tracking")]
    exhibit_return_only: Annotated[Pattern, says("no", "tracking")]
    exhibit_picture: Annotated[Pattern, says("no", "file")]
    exhibit_file: Annotated[Pattern, says("no", "file")]

    claim_says: Annotated[Pattern, says("quote")]
    reply_says: Annotated[Pattern, says("when", "quote")]
    earlier_says: Annotated[Pattern, says("when", "quote")]
    differs: Annotated[Pattern, says("reason", "comment", "when", "quote")]
    differs_from_reason: Annotated[Pattern, says("reason", "when", "quote")]
    differs_within: Annotated[Pattern, says("reason", "quote")]
    listing_title: Annotated[Pattern, says("text")]
    listing_text: Annotated[Pattern, says("text")]
    picked: Annotated[Pattern, says("text")]
    packing: Annotated[Pattern, says("text")]
    weight: Annotated[Pattern, says("weight")]
    carrier_notes: Annotated[Pattern, says("text")]
    return_after: Annotated[Pattern, says("requested", "n", "delivered")]
    return_domestic: Annotated[Pattern, says()]
    return_not_seen: Annotated[Pattern, says("reason", "now", "requested")]
    deduction: Annotated[Pattern, says("amount", "text")]
    filed_late: Annotated[Pattern, says("filed", "n", "closed", "latest", "span")]
    filed_early: Annotated[
        Pattern, says("filed", "opens", "latest", "delivery_days", "ordered", "order_days")
    ]

    offer_stands: Annotated[Pattern, says("when")]
    offered_return: Annotated[Pattern, says("when")]
    offered_replacement: Annotated[Pattern, says("when")]

    request: Annotated[Pattern, says("amount", "order")]
    request_of_order: Annotated[Pattern, says("order")]
    request_to_decide: Annotated[Pattern, says("order")]

    post_position: Annotated[Pattern, says("order", "decided", "status", "n")]
    post_request: Annotated[Pattern, says("decided", "order", "n")]
