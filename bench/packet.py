"""How long a packet takes: two photos of 5 megapixels, its text, its PDF, folder and zip, in each language.

Everything is done each time but the loading of fonts, which a worker does once; that first packet is
measured, too.
"""

import asyncio
import random
import time
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from rich.console import Console

from atoz.appeal.draft import draft
from atoz.appeal.packet.dossier import Dossier, Exhibit, appeal_dossier
from atoz.appeal.packet.folder import write_packet
from atoz.appeal.packet.fonts import Fonts
from atoz.appeal.packet.make import Kit, make_packet
from atoz.claims.base import Record
from atoz.claims.case import CaseFile
from atoz.evidence.store import EvidenceStore, open_store
from atoz.harness.packets import with_text
from atoz.harness.play import stood
from atoz.library import load_library
from atoz.playbook.acts import Draft
from atoz.settings import Settings
from bench.engine import CASES
from bench.showing import say_how, table
from bench.stopwatch import timing

CASE, AT = "photos-on-day-two", "2026-09-06T17:00:00Z"
LIMIT_MS = 1000.0
_PIXELS = (2560, 1920)
_REPEATS = 10


class Packed(Record):
    """One language: milliseconds of a packet, and bytes of its zip."""

    language: str
    milliseconds: float
    zip_bytes: int


class Report(Record):
    """The very first packet of a process (ms), and those after it."""

    first_ms: float
    languages: tuple[Packed, ...]


def measure(repeats: int) -> Report:
    """Make the packet of one case in every language, at most ten times each."""
    kit = Kit(load_library().appeal_words, Fonts())
    with TemporaryDirectory(prefix="bench-packet-") as folder:
        store = open_store("memory:")
        dossier = _dossier("en", kit, store)
        began = time.perf_counter()
        _packed(dossier, store, kit, Path(folder))
        first = (time.perf_counter() - began) * 1000
        found = _languages(kit, store, Path(folder), min(repeats, _REPEATS))
        return Report(first_ms=first, languages=tuple(found))


def _languages(kit: Kit, store: EvidenceStore, root: Path, repeats: int) -> Iterator[Packed]:
    for language in sorted(kit.words.books):
        make = partial(_packed, _dossier(language, kit, store), store, kit, root)
        yield Packed(language=language, milliseconds=timing(make, repeats).median, zip_bytes=make())


def _packed(dossier: Dossier, store: EvidenceStore, kit: Kit, root: Path) -> int:
    packet = asyncio.run(make_packet(dossier, store, kit))
    folder = write_packet(root, dossier, packet.files)
    return folder.with_name(f"{folder.name}.zip").stat().st_size


def _dossier(language: str, kit: Kit, store: EvidenceStore) -> Dossier:
    case = CaseFile.model_validate_json((CASES / f"{CASE}.json").read_text("utf-8"))
    state, now = stood(Settings(), case, datetime.fromisoformat(AT))
    drafted = draft(state, Draft(step="appeal", revision=1), now, kit.words, language)
    whole = with_text(state, drafted)
    assert whole.appeal is not None, "it was drafted just now"
    return _with_photos(appeal_dossier(whole, whole.appeal), store)


def _with_photos(dossier: Dossier, store: EvidenceStore) -> Dossier:
    """The dossier with real photos in the place of the small ones that a case names."""
    exhibits = tuple(_enlarged(each, store) for each in dossier.exhibits)
    return dossier.model_copy(update={"exhibits": exhibits})


def _enlarged(exhibit: Exhibit, store: EvidenceStore) -> Exhibit:
    if exhibit.file is None:
        return exhibit
    content = _photo(exhibit.number)
    sha256 = asyncio.run(store.put(content, "image/jpeg"))
    kept = {"sha256": sha256, "size": len(content), "type": "image/jpeg"}
    return exhibit.model_copy(update={"file": exhibit.file.model_copy(update=kept)})


def _photo(number: int) -> bytes:
    """A photo as the store keeps it: noise, enlarged, so that it has edges and a photo's size."""
    width, height = _PIXELS[0] // 8, _PIXELS[1] // 8
    noise = random.Random(number).randbytes(3 * width * height)  # noqa: S311 - repeatable
    out = BytesIO()
    small = Image.frombytes("RGB", (width, height), noise)
    small.resize(_PIXELS, Image.Resampling.BICUBIC).save(out, "JPEG", quality=90)
    return out.getvalue()


def show(report: Report, screen: Console) -> None:
    """One line for each language."""
    shown = table(
        f"Packet, two photos (aim: under {LIMIT_MS:,.0f} ms)", ("language", "ms", "zip, MB")
    )
    for each in report.languages:
        shown.add_row(each.language, f"{each.milliseconds:.0f}", f"{each.zip_bytes / 1e6:.1f}")
    screen.print(shown)
    say_how(
        screen,
        f"two photos of {_PIXELS[0]} x {_PIXELS[1]} from the store to PDF, folder and zip on the disk; "
        f"the first packet of a process, fonts and all, took {report.first_ms:.0f} ms",
    )
