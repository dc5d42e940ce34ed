"""The one shape of everything that is sealed: a mark, the key's name, a nonce, AES-256-GCM.

The mark and the name are authenticated with the content: a sealed thing cannot be passed off as
sealed with another key.
"""

import os
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BITS = 256
_MARK = b"ATZ1"
_NONCE = 12
_LONGEST_NAME = 255


class Unsealable(Exception):  # noqa: N818 - named for what is true of it
    """It was altered, or was sealed with another key of this name."""


class Sealed(NamedTuple):
    """A sealed thing, taken apart: the name of its key, what is authenticated, nonce and content."""

    name: str
    head: bytes
    body: bytes


def new_key() -> bytes:
    """A fresh key."""
    return AESGCM.generate_key(KEY_BITS)


def seal(key: AESGCM, name: str, plain: bytes) -> bytes:
    """`plain` sealed with the key of this name.

    A nonce is drawn each time: safe for some four thousand million things under one key.
    """
    written = name.encode("ascii")
    assert 0 < len(written) <= _LONGEST_NAME, "a key's name fits into a byte"
    head = _MARK + bytes([len(written)]) + written
    nonce = os.urandom(_NONCE)
    return head + nonce + key.encrypt(nonce, plain, head)


def taken_apart(content: bytes) -> Sealed | None:
    """The parts of a sealed thing; None for anything else, such as what was written before."""
    if not content.startswith(_MARK) or len(content) <= len(_MARK):
        return None
    end = len(_MARK) + 1 + content[len(_MARK)]
    name = content[len(_MARK) + 1 : end]
    if not name.isascii() or len(content) < end + _NONCE:
        return None
    return Sealed(name.decode("ascii"), content[:end], content[end:])


def opened(key: AESGCM, sealed: Sealed) -> bytes:
    """The content. Raises Unsealable where it is not what was sealed."""
    try:
        return key.decrypt(sealed.body[:_NONCE], sealed.body[_NONCE:], sealed.head)
    except (InvalidTag, ValueError) as fault:
        raise Unsealable from fault
