"""The table of faults in docs/faults.md, written from what was counted."""

from __future__ import annotations

from collections.abc import Sequence

from tests.chaos.play import Row
from tests.support.running import ROOT

PAGE = ROOT / "docs" / "faults.md"

_HEAD = """# Every fault, and what happened

Made by `make chaos`; not written by hand. Each line is one claim under the documented playbook,
from its notice to its archive, on a real Temporal server with a database file and a worker process,
with one fault injected: the process named is killed (SIGKILL) or the mail server fails as named.
Time is virtual, the processes and the mail are real. Whatever was killed is started again where it
was, as `up` or systemd does.

- **lost**: messages that did not arrive and of which nobody was told. A message that the mail
  server refused for longer than the retry budget is not sent; a person has a task then, and the
  claim goes on.
- **twice**: messages that arrived more than once, counted by the mail server. A send of unknown
  fate is settled by a person who looks whether it arrived; only what did not goes again.
- **missed**: deadlines that passed without a warning before.

| fault | what happened | deaths | lost | twice | missed |
|---|---|---|---|---|---|
"""


def page(rows: Sequence[Row]) -> str:
    """The whole page."""
    lines = [
        f"| {row.fault} | {row.happened} | {row.deaths} | {row.lost} | {row.twice} | {row.missed} |"
        for row in rows
    ]
    lost, twice, missed = (sum(counts) for counts in zip(*(row[3:6] for row in rows), strict=True))
    total = f"| **{len(rows)} faults** |  | {sum(row.deaths for row in rows)} "
    return "\n".join([_HEAD + "\n".join(lines), f"{total}| {lost} | {twice} | {missed} |", ""])
