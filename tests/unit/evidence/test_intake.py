"""Files of strangers come in one way: limits, type by content, safe names, reasons for the rest."""

from __future__ import annotations

import hashlib
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atoz.evidence import intake, limits
from atoz.evidence.intake import Given, Refusal, Taken, judge, safe_name, take_in
from tests.support.pictures import picture

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<</Author (kept as it is)>>"


class Shelf:
    """A store of files in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    async def put(self, content: bytes, type: str) -> str:  # noqa: A002 - as in a reference
        """Keep a file."""
        assert "/" in type
        sha256 = hashlib.sha256(content).hexdigest()
        self.kept[sha256] = content
        return sha256


def refused(name: str, content: bytes) -> str:
    """Why a file is not taken."""
    found = judge(Given(name, content))
    assert isinstance(found, Refusal)
    return found.reason


def taken(name: str, content: bytes) -> Taken:
    """How a file is kept."""
    found = judge(Given(name, content))
    assert isinstance(found, Taken), found
    return found


async def test_good_files_are_kept_and_bad_ones_told() -> None:
    """One bad file does not cost the others."""
    shelf = Shelf()
    given_files = [
        Given("glass.jpg", picture()),
        Given("virus.jpg", b"MZ\x90\0\x03\0\0\0"),
        Given("invoice.pdf", PDF),
        Given("note.txt", "naïve, 壊れた\n".encode()),
    ]
    found = await take_in(shelf, given_files)
    kinds = ["image/jpeg", "application/pdf", "text/plain"]
    assert [(file.name, file.type) for file in found.kept] == list(
        zip(["glass.jpg", "invoice.pdf", "note.txt"], kinds, strict=True)
    )
    assert [refusal.name for refusal in found.refused] == ["virus.jpg"]
    for file in found.kept:
        assert file.sha256 is not None
        assert len(shelf.kept[file.sha256]) == file.size


async def test_the_same_file_again_is_the_same_reference() -> None:
    """A mail that is read a second time adds nothing to the store."""
    shelf = Shelf()
    first = await take_in(shelf, [Given("a.png", picture("PNG"))])
    assert await take_in(shelf, [Given("a.png", picture("PNG"))]) == first
    assert len(shelf.kept) == 1


def test_pdf_and_text_are_kept_as_they_are() -> None:
    """They are never opened by us."""
    assert taken("x.pdf", PDF).content == PDF
    assert taken("x.txt", b"\xef\xbb\xbfhello\r\n").content == b"\xef\xbb\xbfhello\r\n"


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("photo.jpg", b"", "empty"),
        ("photo.jpg", b"MZ\x90\0" * 9, "only JPEG"),
        ("page.txt", b"<!DOCTYPE html><script>alert(1)</script>", "only JPEG"),
        ("drawing.png", b"<?xml version='1.0'?><svg onload='x()'/>", "only JPEG"),
        ("notes.txt", b"\xe9t\xe9 2026", "only JPEG"),
        ("zip.pdf", b"PK\x03\x04" + b"\0" * 50, "only JPEG"),
        ("gif.txt", b"GIF89a" + b"\xff" * 50, "damaged|read"),
        ("scan.tif", b"II*\0\x08\0\0\0", "only JPEG"),
    ],
)
def test_the_type_is_judged_by_content(name: str, content: bytes, reason: str) -> None:
    """The name and its suffix count for nothing."""
    assert re.search(reason, refused(name, content))


@pytest.mark.parametrize("words", [b"BMW parts list", b"MZ-1 was sent", b"PKW, gebraucht"])
def test_a_text_may_begin_like_something_else(words: bytes) -> None:
    """Two letters make no picture and no program."""
    assert taken("a.txt", words).content == words


def test_a_name_gets_the_suffix_of_its_content() -> None:
    """A PNG that calls itself a program or a text is named as what it is."""
    assert taken("setup.exe", picture("PNG")).name == "setup.exe.png"
    assert taken("glass.JPEG", picture()).name == "glass.JPEG"
    assert taken("photo.gif", picture("GIF")).name == "photo.gif.png"


def test_sizes_are_checked_before_anything_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file over the limit is not opened at all."""
    monkeypatch.setattr(intake, "LARGEST_FILE", 100)
    monkeypatch.setattr(intake, "LARGEST_KEPT", 20)
    assert "100 are allowed" in refused("a.jpg", picture())
    assert "20 are allowed" in refused("a.pdf", PDF)
    assert "20 are allowed" in refused("a.txt", b"twenty-one letters...")


async def test_ten_thousand_files_are_refused_in_no_time() -> None:
    """The first are taken, the rest counted."""
    shelf = Shelf()
    begin = time.process_time()
    found = await take_in(shelf, [Given(f"{n}.txt", b"%d" % n) for n in range(10_000)])
    assert time.process_time() - begin < 5
    assert len(found.kept) == limits.MOST_FILES
    assert len(found.refused) == limits.MOST_FILES + 1
    assert found.refused[-1].name == f"{10_000 - 2 * limits.MOST_FILES} more"


async def test_files_are_bounded_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many files of the allowed size are still too much."""
    monkeypatch.setattr(intake, "LARGEST_TOGETHER", 25)
    found = await take_in(Shelf(), [Given("a.txt", b"x" * 10)] * 3)
    assert (len(found.kept), len(found.refused)) == (2, 1)
    assert "together" in found.refused[0].reason


@pytest.mark.parametrize(
    ("given_name", "safe"),
    [
        ("glass.jpg", "glass.jpg"),
        ("box corner.png", "box corner.png"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\win.ini", "win.ini"),
        ("/etc/cron.d/x", "x"),
        ("..", "file"),
        (".bashrc", "bashrc"),
        ("", "file"),
        ("a\r\nB: c.txt", "a B_ c.txt"),
        ("gpj.\u202eexe", "gpj. exe"),
        ("con.txt", "_con.txt"),
        ("-rf", "rf"),
        ("写真 1.jpg", "写真 1.jpg"),
        ("x" * 300 + ".jpg", "x" * 96 + ".jpg"),
        ("\ud800.png", "?.png"),
    ],
)
def test_a_name_is_a_safe_base_name(given_name: str, safe: str) -> None:
    """No folder, no control, no device, not hidden, not endless."""
    assert safe_name(given_name) == safe.replace("?", "_")


@given(st.text(alphabet=st.characters(exclude_categories=[]), max_size=400))
def test_no_name_gets_out(name: str) -> None:
    """Whatever is written, the label stays one."""
    for kind in ("", "image/jpeg"):
        safe = safe_name(name, kind)
        assert safe
        assert len(safe) <= limits.LONGEST_NAME + 5
        assert len(safe.encode()) <= 255
        assert safe.isprintable()
        assert not safe.startswith((".", "-", "~"))
        assert not set(safe) & set('/\\<>:"|?*\0\r\n')
