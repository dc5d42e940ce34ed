"""What a typical claim of each playbook costs: events, Actions and bytes of its history.

Each claim runs through the real workflow, worker and server on virtual time, from its start until
it is archived. What time skipping itself adds to the history is not counted.
"""

import asyncio
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table
from temporalio.api.history.v1 import HistoryEvent

from atoz.claims.base import Record
from atoz.claims.case import CaseFile
from atoz.harness.rehearse import rehearse
from atoz.harness.rehearsed import secluded
from atoz.harness.script import script_of
from atoz.harness.server import Handle, VirtualTime, virtual_time
from atoz.keeping import converter
from atoz.library import Library
from atoz.mail.outbox import OutboxMailer
from atoz.rules import load_rules
from atoz.settings import Settings
from atoz.wiring import build_worker
from bench.cases import typical_claims
from bench.counting import Cost, cost_of
from bench.showing import say_how, table

HOW = (
    "each claim through the real workflow, worker and server on virtual time, until it is closed and "
    "on until it is archived, with one status query; what time skipping adds to a history is not "
    "counted, and of several plays the cheapest counts, since skipping now and then costs a task"
)
LIMITS = {"documented": (70, 23)}
"""The most events and Actions that a playbook's typical claim may cost until it is closed.

The documented path itself keeps to 22 (`tests/integration/test_cost.py`). Here the buyer's first reply comes
between the mails, when nothing else waits for a person: that it does now, lists show by one more upsert.
"""

PLAYS = 3
"""How often each claim is played."""

HEAVIEST = 8
"""How many of the largest events are shown."""

LONGEST = timedelta(days=90)
"""Longer than any aftercare: by then every claim is archived."""


class ClaimCost(Record):
    """What a claim has cost when it is closed, and in the end, when it is archived."""

    closed: Cost
    archived: Cost


class CostReport(Record):
    """The cost of each playbook's typical claim."""

    how: str
    claims: dict[str, ClaimCost]


async def measure() -> CostReport:
    """Play every typical claim and count. Raises RuntimeError where one takes another playbook."""
    with TemporaryDirectory(prefix="bench-") as folder:
        settings = shop(Path(folder))
        rules = load_rules(settings)
        mailer = OutboxMailer(settings.outbox_folder, delivers=True)
        async with (
            virtual_time(converter(settings)) as server,
            build_worker(server.client, settings, rules=rules, mailer=mailer),
        ):
            claims = typical_claims()
            costs = await asyncio.gather(
                *(_cost(server, rules.library, name, case) for name, case in claims.items())
            )
    return CostReport(how=HOW, claims=dict(zip(claims, costs, strict=True)))


def shop(folder: Path) -> Settings:
    """A shop whose mail and state stay below `folder`, whatever the surroundings say."""
    named = Settings(seller_name="Fernlane Lamps", sender={"*": "claims@fernlane.example"})
    return secluded(named, folder)


async def _cost(server: VirtualTime, library: Library, name: str, case: CaseFile) -> ClaimCost:
    plays = [_play(server, library, name, case, number) for number in range(PLAYS)]
    costs = await asyncio.gather(*plays)
    return ClaimCost(
        closed=min((cost.closed for cost in costs), key=_by_size),
        archived=min((cost.archived for cost in costs), key=_by_size),
    )


def _by_size(cost: Cost) -> tuple[int, int]:
    return cost.events, cost.actions_in_all


async def _play(
    server: VirtualTime, library: Library, name: str, case: CaseFile, number: int
) -> ClaimCost:
    script = script_of(case, library.phrases)
    own = f"claim-{name}-{number}"
    # As `start` begins it: with what lists show from the first moment, which then is no Action.
    played = await rehearse(server, case, script, workflow_id=own, library=library)
    took = played.state.playbook.name if played.state.playbook else "none"
    if took != name:
        raise RuntimeError(f"the typical claim of {name} took the playbook {took}")
    await played.handle.query("status")
    closed = cost_of(await _events(played.handle), queries=1)
    await server.jump(played.handle, await server.now(played.handle) + LONGEST)
    await played.handle.result()
    return ClaimCost(closed=closed, archived=cost_of(await _events(played.handle), queries=1))


async def _events(handle: Handle) -> list[HistoryEvent]:
    return list((await handle.fetch_history()).events)


def show(report: CostReport, screen: Console) -> None:
    """One line for each playbook, then what fills the history of the dearest claim."""
    ends = ("events", "Actions", "bytes")
    columns = ("playbook", *(f"{what}, closed" for what in ends), "limit", *ends, *_KINDS)
    claims = table("What a typical claim costs: closed, and in the end archived", columns)
    for name, cost in report.claims.items():
        limit = "{} / {}".format(*LIMITS[name]) if name in LIMITS else ""
        kinds = [str(sum(map(cost.archived.action, group))) for group in _KINDS.values()]
        claims.add_row(name, *_sums(cost.closed), limit, *_sums(cost.archived), *kinds)
    screen.print(claims)
    screen.print()
    for name in LIMITS:
        screen.print(_heaviest(name, report.claims[name].archived))
        screen.print()
    say_how(screen, report.how)


_KINDS = {
    "timers": ("timers",),
    "local": ("tasks with local activities",),
    "sends": ("activity attempts",),
    "said": ("signals", "updates", "queries"),
    "upserts": ("upserts",),
}
"""The columns of a claim's Actions."""


def _sums(cost: Cost) -> list[str]:
    return [str(cost.events), str(cost.actions_in_all), str(cost.history_bytes)]


def _heaviest(name: str, cost: Cost) -> Table:
    """What one would cut first."""
    shown = table(f"The largest events of {name}", ("event", "about", "bytes", "share"), words=2)
    for weight in cost.heaviest[:HEAVIEST]:
        share = f"{weight.size / cost.history_bytes:.0%}"
        shown.add_row(weight.event, weight.about, str(weight.size), share)
    return shown
