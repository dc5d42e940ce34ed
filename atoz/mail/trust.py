"""Whether a mail may be believed: an exact sender domain, and the word of the seller's own server.

Every header of a mail can be forged but the one that the seller's server wrote last: the topmost
`Authentication-Results`. It counts only with the configured authserv-id (RFC 8601) and with a DKIM or
DMARC pass for the very domain of the sender, or for its parent among that marketplace's senders. A
copy below it is the sender's own. It rests on the seller's server removing headers with its own id
from what it receives, as RFC 8601 (5) demands.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from atoz.mail.mime import MAX_HEADER, Mail
from atoz.mail.notices import Market
from atoz.mail.plain import domain_of, one_line
from atoz.mail.reading import CLAIM_KINDS, Kind
from atoz.mail.sentences import UNTRUSTED

_SIGN = re.compile(r"\\.|.", re.DOTALL)
_PAIR = re.compile(r'([^\s="]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^\s"]+)(?:\s+|$)')
_LOCAL = re.compile(r"by\s+([^\s;()]+)", re.IGNORECASE)
_HANDED = re.compile(
    r"from\s+([^\s;()]+)\s*(?:\([^()]*\))?\s*by\s+([^\s;()]+)\s*(?:\([^()]*\))?\s*with\s+LMTP",
    re.IGNORECASE,
)


class Result(NamedTuple):
    """One result of an Authentication-Results header: `dkim=pass` with `header.d` and so on."""

    method: str
    verdict: str
    properties: dict[str, str]


def why_untrusted(
    mail: Mail, kind: Kind, sender: str | None, market: Market | None, *, authserv_id: str | None
) -> str | None:
    """Why this mail may start or change nothing, or None where it is trusted.

    `market` is the one that the mail names, `authserv_id` the id under which the seller's own server
    writes its results.
    """
    if not authserv_id:
        return UNTRUSTED("unconfigured")
    if sender is None:
        return UNTRUSTED("sender")
    domain = domain_of(sender)
    if kind == "bounce" and _made_here(mail, domain, authserv_id.lower()):
        return None
    if market is None or domain not in market.domains:
        named = one_line(domain, 100)
        if market is None:
            return UNTRUSTED("unknown_domain", domain=named)
        return UNTRUSTED("domain", domain=named, marketplace=market.marketplace)
    if kind in CLAIM_KINDS and domain in market.relays:
        return UNTRUSTED("relay")
    if mail.headers("Resent-From") or mail.headers("Resent-Sender"):
        return UNTRUSTED("sent_on")
    return _why_not_authentic(mail, domain, market, authserv_id.lower())


def _why_not_authentic(mail: Mail, domain: str, market: Market, authserv_id: str) -> str | None:
    headers = mail.headers("Authentication-Results")
    if not headers:
        return UNTRUSTED("unchecked")
    found = results(headers[0])
    if found is None:
        return UNTRUSTED("unreadable")
    server, checked = found
    if server != authserv_id:
        return UNTRUSTED("other_server", server=one_line(server, 100), own=authserv_id)
    if any(result.method == "dmarc" and result.verdict == "fail" for result in checked):
        return UNTRUSTED("dmarc", domain=domain)
    parents = {sender for sender in market.domains if domain.endswith(f".{sender}")}
    if any(_passes(result, {domain} | parents) for result in checked):
        return None
    return UNTRUSTED("unproved", domain=domain)


def _passes(result: Result, aligned: set[str]) -> bool:
    """A pass of one of the two methods that speak for the visible sender."""
    if result.verdict != "pass" or result.method not in {"dkim", "dmarc"}:
        return False
    said = result.properties
    if result.method == "dmarc":
        return said.get("header.from", "") in aligned
    return (said.get("header.d") or said.get("header.i", "").rpartition("@")[2]) in aligned


def results(header: str) -> tuple[str, list[Result]] | None:
    """The authserv-id and the results of one header in small letters; None where it is malformed.

    Comments are dropped and quotes respected: what a sender can put into either proves nothing.
    """
    if len(header) >= MAX_HEADER:
        return None
    segments = _segments(header)
    if not segments:
        return None
    server = re.fullmatch(r'\s*("?)([^\s;"=]+)\1(?:\s+[0-9]+)?\s*', segments[0])
    if server is None:
        return None
    return server[2].lower(), [each for part in segments[1:] for each in _result(part)]


def _segments(header: str) -> list[str] | None:
    """The header cut at its semicolons, without comments; None where quotes or brackets are open.

    In a comment a quote means nothing, in quotes a bracket means nothing (RFC 5322, 3.2).
    """
    segments, depth, quoted = [""], 0, False
    for sign in _SIGN.findall(header):
        if depth:
            depth += (sign == "(") - (sign == ")")
        elif len(sign) == 2 and not quoted:
            return None
        elif sign == "(" and not quoted:
            depth = 1
            segments[-1] += " "
        elif sign == ";" and not quoted:
            segments.append("")
        else:
            quoted ^= sign == '"'
            segments[-1] += sign
    return None if depth or quoted else segments


def _result(segment: str) -> Iterator[Result]:
    """The result of one segment; one that says something twice or in another form says nothing."""
    if not re.fullmatch(rf"\s*(?:{_PAIR.pattern})+", segment):
        return
    pairs = [(key.lower(), _unquoted(value).lower()) for key, value in _PAIR.findall(segment)]
    (method, verdict), *rest = pairs
    if len({key for key, _ in rest}) == len(rest):
        yield Result(method.partition("/")[0], verdict, dict(rest))


def _unquoted(value: str) -> str:
    return re.sub(r"\\(.)", r"\1", value[1:-1]) if value.startswith('"') else value


def _made_here(mail: Mail, domain: str, authserv_id: str) -> bool:
    """Whether the seller's own server wrote this bounce itself.

    Such a mail carries no Authentication-Results: nobody sent it. But its topmost Received, which
    always is the server's own, has no `from`; one that came in by SMTP has. A hand-over by LMTP
    inside the server may stand above it.
    """
    if domain != authserv_id and not (authserv_id.endswith(f".{domain}") and "." in domain):
        return False
    for received in mail.headers("Received")[:3]:
        handed = _HANDED.match(received)
        if handed is None:
            local = _LOCAL.match(received)
            return local is not None and local[1].lower() == authserv_id
        if {handed[1].lower(), handed[2].lower()} != {authserv_id}:
            return False
    return False
