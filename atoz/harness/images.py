"""Valid pictures of a wanted size, always the same ones: what a case only names, the demo shows.

Noise is what a codec cannot shrink, so a few hundred kilobytes need a small picture only; the rest
up to the wanted size is a comment inside the file, which every reader skips.
"""

import hashlib
import io
import math
import struct
import zlib

from PIL import Image

_COLOURED = 3
_MOST_PIXELS = 400_000
"""A megabyte of noise: enough for a photo, and made in some ten milliseconds."""
_LEAST_SIDE = 8
_JPEG_QUALITY = 90
_JPEG_BYTES_PER_PIXEL = 1.6
_PNG_OVERHEAD = 400
_LONGEST_COMMENT = 65_533
_CUT = {"JPEG": 2, "PNG": 8 + 25}
"""Where a comment may begin: behind the start mark, behind the header chunk."""


def make_image(name: str, kind: str, size: int) -> bytes:
    """A picture of the MIME type `kind` (`image/jpeg`, else PNG) of about `size` bytes.

    The same name and size give the same bytes. Exactly `size` from some 2 KB upwards.
    """
    jpeg = kind == "image/jpeg"
    per_pixel = _JPEG_BYTES_PER_PIXEL if jpeg else _COLOURED
    pixels = min((size - _PNG_OVERHEAD) / per_pixel, _MOST_PIXELS)
    side = max(_LEAST_SIDE, math.isqrt(max(0, int(pixels * 3 / 4))))
    picture = _noise(name, (side * 4 // 3, side))
    content = _written(picture, "JPEG" if jpeg else "PNG")
    missing = size - len(content)
    cut = _CUT["JPEG" if jpeg else "PNG"]
    filling = _jpeg_filling(missing) if jpeg else _png_filling(missing)
    return content[:cut] + filling + content[cut:]


def _noise(name: str, measure: tuple[int, int]) -> Image.Image:
    count = measure[0] * measure[1] * _COLOURED
    return Image.frombytes("RGB", measure, hashlib.shake_128(name.encode()).digest(count))


def _written(picture: Image.Image, codec: str) -> bytes:
    file = io.BytesIO()
    if codec == "JPEG":
        picture.save(file, codec, quality=_JPEG_QUALITY)
    else:
        picture.save(file, codec, compress_level=0)
    return file.getvalue()


def _jpeg_filling(missing: int) -> bytes:
    """Comment segments of four bytes and their text each; none where less is missing."""
    segments: list[bytes] = []
    while missing > 4:
        length = min(missing - 4, _LONGEST_COMMENT)
        segments += [b"\xff\xfe", struct.pack(">H", length + 2), b" " * length]
        missing -= length + 4
    return b"".join(segments)


def _png_filling(missing: int) -> bytes:
    """One ancillary chunk of twelve bytes and its content; none where less is missing."""
    if missing <= 12:
        return b""
    chunk = b"fiLl" + b" " * (missing - 12)
    return struct.pack(">I", missing - 12) + chunk + struct.pack(">I", zlib.crc32(chunk))
