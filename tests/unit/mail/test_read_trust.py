"""Which mails may start something: a matrix of what forgers, colleagues and bad luck bring.

A mail that is wrongly trusted starts a claim or ends one; a mail that is wrongly refused waits on the
desk. So each refusal has its reason, and each way to be trusted is exact.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from atoz.mail.trust import results
from tests.support.incoming import ORDERS, SERVER, Incoming, passed, said

NOTICE = Incoming(
    "A claim of $58.00.", f"Claim received on order {ORDERS['US']}", kind="claim_opened"
)
REPLY = Incoming("Hello", f"Re: order {ORDERS['DE']}", market="DE", kind="buyer_message")
ADDRESS = "atoz-guarantee-no-reply@amazon.com"


def why(mail: Incoming, authserv_id: str | None = SERVER) -> str | None:
    """Why a mail is not trusted; a reason stands there exactly when it is not."""
    found = said(mail, authserv_id)
    assert found.trusted is (found.reason_untrusted is None)
    return found.reason_untrusted


@pytest.mark.parametrize(
    "checks",
    [
        "dkim=pass header.d=amazon.com",
        'dkim=pass header.i=@amazon.com header.s=abc header.b="x+/y="',
        "dkim=pass (2048-bit key; secure) header.d=amazon.com",
        "dkim = pass header.d = amazon.com",
        "dkim/1=pass header.d=AMAZON.com",
        'DKIM=Pass reason="good; signature" header.d=amazon.com',
        "dkim=fail header.d=amazonses.com; dkim=pass header.d=amazon.com",
        "dmarc=pass (p=QUARANTINE sp=QUARANTINE dis=NONE) header.from=amazon.com",
        "dkim=fail header.d=amazon.com; dmarc=pass header.from=amazon.com",
        "spf=fail smtp.mailfrom=x.example; dkim=pass header.d=amazon.com",
        "arc=none; bimi=skipped; dkim=pass header.d=amazon.com",
    ],
)
def test_one_aligned_pass_of_the_own_server_is_trusted(checks: str) -> None:
    """As the usual servers write it."""
    assert why(replace(NOTICE, results=f"{SERVER}; {checks}")) is None


@pytest.mark.parametrize("server", ["MX.Lamp-Shop.example", f"{SERVER} 1", f'"{SERVER}"'])
def test_the_own_server_is_known_in_any_spelling(server: str) -> None:
    """Capitals, a version, quotes (RFC 8601, 2.2)."""
    assert why(replace(NOTICE, results=f"{server}; dkim=pass header.d=amazon.com")) is None


def test_a_header_over_several_lines_is_one() -> None:
    """Servers fold it."""
    folded = f"{SERVER};\r\n\tdkim=pass\r\n\theader.d=amazon.com"
    assert why(replace(NOTICE, results=folded)) is None


@pytest.mark.parametrize(
    "checks",
    [
        "none",
        "",
        "dkim=fail header.d=amazon.com",
        "dkim=none",
        "dkim=pass",
        "dkim=pass header.d=amazonses.com",
        "dkim=pass header.d=com",
        "dkim=pass header.d=mail.amazon.com",
        "dkim=pass header.d=amazon.com.evil.example",
        "dkim=pass header.d=notamazon.com",
        "dkim=pass header.d=amazon.de",
        "dkim=pass header.s=amazon.com",
        "dkim=pass header.d=evil.example header.d=amazon.com",
        "dkim=pass header.d=evil.example header.i=@amazon.com",
        "dkim=passed header.d=amazon.com",
        "dmarc=pass header.from=evil.example",
        "dmarc=pass header.from=com",
        "spf=pass smtp.mailfrom=amazon.com",
        "x-dkim=pass header.d=amazon.com",
        "dkim=fail (dkim=pass header.d=amazon.com)",
        'dkim=fail reason="; dkim=pass header.d=amazon.com"',
        'spf=pass smtp.mailfrom="; dkim=pass header.d=amazon.com ;"@evil.example',
        'spf=fail ("a) smtp.x="; dkim=pass header.d=amazon.com; y=(")',
        "dkim=fail (a (b) dkim=pass) header.d=amazon.com",
        "dkim=pass header.d=amaz\u0000on.com",
    ],
)
def test_anything_less_is_not(checks: str) -> None:
    """Missing, failing, of somebody else, or written where a sender can write."""
    assert why(replace(NOTICE, results=f"{SERVER}; {checks}")) is not None


@pytest.mark.parametrize(
    "broken",
    [
        f'{SERVER}; dkim=pass header.d=amazon.com; x="',
        f"{SERVER}; dkim=pass header.d=amazon.com (",
        f"{SERVER}; dkim=pass header.d=amazon.com )(",
        f"{SERVER}; dkim=pass header.d=amazon.com \\",
        f"{SERVER}; dkim=pass header.d=amazon.com; x=" + "a" * 5_000,
        " ",
        ";",
        "= ; dkim=pass header.d=amazon.com",
    ],
)
def test_a_malformed_header_proves_nothing(broken: str) -> None:
    """Half a header may be half of somebody else's."""
    assert why(replace(NOTICE, results=broken)) is not None


def test_a_failed_policy_beats_a_passed_signature() -> None:
    """Contradicting results are a person's matter."""
    checks = f"{SERVER}; dkim=pass header.d=amazon.com; dmarc=fail header.from=amazon.com"
    assert why(replace(NOTICE, results=checks)) == "DMARC failed for amazon.com"


def test_only_the_topmost_results_count() -> None:
    """A copy below is the sender's own; one above it from another server hides ours."""
    good, other = passed("amazon.com"), passed("amazon.com", "mx.other.example")
    failed = f"{SERVER}; dkim=fail header.d=amazon.com"
    below = (("Authentication-Results", good),)
    assert why(replace(NOTICE, results=good, extra=(("Authentication-Results", failed),))) is None
    said_of_other = f"the topmost Authentication-Results is of mx.other.example, not {SERVER}"
    assert why(replace(NOTICE, results=other, extra=below)) == said_of_other
    assert (
        why(replace(NOTICE, results=failed, extra=below))
        == "neither DKIM nor DMARC passed for amazon.com"
    )


def test_no_results_or_no_configured_server_is_not_trusted() -> None:
    """Each with its own reason: one is the mail's fault, the other the seller's."""
    no_results = "no Authentication-Results: the server has not checked it"
    assert why(replace(NOTICE, results=None)) == no_results
    assert why(NOTICE, None) == "no authserv-id configured"
    assert why(NOTICE, "") == "no authserv-id configured"


@pytest.mark.parametrize(
    "sender",
    [
        "atoz-guarantee-no-reply@amazon.com.evil.example",
        "atoz-guarantee-no-reply@amazon-com.example",
        "atoz-guarantee-no-reply@xamazon.com",
        "atoz-guarantee-no-reply@sellers.amazon.com",
        "atoz-guarantee-no-reply@com",
        "atoz-guarantee-no-reply@amazon.de",
        "atoz-guarantee-no-reply@аmazon.com",
        "atoz-guarantee-no-reply@xn--mazon-3ve.com",
        "atoz-guarantee-no-reply@amazon.com.",
        "colleague@lamp-shop.example",
        f'"{ADDRESS}" <x@evil.example>',
        f"{ADDRESS} <x@evil.example>",
        f"<{ADDRESS}> <x@evil.example>",
        f"{ADDRESS}, x@evil.example",
        f"x@evil.example, {ADDRESS}",
        f"<x@evil.example>, <{ADDRESS}>",
        f"({ADDRESS}) x@evil.example",
        f"x@evil.example ({ADDRESS})",
        f"a:{ADDRESS};",
        f'"a" {ADDRESS}',
        "=?utf-8?q?atoz-guarantee-no-reply=40amazon.com?=",
        "<@evil.example:atoz-guarantee-no-reply@amazon.com>",
        "",
        "amazon.com",
        "<>",
        "a@b@amazon.com",
        '"a b"@amazon.com',
        f"{ADDRESS}\r\n\tevil",
    ],
)
@pytest.mark.parametrize("checked", ["amazon.com", "evil.example"])
def test_a_sender_that_is_not_plainly_the_marketplace_is_refused(sender: str, checked: str) -> None:
    """Look-alikes, neighbours, display names, lists, groups, comments, encoded words."""
    assert why(replace(NOTICE, sender=sender, results=passed(checked))) is not None


@pytest.mark.parametrize(
    "sender",
    [
        ADDRESS,
        f"<{ADDRESS}>",
        f"Amazon A-to-z Guarantee <{ADDRESS}>",
        f'"Amazon.com, Inc. <x@y>" <{ADDRESS}>',
        f"=?utf-8?q?Amazon?= <{ADDRESS}>",
        f"Amazon\r\n <{ADDRESS}>",
        "atoz-guarantee-no-reply@AMAZON.COM",
    ],
)
def test_a_plain_sender_is_taken_with_any_name(sender: str) -> None:
    """What stands beside the address means nothing."""
    assert why(replace(NOTICE, sender=sender, results=passed("amazon.com"))) is None


def test_two_from_headers_are_no_sender() -> None:
    """One is for the server, the other for the reader."""
    assert (
        why(replace(NOTICE, extra=(("From", ADDRESS),)))
        == "the From header is not one plain address"
    )


def test_the_sender_must_be_of_the_marketplace_that_the_mail_names() -> None:
    """A real sender of another marketplace is none of this one."""
    mail = replace(NOTICE, market="DE", sender=ADDRESS, results=passed("amazon.com"))
    assert why(mail) == "amazon.com is no sender domain of DE"


def test_an_unknown_marketplace_is_not_trusted() -> None:
    """Whatever its domain, there are no rules for it."""
    extra = (("X-Marketplace-ID", "A0UNKNOWN00"),)
    mail = replace(NOTICE, marketplace_header=False, extra=extra)
    assert why(mail) == "amazon.com is no sender domain of a known marketplace"
    assert "X-Marketplace-ID A0UNKNOWN00 is not known" in said(mail).notes


def test_without_a_marketplace_header_the_domain_names_it() -> None:
    """Older notices have none."""
    found = said(replace(NOTICE, marketplace_header=False))
    assert (found.trusted, found.marketplace) == (True, "US")


def test_a_relay_may_be_signed_by_its_parent_but_not_the_other_way() -> None:
    """DMARC's relaxed alignment, held to the listed domains."""
    assert why(replace(REPLY, results=f"{SERVER}; dkim=pass header.d=amazon.de")) is None
    assert why(replace(REPLY, results=f"{SERVER}; dmarc=pass header.from=amazon.de")) is None
    child = f"{SERVER}; dkim=pass header.d=marketplace.amazon.com"
    assert why(replace(NOTICE, results=child)) == "neither DKIM nor DMARC passed for amazon.com"


def test_a_buyers_relay_brings_no_notice_about_a_claim() -> None:
    """A buyer chooses subject and words of a relayed mail."""
    forged = replace(NOTICE, sender="zq0x@marketplace.amazon.com")
    assert why(forged) == "a notice about a claim does not come from a buyer's relay address"
    named = replace(forged, kind=None, subject="Claim decision on order")
    assert said(named).kind == "buyer_message"


@pytest.mark.parametrize("header", ["Resent-From", "Resent-Sender"])
def test_a_mail_that_a_person_sent_on_goes_to_quarantine(header: str) -> None:
    """Its signature still holds; its time does not."""
    mail = replace(NOTICE, extra=((header, "colleague@lamp-shop.example"),))
    assert why(mail) == "a person sent it on"


def test_a_forwarded_copy_is_read_and_not_trusted() -> None:
    """A colleague means well; the order and the kind are shown to the operator."""
    subject = f"WG: Fwd: Claim received on order {ORDERS['US']}"
    mail = Incoming("See below.", subject, sender="mia@lamp-shop.example", marketplace_header=False)
    found = said(mail)
    assert (found.kind, found.order_id, found.trusted) == ("claim_opened", ORDERS["US"], False)
    assert found.reason_untrusted == "lamp-shop.example is no sender domain of a known marketplace"


def test_an_answer_goes_to_the_marketplace_only() -> None:
    """A Reply-To of somebody else is not taken over."""
    relay = "zq0x7k2m9p4+1111@marketplace.amazon.de"
    assert said(replace(REPLY, extra=(("Reply-To", f"K <{relay}>"),))).reply_to == relay
    assert said(replace(REPLY, extra=(("Reply-To", "x@evil.example"),))).reply_to == REPLY.address
    assert said(replace(REPLY, sender="x@evil.example")).reply_to is None


def test_results_are_read_whole() -> None:
    """Method, verdict and properties, in small letters, comments gone."""
    found = results('MX.a; DKIM/1=Pass (ok) header.D=A.com header.b="a\\"b"; none; spf=Fail')
    assert found is not None
    server, (dkim, spf) = found
    assert server == "mx.a"
    assert (dkim.method, dkim.verdict) == ("dkim", "pass")
    assert dkim.properties == {"header.d": "a.com", "header.b": 'a"b'}
    assert (spf.method, spf.verdict, spf.properties) == ("spf", "fail", {})
