"""Pictures made for a test: good ones, and what people send to break a decoder."""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image


def picture(
    format: str = "JPEG",  # noqa: A002 - Pillow's word
    mode: str = "RGB",
    size: tuple[int, int] = (64, 48),
    **options: object,
) -> bytes:
    """A picture of one colour as a file of this format."""
    return saved(
        Image.new(mode, size, 0 if mode in {"1", "L", "P", "I;16"} else None), format, **options
    )


def saved(image: Image.Image, format: str, **options: object) -> bytes:  # noqa: A002 - Pillow's word
    """The bytes of a picture."""
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


def opened(content: bytes) -> Image.Image:
    """The picture of a file, decoded."""
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


def with_gps() -> bytes:
    """A JPEG that tells where it was taken, by which camera, and is to be turned."""
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    exif[0x0112] = 6
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2] = "N", (52.0, 31.0, 12.0)
    return picture(exif=exif, comment=b"SecretComment", icc_profile=b"SecretProfile")


def png_bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose header promises a picture of this size."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 100_000, 9)
    chunks = [chunk(b"IHDR", header), chunk(b"IDAT", pixels), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def chunk(kind: bytes, content: bytes) -> bytes:
    """A chunk of a PNG file."""
    check = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + check
