"""A packet made: from a dossier and the kept files to the bytes of each of its files.

The same dossier and files make the same bytes, on any machine with the same fonts and programs; what
they were made with stands in the manifest. Work that blocks runs in a thread.
"""

import asyncio
import hashlib
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple, Protocol

from atoz.appeal.packet import manifest
from atoz.appeal.packet.dossier import Dossier
from atoz.appeal.packet.fonts import Fonts
from atoz.appeal.packet.page import View, page_of
from atoz.appeal.packet.pdf import NotSet, set_pdf, template
from atoz.appeal.packet.speech import Speech
from atoz.appeal.packet.views import file_name, views_of
from atoz.appeal.words import AppealWords
from atoz.evidence.store import NotStored, StoredFileError
from atoz.mail.plain import one_line

PDF = "evidence.pdf"
_SIGNS_NAMED = 10
_LONGEST_FAULT = 300


class Kept(Protocol):
    """Where files are kept by their sha256."""

    async def get(self, sha256: str) -> bytes:
        """A file's content. Raises NotStored, StoredFileError; other errors may pass."""
        ...


class Packet(NamedTuple):
    """The files of a packet in their order, by name, and what a person should know of it."""

    files: dict[str, bytes]
    warnings: tuple[str, ...]


class Kit(NamedTuple):
    """What every packet is made with: the words of all languages, and the fonts."""

    words: AppealWords
    fonts: Fonts


def text_name(dossier: Dossier) -> str:
    """`appeal.txt`, or `letter.txt` where a person has to complete it."""
    return "appeal.txt" if dossier.kind == "appeal" else "letter.txt"


async def make_packet(dossier: Dossier, kept: Kept, kit: Kit) -> Packet:
    """Make it; a file that is lost is said to be so. Raises what a store in trouble raises."""
    files = {
        each.number: await _content(kept, each.file.sha256)
        for each in dossier.attached
        if each.file
    }
    return await asyncio.to_thread(_made, dossier, files, kit)


async def _content(kept: Kept, sha256: str | None) -> bytes | None:
    try:
        return await kept.get(sha256) if sha256 else None
    except (NotStored, StoredFileError):
        return None


def _made(dossier: Dossier, contents: Mapping[int, bytes | None], kit: Kit) -> Packet:
    speech = Speech(kit.words.book(dossier.language), kit.words.packet(dossier.language))
    names = {each.number: file_name(each) for each in dossier.attached}
    with TemporaryDirectory(prefix="packet-") as folder:
        views = views_of(dossier, contents, Path(folder))
        pdf, said = _pdf(dossier, speech, views, Path(folder), kit.fonts)
    files = {text_name(dossier): (dossier.text + "\n").encode()}
    files |= {PDF: pdf} if pdf else {}
    files |= {names[n]: content for n, content in contents.items() if content is not None}
    warnings = (*_missing(dossier, views), *said)
    files[manifest.NAME] = manifest.manifest_of(
        dossier, files, names, warnings, made_with(kit.fonts)
    )
    return Packet(files, warnings)


def _pdf(
    dossier: Dossier, speech: Speech, views: Mapping[int, View], root: Path, fonts: Fonts
) -> tuple[bytes | None, list[str]]:
    """The PDF with all pictures, else without them, else none: a deadline waits for no picture."""
    plain = {n: View("file", v.name) if v.path else v for n, v in views.items()}
    said: list[str] = []
    for tried in (views, plain):
        try:
            page = page_of(dossier, speech, tried)
            pdf = set_pdf(page, root, fonts, speech.own.notes.no_glyph)
        except NotSet as fault:
            said.append(f"{PDF} is not whole: {one_line(fault, _LONGEST_FAULT)}")
        else:
            return pdf.content, [*said, *_unshown(pdf.lacking)]
    return None, [*said, f"there is no {PDF}: attach the exhibits"]


def _unshown(lacking: frozenset[str]) -> list[str]:
    if not lacking:
        return []
    some = " ".join(f"U+{ord(sign):04X}" for sign in sorted(lacking)[:_SIGNS_NAMED])
    count = f"{len(lacking)} characters that its fonts lack ({some})"
    return [f"{PDF} shows □ for {count}: set ATOZ_FONTS to a folder with fonts that have them"]


def _missing(dossier: Dossier, views: Mapping[int, View]) -> list[str]:
    found = [
        f"{view.name} is missing: the store has lost it; restore it from a backup, or edit the text"
        for view in views.values()
        if view.state == "lost"
    ]
    if dossier.missing:
        found.append(f"the claim no longer has the facts {', '.join(dossier.missing[:20])}")
    return found


def made_with(fonts: Fonts) -> dict[str, str]:
    """The programs, fonts and template that the bytes of the PDF depend on."""
    programs = {name: version(name) for name in ("typst", "pillow")}
    page = hashlib.sha256(template()).hexdigest()[:16]
    return {**programs, "fonts": fonts.digest, "template": page}
