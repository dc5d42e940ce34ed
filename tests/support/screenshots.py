"""`make screenshots`: every page in every dress as pictures, and the chosen ones for the documentation.

The pictures are made by the suite itself (`tests/browser/test_every_page.py`), which looks at each page
in light, dark, narrow and Chinese: what is in the documentation was tested.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from PIL import Image, ImageChops

ROOT = Path(__file__).resolve().parents[2]
MADE = ROOT / "build" / "screenshots"
"""Where a run leaves its pictures: `claim-dark.png`."""
KEPT = ROOT / "docs" / "screenshots"
CHOSEN = ("queue-light", "claim-light", "approve-light", "claim-narrow")
TALLEST = 1_000
"""Pixels of a picture in the documentation: a long page is cut there."""
EMPTY = 24
"""Pixels below the last thing on a short page: the rest is cut off."""
COLOURS = 128


def keep(name: str) -> str:
    """Put a picture of the last run into the documentation, cut and with few colours."""
    with Image.open(MADE / f"{name}.png") as made:
        picture = made.convert("RGB")
    ground = Image.new("RGB", picture.size, picture.getpixel((0, picture.height - 1)))
    box = ImageChops.difference(picture, ground).getbbox() or (0, 0, *picture.size)
    picture = picture.crop((0, 0, picture.width, min(picture.height, box[3] + EMPTY, TALLEST)))
    small = picture.quantize(COLOURS, dither=Image.Dither.NONE)
    path = KEPT / f"{name}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    small.save(path, optimize=True)
    return f"{path.relative_to(ROOT)}: {path.stat().st_size / 1000:.0f} kB"


def main() -> int:
    """Run the suite that makes them, then choose."""
    code = pytest.main(["-q", "tests/browser/test_every_page.py", *sys.argv[1:]])
    if code == pytest.ExitCode.OK:
        lines = [*map(keep, CHOSEN), f"all of them: {MADE.relative_to(ROOT)}"]
        sys.stdout.write("\n".join(lines) + "\n")
    return int(code)


if __name__ == "__main__":
    raise SystemExit(main())
