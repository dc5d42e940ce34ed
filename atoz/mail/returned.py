"""Mails that tell that a mail of ours did not arrive: which one, of which order, and for good or not.

It exists because a message that bounced must not count as sent. A report that delivery is merely
delayed, or done, is no bounce.
"""

import re
from collections.abc import Sequence
from email.message import Message
from typing import Any, Literal, NamedTuple

from atoz.mail.figures import order_ids
from atoz.mail.lexicon import Lexicon
from atoz.mail.mime import Mail, Part, attempt, content_type, payload, unfolded
from atoz.mail.patterns import fold

Outcome = Literal["failed", "delayed", "unclear"]

_ROBOTS = frozenset({"mailer-daemon", "postmaster"})
_ACTION = re.compile(r"^action:\s*([a-z]{1,20})", re.IGNORECASE | re.MULTILINE)
_OWN_ID = re.compile(r"^\s*message-id:\s*(<[!-;=?-~]{1,250}>)", re.IGNORECASE | re.MULTILINE)
_SUBJECT = re.compile(r"^subject:\s*([^\n]{1,500})", re.IGNORECASE | re.MULTILINE)
_READ = 20_000


class Original(NamedTuple):
    """The mail of ours that came back, as far as the report shows it."""

    message_id: str | None = None
    order_id: str | None = None


def is_report(mail: Mail, sender: str | None) -> bool:
    """Whether this is a report about a delivery, by its form or by who wrote it."""
    local = (sender or "").rpartition("@")[0].lower()
    return content_type(mail.root) == "multipart/report" or local in _ROBOTS


def outcome_of(subject: str, parts: Sequence[Part], lexicons: Sequence[Lexicon]) -> Outcome:
    """What became of the delivery: by the machine's own words (RFC 3464), else by the subject's."""
    report = "\n".join(_text(p) for p in parts if content_type(p) == "message/delivery-status")
    actions = {action.lower() for action in _ACTION.findall(report)}
    if "failed" in actions:
        return "failed"
    if actions:
        return "delayed"
    bared = [(lexicon, lexicon.bare(fold(subject))) for lexicon in lexicons]
    if any(lexicon.delayed.search(words) for lexicon, words in bared):
        return "delayed"
    return "failed" if any(lexicon.failed.search(words) for lexicon, words in bared) else "unclear"


def original_of(parts: Sequence[Part], text: str) -> Original:
    """The mail that came back: out of its copy in the report, else out of the report's words."""
    inside = "\n".join(
        _text(p) for p in parts if content_type(p) in {"message/rfc822", "text/rfc822-headers"}
    )
    shown = inside or text[:_READ]
    found = _OWN_ID.search(shown)
    message_id = found[1] if found else None
    subjects = " ".join(_SUBJECT.findall(shown)[:1])
    orders = order_ids(subjects) or order_ids(message_id or "")
    return Original(message_id, orders[0] if len(orders) == 1 else None)


def _text(part: Part) -> str:
    """The headers of a mail inside the mail, or the text of a leaf."""
    inside = part.get_payload()
    if isinstance(inside, list):
        return "\n".join(_headers(each) for each in inside[:20] if isinstance(each, Message))
    return payload(part, _READ)[0].decode("utf-8", "replace")


def _headers(part: Part) -> str:
    none: list[tuple[str, Any]] = []
    items = attempt(lambda: list(part.items())[:100], none)
    return "\n".join(f"{name}: {unfolded(str(value))}" for name, value in items)
