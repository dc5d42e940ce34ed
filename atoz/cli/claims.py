"""The verbs around a claim as a whole: start it, correct it, look at it, list many."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from atoz.claims.status import Status
from atoz.cli import given
from atoz.cli.answer import Answer
from atoz.cli.groups import CLAIMS, Groups
from atoz.cli.looks import list_look, status_look, timeline_look
from atoz.cli.verbs import Call, register
from atoz.cli.words import line
from atoz.errors import Usage
from atoz.playbook import events as ev
from atoz.service import acting, listing, looking, queues, starting
from atoz.service.claim_files import read_claim, read_values


async def start(
    call: Call,
    file: Annotated[Path, typer.Argument(metavar="CLAIM.json", help="a claim or case file")],
    received_now: Annotated[
        bool, typer.Option("--received-now", help="shift all dates so that it arrives now")
    ] = False,
) -> Answer:
    """Start the claim of a file; the same claim again changes nothing."""
    # A bad file is refused before anything is contacted.
    claim = read_claim(given.content(file), call.library.policies)
    document = await starting.start(
        await call.service(), claim, received_now=received_now, by=call.by
    )
    said = "was started"
    if document.get("archived"):
        said = "is over and archived: nothing was started"
    elif document["already_running"]:
        said = "runs already: nothing was changed"
    elif document.get("carried_on"):
        said = f"was {document['was']} on the server and goes on as it stood"
        said += "; the file says something else: `atoz amend`" if document["other_data"] else ""
    return Answer(document, [line(document["workflow_id"], said)])


async def amend(
    call: Call,
    order: given.Order,
    file: Annotated[Path, typer.Argument(metavar="FILE.json", help="only what changes")],
) -> Answer:
    """Complete or correct a claim: {"claim": {"reason": "damaged"}, …}."""
    values = read_values(given.content(file))
    document = await acting.amend(await call.service(), order, values, by=call.by, key=call.key)
    return Answer(document, [line(order, "amended")])


async def refunded(
    call: Call,
    order: given.Order,
    amount: Annotated[str, typer.Option(metavar="A", help="in the claim's currency, like 12.50")],
) -> Answer:
    """Record a refund that you made in Seller Central."""
    document = await acting.do(
        await call.service(), order, ev.Refunded, amount=amount, by=call.by, key=call.key
    )
    return Answer(document, [line(order, "refund of", amount, "recorded")])


async def status(call: Call, order: given.Order) -> Answer:
    """Where a claim stands: step, clocks, open tasks."""
    view = await looking.status(await call.service(), order)
    return Answer(view, status_look(view, call.now))


async def timeline(call: Call, order: given.Order) -> Answer:
    """Everything that happened in a claim."""
    document = await looking.timeline(await call.service(), order)
    return Answer(document, timeline_look(document))


Limit = Annotated[int, typer.Option(min=1, max=listing.LARGEST_PAGE, help="entries of one page")]
PageToken = Annotated[
    str | None, typer.Option(metavar="T", help="next_page_token of the page before")
]


async def list_(
    call: Call,
    *,
    status: Annotated[Status | None, typer.Option(help="what the marketplace says")] = None,
    step: Annotated[str | None, typer.Option(help="the last step, like request-photos")] = None,
    attention: Annotated[
        listing.Attention | None, typer.Option(help="how urgently a person must look")
    ] = None,
    due_before: Annotated[
        datetime | None,
        typer.Option(parser=given.instant, metavar="T", help="answer due before this instant"),
    ] = None,
    closed: Annotated[bool, typer.Option("--closed", help="archived ones, too")] = False,
    view: Annotated[
        queues.View | None,
        typer.Option(help="a view of the board's queue, sorted by the clock that ends first"),
    ] = None,
    limit: Limit = listing.PAGE,
    page_token: PageToken = None,
) -> Answer:
    """The claims that run, newest first, narrowed by filters; or a view, the most urgent first."""
    wanted = listing.Wanted(
        status=status,
        step=step,
        attention=(attention,) if attention else (),
        due_before=due_before,
        closed=closed,
    )
    listing.query_of(wanted)
    if view is not None and wanted != listing.Wanted():
        raise Usage("--view is a choice of its own: leave the filters out")
    service = await call.service()
    if view is not None:
        page = await queues.queues(service).rows(view, limit=limit, page_token=page_token)
    else:
        page = await listing.claims(service, wanted, limit=limit, page_token=page_token)
    return Answer(page, list_look(page, call.now))


def add_to(groups: Groups) -> None:
    """Register these verbs."""
    register(groups.root, start, CLAIMS, acts=True)
    register(groups.root, status, CLAIMS)
    register(groups.root, timeline, CLAIMS)
    register(groups.root, list_, CLAIMS)
    register(groups.root, amend, CLAIMS, acts=True)
    register(groups.root, refunded, CLAIMS, acts=True)
