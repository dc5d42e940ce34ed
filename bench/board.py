"""How long the board's lists take while very many claims are open: what a team waits for all day.

The claims lie on a server over a database file as `up` starts it, with the search attributes that a
list is read from. No worker runs: a list asks no claim anything, and this shows it.
"""

import asyncio
import statistics
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx2
from rich.console import Console
from temporalio.client import Client

from atoz.access.people import Person
from atoz.claims.base import Record, instant_text
from atoz.harness.children import start
from atoz.harness.devserver import free_ports, open_client, prepare, server_command
from atoz.harness.server import free_port
from atoz.service.policy import Role
from atoz.settings import Settings
from atoz.web.board import Connected
from atoz.web.place import place_of
from atoz.web.serve import board_of, serving
from bench.showing import say_how, table
from workflows import names

HOW = (
    "claims without a worker on a server over a database file, answers due within 7 days; each page of "
    "100 asked for over HTTP as a browser does, rendered whole, counts kept for five seconds"
)
AIM_MS = 300.0
"""What a page of 100 may take with 20,000 open claims. Source: the issue of the board."""
AT_ONCE = 60
PATIENCE = timedelta(seconds=60)
PAGES = {
    "needs you now": "/queue/needs-you",
    "waiting for the buyer": "/queue/waiting-buyer",
    "with the marketplace": "/queue/with-marketplace",
    "paused": "/queue/paused",
    "closed this month": "/queue/closed-month",
    "list over the API": "/api/claims?limit=100",
}


class PageTime(Record):
    """One page: milliseconds of the first look after a start, and of later ones."""

    page: str
    rows: int
    first: float
    median: float
    slowest: float


class BoardReport(Record):
    """Every page, with how many claims were open."""

    how: str
    claims: int
    seconds_to_start_them: float
    pages: tuple[PageTime, ...]


REPEATS = 15


async def measure(claims: int, repeats: int = REPEATS) -> BoardReport:
    """Start the claims and look at every page again and again."""
    with TemporaryDirectory(prefix="atoz-bench-") as place:
        folder = Path(place)
        ports = free_ports(free_port())
        with (folder / "server.lock").open("w") as lock:
            server = await start(server_command(folder, ports, lock.fileno()), folder / "log")
            try:
                client = await open_client(ports, PATIENCE)
                await prepare(client)
                took = await _open_claims(client, claims)
                pages = await pages_of(client, folder, repeats)
            finally:
                await server.end(PATIENCE)
    return BoardReport(how=HOW, claims=claims, seconds_to_start_them=took, pages=pages)


async def _open_claims(client: Client, count: int) -> float:
    began, now, gate = time.monotonic(), datetime.now(UTC), asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> None:
        async with gate:
            await client.start_workflow(
                names.CLAIM_WORKFLOW,
                id=names.claim_workflow_id(f"111-{number:07}-0000000"),
                task_queue="nobody",
                search_attributes=names.attributes(_shown(number, count, now)),
            )

    await asyncio.gather(*(one(number) for number in range(count)))
    # Visibility is a moment behind.
    while (await _known(client)) < count:  # noqa: ASYNC110 - the server tells no other way
        await asyncio.sleep(0.5)
    return time.monotonic() - began


async def _known(client: Client) -> int:
    return (await client.count_workflows(f"{names.STATUS.name} != 'x'")).count


def _shown(number: int, count: int, now: datetime) -> dict[str, str]:
    """A day's mixture: a fifth needs somebody, a tenth is answered or was decided, one of fifty is paused."""
    due = now + timedelta(days=7) * ((number * 7919) % count / count) - timedelta(hours=2)
    shown = {
        names.STATUS.name: "under_review",
        names.ATTENTION.name: ("missed", "urgent", "task")[number % 3]
        if number % 5 == 0
        else "none",
        names.MARKETPLACE.name: ("US", "DE", "UK")[number % 3],
        names.REASON.name: "not_as_described",
        names.PLAYBOOK.name: "documented",
        names.STEP.name: "deescalate",
        names.ACTED.name: "deescalate",
        names.NEXT_AT.name: instant_text(now + timedelta(hours=number % 100)),
    }
    if number % 10 == 1:
        return {**shown, names.STATUS.name: "denied", names.DECIDED_AT.name: instant_text(now)}
    if number % 10 == 2:
        return shown
    if number % 50 == 3:
        since = instant_text(now - timedelta(hours=number % 7))
        shown |= {names.ATTENTION.name: "paused", names.PAUSED.name: since}
    ends = instant_text(due)
    return {**shown, names.RESPONSE_DUE.name: ends, names.CLOCK.name: f"{ends} response"}


async def pages_of(client: Client, folder: Path, repeats: int = REPEATS) -> tuple[PageTime, ...]:
    """Every page of a board over this client, with its state in `folder`, looked at again and again."""
    settings = Settings(state=folder)
    place = place_of(settings, free_port())
    board = board_of(settings, Connected(client), place)
    person = Person("bench", Role.VIEWER, "link")
    secret, _ = board.access.sessions.begin(person, board.now())
    cookies = {f"atoz-{place.port}": secret}
    async with (
        serving(board, place),
        httpx2.AsyncClient(base_url=place.near, cookies=cookies, timeout=60) as browser,
    ):
        return tuple([await _page(browser, *page, repeats) for page in PAGES.items()])


async def _page(browser: httpx2.AsyncClient, name: str, path: str, repeats: int) -> PageTime:
    times: list[float] = []
    rows = 0
    for _ in range(repeats + 1):
        began = time.perf_counter()
        answer = await browser.get(path)
        times.append((time.perf_counter() - began) * 1000)
        answer.raise_for_status()
        rows = answer.text.count('scope="row"') or answer.text.count('"order_id"')
    later = times[1:]
    return PageTime(
        page=name,
        rows=rows,
        first=times[0],
        median=statistics.median(later),
        slowest=max(later),
    )


def show(report: BoardReport, screen: Console) -> None:
    """The pages as a table."""
    made = table(
        f"The board with {report.claims:,} open claims",
        ("page", "rows", "first ms", "median ms", "slowest ms", "aim ms"),
    )
    for page in report.pages:
        numbers = (page.first, page.median, page.slowest, AIM_MS)
        made.add_row(page.page, str(page.rows), *(f"{number:.0f}" for number in numbers))
    screen.print(made)
    say_how(screen, report.how)
