"""Files that come with a reply or as evidence: judged by content, kept by sha256, passed by reference.

The name of a file is only a label; what it claims to be counts for nothing.
"""

import io
import re
import warnings
from collections.abc import Sequence
from typing import NamedTuple

from PIL import Image

from atoz.errors import BadInput
from atoz.evidence.store import EvidenceStore
from atoz.mail.plain import one_line
from atoz.playbook.events import Attachment

LARGEST = 10_000_000
"""Bytes of one file. Source: the marketplace's limit for attachments, 10 MB."""

MOST_FILES = 50
MOST_PIXELS = 100_000_000
_FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP")
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1f]")


class Upload(NamedTuple):
    """A file as it was given: its name without folders, and its content."""

    name: str
    content: bytes


def checked(uploads: Sequence[Upload]) -> list[str]:
    """The MIME type of each file. Raises BadInput naming every file that cannot be taken."""
    if len(uploads) > MOST_FILES:
        raise BadInput(f"{len(uploads)} files are too many: {MOST_FILES} go with one message")
    types = [_judged(upload) for upload in uploads]
    refused = [why for _, why in types if why]
    if refused:
        raise BadInput("; ".join(refused))
    return [kind for kind, _ in types]


async def keep(store: EvidenceStore, uploads: Sequence[Upload]) -> tuple[Attachment, ...]:
    """Check every file, then keep them all and give their references.

    Raises BadInput naming every file that cannot be taken; then none is kept.
    """
    types = checked(uploads)
    return tuple(
        [
            Attachment(
                name=one_line(upload.name, 255) or "file",
                type=kind,
                size=len(upload.content),
                sha256=await store.put(upload.content, kind),
            )
            for upload, kind in zip(uploads, types, strict=True)
        ]
    )


def _judged(upload: Upload) -> tuple[str, str]:
    """The type, and why the file is refused (one of the two is empty)."""
    name = one_line(upload.name, 80)
    if len(upload.content) > LARGEST:
        return "", f"{name}: {len(upload.content):,} bytes; {LARGEST:,} are allowed"
    if not upload.content:
        return "", f"{name}: the file is empty"
    kind = type_of(upload.content)
    return kind, "" if kind else f"{name}: only images, PDF and plain text are taken"


def type_of(content: bytes) -> str:
    """The MIME type by content alone: an image that decodes, a PDF, UTF-8 text; else empty."""
    if content.startswith(b"%PDF-"):
        return "application/pdf"
    return _image_type(content) or ("text/plain" if _is_text(content) else "")


def _image_type(content: bytes) -> str:
    try:
        with warnings.catch_warnings():
            # Pillow only warns of a decompression bomb of the smaller kind.
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=_FORMATS) as image:
                if image.width * image.height > MOST_PIXELS:
                    return ""
                image.load()
                return str(Image.MIME[image.format or ""])
    # Pillow's decoders fail in many ways on bytes that only begin like an image.
    except Exception:  # noqa: BLE001
        return ""


def _is_text(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return not _CONTROLS.search(content)
