"""Pictures that are made have the wanted size and are pictures."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from atoz.harness.images import make_image


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
