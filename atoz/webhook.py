"""A signed POST: how notices and appeals leave by webhook, and how what others post is believed.

The receiver can prove who sent it and when: `Atoz-Signature: v1=<hex>` is the HMAC-SHA256, with the
shared secret, of `<Atoz-Timestamp>.<body>`. Each try is signed at the moment when it leaves, whatever
instant it tells of: a receiver refuses what is old, and a signature that it has seen.
`Idempotency-Key` stays the same and lets it drop repeats, so a temporary refusal may safely be tried
again.
"""

import asyncio
import contextlib
import hashlib
import hmac
import re
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import httpx2
from pydantic import SecretStr

from atoz.mail.outgoing import Delivery, delivery
from atoz.mail.plain import has_controls

_CONNECT = timedelta(seconds=5)
_REPLY = timedelta(seconds=20)
_READ_BACK = 2_000
_MAY_PASS = frozenset({408, 425, 429})


def sign(secret: SecretStr, timestamp: str, body: bytes) -> str:
    """The value of `Atoz-Signature` for a body sent at `timestamp` (Unix seconds)."""
    signed = timestamp.encode("ascii") + b"." + body
    digest = hmac.new(secret.get_secret_value().encode(), signed, hashlib.sha256).hexdigest()
    return f"v1={digest}"


TOLERANCE = timedelta(minutes=5)
"""How far the clocks of both sides may differ, and so how long a signature must be remembered."""


class Doubt(NamedTuple):
    """Why a signed body is not believed: `unsigned`, `signature` or `too_old`, and in words."""

    code: str
    why: str


def doubted(
    secret: SecretStr, timestamp: str, signature: str, body: bytes, now: datetime
) -> Doubt | None:
    """Why a signed body is not believed at `now` (UTC), or None: it is the secret's holder who speaks.

    The signature first: what is too old was signed by the holder, whose clock may be wrong.
    """
    if not re.fullmatch(r"[0-9]{1,11}", timestamp):
        why = "Atoz-Timestamp is missing or no number: write the Unix time in seconds"
        return Doubt("unsigned", why)
    if not hmac.compare_digest(
        sign(secret, timestamp, body).encode(), signature.encode("utf-8", "replace")
    ):
        why = "Atoz-Signature does not fit: v1=HMAC-SHA256 of `<timestamp>.<body>` is expected"
        return Doubt("signature" if signature else "unsigned", why)
    if abs(now - datetime.fromtimestamp(int(timestamp), UTC)) > TOLERANCE:
        minutes = round(TOLERANCE.total_seconds() / 60)
        why = f"Atoz-Timestamp is more than {minutes} min away from now: sign each try anew"
        return Doubt("too_old", why)
    return None


def _wall_clock() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - what is proved is when it leaves, on no clock but this


async def signed_post(
    url: str,
    secret: SecretStr,
    body: bytes,
    idempotency_key: str,
    *,
    within: timedelta = _REPLY,
    tls_context: ssl.SSLContext | None = None,
    clock: Callable[[], datetime] = _wall_clock,
) -> Delivery:
    """POST a JSON body once, signed with the instant of `clock` (aware); redirects are refused.

    2xx is sent; 408, 425, 429, 5xx and a failed connection are refused for now; any other answer is
    refused; a break or silence after the connection stood is unknown. The detail holds the
    beginning of the answer. Never raises for what the other side does; ValueError for a bad key.
    """
    if not idempotency_key or not idempotency_key.isascii() or has_controls(idempotency_key):
        raise ValueError("an idempotency key is plain ASCII")
    timestamp = str(int(clock().timestamp()))
    headers = {
        "Content-Type": "application/json",
        "Idempotency-Key": idempotency_key,
        "Atoz-Timestamp": timestamp,
        "Atoz-Signature": sign(secret, timestamp, body),
    }
    limits = httpx2.Timeout(within.total_seconds(), connect=_CONNECT.total_seconds())
    verify = tls_context if tls_context is not None else True
    try:
        # The sum of all waits is bounded, too: a drip of bytes would satisfy each single one.
        async with (
            asyncio.timeout((within + _CONNECT).total_seconds()),
            httpx2.AsyncClient(timeout=limits, verify=verify, follow_redirects=False) as client,
            client.stream("POST", url, content=body, headers=headers) as reply,
        ):
            return _by_status(reply.status_code, await _beginning(reply))
    except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.ProxyError) as f:
        return delivery("refused_for_now", f"no connection: {_words(f)}")
    except (httpx2.UnsupportedProtocol, httpx2.LocalProtocolError, httpx2.InvalidURL) as fault:
        return delivery("refused", f"not sendable: {fault}")
    except (httpx2.RequestError, TimeoutError, OSError) as fault:
        return delivery("unknown", f"no answer after sending: {_words(fault)}")


async def _beginning(reply: httpx2.Response) -> str:
    """What the answer says first. Its status already counts, so a break here changes nothing."""
    text = b""
    with contextlib.suppress(httpx2.HTTPError, TimeoutError):
        async with asyncio.timeout(_CONNECT.total_seconds()):
            async for chunk in reply.aiter_raw():
                text += chunk[:_READ_BACK]
                if len(text) >= _READ_BACK:
                    break
    return text[:_READ_BACK].decode("utf-8", "replace")


def _by_status(status: int, words: str) -> Delivery:
    detail = f"HTTP {status} {words}"
    if 200 <= status <= 299:
        return delivery("sent", detail, status)
    if status in _MAY_PASS or status >= 500:
        return delivery("refused_for_now", detail, status)
    return delivery("refused", detail, status)


def _words(fault: Exception) -> str:
    return str(fault) or type(fault).__name__
