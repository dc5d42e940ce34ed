"""What waits for a person: tasks as the claims themselves and the desk tell them, the most urgent first."""

import asyncio
from typing import Any

from atoz.service import desk
from atoz.service.base import Service, claim_id
from atoz.service.calls import NotOpen
from atoz.service.drafting import with_drafts
from atoz.service.listing import AT_ONCE, PAGE
from atoz.service.looking import status as status_of
from atoz.service.queues import Queues, queues

_FAR = "9999"


async def tasks(
    service: Service,
    order_id: str | None = None,
    *,
    limit: int = PAGE,
    page_token: str | None = None,
    views: Queues | None = None,
) -> dict[str, Any]:
    """Open tasks, the most urgent first: of one claim, of the desk (`-`), or of everything.

    `{tasks: […], next_page_token}`, each task with its `order_id`. A page of everything holds the tasks
    of `limit` claims: those whose clocks end first, and on the first page the desk. `views` are those of
    a board, which remember how they were cut. Raises NoSuchClaim, NoWorker.
    """
    if order_id is not None:
        own = _of_desk if order_id == desk.DESK else _of_claim
        return {"tasks": await own(service, order_id), "next_page_token": None}
    views = views or queues(service)
    page = await views.rows("needs-you", limit=limit, page_token=page_token)
    gate = asyncio.Semaphore(AT_ONCE)
    asked = (_gently(service, claim["order_id"], gate) for claim in page["claims"])
    found = [task for of_one in await asyncio.gather(*asked) for task in of_one]
    first_page = [] if page_token else await desk.tasks(service)
    return {
        "tasks": sorted([*found, *first_page], key=_urgency),
        "next_page_token": page["next_page_token"],
    }


async def _of_desk(service: Service, _: str) -> list[dict[str, Any]]:
    return await desk.tasks(service)


async def _of_claim(service: Service, order_id: str) -> list[dict[str, Any]]:
    view = await status_of(service, order_id)
    if view["ended"]:
        return []  # nobody can do anything about them until it is started again
    own = {"order_id": view["order_id"], "workflow_id": view["workflow_id"]}
    return sorted(({**own, **task} for task in view["tasks"]), key=_urgency)


async def _gently(service: Service, order_id: str, gate: asyncio.Semaphore) -> list[dict[str, Any]]:
    """The tasks of a claim of the list, which may have ended since."""
    async with gate:
        try:
            found = await service.calls.query(claim_id(order_id), "status")
            view = await with_drafts(service, found)
        except NotOpen:
            return []
    own = {"order_id": view["order_id"], "workflow_id": view["workflow_id"]}
    return [{**own, **task} for task in view["tasks"]]


def _urgency(task: dict[str, Any]) -> tuple[str, str]:
    return task.get("due") or _FAR, task["opened_at"]
