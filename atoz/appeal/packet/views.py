"""How each exhibit is seen in the PDF: photos reduced to what a page needs, texts by their beginning.

The exhibits themselves lie beside the PDF as they were kept; what stands here only lets a reader look.
"""

import io
from collections.abc import Mapping
from pathlib import Path

from PIL import Image

from atoz.appeal.packet.dossier import Dossier, Exhibit
from atoz.appeal.packet.page import View
from atoz.appeal.packet.pages import pages_of

PAGE_WIDTH, PHOTO_HEIGHT = 16.0, 8.2
"""Centimetres: two photos fill a page."""
MOST_PHOTOS = 40
"""Photos beyond go with the packet and are named only."""

_SUFFIXES = {"image/jpeg": "jpg", "image/png": "png", "application/pdf": "pdf"}
_SIDES = ((8, 1600), (20, 1200), (MOST_PHOTOS, 900))
"""Up to so many photos, the longest side in pixels: the PDF stays below what a marketplace takes."""
_QUALITY = 82


def file_name(exhibit: Exhibit) -> str:
    """What the exhibit is called in the packet: nothing of the sender's name is in it."""
    assert exhibit.file is not None, "only a file has a name"
    return f"exhibit-{exhibit.number}.{_SUFFIXES.get(exhibit.file.type, 'txt')}"


def views_of(dossier: Dossier, files: Mapping[int, bytes | None], root: Path) -> dict[int, View]:
    """How each exhibit with a file is shown; what the page needs of it is written below `root`."""
    photos = [each for each in dossier.attached if each.file and each.file.is_photo]
    side = next((side for most, side in _SIDES if len(photos) <= most), _SIDES[-1][1])
    shown = {each.number for each in photos[:MOST_PHOTOS]}
    return {
        each.number: _view(each, files.get(each.number), root, side if each.number in shown else 0)
        for each in dossier.attached
    }


def _view(exhibit: Exhibit, content: bytes | None, root: Path, side: int) -> View:
    assert exhibit.file is not None, "asked for files only"
    name = file_name(exhibit)
    if content is None:
        return View("lost", name)
    if exhibit.file.is_photo and side:
        return _photo(name, content, root, side)
    if exhibit.file.type == "text/plain":
        return View("text", name, text=content.decode("utf-8", "replace"))
    if exhibit.file.type == "application/pdf":
        return _document(name, content, root)
    return View("file", name)


def _document(name: str, content: bytes, root: Path) -> View:
    """The document's first pages; where it cannot be read, it only goes along."""
    pages = pages_of(content)
    if pages is None:
        return View("file", name)
    path = root / f"view-{name}"
    path.write_bytes(pages.content)
    return View("pages", name, path=f"/{path.name}", pages=pages.shown, pages_left=pages.left)


def _photo(name: str, content: bytes, root: Path, side: int) -> View:
    """The photo with at most `side` pixels on its longer side, as a JPEG."""
    try:
        with Image.open(io.BytesIO(content), formats=("JPEG", "PNG")) as image:
            image.draft("RGB", (side, side))
            picture = _on_white(image)
            picture.thumbnail((side, side))
            path = root / f"view-{name}.jpg"
            picture.save(path, "JPEG", quality=_QUALITY)
    # The store keeps what was decoded once; whatever a decoder says now, the file goes along.
    except Exception:  # noqa: BLE001 - see above
        return View("file", name)
    return View("photo", name, path=f"/{path.name}", width=_width(picture))


def _on_white(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image.convert("RGB")
    page = Image.new("RGBA", image.size, "white")
    page.alpha_composite(image.convert("RGBA"))
    return page.convert("RGB")


def _width(picture: Image.Image) -> float:
    """Centimetres, so that neither the page's width nor the photo's height is exceeded."""
    return min(PAGE_WIDTH, PHOTO_HEIGHT * picture.width / picture.height)
