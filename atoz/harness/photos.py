"""The pictures that a case only names: made for its play, and kept like those that a buyer sends."""

import hashlib

from atoz.evidence.store import EvidenceStore
from atoz.harness.images import make_image
from atoz.harness.script import reference
from atoz.playbook.events import Attachment

_PHOTOS = ("image/jpeg", "image/png")
_LARGEST = 20_000_000
"""Bytes of a picture that is made; a case may name any size."""


class Photos:
    """The pictures that a case names: made, then kept in the store."""

    def __init__(self) -> None:
        self._made: list[tuple[bytes, str]] = []

    def make(self, name: str, kind: str, size: int) -> Attachment:
        """A picture of about `size` bytes; a file of any other kind stays a mere reference."""
        if kind not in _PHOTOS:
            return reference(name, kind, size)
        content = make_image(name, kind, min(size, _LARGEST))
        self._made.append((content, kind))
        digest = hashlib.sha256(content).hexdigest()
        return Attachment(name=name, type=kind, size=len(content), sha256=digest)

    async def keep(self, store: EvidenceStore) -> None:
        """Put all of them into the store."""
        for content, kind in self._made:
            await store.put(content, kind)
