"""Secrets that this program draws itself, and the digests by which it knows them again."""

import hashlib
import hmac
import secrets


def drawn() -> str:
    """A fresh secret of 256 bits, fit for an address, a header and a cookie."""
    return secrets.token_urlsafe(32)


def named() -> str:
    """A short public name for something that has a secret beside it."""
    return secrets.token_hex(4)


def digest(secret: str) -> str:
    """What is kept of a secret. One of 256 bits needs no slow hash: nobody tries them all."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def same(one: str, other: str) -> bool:
    """Whether two texts are the same, in a time that does not tell where they differ."""
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode("utf-8", "replace"))
