"""One mail being read: each value once, from the strongest sign that has it.

It exists to put the parts of the reader together in one place: what the mail is, whether it may be
believed, and then only those values that a mail of its kind can have.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from atoz.claims.policy import Policy
from atoz.claims.status import Status
from atoz.mail import senders
from atoz.mail.bodies import Body, body_of
from atoz.mail.charsets import subject_of
from atoz.mail.dating import Calendar
from atoz.mail.figures import Stated, appeal_until, deadline, order_of
from atoz.mail.files import files_of
from atoz.mail.intents import read_intents
from atoz.mail.kinds import Known, Letter, kind_of, market_of
from atoz.mail.languages import language_of
from atoz.mail.lexicon import Lexicon
from atoz.mail.mime import Mail, Part
from atoz.mail.money import amount_of
from atoz.mail.notices import Market, NoticeRules
from atoz.mail.plain import domain_of
from atoz.mail.quotes import Words, own_words
from atoz.mail.reading import CLAIM_KINDS, Kind, MailFile, Reading
from atoz.mail.returned import Original, original_of
from atoz.mail.rulings import Decision, decision_of
from atoz.mail.trust import why_untrusted
from atoz.playbook.model import Intent

_LONGEST = 20_000
_LITTLE: frozenset[Intent] = frozenset({"photos", "question", "other"})
_MONEY: frozenset[Kind] = CLAIM_KINDS | {"return_requested", "refund_issued"}
_FAVOURABLE = frozenset({Status.DENIED, Status.WITHDRAWN})
_CAME_BACK: frozenset[Kind] = frozenset({"bounce", "buyer_opted_out"})


@dataclass(frozen=True)
class Reader:
    """One parsed mail, the rules, the server whose word counts, and an id in case it has none."""

    mail: Mail
    rules: NoticeRules
    authserv_id: str | None
    made_id: str

    def reading(self) -> Reading:
        """Everything that the mail says."""
        why = why_untrusted(
            self.mail, self.kind, self.sender, self.market, authserv_id=self.authserv_id
        )
        return Reading(
            kind=self.kind,
            trusted=why is None,
            reason_untrusted=why,
            order_id=order_of(self._order_layers()),
            marketplace=self.market.marketplace if self.market else None,
            text=self.text,
            language=self.language,
            attachments=self.attachments,
            reason=self.known.why,
            notes=tuple(self._notes()),
            **self._envelope(),
            **self._of_kind(),
        )

    # What it is -------------------------------------------------------------------------------

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """The leaves of the mail; a file's number counts them."""
        return tuple(self.mail.parts())

    @cached_property
    def sender(self) -> str | None:
        """The one plain address that it says it is from."""
        return senders.sender_of(self.mail)

    @cached_property
    def subject(self) -> str:
        """The subject on one line."""
        return subject_of(self.mail)

    @cached_property
    def _marked(self) -> tuple[Market | None, str | None]:
        return market_of(self.mail, self.sender, self.rules)

    @property
    def market(self) -> Market | None:
        """The marketplace that it names."""
        return self._marked[0]

    @cached_property
    def policy(self) -> Policy | None:
        """That marketplace's rules."""
        return self.rules.policies.get(self.market.marketplace) if self.market else None

    @cached_property
    def lexicons(self) -> tuple[Lexicon, ...]:
        """The languages in the order in which they are tried."""
        return self.rules.lexicons(self.market)

    @cached_property
    def body(self) -> Body:
        """The readable text."""
        return body_of(self.parts)

    @cached_property
    def known(self) -> Known:
        """What kind of mail it is, and how that is known."""
        mail, text = self.mail, self.body.unwrapped
        letter = Letter(
            mail, self.parts, self.sender, self.subject, text, self.market, self.lexicons
        )
        return kind_of(letter, self.rules)

    @property
    def kind(self) -> Kind:
        """What kind of mail it is."""
        return self.known.kind

    # What it says -----------------------------------------------------------------------------

    @cached_property
    def words(self) -> Words:
        """The buyer's own words and what stands around them."""
        return own_words(self.body.text, self.lexicons)

    @cached_property
    def text(self) -> str:
        """The buyer's words, or the notice as it can be read."""
        if self.kind == "buyer_message":
            return self.words.text
        return self.body.text.strip()[:_LONGEST]

    @cached_property
    def notice(self) -> str:
        """The text in which statements are looked for."""
        return self.body.unwrapped[:_LONGEST]

    @cached_property
    def language(self) -> str | None:
        """The language of a buyer's words; a notice is taken to be in the marketplace's."""
        prior = self.policy.language if self.policy else None
        return language_of(self.text, prior) if self.kind == "buyer_message" else prior

    @cached_property
    def attachments(self) -> tuple[MailFile, ...]:
        """The files, kept or refused."""
        return files_of(self.parts)

    @cached_property
    def original(self) -> Original:
        """The mail of ours that did not arrive."""
        if self.kind not in _CAME_BACK:
            return Original()
        found = original_of(self.parts, self.body.text)
        ours = found.message_id or senders.first_id(self.mail, "In-Reply-To")
        return found._replace(message_id=ours)

    @cached_property
    def stated(self) -> Stated:
        """The deadline to answer that it states."""
        if self.kind not in {"claim_opened", "information_request"}:
            return Stated()
        asks = self.kind == "information_request"
        return deadline(self.notice, self.lexicons, self._calendar, asked=asks)

    @cached_property
    def decision(self) -> Decision:
        """What a decision says."""
        if self.kind != "claim_decision":
            return Decision()
        return decision_of(self.notice, self.lexicons)

    @property
    def _calendar(self) -> Calendar:
        order = self.market.date_order if self.market else "ymd"
        zone = self.policy.zone if self.policy else "UTC"
        return Calendar(order, zone, senders.date_of(self.mail))

    def _order_layers(self) -> Iterator[str]:
        """Where the order stands, the surest place first; a buyer's own words come last."""
        yield self.subject
        yield self.original.order_id or ""
        if self.kind == "buyer_message":
            yield self.words.frame
            yield " ".join(senders.message_ids(self.mail, "In-Reply-To"))
            yield " ".join(senders.message_ids(self.mail, "References"))
        yield self.text

    def _envelope(self) -> dict[str, Any]:
        return {
            "message_id": senders.first_id(self.mail, "Message-ID") or self.made_id,
            "sender": self.sender,
            "subject": self.subject,
            "reply_to": self._reply_to(),
            "in_reply_to": senders.first_id(self.mail, "In-Reply-To"),
            "references": senders.message_ids(self.mail, "References"),
            "original": self.original.message_id,
            "date": senders.date_of(self.mail),
        }

    def _reply_to(self) -> str | None:
        """Where an answer goes: only ever an address of that marketplace."""
        domains = self.market.domains if self.market else frozenset()
        offered = (senders.reply_address(self.mail), self.sender)
        return next((each for each in offered if each and domain_of(each) in domains), None)

    def _of_kind(self) -> dict[str, Any]:
        """What only some kinds can say."""
        values: dict[str, Any] = {"due": self.stated.due, "response_days": self.stated.days}
        if self.kind in _MONEY:
            found = amount_of(self.notice, self.rules, self.market, self.lexicons)
            values |= {"amount": found[0], "currency": found[1]} if found else {}
        if self.kind == "claim_decision":
            values |= {
                "status": self.decision.status,
                "funded_by": self.decision.funded_by,
                "odr_counts": self.decision.odr_counts,
            }
        if self.kind == "claim_decision" and self.decision.status not in _FAVOURABLE:
            values["appeal_until"] = appeal_until(self.notice, self.lexicons, self._calendar)
        if self.kind == "buyer_message":
            values["intents"] = self._intents()
        return values

    def _intents(self) -> tuple[Intent, ...]:
        """What the buyer wants, by the language of the text; where that finds nothing, by any that fits."""
        text = self.text[:_LONGEST]
        photos = sum(file.is_photo for file in self.attachments)
        known = self.rules.phrases
        found = read_intents(text, language=self.language, phrases=known, photos=photos)
        if not set(found) <= _LITTLE:
            return found
        other = read_intents(text, language=None, phrases=known, photos=photos)
        return found if set(other) <= _LITTLE else other

    @property
    def left_out(self) -> Iterator[str]:
        """What of the mail itself is not read, beyond what is meant not to be."""
        yield from self.mail.notes
        if not self.body.whole:
            yield "its text is too long: the rest is not read"

    def _notes(self) -> Iterator[str]:
        yield from self.left_out
        yield from filter(None, (self.known.note, self._marked[1]))
        yield from filter(None, (self.stated.note, self.decision.note))
        if self.kind == "buyer_message" and self.words.cut:
            yield "a quoted mail below the words is left out"
