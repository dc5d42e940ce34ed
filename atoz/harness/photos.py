"""The files that a case only names: made for its play, and kept like those that a buyer sends."""

import hashlib

from atoz.evidence.store import EvidenceStore
from atoz.harness.images import make_image
from atoz.playbook.events import Attachment

_PHOTOS = ("image/jpeg", "image/png")
_PDF = "application/pdf"
_LARGEST = 20_000_000
"""Bytes of a picture that is made; a case may name any size."""


class Photos:
    """The files that a case names: made, then kept in the store."""

    def __init__(self) -> None:
        self._made: list[tuple[bytes, str]] = []

    def make(self, name: str, kind: str, size: int) -> Attachment:
        """A picture of about `size` bytes, a PDF of one empty page, or a line of text for any other kind."""
        if kind in _PHOTOS:
            content = make_image(name, kind, min(size, _LARGEST))
        else:
            content = _empty_pdf() if kind == _PDF else f"{name}\n".encode()
        self._made.append((content, kind))
        digest = hashlib.sha256(content).hexdigest()
        return Attachment(name=name, type=kind, size=len(content), sha256=digest)

    async def keep(self, store: EvidenceStore) -> None:
        """Put all of them into the store."""
        for content, kind in self._made:
            await store.put(content, kind)


def _empty_pdf() -> bytes:
    """The shortest document that every reader takes: a catalogue, its pages, one page without a word."""
    bodies = (
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
    )
    text, places = "%PDF-1.4\n", []
    for number, body in enumerate(bodies, start=1):
        places.append(f"{len(text):010} 00000 n \n")
        text += f"{number} 0 obj{body}endobj\n"
    table = f"xref\n0 4\n0000000000 65535 f \n{''.join(places)}"
    return f"{text}{table}trailer<</Size 4/Root 1 0 R>>\nstartxref\n{len(text)}\n%%EOF\n".encode()
