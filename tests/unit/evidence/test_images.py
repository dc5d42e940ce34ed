"""Only the picture survives: what hides in an image file, and what is none, does not come in."""

from __future__ import annotations

import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from atoz.evidence import images
from atoz.evidence.images import ImageRefused, clean_image
from tests.support.pictures import chunk, opened, picture, png_bomb, saved, with_gps


def test_metadata_is_gone_and_the_picture_upright() -> None:
    """Neither the place, the camera, the comment nor the colour profile is kept."""
    given_bytes = with_gps()
    assert b"SecretCamera" in given_bytes
    clean = clean_image(given_bytes)
    assert clean.type == "image/jpeg"
    assert b"Secret" not in clean.content
    found = opened(clean.content)
    assert found.size == (48, 64)
    assert not found.getexif()
    assert set(found.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_texts_of_a_png_are_gone() -> None:
    """Text chunks, times and profiles of a PNG stay behind."""
    plain = picture("PNG")
    text = chunk(b"tEXt", b"Comment\0Secret") + chunk(b"eXIf", b"MM\0*\0\0\0\x08\0\0Secret")
    hostile = plain[:33] + text + plain[33:]
    clean = clean_image(hostile)
    assert b"Secret" not in clean.content
    assert opened(clean.content).info == {}


@pytest.mark.parametrize(
    ("format_", "mode", "kind", "kept"),
    [
        ("JPEG", "CMYK", "image/jpeg", "RGB"),
        ("JPEG", "L", "image/jpeg", "L"),
        ("PNG", "1", "image/png", "L"),
        ("PNG", "P", "image/png", "RGB"),
        ("PNG", "RGBA", "image/png", "RGBA"),
        ("PNG", "LA", "image/png", "RGBA"),
        ("GIF", "P", "image/png", "RGB"),
        ("BMP", "RGB", "image/png", "RGB"),
        ("WEBP", "RGB", "image/jpeg", "RGB"),
        ("WEBP", "RGBA", "image/png", "RGBA"),
    ],
)
def test_whatever_it_was_it_is_kept_as_jpeg_or_png(
    format_: str, mode: str, kind: str, kept: str
) -> None:
    """The marketplace takes no other images."""
    clean = clean_image(picture(format_, mode))
    assert clean.type == kind
    assert opened(clean.content).mode == kept


def test_16_bits_of_grey_keep_their_shades() -> None:
    """They are scaled, not cut to white."""
    deep = Image.new("I;16", (50, 50))
    deep.putdata([number * 26 for number in range(2500)])
    found = opened(clean_image(saved(deep, "PNG")).content)
    assert found.getextrema() == (0, 253)


def test_of_an_animation_the_first_picture_stays() -> None:
    """A GIF that moves becomes one still."""
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "green", "blue")]
    moving = saved(frames[0], "GIF", save_all=True, append_images=frames[1:])
    found = opened(clean_image(moving).content)
    assert found.getpixel((5, 5)) == (255, 0, 0)
    assert getattr(found, "n_frames", 1) == 1


@pytest.mark.parametrize("size", [(30_000, 30_000), (60_000, 60_000), (7_000, 6_000), (80_000, 2)])
def test_a_bomb_is_refused_before_it_is_decoded(size: tuple[int, int]) -> None:
    """A file of a few bytes that promises gigapixels costs no memory."""
    tracemalloc.start()
    with pytest.raises(ImageRefused):
        clean_image(png_bomb(*size))
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()


def test_a_bomb_of_text_is_refused() -> None:
    """Compressed texts that unpack to gigabytes."""
    text = b"zTXt", b"Comment\0\0" + zlib.compress(b"\0" * 200_000_000, 9)
    plain = picture("PNG")
    with pytest.raises(ImageRefused):
        clean_image(plain[:33] + chunk(*text) + plain[33:])


def test_a_large_photo_is_reduced(monkeypatch: pytest.MonkeyPatch) -> None:
    """A camera's photo comes in whole, smaller, in its proportions."""
    monkeypatch.setattr(images, "KEPT_PIXELS", 5_100)
    assert opened(clean_image(picture(size=(400, 200))).content).size == (100, 50)
    assert opened(clean_image(picture(size=(100, 51))).content).size == (100, 51)


def test_a_large_progressive_jpeg_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its decoder keeps the whole picture in memory, however small it is drawn."""
    monkeypatch.setattr(images, "MOST_PIXELS", 5_000)
    assert clean_image(picture(size=(400, 200)))
    with pytest.raises(ImageRefused, match="400 x 200 pixels; 5,000 are allowed"):
        clean_image(picture(size=(400, 200), progressive=True))


def test_a_png_that_is_too_heavy_becomes_a_jpeg(monkeypatch: pytest.MonkeyPatch) -> None:
    """Over the marketplace's limit it could not be attached."""
    noise = Image.effect_noise((200, 200), 90).convert("RGBA")
    monkeypatch.setattr(images, "LARGEST_KEPT", 35_000)
    assert clean_image(saved(noise, "PNG")).type == "image/jpeg"
    monkeypatch.setattr(images, "LARGEST_KEPT", 100)
    with pytest.raises(ImageRefused, match="over 100 bytes"):
        clean_image(saved(noise, "PNG"))


@pytest.mark.parametrize("cut", [4, 40, 300, 620])
def test_a_truncated_image_is_refused(cut: int) -> None:
    """Half a photo proves nothing."""
    with pytest.raises(ImageRefused):
        clean_image(picture()[:cut])


@pytest.mark.parametrize(
    "content",
    [b"", b"MZ\x90\0" * 50, b"\xff\xd8\xff" + b"\0" * 500, b"<svg onload=alert(1)>", b"II*\0"],
)
def test_what_is_no_image_is_refused(content: bytes) -> None:
    """Whatever it says that it is."""
    with pytest.raises(ImageRefused):
        clean_image(content)


def test_a_second_file_in_the_first_does_not_survive() -> None:
    """An image with an archive or a script behind its end is written anew without it."""
    for format_ in ("JPEG", "PNG", "GIF"):
        polyglot = picture(format_) + b"PK\x03\x04<script>alert(1)</script>"
        clean = clean_image(polyglot)
        assert b"script" not in clean.content
        assert b"PK\x03\x04" not in clean.content


@given(
    st.binary(max_size=200), st.integers(0, 600), st.sampled_from(["JPEG", "PNG", "GIF", "WEBP"])
)
def test_damage_anywhere_is_refused_or_harmless(noise: bytes, at: int, format_: str) -> None:
    """No bytes make anything but a clean image or a refusal."""
    whole = picture(format_)
    hostile = whole[:at] + noise + whole[at + len(noise) :]
    try:
        clean = clean_image(hostile)
    except ImageRefused:
        return
    assert clean.type in {"image/jpeg", "image/png"}
    opened(clean.content)
