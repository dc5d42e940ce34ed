"""The yardstick of the throughput: the hurried claim's timers, activities and messages, bare.

No engine, no state, no search attributes, no validation: what Temporal alone takes for the same
shape of work. Its activities answer at once with a few bytes.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from temporalio import activity, workflow

from activities import names as activity_names
from atoz.claims.base import parse_span
from bench import hurried
from workflows import names

BARE_WORKFLOW = "BareClaim"
FIRST_WAIT = parse_span(hurried.FIRST_WAIT)
SECOND = timedelta(seconds=1)
NEVER = timedelta(hours=1)
"""A wait that something ends before its time, like the wait for the buyer's answer."""

Said = dict[str, Any]


@workflow.defn(name=BARE_WORKFLOW)
class BareClaim:
    """The documented path as a few lines."""

    def __init__(self) -> None:
        self._replies = 0
        self._receipt = False
        self._decided = False

    @workflow.run
    async def run(self, _: Said) -> Said:
        """Two messages, two replies, the appeal, its receipt, the decision, the archive."""
        await _local(activity_names.OPEN_CLAIM)
        timer = self._begin(FIRST_WAIT)
        await workflow.wait_condition(lambda: self._replies > 0)
        await _local(activity_names.NOTIFY_OPERATORS)
        await timer
        await _remote(activity_names.SEND_MESSAGE)
        await workflow.sleep(SECOND)
        await _remote(activity_names.SEND_MESSAGE)
        timer = self._begin(NEVER)
        await workflow.wait_condition(lambda: self._replies > 1)
        await _local(activity_names.NOTIFY_OPERATORS)
        await _local(activity_names.DRAFT_APPEAL)
        await _local(activity_names.HAND_IN_APPEAL)
        await workflow.wait_condition(lambda: self._receipt and self._decided)
        timer.cancel()
        await _local(activity_names.NOTIFY_OPERATORS)
        await workflow.sleep(SECOND)
        await _local(activity_names.ARCHIVE_CLAIM)
        return {}

    @workflow.signal
    def buyer_replied(self, _: Said) -> None:
        """The buyer wrote."""
        self._replies += 1

    @workflow.signal
    def marketplace_decided(self, _: Said) -> None:
        """The marketplace decided."""
        self._decided = True

    @workflow.update
    def done(self, _: Said) -> Said:
        """The receipt of the appeal."""
        self._receipt = True
        return {}

    def _begin(self, span: timedelta) -> "asyncio.Task[None]":
        return asyncio.create_task(workflow.sleep(span))


async def _local(name: str) -> None:
    await workflow.execute_local_activity(
        name, {}, result_type=dict, start_to_close_timeout=names.DRAFT_TIMEOUT
    )


async def _remote(name: str) -> None:
    await workflow.execute_activity(
        name, {}, result_type=dict, start_to_close_timeout=names.SEND_TIMEOUT
    )


def _answering(name: str) -> Callable[[Said], Awaitable[Said]]:
    @activity.defn(name=name)
    async def answer(_: Said) -> Said:
        return {}

    return answer


BARE_ACTIVITIES = [
    _answering(name)
    for name in (
        activity_names.OPEN_CLAIM,
        activity_names.SEND_MESSAGE,
        activity_names.DRAFT_APPEAL,
        activity_names.HAND_IN_APPEAL,
        activity_names.NOTIFY_OPERATORS,
        activity_names.ARCHIVE_CLAIM,
    )
]
"""Every activity of a claim, answering at once with nothing."""
