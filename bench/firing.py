"""Claims whose first message is due in the very same second: how they are begun, and what went when."""

import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any, NamedTuple

from atoz.claims.base import utc
from atoz.errors import AtozError
from atoz.mail.outgoing import Delivery, delivery
from atoz.rules import Rules, load_rules
from atoz.service.foreseen import foreseen
from atoz.wiring import build_worker
from bench.hurried import hurried
from bench.standing import Standing, claim_file, paced
from workflows import names
from workflows.claim import ClaimInput

STARTS_PER_SECOND = 15
"""Slower than any machine that this was tried on: all claims wait before the first is due."""
SPARE = 30
"""Seconds more."""


class Mails:
    """A way out that notes what came when (seconds since the epoch), and takes everything."""

    def __init__(self) -> None:
        self.came: list[tuple[str, float]] = []

    async def send(self, message: EmailMessage, to: str) -> Delivery:
        """Take it."""
        del to
        self.came.append((str(message["Message-ID"]), time.time()))
        return delivery("sent", "taken")

    @property
    def twice(self) -> int:
        """How many came more than once."""
        return sum(count > 1 for count in Counter(name for name, _ in self.came).values())


class Charged(NamedTuple):
    """Claims that wait for one second, what sends their mails, and that second."""

    mails: Mails
    due: datetime
    rules: Rules
    seconds_to_start: float


def lead(claims: int) -> int:
    """Seconds between the first start and the second in which all are due."""
    return claims // STARTS_PER_SECOND + SPARE


@asynccontextmanager
async def charged(
    here: Standing, claims: int, first_step: Mapping[str, Any], **changes: Any
) -> AsyncIterator[Charged]:
    """A worker, and so many claims of it that wait. Raises AtozError where the machine is too slow."""
    first = lead(claims)
    when = {
        "deescalate": {"at": f"{first}s", **first_step},
        "request-photos": {"at": None, "after": "deescalate", "wait": "2h"},
        "appeal": {"wait": "2h"},
    }
    rules, mails = hurried(load_rules(here.settings), when, **changes), Mails()
    async with build_worker(here.client, here.settings, rules=rules, mailer=mails):
        now = utc(datetime.now(UTC)) + timedelta(seconds=1)
        due, began = now + timedelta(seconds=first), time.monotonic()
        await paced(here, lambda number: _begin(here, rules, number, now), range(claims))
        took = time.monotonic() - began
        sys.stderr.write(f"  {claims} claims wait after {took:.0f} s\n")
        if datetime.now(UTC) > due - timedelta(seconds=SPARE / 3):
            raise AtozError(f"{claims} claims are too many for this machine: fewer --claims")
        yield Charged(mails, due, rules, took)


async def _begin(here: Standing, rules: Rules, number: int, notified_at: datetime) -> None:
    file = claim_file(number, notified_at)
    workflow_id = names.claim_workflow_id(file.claim.order_id)
    shown = foreseen(rules.library, workflow_id, file, notified_at)
    await here.client.start_workflow(
        names.CLAIM_WORKFLOW,
        ClaimInput(file=file, shown=shown),
        id=workflow_id,
        task_queue=here.settings.task_queue,
        search_attributes=names.attributes(shown),
    )
