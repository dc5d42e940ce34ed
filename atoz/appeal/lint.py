"""What must not be in an appeal: one small rule per function, each finding with its advice.

Source: the lint table of the domain notes. `block` findings need a person; `warn` findings too
when the playbook approves on findings.
"""

import re
from collections.abc import Callable, Iterator

from atoz.appeal.compose import undelivered
from atoz.appeal.wording import banned_words, shouts
from atoz.claims.claim import ORDER_ID
from atoz.playbook.events import Finding
from atoz.playbook.state import CaseState

_SENTENCE_END = re.compile(r"[.!?。！？”\"](?:\s|$)")
_PLACEHOLDER = re.compile(
    r"\{\{|\}\}|\{%|<[A-Z_ ]+>|\[(?:NAME|DATE|ORDER|TODO|XXX)\]|TBD(?<!\wTBD)\b"
)
_SILENCE = re.compile(
    r"\b(refused|cannot|could not|never (?:replied|answered)|no reply)\b", re.IGNORECASE
)

_QUOTE = re.compile(r"“[^”]*”")


def lint(text: str, state: CaseState) -> tuple[Finding, ...]:
    """Every finding on this text for this claim, in the order of the rules."""
    return tuple(finding for rule in _RULES for finding in rule(text, state))


def _block(rule: str, message: str) -> Finding:
    return Finding(rule=rule, severity="block", message=message)


def _short(text: str, _: CaseState) -> Iterator[Finding]:
    sentences = len(_SENTENCE_END.findall(text))
    if len(text) < 300 or sentences < 4:
        yield _block(
            "too-short", f"{len(text)} characters, {sentences} sentences: say what happened, dated"
        )


def _order(text: str, state: CaseState) -> Iterator[Finding]:
    own, found = state.file.claim.order_id, set(ORDER_ID.findall(text))
    if own not in found:
        yield _block("order-id", f"name the order {own}")
    for other in sorted(found - {own}):
        yield _block("other-order", f"{other} is another order")


def _delivery(text: str, state: CaseState) -> Iterator[Finding]:
    shipment, reason = state.file.shipment, state.file.claim.reason
    if reason != "not_received" or shipment is None:
        return
    for value, name in (
        (shipment.carrier, "carrier"),
        (shipment.tracking_number, "tracking number"),
    ):
        if not value or value not in text:
            yield _block("delivery-evidence", f"an item not received needs the {name}")
    if not re.search(r"\d{4}-\d{2}-\d{2}", text):
        yield _block("delivery-evidence", "an item not received needs a date")


def _tone(text: str, _: CaseState) -> Iterator[Finding]:
    for word in banned_words(text):
        yield _block("insult", f"leave out {word!r}")
    if shouts(text):
        yield _block("shouting", "no capitals, no doubled exclamation marks")


def _placeholder(text: str, _: CaseState) -> Iterator[Finding]:
    match = _PLACEHOLDER.search(text)
    if match:
        yield _block("placeholder", f"fill in {match.group()!r}")


def _silence(text: str, state: CaseState) -> Iterator[Finding]:
    gone = undelivered(state.facts)
    sent = any(fact.kind == "message_sent" and fact.id not in gone for fact in state.facts)
    text = _QUOTE.sub("", text)
    if not (sent and "as of" in text) and _SILENCE.search(text):
        yield _block("silence", "silence needs a delivered message, the elapsed time and 'as of'")
    if state.photos and re.search(r"\bno (?:photo|picture|image)", text, re.IGNORECASE):
        yield _block("no-photo", f"{state.photos} photo(s) are on file")


def _closed(_: str, state: CaseState) -> Iterator[Finding]:
    if state.decided or state.refunded_at is not None:
        yield _block("closed", "the claim is decided or refunded already")
    clock = state.clock("response")
    if clock is not None and clock.missed:
        yield _block("late", "the deadline has passed")


def _long(text: str, _: CaseState) -> Iterator[Finding]:
    if len(text) > 2_000:
        yield Finding(
            rule="too-long", severity="warn", message=f"{len(text)} characters; keep to 2,000"
        )


_RULES: tuple[Callable[[str, CaseState], Iterator[Finding]], ...] = (
    _short,
    _order,
    _delivery,
    _tone,
    _placeholder,
    _silence,
    _closed,
    _long,
)
