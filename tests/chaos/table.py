"""The table of faults in docs/faults.md, written from what was counted."""

from __future__ import annotations

from collections.abc import Sequence

from tests.chaos.counting import Row
from tests.chaos.faults import Known
from tests.support.running import ROOT

PAGE = ROOT / "docs" / "faults.md"

_HEAD = """# Every fault, and what happened

Made by `make chaos`; not written by hand. Each line is one claim under the documented playbook,
from its notice to its archive, on a real Temporal server with a database file and a worker process,
with one fault injected: the process named is killed (SIGKILL) or the mail server fails as named.
Time is virtual, the processes and the mail are real. Whatever was killed is started again where it
was, as `up` or systemd does. A line whose fault did not strike fails the run. Where virtual time, which
is the test server's own, hung or ran away, the fault was played again, and the line says so.

- **lost**: messages that did not arrive and of which nobody was told. A message that the mail
  server refused for longer than the retry budget is not sent; a person has a task then, and the
  claim goes on.
- **twice**: messages that arrived more than once, counted by the mail server, or by the receiver of
  the webhook under the idempotency key. A send of unknown fate is settled by its Message-ID in the
  Sent mailbox where there is one, else by a person who looks whether it arrived; only what did not
  goes again.
- **missed**: deadlines that passed without a warning before.

A claim without a fault makes {tasks} workflow tasks with a decision and rests {rests} times; its worker has
the activities {activities}. Each of them is a place where something dies. For some a claim needs more
than the documented case has: take_turn is played with messages that all count as late, archive_facts
with a claim that is paused often and a state that keeps little, read_mailbox with the notice of
another claim in the mailbox, which must begin that claim once, and tell_mailbox_failed with a mailbox
that fails, of which the desk must tell once.

| fault | what happened | deaths | lost | twice | missed |
|---|---|---|---|---|---|
"""


def page(known: Known, rows: Sequence[Row]) -> str:
    """The whole page."""
    lines = [
        f"| {row.fault} | {row.happened} | {row.deaths} | {row.lost} | {row.twice} | {row.missed} |"
        for row in rows
    ]
    lost, twice, missed = (sum(counts) for counts in zip(*(row[3:6] for row in rows), strict=True))
    total = f"| **{len(rows)} faults** |  | {sum(row.deaths for row in rows)} "
    head = _HEAD.format(**{**known._asdict(), "activities": ", ".join(known.activities)})
    return "\n".join([head + "\n".join(lines), f"{total}| {lost} | {twice} | {missed} |", ""])
