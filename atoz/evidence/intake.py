"""The one way in for files from outside: limits, type by content, images written anew, then the store.

A file's name is a label and what it claims to be counts for nothing. What is refused is told with a
reason; the other files of the same mail are kept all the same.
"""

import asyncio
import re
import unicodedata
from collections.abc import AsyncIterator, Iterable, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple, Protocol

from atoz.claims.base import Record
from atoz.evidence.images import LARGEST_KEPT, ImageRefused, clean_image
from atoz.evidence.kinds import IMAGES, KEPT_AS_THEY_ARE, is_plain_text, kind_of
from atoz.evidence.limits import LARGEST_FILE, LARGEST_TOGETHER, LONGEST_NAME, MOST_FILES
from atoz.playbook.parts import Attachment
from atoz.playbook.stored import FILES

_SUFFIXES = {
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
    "application/pdf": (".pdf",),
    "text/plain": (".txt",),
}
_UNSAFE = re.compile(r'[<>:"|?*\x00-\x1f]')
# Names that Windows takes for devices, whatever their suffix.
_DEVICES = re.compile(r"(?i)(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)")


class Given(NamedTuple):
    """A file as somebody gave it: any name, any bytes."""

    name: str
    content: bytes


class Refusal(Record):
    """A file that was not taken, and why."""

    name: str
    reason: str


class Taken(NamedTuple):
    """A file as it is kept, and what refers to it."""

    name: str
    type: str
    content: bytes


class Intake(Record):
    """What became of the files of one message."""

    kept: tuple[Attachment, ...] = ()
    refused: tuple[Refusal, ...] = ()


class Files(Protocol):
    """Where files are kept by their sha256."""

    async def put(self, content: bytes, type: str) -> str:  # noqa: A002 - as in a reference
        """Keep a file and give its sha256."""
        ...


async def take_in(files: Files, given: Iterable[Given]) -> Intake:
    """Judge each file and keep what can be taken, one after the other.

    Failures of the store are raised, to be retried.
    """
    kept: list[Attachment] = []
    refused: list[Refusal] = []
    async for found in judging(given):
        if isinstance(found, Refusal):
            refused.append(found)
        else:
            kept.append(await keep(files, found))
    return Intake(kept=tuple(kept), refused=tuple(_summed(refused)))


async def judging(given: Iterable[Given]) -> AsyncIterator[Taken | Refusal]:
    """Each file of one message as it will be kept, or why not, one after the other."""
    together = 0
    for number, file in enumerate(given):
        together += len(file.content)
        # Decoding is work: the loop stays free for everything else meanwhile.
        yield await asyncio.to_thread(judge, file, number, together)


async def keep(files: Files, taken: Taken) -> Attachment:
    """Keep a file by its sha256 and give what refers to it."""
    sha256 = await files.put(taken.content, taken.type)
    return Attachment(name=taken.name, type=taken.type, size=len(taken.content), sha256=sha256)


def judge(file: Given, number: int = 0, together: int = 0) -> Taken | Refusal:
    """One file as it will be kept, or why not. `number` files with `together` bytes count so far."""
    name = safe_name(file.name)
    if number >= MOST_FILES:
        return Refusal(name=name, reason=FILES("count", most=MOST_FILES))
    if together > LARGEST_TOGETHER:
        return Refusal(name=name, reason=FILES("together", most=f"{LARGEST_TOGETHER:,}"))
    try:
        content, kind = _content_and_type(file.content)
    except ImageRefused as refused:
        return Refusal(name=name, reason=str(refused))
    return Taken(safe_name(file.name, kind), kind, content)


def _content_and_type(content: bytes) -> tuple[bytes, str]:
    """What is kept of the content. Raises ImageRefused, also for what is no image at all."""
    if not content:
        raise ImageRefused(FILES("empty"))
    kind = kind_of(content) or ("text/plain" if is_plain_text(content) else None)
    if kind in KEPT_AS_THEY_ARE:
        return _kept_as_it_is(content, kind)
    if kind in IMAGES:
        if len(content) > LARGEST_FILE:
            raise ImageRefused(FILES("bytes", size=f"{len(content):,}", most=f"{LARGEST_FILE:,}"))
        return clean_image(content)
    raise ImageRefused(FILES("kinds"))


def _kept_as_it_is(content: bytes, kind: str) -> tuple[bytes, str]:
    if len(content) > LARGEST_KEPT:
        raise ImageRefused(FILES("bytes", size=f"{len(content):,}", most=f"{LARGEST_KEPT:,}"))
    return content, kind


def safe_name(name: str, kind: str = "") -> str:
    """A base name that is safe on every file system, with a suffix that fits the type.

    Folders, controls, direction marks and leading dots are dropped; never empty.
    """
    base = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode())
    base = base.replace("\\", "/").rpartition("/")[2]
    base = "".join(" " if unicodedata.category(sign)[0] in "CZ" else sign for sign in base)
    base = " ".join(_UNSAFE.sub("_", base).split()).lstrip(". ~-").rstrip(". ")
    if _DEVICES.match(base):
        base = f"_{base}"
    suffixes = _SUFFIXES.get(kind, ())
    if suffixes and not base.lower().endswith(suffixes):
        base = f"{base or 'file'}{suffixes[0]}"
    return _shortened(base) or "file"


def _shortened(base: str) -> str:
    if len(base) <= LONGEST_NAME and len(base.encode()) <= 2 * LONGEST_NAME:
        return base
    suffix = PurePosixPath(base).suffix[:6]
    stem = base.removesuffix(suffix)[: LONGEST_NAME - len(suffix)]
    return (
        stem.encode()[: 2 * LONGEST_NAME - len(suffix.encode())].decode("utf-8", "ignore") + suffix
    )


def _summed(refused: Sequence[Refusal]) -> list[Refusal]:
    """The refusals, the first few by name: a mail of ten thousand parts has no ten thousand reasons."""
    if len(refused) <= MOST_FILES:
        return list(refused)
    rest = len(refused) - MOST_FILES
    return [*refused[:MOST_FILES], Refusal(name=f"{rest} more", reason=FILES("many"))]
