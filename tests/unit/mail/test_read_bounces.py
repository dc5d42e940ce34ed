"""Mails that tell that one of ours did not arrive: which one, and whether to believe it.

A message that bounced must not count as sent; one that is only delayed must not count as lost.
"""

from __future__ import annotations

import pytest

from tests.support.incoming import ORDERS, SERVER, Incoming, passed, said

OURS = f"<claim-{ORDERS['UK']}.request-photos.1@lamp-shop.example>"
LOCAL = f"Received: by {SERVER} (Postfix)\r\n\tid 4ABC; Tue,  8 Sep 2026 09:00:00 +0000 (UTC)\r\n"
REMOTE = (
    f"Received: from evil.example (x [203.0.113.9])\r\n\tby {SERVER} (Postfix) with ESMTP id 4\r\n"
)
HANDED = f"Received: from {SERVER} ([127.0.0.1])\r\n\tby {SERVER} with LMTP\r\n\tid abc\r\n"
LOCAL_SENDER = f"MAILER-DAEMON@{SERVER} (Mail Delivery System)"


def report(
    action: str = "failed",
    *,
    sender: str = LOCAL_SENDER,
    above: str = LOCAL,
    original: str = "message/rfc822",
    subject: str = "Undelivered Mail Returned to Sender",
) -> bytes:
    """A delivery status notification as a mail server writes it (RFC 3464)."""
    return (
        f"{above}From: {sender}\r\nSubject: {subject}\r\nAuto-Submitted: auto-replied\r\n"
        f"Message-ID: <20260908.4ABC@{SERVER}>\r\nDate: Tue, 8 Sep 2026 09:00:00 +0000\r\n"
        "MIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="r"\r\n\r\n'
        "--r\r\nContent-Type: text/plain\r\n\r\nThis is the mail system.\r\n"
        "--r\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\n"
        f"Final-Recipient: rfc822; zq@marketplace.amazon.co.uk\r\nAction: {action}\r\nStatus: 5.1.1\r\n\r\n"
        f"--r\r\nContent-Type: {original}\r\n\r\nMessage-ID: {OURS}\r\nTo: zq@marketplace.amazon.co.uk\r\n"
        f"Subject: About your order {ORDERS['UK']}\r\n\r\nHello\r\n--r--\r\n"
    ).encode()


@pytest.mark.parametrize("original", ["message/rfc822", "text/rfc822-headers"])
def test_a_bounce_names_our_mail_and_its_order(original: str) -> None:
    """With the whole mail in it or only with its headers."""
    found = said(report(original=original))
    assert (found.kind, found.trusted) == ("bounce", True)
    assert (found.original, found.order_id) == (OURS, ORDERS["UK"])


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed"])
def test_a_report_of_no_failure_is_no_bounce(action: str) -> None:
    """The mail may still arrive, or has."""
    found = said(report(action))
    assert found.kind == "other"
    assert found.reason == "a report about a delivery: delivery is only delayed or done"


def test_the_id_is_enough_for_the_order() -> None:
    """A subject may be encoded or cut; our ids hold the order."""
    raw = report().replace(f"Subject: About your order {ORDERS['UK']}".encode(), b"Subject: x")
    assert said(raw).order_id == ORDERS["UK"]


@pytest.mark.parametrize(
    ("above", "sender", "trusted"),
    [
        (LOCAL, LOCAL_SENDER, True),
        (LOCAL, "<MAILER-DAEMON@lamp-shop.example>", True),
        (HANDED + LOCAL, LOCAL_SENDER, True),
        (REMOTE, LOCAL_SENDER, False),
        (REMOTE + LOCAL, LOCAL_SENDER, False),
        (HANDED + REMOTE + LOCAL, LOCAL_SENDER, False),
        (LOCAL.replace(SERVER, "evil.example"), LOCAL_SENDER, False),
        (LOCAL, "MAILER-DAEMON@evil.example", False),
        (LOCAL, "MAILER-DAEMON@example", False),
        ("", LOCAL_SENDER, False),
    ],
)
def test_only_the_own_server_may_bounce_without_being_checked(
    above: str, sender: str, trusted: bool
) -> None:
    """Its topmost Received says whether anybody sent it; an outsider cannot leave that out."""
    found = said(report(above=above, sender=sender))
    assert (found.kind, found.trusted) == ("bounce", trusted)


def test_a_bounce_from_the_marketplace_is_checked_like_its_notices() -> None:
    """Its relay answers by itself, too."""
    relay = "mailer-daemon@marketplace.amazon.co.uk"
    checked = f"Authentication-Results: {passed('marketplace.amazon.co.uk')}\r\n"
    marked = f"{checked}{REMOTE}X-Marketplace-ID: A1F83G8C2ARO7P\r\n"
    assert said(report(above=marked, sender=relay)).trusted
    assert not said(report(above=REMOTE, sender=relay)).trusted


@pytest.mark.parametrize(
    ("subject", "kind"),
    [
        ("Undeliverable: your order", "bounce"),
        ("Mail delivery failed: returning message to sender", "bounce"),
        ("Unzustellbar: Ihre Bestellung", "bounce"),
        ("Non remis : votre commande", "bounce"),
        ("Warning: message delayed 4 hours", "other"),
        ("Hello", "other"),
    ],
)
def test_an_old_servers_bounce_is_known_by_its_subject(subject: str, kind: str) -> None:
    """Without a form, the words of the subject and the id in the text."""
    text = f"I could not deliver this.\n\nMessage-ID: {OURS}\nSubject: x\n"
    found = said(
        Incoming(text, subject, sender="mailer-daemon@x.example", marketplace_header=False)
    )
    assert found.kind == kind
    assert found.original == (OURS if kind == "bounce" else None)


def test_a_buyer_named_postmaster_of_the_relay_writes_no_bounce() -> None:
    """The header comes first."""
    mail = Incoming(
        "Hello", "Undeliverable", kind="buyer_message", sender="postmaster@marketplace.amazon.com"
    )
    assert said(mail).kind == "buyer_message"
