"""Rules on what a text leans on: quotes, links, files, the buyer's stories, the marketplace's programme."""

import re
from collections.abc import Iterator, Mapping

from atoz.appeal.lint.sentences import FOUND
from atoz.appeal.lint.subject import Rule, Subject, cut, warn
from atoz.appeal.phrases import Phrases, plain
from atoz.appeal.sentences import quotes
from atoz.appeal.wording import LINK
from atoz.playbook.events import Finding

_LINK_HINT = re.compile(r"[.:][a-zA-Z/]")
_HOST = re.compile(r"\A(?:https?://)?(?:[^/@\s]{0,60}@)?([^/:?#\s]{1,253})", re.IGNORECASE)
_FILE = re.compile(
    r"(?<![\w/])[\w()-][\w() .-]{0,80}?\.(?:jpe?g|png|pdf|txt|gif|webp|heic|docx?|xlsx?|zip|mp4|mov)(?!\w)",
    re.IGNORECASE,
)
_ALWAYS_SENT = frozenset({"evidence.pdf", "appeal.txt"})
"""Files that every packet has."""

_WORDS_OF_A_QUOTE = 4
_NAME = re.compile(r"[^\w.()-]+")


def _quotes(subject: Subject) -> Iterator[Finding]:
    """What is put between quotes as the buyer's word stands so in a fact."""
    for each in subject.theirs:
        for quote in quotes(each.text):
            if not quote.strip() or subject.state.policy is None:
                continue
            buyers = subject.lint.has("buyer", each.said)
            if not buyers and len(quote.split()) < _WORDS_OF_A_QUOTE and len(quote) < 20:
                continue
            if not subject.held.facts_of_quote(quote):
                yield warn("quote", FOUND("quote", quote=cut(quote)), each.number)


def _links(subject: Subject) -> Iterator[Finding]:
    """Only the carrier's own tracking page."""
    if _LINK_HINT.search(subject.text) is None:
        return
    shipment = subject.state.file.shipment
    carrier = shipment.carrier if shipment else None
    hosts = subject.lint.hosts(carrier) if carrier else ()
    for number, each in enumerate(subject.sentences):
        for match in LINK.finditer(each.text):
            if not _leads_to(match.group(), hosts):
                yield warn("link", FOUND("link", link=cut(match.group())), number)


def _leads_to(link: str, hosts: tuple[str, ...]) -> bool:
    found = _HOST.match(link)
    host = found.group(1).lower().rstrip(".") if found else ""
    return "@" not in link.partition("?")[0] and any(
        host == h or host.endswith(f".{h}") for h in hosts
    )


def _attachments(subject: Subject) -> Iterator[Finding]:
    """A file that is named goes with the text."""
    sent = {
        _file_name(str(fact.data.get("name")))
        for fact in subject.state.facts
        if fact.kind == "evidence_added"
    }
    for each in subject.theirs:
        named = [m.group().strip() for m in _FILE.finditer(each.text)] if "." in each.text else []
        for name in named:
            if not _is_sent(_file_name(name), sent):
                yield warn("attachment", FOUND("no_such_file", file=cut(name)), each.number)
        if not named and not sent and subject.lint.has("attached", each.said):
            yield warn("attachment", FOUND("no_file"), each.number)


def _is_sent(name: str, sent: set[str]) -> bool:
    """Words before a file's name may have been taken for a part of it."""
    return any(name == each or name.endswith(f"_{each}") for each in (*sent, *_ALWAYS_SENT))


def _file_name(name: str) -> str:
    return _NAME.sub("_", name.strip()).lower()


def _stories(subject: Subject) -> Iterator[Finding]:
    """A buyer who tells two stories gets an answer to both."""
    if not subject.theirs:
        return
    told = _told(subject)
    if len(told) < 2:
        return
    text = plain(subject.text)  # a story that is quoted is not passed over
    missing = [name for name in told if subject.lint.answered[name].first(text) is None]
    for name in missing:
        yield warn("one-story", FOUND("story", reason=plain(name)))


def _told(subject: Subject) -> list[str]:
    """The stories of a claim: its reason, and those in the buyer's words."""
    claim = subject.state.file.claim
    replies = [f.data.get("text", "") for f in subject.state.facts if f.kind == "reply_received"]
    words = plain(" . ".join([claim.buyer_comment or "", *map(str, replies[-3:])])[:_LONGEST])
    stories: Mapping[str, Phrases] = subject.lint.told
    found = [name for name, phrases in stories.items() if phrases.first(words)]
    reason = [claim.reason] if claim.reason in stories else []
    return list(dict.fromkeys([*map(str, reason), *found]))


_LONGEST = 20_000


def _protected(subject: Subject) -> Iterator[Finding]:
    """Where the marketplace pays, a refund by the seller gives that away."""
    shipment = subject.state.file.shipment
    if subject.state.file.claim.reason != "not_received" or not (
        shipment and shipment.buy_shipping
    ):
        return
    for each in subject.theirs:
        said = subject.lint.list("refunds").first(each.said)
        if said:
            yield warn("protected-refund", FOUND("protected", said=cut(said)), each.number)


RULES: tuple[Rule, ...] = (_quotes, _links, _attachments, _stories, _protected)
