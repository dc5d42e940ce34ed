"""The views of a support team's day: few, each with a condition that its title states.

All come from the server's search attributes: no claim is asked, so a view costs no worker anything
and is a moment behind.
"""

from datetime import datetime
from typing import Any, Literal

from atoz.claims.base import instant_text
from atoz.claims.status import Status
from atoz.service.base import Service
from atoz.service.calls import SERVER_PATIENCE, server_errors
from atoz.service.listing import PAGE, page_of
from workflows import names

View = Literal["needs-you", "waiting-buyer", "with-marketplace", "closed-month"]
VIEWS: tuple[View, ...] = ("needs-you", "waiting-buyer", "with-marketplace", "closed-month")

_CLAIMS = f"WorkflowType = '{names.CLAIM_WORKFLOW}'"
_RUNNING = f"{_CLAIMS} AND ExecutionStatus = 'Running'"
_OPEN = f"{_RUNNING} AND {names.STATUS.name} = '{Status.UNDER_REVIEW}'"
_QUIET = f"{_OPEN} AND {names.ATTENTION.name} = 'none'"
_FAR = "9999"
_RANKS = {"missed": 0, "urgent": 1, "task": 2}


def query_of(view: View, now: datetime) -> str:
    """What the server is asked for a view; `now` (UTC) says which month it is."""
    month = instant_text(now.replace(day=1, hour=0, minute=0, second=0))
    return {
        "needs-you": f"{_RUNNING} AND {names.ATTENTION.name} IN ('missed', 'urgent', 'task')",
        "waiting-buyer": f"{_QUIET} AND {names.RESPONSE_DUE.name} IS NOT NULL",
        "with-marketplace": f"{_QUIET} AND {names.RESPONSE_DUE.name} IS NULL",
        "closed-month": f"{_CLAIMS} AND {names.DECIDED_AT.name} >= '{month}'",
    }[view]


async def rows(
    service: Service, view: View, *, limit: int = PAGE, page_token: str | None = None
) -> dict[str, Any]:
    """One page of a view: `{claims, next_page_token}`, what is most urgent first."""
    page = await page_of(service, query_of(view, service.now()), limit, page_token)
    return {**page, "claims": sorted(page["claims"], key=_urgency)}


def _urgency(row: dict[str, Any]) -> tuple[int, str]:
    return _RANKS.get(row["attention"], 9), row["response_due"] or row["next_at"] or _FAR


async def count(service: Service, view: View) -> int:
    """How many claims a view holds. It grows with their number: keep the answer for some seconds."""
    with server_errors():
        found = await service.client.count_workflows(
            query_of(view, service.now()), rpc_timeout=SERVER_PATIENCE
        )
    return found.count
