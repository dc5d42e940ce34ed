"""Photos from strangers: decoded within limits and written anew, so that nothing but the picture stays.

What an image hides (where it was taken, scripts behind its end, a second file inside the first) does
not survive being decoded and encoded again; what cannot be decoded is refused. Bytes in, bytes out.
"""

import contextlib
import io
import threading
import warnings
from collections.abc import Iterator
from typing import NamedTuple

from PIL import Image, ImageOps, UnidentifiedImageError

from atoz.playbook.stored import FILES

FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "BMP")
"""What buyers send. Each further decoder is another way in: TIFF and PSD have been used as such."""

KEPT_PIXELS = 5_000_000
"""A JPEG of more is reduced to a half, a quarter or an eighth while it is decoded: a 12 megapixel photo
becomes 2,000 by 1,500 pixels, which fill a printed page, in 12 MB of memory and not 48. A mail is kept
whole beside its photos."""

MOST_PIXELS = 25_000_000
"""The most pixels that are decoded at full size."""

MOST_REDUCED = 170_000_000
"""The most pixels of a plain JPEG, which is reduced while it is decoded and so costs little."""

LARGEST_KEPT = 10_000_000
"""Bytes. Source: the marketplace's limit for attachments, 10 MB."""

_SHRINKS = (1, 2, 4, 8)
_QUALITIES = (90, 80, 65)
_LONGEST_SIDE = 60_000
# One at a time: it bounds the memory, and Python's warning filters belong to the whole process.
_ONE_AT_A_TIME = threading.Lock()


class ImageRefused(ValueError):  # noqa: N818 - named for what happened
    """The image cannot be taken; the text says why, without any word of the sender's."""


class CleanImage(NamedTuple):
    """An image as it is kept: JPEG or PNG, upright, without metadata."""

    content: bytes
    type: str


def clean_image(content: bytes) -> CleanImage:
    """Decode an image and encode it anew. Of an animation the first picture is kept.

    Raises ImageRefused for anything that is no whole image within the limits.
    """
    with _refusing(), Image.open(io.BytesIO(content), formats=FORMATS) as image:
        _check_size(image)
        lossy = image.format in {"JPEG", "MPO"} or (image.format, image.mode) == ("WEBP", "RGB")
        return _encoded(_picture(image), lossy=lossy)


@contextlib.contextmanager
def _refusing() -> Iterator[None]:
    try:
        with _ONE_AT_A_TIME, warnings.catch_warnings():
            # Of broken metadata, which goes anyway, and of sizes, which are checked here.
            warnings.simplefilter("ignore")
            yield
    except ImageRefused:
        raise
    except UnidentifiedImageError as fault:
        raise ImageRefused(FILES("no_image")) from fault
    except Image.DecompressionBombError as fault:
        raise ImageRefused(FILES("far_more")) from fault
    # Decoders fail in many ways on bytes that only begin like an image.
    except Exception as fault:
        raise ImageRefused(FILES("damaged")) from fault


def _check_size(image: Image.Image) -> None:
    """Judge by what the header says, before any pixel is decoded."""
    most = MOST_REDUCED if _is_plain_jpeg(image) else MOST_PIXELS
    if image.width * image.height > most or max(image.size) > _LONGEST_SIDE:
        raise ImageRefused(
            FILES("pixels", width=image.width, height=image.height, most=f"{most:,}")
        )


def _is_plain_jpeg(image: Image.Image) -> bool:
    """Whether it can be reduced while decoding: a progressive one is kept whole in memory first."""
    return image.format in {"JPEG", "MPO"} and not image.info.get("progressive")


def _picture(image: Image.Image) -> Image.Image:
    """The first picture, upright, in 8 bits, grey or coloured, with nothing attached."""
    pixels = image.width * image.height
    shrink = next((by for by in _SHRINKS if pixels / by**2 <= KEPT_PIXELS), _SHRINKS[-1])
    if shrink > 1 and _is_plain_jpeg(image):
        image.draft("RGB", (image.width // shrink, image.height // shrink))
    image.load()
    # Only metadata that cannot be read: the picture itself is fine.
    with contextlib.suppress(Exception):
        ImageOps.exif_transpose(image, in_place=True)
    plain = _in_8_bits(image)
    plain.info = {}
    return plain


def _in_8_bits(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):
        # 16 bits of grey: `convert` alone would cut everything above 255 to white.
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if image.mode == "F":
        raise ImageRefused(FILES("measured"))
    mode = "L" if image.mode in {"1", "L"} else "RGB"
    if image.has_transparency_data:
        mode = "RGBA"
    # Converting into the same mode would be one more copy of a large picture.
    return image if image.mode == mode else image.convert(mode)


def _encoded(picture: Image.Image, *, lossy: bool) -> CleanImage:
    if not lossy:
        content = _saved(picture, "PNG", optimize=False)
        if len(content) <= LARGEST_KEPT:
            return CleanImage(content, "image/png")
    if picture.mode == "RGBA":
        white = Image.new("RGB", picture.size, "white")
        white.paste(picture, mask=picture.getchannel("A"))
        picture = white
    for quality in _QUALITIES:
        content = _saved(picture, "JPEG", quality=quality)
        if len(content) <= LARGEST_KEPT:
            return CleanImage(content, "image/jpeg")
    raise ImageRefused(FILES("reduced", most=f"{LARGEST_KEPT:,}"))


def _saved(picture: Image.Image, format: str, **options: int) -> bytes:  # noqa: A002 - Pillow's word
    out = io.BytesIO()
    picture.save(out, format, **options)
    return out.getvalue()
