"""The people around many claims at once: the buyer, the operator and the marketplace.

They act when the claim has acted and never by looking at it again and again: a look would cost
the server more than the claim does.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

import temporalio.client
import temporalio.worker
from temporalio import activity
from temporalio.client import Client
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput

from activities import names as activity_names

MAILS = 2
"""Messages that the documented playbook sends before its appeal."""

PATIENCE = 120.0
"""Seconds after which a claim that has not ended fails the measurement."""

RAMP = 5.0
"""Seconds over which the first claims start, so that they do not move in step."""

SOON = 0.1
"""Seconds until a person answers: later than the workflow's own next task, mostly."""

_WORDS = {
    "message_id": "<reply-1@mail.example>",
    "text": "It is the colour.",
    "intents": ["other"],
}
_PHOTOS = {
    "message_id": "<reply-2@mail.example>",
    "text": "Here is a picture of the lamp.",
    "intents": ["photos"],
    "attachments": [{"name": "lamp.jpg", "type": "image/jpeg", "size": 180_000}],
}
_RECEIPT = {"task": "submit-appeal", "receipt": "R-1", "by": "operator"}
_DECISION = {"message_id": "<decision@mail.example>", "status": "granted_amazon_funded"}


class Watcher(temporalio.client.Interceptor, temporalio.worker.Interceptor):
    """Sees every activity of the worker end, so that people can answer to what it did."""

    def __init__(self) -> None:
        self._ended: defaultdict[tuple[str, str], asyncio.Queue[None]] = defaultdict(asyncio.Queue)

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002 - the SDK's name
        """Listen to an activity."""
        return _Listening(next, self._end)

    async def ended(self, workflow_id: str, activity_type: str) -> None:
        """Wait until the activity has ended once more than was waited for."""
        await self._ended[workflow_id, activity_type].get()

    def _end(self) -> None:
        info = activity.info()
        self._ended[info.workflow_id or "", info.activity_type].put_nowait(None)


class _Listening(ActivityInboundInterceptor):
    def __init__(self, following: ActivityInboundInterceptor, end: Callable[[], None]) -> None:
        super().__init__(following)
        self._end = end

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002 - the SDK's name
        result = await self.next.execute_activity(input)
        self._end()
        return result


class Kind(NamedTuple):
    """What a crowd lives through: a workflow by name, its queue, and its input for an order."""

    workflow: str
    task_queue: str
    make_input: Callable[[str], Any]

    def id_of(self, order: str) -> str:
        """The id of the workflow of an order."""
        return f"{self.task_queue}-{order}"


async def live(client: Client, watcher: Watcher, kind: Kind, order: str) -> Any:
    """One claim from its start to its result, with everything that people do about it."""
    claim = await client.start_workflow(
        kind.workflow, kind.make_input(order), id=kind.id_of(order), task_queue=kind.task_queue
    )
    await watcher.ended(claim.id, activity_names.OPEN_CLAIM)
    await asyncio.sleep(SOON)
    await claim.signal("buyer_replied", _WORDS)
    for _ in range(MAILS):
        await watcher.ended(claim.id, activity_names.SEND_MESSAGE)
    await asyncio.sleep(SOON)
    await claim.signal("buyer_replied", _PHOTOS)
    await watcher.ended(claim.id, activity_names.HAND_IN_APPEAL)
    await asyncio.sleep(SOON)
    await claim.execute_update("done", _RECEIPT)
    await asyncio.sleep(SOON)
    await claim.signal("marketplace_decided", _DECISION)
    return await claim.result()


async def crowd(one: Callable[[int], Awaitable[object]], claims: int, at_once: int) -> list[float]:
    """Live through `claims` claims, `at_once` of them at any time; when each ended (monotonic s)."""
    numbers, ended = iter(range(claims)), []

    async def lane(turn: int) -> None:
        await asyncio.sleep(turn * RAMP / at_once)
        for number in numbers:
            async with asyncio.timeout(PATIENCE):
                await one(number)
            ended.append(time.monotonic())

    await asyncio.gather(*(lane(turn) for turn in range(at_once)))
    return ended
