"""Rules on the text as a whole: its length, its order, its proof, its request, its dates."""

import re
from collections.abc import Iterator
from datetime import date

from atoz.appeal.lint.sentences import FOUND
from atoz.appeal.lint.subject import Rule, Subject, block, cut, warn
from atoz.appeal.sentences import quotes
from atoz.appeal.values import values_in
from atoz.claims.claim import ORDER_ID
from atoz.playbook.events import Finding
from atoz.words.tone import hole_in

SHORTEST, LONGEST = 300, 2_000
FEWEST_SENTENCES = 4
"""Characters and sentences. Source: the lint table of the domain notes."""

_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_FULL = frozenset('.!?。！？”»」")]')
_DATE = re.compile(r"(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)")


def _short(subject: Subject) -> Iterator[Finding]:
    """A sign of Japanese says as much as two letters."""
    length = len(subject.text.strip()) + len(_WIDE.findall(subject.text[: 2 * SHORTEST]))
    full = sum(1 for each in subject.sentences if each.text[-1:] in _FULL)
    if length < SHORTEST or full < FEWEST_SENTENCES:
        least = {"shortest": SHORTEST, "fewest": FEWEST_SENTENCES}
        yield block("too-short", FOUND("too_short", length=length, full=full, **least))


def _long(subject: Subject) -> Iterator[Finding]:
    if len(subject.text) > LONGEST:
        length = f"{len(subject.text):,}"
        yield warn("too-long", FOUND("too_long", length=length, longest=f"{LONGEST:,}"))


def _order(subject: Subject) -> Iterator[Finding]:
    own, found = subject.state.file.claim.order_id, set(ORDER_ID.findall(subject.text))
    if own not in found:
        yield block("order-id", FOUND("order", order=own))
    if found <= {own}:
        return
    for number, each in enumerate(subject.sentences):
        for other in sorted(set(ORDER_ID.findall(each.text)) - {own}):
            yield block("other-order", FOUND("other_order", other=other, order=own), number)


def _delivery(subject: Subject) -> Iterator[Finding]:
    """An item not received is answered with carrier, tracking number and a date."""
    if subject.state.file.claim.reason != "not_received":
        return
    shipment = subject.state.file.shipment
    wanted = {
        "carrier": shipment.carrier if shipment else None,
        "tracking": shipment.tracking_number if shipment else None,
    }
    flat = _flat(subject.text)
    for name, value in wanted.items():
        if not value:
            yield block("delivery-evidence", FOUND(f"{name}_unknown"))
        elif _flat(value) not in flat:
            yield block("delivery-evidence", FOUND(name, value=value))
    if not _dates(subject, enough=1):
        yield block("delivery-evidence", FOUND("delivered"))


def _flat(text: str) -> str:
    return re.sub(r"[\s-]", "", text).lower()


def _placeholders(subject: Subject) -> Iterator[Finding]:
    """What stands in the buyer's own words, word for word, waits for nobody to fill it in."""
    if hole_in(subject.text) is None:
        return
    for number, each in enumerate(subject.sentences):
        if hole := hole_in(_without_true_quotes(subject, each.text)):
            yield block("placeholder", FOUND("placeholder", hole=cut(hole)), number)


def _without_true_quotes(subject: Subject, text: str) -> str:
    for quote in quotes(text) if subject.state.policy else ():
        if subject.held.facts_of_quote(quote):
            text = text.replace(quote, " ")
    return text


def _request(subject: Subject) -> Iterator[Finding]:
    """What the marketplace shall do, said to it."""
    if not subject.lint.has("requests", subject.own):
        yield warn("no-request", FOUND("request"))


def _chronology(subject: Subject) -> Iterator[Finding]:
    """At least two days, where the facts hold as many."""
    if subject.theirs and len(_known_days(subject)) > len(_dates(subject, enough=2)) < 2:
        yield warn("no-chronology", FOUND("chronology"))


def _dates(subject: Subject, enough: int) -> set[str]:
    """The days that the text names, counted no further than needed."""
    found = set(_DATE.findall(subject.text))
    if len(found) >= enough:
        return found
    values = (value for value in values_in(subject.text, subject.lint) if value.kind == "date")
    return {value.keys[0] for value in values if value.keys}


def _known_days(subject: Subject) -> set[str]:
    """The days of what happened, as the claim's facts hold them."""
    claim, shipment = subject.state.file.claim, subject.state.file.shipment
    stated = (
        claim.order_date,
        shipment and shipment.shipped_at,
        shipment and shipment.delivered_at,
    )
    days = {day.isoformat()[:10] for day in stated if isinstance(day, date)}
    return days | {subject.day(claim.notified_at), *(subject.day(f.at) for f in subject.delivered)}


RULES: tuple[Rule, ...] = (_short, _long, _order, _delivery, _placeholders, _request, _chronology)
