"""How the numbers look: one table for each part, with how they were measured beneath."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

WIDE = 120
"""Columns where there is no terminal."""


def console() -> Console:
    """Standard output; a fixed width where it is no terminal, so that a file reads well."""
    screen = Console(highlight=False)
    return screen if screen.is_terminal else Console(highlight=False, width=WIDE)


def table(title: str, columns: Sequence[str], *, words: int = 1) -> Table:
    """A table whose first `words` columns are words and whose others are numbers."""
    made = Table(title=title, title_justify="left", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for number, column in enumerate(columns):
        made.add_column(
            column, justify="left" if number < words else "right", no_wrap=number < words
        )
    return made


def say_how(screen: Console, how: str) -> None:
    """The small print."""
    screen.print(f"Measured: {how}.", style="dim", soft_wrap=True)
    screen.print()
