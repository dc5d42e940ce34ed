"""What a run found, as a short page for each of its crawls: `build/NAME.md`, to be shown as proof.

A test tells its lines by a property of its report, which also travels between processes; the end of
the run writes the pages and says where they lie.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

SUMMARY = "summary"
"""The property of a test's report that holds a summary."""
FOLDER = Path(__file__).resolve().parents[2] / "build"

Record = Callable[[str, object], None]


class Summary(NamedTuple):
    """A page: its name as a file, its title, what came of it in one line, and the whole."""

    name: str
    title: str
    result: str
    lines: Sequence[str]

    def tell(self, record: Record) -> None:
        """Put it into the test's report: between processes go plain values only."""
        record(SUMMARY, [self.name, self.title, self.result, list(self.lines)])


def written(found: Iterable[Summary], folder: Path = FOLDER) -> list[str]:
    """Write each page into the folder; the lines that a run says about them."""
    said = []
    for name, title, result, lines in found:
        folder.mkdir(parents=True, exist_ok=True)
        page = folder / f"{name}.md"
        page.write_text("\n".join([f"# {title}", "", result, "", *lines, ""]), "utf-8")
        said.append(f"{title}: {result} (build/{page.name})")
    return said


def table(rows: Iterable[Sequence[str]]) -> list[str]:
    """Rows as a table of Markdown; the first one is its head."""
    head, *body = rows
    return [_row(head), _row(["---"] * len(head)), *map(_row, body)]


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
