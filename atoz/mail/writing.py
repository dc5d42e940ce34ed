"""A message to the buyer written: the template filled in for its marketplace, held against every rule.

It exists so that the worker, the simulator, the command and the check at the start write a message in
one and the same way, and none of them can send what another would have stopped.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from atoz.claims.status import Status
from atoz.errors import BadInput
from atoz.mail.lint import ANSWERS, lint
from atoz.mail.message import Message
from atoz.mail.pages import Pages
from atoz.mail.render import Rendered, Templates
from atoz.playbook.parts import Finding
from atoz.words.bans import Bans

_SHOWN = 5


class Order(NamedTuple):
    """What a message is about. `values` are the facts that it may say; `status` None is not known."""

    marketplace: str
    language: str
    values: Mapping[str, object]
    status: Status | None = None
    earlier: Collection[str] = ()
    """The templates that went to the buyer before."""


class Written(NamedTuple):
    """A message and what the rules say of it."""

    rendered: Rendered
    findings: tuple[Finding, ...]

    @property
    def blocks(self) -> tuple[Finding, ...]:
        """What stops it."""
        return tuple(each for each in self.findings if each.severity == "block")


@dataclass(frozen=True)
class Writing:
    """Templates, the words of marketplaces' pages, banned words, the addresses that may be written."""

    templates: Templates
    bans: Bans = field(default_factory=Bans)
    pages: Mapping[str, Pages] = field(default_factory=dict)
    verified: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The marketplaces' own addresses that policy data marks verified."""

    def write(self, name: str, order: Order, seller_name: str = "") -> Written:
        """Fill a template in and check it. Raises BadInput where it cannot be, or may not go now."""
        _, template = self.templates.find(name, order.language)
        if order.status is not None and not template.may_be_sent(order.status):
            said = order.status.value.replace("_", " ")
            raise BadInput(f"{name} may not be sent while the claim is {said}")
        pages = self.pages.get(order.marketplace)
        values = {
            **order.values,
            **(pages.values(order.language) if pages else {}),
            "seller_name": seller_name,
        }
        rendered = self.templates.render(name, order.language, values)
        return Written(rendered, lint(self.message(rendered, name, order), self.bans))

    def message(self, rendered: Rendered, name: str | None, order: Order) -> Message:
        """A message with all that is known of its order, as the rules look at it."""
        tracking = order.values.get("tracking_number")
        return Message(
            text=rendered.text,
            subject=rendered.subject,
            language=rendered.language,
            order_id=str(order.values.get("order_id") or "") or None,
            template=name,
            allowed_addresses=self.verified.get(order.marketplace, frozenset()),
            numbers=frozenset({str(tracking)}) if tracking else frozenset(),
            asked_before=any(map(self._asks, order.earlier)),
            decided=order.status not in (None, Status.UNDER_REVIEW),
        )

    def _asks(self, name: str) -> bool:
        """Whether a template tells the buyer, unasked, how a claim is withdrawn, in any language."""
        if name in ANSWERS:
            return False
        texts = (each.source for (_, known), each in self.templates.items() if known == name)
        return any(self.bans.find("withdrawal", text) for text in texts)


def refuse_blocked(name: str, written: Written) -> None:
    """Raise BadInput where a message breaks a rule that stops it."""
    if written.blocks:
        said = "; ".join(f"{each.rule}: {each.message}" for each in written.blocks[:_SHOWN])
        raise BadInput(f"{name} breaks a rule on messages to buyers: {said}")
