"""A PDF that somebody sent, made fit to be shown page by page: read in a process of its own, within limits.

A PDF is a program of strangers. It is read where it can neither take this process's memory nor its
time; what comes back is written anew and holds the pages' pictures alone: no forms, links, scripts or
files. `python -m atoz.appeal.packet.pages` reads one on standard input.
"""

import io
import resource
import subprocess
import sys
from datetime import timedelta
from typing import NamedTuple

from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.generic import NameObject

MOST_PAGES = 20
"""Pages of one document that are shown; the file itself goes with the packet."""
LARGEST_CLEAN = 12_000_000

_PATIENCE = timedelta(seconds=10)
_MEMORY = 1_500_000_000
_KEPT = frozenset(
    {"/Type", "/Parent", "/MediaBox", "/CropBox", "/Rotate", "/Resources", "/Contents", "/UserUnit"}
)


class Pages(NamedTuple):
    """A document that only shows: its bytes, how many pages it has, and how many more the file has."""

    content: bytes
    shown: int
    left: int


def pages_of(content: bytes) -> Pages | None:
    """The first pages of a PDF, or None where it cannot be read within the limits. Blocks."""
    try:
        done = subprocess.run(  # noqa: S603 - our own module
            [sys.executable, "-m", __name__],
            input=content,
            capture_output=True,
            timeout=_PATIENCE.total_seconds(),
            check=True,
        )
    except (subprocess.SubprocessError, OSError):
        return None
    head, _, clean = done.stdout.partition(b"\n")
    shown, _, left = head.partition(b" ")
    if not clean or len(clean) > LARGEST_CLEAN:
        return None
    return Pages(clean, int(shown), int(left))


def cleaned(content: bytes) -> Pages:
    """The same within this process: raises whatever a broken or hostile PDF makes pypdf raise."""
    source = PdfReader(io.BytesIO(content))
    many = len(source.pages)
    writer = PdfWriter()
    for page in source.pages[:MOST_PAGES]:
        writer.add_page(_bare(page))
    writer.metadata = None
    out = io.BytesIO()
    writer.write(out)
    shown = min(many, MOST_PAGES)
    return Pages(out.getvalue(), shown, many - shown)


def _bare(page: PageObject) -> PageObject:
    """The page with what it looks like and nothing else."""
    for key in [key for key in page if key not in _KEPT]:
        del page[NameObject(key)]
    return page


def _within_limits() -> None:
    seconds = int(_PATIENCE.total_seconds())
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


if __name__ == "__main__":
    _within_limits()
    found = cleaned(sys.stdin.buffer.read())
    sys.stdout.buffer.write(f"{found.shown} {found.left}\n".encode() + found.content)
