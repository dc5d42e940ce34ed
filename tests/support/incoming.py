"""Incoming mails for tests: built as a marketplace, a buyer or a stranger would send them.

Everything in them is fictional. What a test does not name is as in a sound notice of the United
States, so that each test shows the one thing that it is about.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field

from atoz.library import load_library
from atoz.mail.read import Reading, opened
from atoz.mail.reading import Kind

SERVER = "mx.lamp-shop.example"
RULES = load_library().notices

ORDERS = {
    "US": "111-0000102-0000102",
    "UK": "204-0000103-0000103",
    "DE": "303-0000116-0000116",
    "FR": "403-0000118-0000118",
    "IT": "405-0000119-0000119",
    "ES": "406-0000120-0000120",
    "JP": "503-0000121-0000121",
}
TYPES: dict[Kind, str] = {
    "claim_opened": "A_Z_CLAIM_RESPONDENT_NOTIFY",
    "claim_decision": "A_Z_CLAIM_RESPONDENT_CLOSE",
    "buyer_message": "BBC_MESSAGE_SENT_TO_MERCHANT",
    "own_reply_copy": "BBC_MESSAGE_CONFIRMATION_TO_MERCHANT",
    "buyer_opted_out": "BUYER_OPTED_OUT_BSM_MESSAGES",
}


def domain(market: str) -> str:
    """The domain of a marketplace's own notices."""
    return RULES.markets[market].senders[0]


def passed(sender_domain: str, server: str = SERVER) -> str:
    """What the seller's server writes about an honest mail."""
    return (
        f"{server}; dkim=pass header.d={sender_domain}; spf=pass smtp.mailfrom=amazonses.com;"
        f" dmarc=pass header.from={sender_domain}"
    )


@dataclass(frozen=True)
class Incoming:
    """One mail to come; None leaves a header out."""

    text: str = ""
    subject: str = "Hello"
    market: str = "US"
    kind: Kind | None = None
    sender: str | None = None
    results: str | None = ""
    date: str | None = "Tue, 08 Sep 2026 09:00:00 +0000"
    html: bool = False
    extra: tuple[tuple[str, str], ...] = ()
    marketplace_header: bool = True
    parts: tuple[bytes, ...] = field(default=())

    @property
    def address(self) -> str:
        """The sender's address."""
        if self.sender is not None:
            return self.sender
        if self.kind == "buyer_message":
            return f"zq0x7k2m9p4@marketplace.{domain(self.market)}"
        return f"atoz-guarantee-no-reply@{domain(self.market)}"

    def headers(self) -> list[tuple[str, str]]:
        """The headers from the top."""
        results = self.results
        if results == "":
            results = passed(self.address.rpartition("@")[2].rstrip(">"))
        known = [
            ("Authentication-Results", results),
            ("Date", self.date),
            ("From", self.address),
            ("To", "claims@lamp-shop.example"),
            ("Message-ID", "<0100018f00000099@email.amazonses.com>"),
            ("Subject", _encoded(self.subject)),
            (
                "X-Marketplace-ID",
                RULES.markets[self.market].id if self.marketplace_header else None,
            ),
            ("X-Space-Notification-Type", TYPES.get(self.kind) if self.kind else None),
        ]
        return [(name, value) for name, value in known if value is not None] + list(self.extra)

    def raw(self) -> bytes:
        """The mail's bytes."""
        lines = "".join(f"{name}: {value}\r\n" for name, value in self.headers()).encode()
        body = text_part(self.text, html=self.html)
        if not self.parts:
            return lines + b"MIME-Version: 1.0\r\n" + body
        inside = b"".join(b"--b\r\n" + part + b"\r\n" for part in (body, *self.parts))
        kind = b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
        return lines + b"MIME-Version: 1.0\r\n" + kind + inside + b"--b--\r\n"


def text_part(text: str, *, html: bool = False) -> bytes:
    """A text with its headers, in base64."""
    kind = b"html" if html else b"plain"
    head = (
        b"Content-Type: text/"
        + kind
        + b"; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    )
    return head + base64.encodebytes(text.encode()).replace(b"\n", b"\r\n")


def file_part(name: str, declared: str, content: bytes) -> bytes:
    """An attachment with its headers, in base64; the name stands there as it is given."""
    head = (
        f"Content-Type: {declared}\r\nContent-Transfer-Encoding: base64\r\n"
        f'Content-Disposition: attachment; filename="{name}"\r\n\r\n'
    )
    return head.encode("utf-8", "surrogateescape") + base64.encodebytes(content)


def said(mail: Incoming | bytes, authserv_id: str | None = SERVER) -> Reading:
    """The reading of a mail; a fault of the reader is raised here, not hidden as in production."""
    raw = mail if isinstance(mail, bytes) else mail.raw()
    return opened(raw, RULES, authserv_id).reading


def _encoded(subject: str) -> str:
    if subject.isascii():
        return subject
    return f"=?utf-8?B?{base64.b64encode(subject.encode()).decode()}?="
