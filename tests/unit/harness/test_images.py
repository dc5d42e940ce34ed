"""Files that are made for a case: pictures of the wanted size, and others that can be read."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from atoz.harness.images import make_image
from atoz.harness.photos import Photos, _empty_pdf


@pytest.mark.parametrize("size", [2_000, 60_000, 184_320, 3_000_000])
@pytest.mark.parametrize(("kind", "codec"), [("image/jpeg", "JPEG"), ("image/png", "PNG")])
def test_a_picture_of_the_wanted_size(kind: str, codec: str, size: int) -> None:
    """To the byte, decodable to its last pixel, and the same each time."""
    content = make_image("glass", kind, size)
    assert len(content) == size
    assert make_image("glass", kind, size) == content
    assert make_image("box", kind, size) != content
    with Image.open(io.BytesIO(content)) as picture:
        picture.load()
        assert picture.format == codec


@pytest.mark.parametrize("kind", ["image/jpeg", "image/png"])
def test_the_smallest_picture_is_one_too(kind: str) -> None:
    """A case may name no size at all."""
    content = make_image("glass", kind, 0)
    with Image.open(io.BytesIO(content)) as picture:
        picture.load()
    assert len(content) < 1_000


@pytest.mark.parametrize("kind", ["image/png", "application/pdf", "text/plain"])
def test_every_file_of_a_case_is_one_that_can_be_looked_at(kind: str) -> None:
    """Named by its content, whatever its kind; a packet finds it whole."""
    made = Photos().make("scan", kind, 1_000)
    assert made.sha256
    assert made.size > 0
    assert made == Photos().make("scan", kind, 1_000)


def test_a_made_pdf_has_its_table_where_it_says() -> None:
    """A reader begins at the end: there the table is named, and each object lies where the table says."""
    content = _empty_pdf()
    start = int(content.split(b"startxref\n")[1].split(b"\n")[0])
    assert content[start:].startswith(b"xref\n")
    places = [int(row[:10]) for row in content[start:].splitlines()[3:6]]
    assert [content[place:].split(b" obj")[0] for place in places] == [b"1 0", b"2 0", b"3 0"]
