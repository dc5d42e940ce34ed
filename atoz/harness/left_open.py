"""The demo's board, left open: the claims that were played, and others that a team has work with.

A claim of the samples ends in its own month. All of them are moved on to one instant, the board's now,
which is the present: so every page, every clock and whatever somebody starts on the board tell one time.
"""

import asyncio
import contextlib
import re
import sys
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial

from temporalio.client import Client
from temporalio.service import RPCError

from activities.delivering import Delivering
from activities.mailroom import Mailroom
from atoz.claims.base import utc
from atoz.errors import AtozError
from atoz.harness.living import Part, played
from atoz.harness.rehearse import ClockRanAway
from atoz.harness.samples import sample_mail
from atoz.harness.server import VirtualTime, free_port
from atoz.harness.showing import News, Played, progress
from atoz.harness.stage import Stage
from atoz.mail.read import open_mail
from atoz.service.base import Service, claim_id
from atoz.service.office import TemporalOffice
from atoz.web.alone import login_name
from atoz.web.board import Board, Connected
from atoz.web.place import place_of
from atoz.web.serve import board_of, login_link, serving
from workflows import names
from workflows.desk import DeskState

AT_ONCE = 4
"""Claims at a time: more would only take turns on a small machine."""
TRIES = 3
"""So often a claim is begun whose clock runs away on a busy machine."""

UNPROVED = "The buyer told us on the phone that the lamp works."
"""What no fact carries: a check finds it, so the text asks for an approval."""

LIVING = (
    # A text that a check objects to: it waits for a yes.
    Part("buyer-silent", "111-0000131-0000131", "124h", adds=UNPROVED),
    # A text that somebody has approved: to be handed in.
    Part("buyer-silent", "111-0000132-0000132", "126h", adds=UNPROVED, approved_by="approver-1"),
    # The first mail went out: the buyer's turn.
    Part("buyer-silent", "111-0000133-0000133", "40h"),
    # The buyer sent photos, and somebody paused the claim.
    Part(
        "photos-on-day-two",
        "204-0000134-0000134",
        "32h",
        acts=(
            {
                "after": "31h",
                "type": "operator",
                "do": "pause",
                "why": "The buyer is on the phone with us.",
            },
        ),
    ),
    # The appeal is in: the marketplace's turn.
    Part(
        "buyer-silent",
        "111-0000135-0000135",
        "6d",
        acts=(
            {
                "after": "125h",
                "type": "operator",
                "do": "done",
                "task": "submit-appeal",
                "receipt": "R-7",
            },
        ),
    ),
    # Never shipped: money back within hours.
    Part("never-shipped", "114-0000136-0000136", "30m"),
    # Decided a moment ago.
    Part("withdraws-after-first-mail", "111-0000137-0000137", "36h"),
    Part("returned-not-refunded", "302-0000138-0000138", "3h"),
)
"""What a team has on a day: one claim for each view and each page of work."""

DESK = ("12_phishing_lookalike.eml", "06_decision_seller_funded_us.eml")
"""A mail that only looks like the marketplace's, and one about an order that no claim has."""
_PLAYED, _OPEN = b"111-0000102-0000102", b"111-0000133-0000133"
"""The look-alike speaks of a claim that is open: the sample's own is over by now."""


@dataclass(frozen=True)
class Clock:
    """The one clock of the board and its claims: the machine's, ahead of it by `ahead`.

    It is ahead only where the machine lives in the months of the samples, or before them.
    """

    ahead: timedelta

    def __call__(self) -> datetime:
        """Now (UTC)."""
        return datetime.now(UTC) + self.ahead


async def leave_open(stage: Stage, claims: Sequence[Played], *, living: bool) -> None:
    """A board over these claims, moved on to now, until told to stop.

    `living`: with others in the middle of their lives.
    """
    with contextlib.suppress(asyncio.CancelledError):
        with progress(len(LIVING) if living else 0) as news:
            clock = await _present(stage, [claim.workflow_id for claim in claims], news)
            place = place_of(stage.settings, free_port())
            plain = board_of(stage.settings, Connected(stage.server.client), place)
            board = replace(plain, demo=True, now=clock)
            await desk_begins(stage.server.client, stage.settings.task_queue, clock.ahead)
            if living:
                await _open(stage, board.service, news)
        async with serving(board, place):
            _say(board, stage.server.pages, living=living)
            await asyncio.Event().wait()


def _say(board: Board, pages: str | None, *, living: bool) -> None:
    more = f", {len(LIVING)} more are open or were just decided" if living else ""
    lines = (
        f"\nThe claims can be looked at, on a board that says so on every page{more}.",
        f"  Board   {board.address}",
        f"  Log in  {login_link(board, login_name())} (once)",
        f"  Pages   {pages}",
        "Ctrl-C ends it.\n",
    )
    sys.stderr.write("\n".join(lines))
    sys.stderr.flush()


async def _present(stage: Stage, ids: Sequence[str], news: News) -> Clock:
    """One clock for all: the claims are moved on to it."""
    news("moving the claims on to the present", 0)
    server = stage.server
    stands = await asyncio.gather(*(_stands_at(server, each) for each in ids))
    clock = Clock(max(timedelta(), max(stands) - datetime.now(UTC)))
    await _at_once(partial(_moved_on, server, each, clock) for each in ids)
    return clock


async def _stands_at(server: VirtualTime, workflow_id: str) -> datetime:
    """The claim's own instant (UTC)."""
    found = await server.client.get_workflow_handle(workflow_id).query("look")
    return datetime.fromisoformat(found["at"])


async def _moved_on(server: VirtualTime, workflow_id: str, now: Clock) -> None:
    """Everything that time alone brings happens; a claim whose aftercare ends is archived."""
    handle = server.client.get_workflow_handle(workflow_id)
    left = now() - await _stands_at(server, workflow_id)
    await server.jump(handle, await server.now(handle) + left)


async def _open(stage: Stage, service: Service, news: News) -> None:
    """The living claims, and what lies on the desk. What fails is told: a board without it is one, too."""
    opened = 0

    async def one(part: Part) -> None:
        nonlocal opened
        await _begun(stage, service, part)
        opened += 1
        news(f"order {part.order} arrived {part.age} ago", opened)

    failed = await _at_once([partial(one, part) for part in LIVING])
    failed += await _at_once([partial(_on_the_desk, service, name) for name in DESK])
    for fault in failed:
        sys.stderr.write(f"the board lacks a claim or a mail: {fault}\n")


async def _begun(stage: Stage, service: Service, part: Part) -> None:
    """One living claim; one whose clock ran away begins again."""
    for tries_left in reversed(range(TRIES)):
        try:
            await played(stage.server, stage.rules, stage.store, part, service.now)
        except ClockRanAway:
            await service.client.get_workflow_handle(claim_id(part.order)).terminate()
            if not tries_left:
                raise
        else:
            return


async def _on_the_desk(service: Service, name: str) -> None:
    at = utc(service.now())
    raw = sample_mail(name).replace(_PLAYED, _OPEN)
    raw = _DATE.sub(f"Date: {format_datetime(at)}".encode(), raw, count=1)
    await delivered(service, raw, at)


_DATE = re.compile(rb"^Date: [^\r\n]*", re.MULTILINE)


async def delivered(service: Service, raw: bytes, at: datetime) -> None:
    """A mail comes into the mailbox at an instant (UTC), and is read as the worker does."""
    library = service.library
    mailroom = Mailroom(TemporalOffice(service, library.policies), service.store)
    mails = partial(open_mail, rules=library.notices, authserv_id=service.settings.authserv_id)
    await Delivering(mails, mailroom).take(raw, at)


async def desk_begins(client: Client, task_queue: str, ahead: timedelta) -> None:
    """The desk begins, and reads a clock that is ahead of the server's."""
    await client.start_workflow(
        names.DESK_WORKFLOW, DeskState(offset=ahead), id=names.DESK_ID, task_queue=task_queue
    )


async def _at_once(works: Iterable[Callable[[], Awaitable[None]]]) -> list[Exception]:
    """Do them, some at a time; what went wrong with any."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(work: Callable[[], Awaitable[None]]) -> None:
        async with gate:
            await work()

    done = await asyncio.gather(*map(one, works), return_exceptions=True)
    faults = [each for each in done if isinstance(each, BaseException)]
    for fault in faults:
        if not isinstance(fault, AtozError | RPCError | TimeoutError):
            raise fault
    return [fault for fault in faults if isinstance(fault, Exception)]
