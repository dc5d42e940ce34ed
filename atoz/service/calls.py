"""The rules of talking to the server, once: time limits, errors in our words, safe repeats.

An update that was given up on is still delivered when a worker comes back (measured), so before
each one a query shows that a worker answers: only then is `NoWorker` the truth about what changed.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from itertools import chain, repeat
from typing import Any, NoReturn, TypeVar

from temporalio.client import (
    Client,
    WorkflowExecutionDescription,
    WorkflowExecutionStatus,
    WorkflowQueryFailedError,
    WorkflowQueryRejectedError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import QueryRejectCondition
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from atoz.errors import (
    AtozError,
    BadInput,
    NoServer,
    NoWorker,
    OldWorker,
    Refused,
    StandsStill,
)
from atoz.mail.plain import one_line
from atoz.service.problems import PROBLEMS

SERVER_PATIENCE = timedelta(seconds=5)
RACE_PAUSES = (0.05, 0.1, 0.2, 0.4, 0.8, 1.5)
"""Seconds between repeats of an update that met a busy claim; the last one again and again."""

ASK_AGAIN = timedelta(seconds=1.5)
"""A claim answers in some ten milliseconds, also after it was evicted."""

_TIMED_OUT = frozenset({RPCStatusCode.CANCELLED, RPCStatusCode.DEADLINE_EXCEEDED})
_AWAY = _TIMED_OUT | {RPCStatusCode.UNAVAILABLE, RPCStatusCode.UNKNOWN}
"""UNKNOWN is what the client makes of a connection that broke: `transport error` (measured)."""
T = TypeVar("T")
_BUSY = ("is closing", "concurrent in-flight updates", "Update was aborted", "not scheduled yet")
"""Of the server's refusals, those that a moment later are none. An update's id makes a repeat safe."""

_NOT_KNOWN = "expected but not found"
"""What the SDK says to a query that the worker's code does not have."""

_LOST = "AcceptedUpdateCompletedWorkflow"


class NotOpen(AtozError):  # noqa: N818 - named for what happened
    """No workflow of this id runs: it never did, or it has come to its end."""


class NotBegun(AtozError):  # noqa: N818 - named for what happened
    """The workflow was stopped before any worker took it up: it answers nothing."""


class _Racing(NoWorker):
    """The claim is busy with other acts: try again in a moment."""


class Calls:
    """A client of one server. `patience` is how long a worker may take to answer."""

    def __init__(self, client: Client, patience: timedelta) -> None:
        self._client = client
        self._patience = patience

    async def describe(self, workflow_id: str) -> WorkflowExecutionDescription | None:
        """What the server knows of a workflow, or None. Needs no worker and costs nothing."""
        try:
            with server_errors():
                handle = self._client.get_workflow_handle(workflow_id)
                return await handle.describe(rpc_timeout=SERVER_PATIENCE)
        except NotOpen:
            return None

    async def query(self, workflow_id: str, name: str, *, closed: bool = False) -> Any:
        """A query's answer. Raises NotOpen (with `closed`, only where nothing is known), NoWorker."""
        reject = QueryRejectCondition.NONE if closed else QueryRejectCondition.NOT_OPEN
        handle = self._client.get_workflow_handle(workflow_id)

        async def ask() -> Any:
            while True:
                try:
                    with _worker_errors(), server_errors():
                        return await handle.query(
                            name, reject_condition=reject, rpc_timeout=self._patience
                        )
                except _Racing:  # a claim that carries on in a fresh run has not begun there yet
                    await asyncio.sleep(RACE_PAUSES[0])

        return await _first_answer(ask, self._patience)

    async def signal(self, workflow_id: str, name: str, document: Mapping[str, Any]) -> None:
        """Deliver a signal; it is kept by the server, no worker is needed. Raises NotOpen."""
        with server_errors():
            handle = self._client.get_workflow_handle(workflow_id)
            await handle.signal(name, document, rpc_timeout=SERVER_PATIENCE)

    async def update(
        self, workflow_id: str, name: str, document: Mapping[str, Any], key: str, probe: str
    ) -> dict[str, Any]:
        """Apply an act once and return what it says. `probe` is a query that any worker answers.

        Raises Refused with the workflow's own words where it refuses, NotOpen, NoWorker.
        """
        await self.query(workflow_id, probe)
        try:
            # The SDK repeats by itself, too, and each time with a new time limit: this is the whole.
            async with asyncio.timeout(self._patience.total_seconds()):
                for pause in chain(RACE_PAUSES, repeat(RACE_PAUSES[-1])):
                    try:
                        return await self._update(workflow_id, name, document, key)
                    except _Racing:
                        await asyncio.sleep(pause)
        except TimeoutError as error:
            raise _Racing from error
        raise AssertionError("the pauses never end")

    async def _update(
        self, workflow_id: str, name: str, document: Mapping[str, Any], key: str
    ) -> dict[str, Any]:
        handle = self._client.get_workflow_handle(workflow_id)
        try:
            with _worker_errors(), server_errors():
                answer: dict[str, Any] = await handle.execute_update(
                    name, document, id=key, rpc_timeout=self._patience
                )
                return answer
        except NotOpen:
            description = await self.describe(workflow_id)
            if description is None or description.status is not WorkflowExecutionStatus.RUNNING:
                raise
            raise _Racing from None


async def _first_answer(ask: Callable[[], Awaitable[T]], patience: timedelta) -> T:
    """The first answer to a question that is put again while none comes. Raises NoWorker.

    A question may be handed to a worker that was killed a moment ago, and hang there until its
    time is over while a new worker waits idle (measured): so one hanging question holds up nothing.
    """

    async def attempt() -> T:
        try:
            return await ask()
        except NoWorker:
            await asyncio.sleep(patience.total_seconds())  # what counts is the time of all
            raise

    asked: set[asyncio.Task[T]] = set()
    try:
        async with asyncio.timeout(patience.total_seconds()):
            while True:
                asked.add(asyncio.create_task(attempt()))
                done, _ = await asyncio.wait(
                    asked, timeout=ASK_AGAIN.total_seconds(), return_when=asyncio.FIRST_COMPLETED
                )
                if done:
                    return done.pop().result()
    except TimeoutError as error:
        raise NoWorker from error
    finally:
        for task in asked:
            task.cancel()
        await asyncio.gather(*asked, return_exceptions=True)


@contextmanager
def server_errors() -> Iterator[None]:
    """Turn what the server or the way to it says into errors of ours."""
    try:
        yield
    except RPCError as error:
        _raise(error)


def _raise(error: RPCError) -> NoReturn:
    said = one_line(error.message, 300)
    if error.status is RPCStatusCode.NOT_FOUND and not said.startswith("Namespace"):
        raise NotOpen(said) from error
    if error.status is RPCStatusCode.ABORTED or any(words in said for words in _BUSY):
        raise _Racing from error
    if "closed before WorkflowTaskStarted" in said:
        raise NotBegun from error
    if "no poller" in said:
        raise NoWorker from error
    if "Task in failed state" in said:
        raise StandsStill from error
    if error.status in _AWAY:
        raise NoServer(PROBLEMS("server_silent", words=said)) from error
    if error.status is RPCStatusCode.RESOURCE_EXHAUSTED:
        raise AtozError(PROBLEMS("server_busy", words=said)) from error
    if "search attribute" in said:
        raise AtozError(PROBLEMS("server_bare", words=said)) from error
    raise BadInput(PROBLEMS("server_refuses", words=said)) from error


@contextmanager
def _worker_errors() -> Iterator[None]:
    """Turn what a worker says, or that none does, into errors of ours. Goes around server_errors."""
    try:
        yield
    except WorkflowQueryRejectedError as error:
        raise NotOpen from error
    except WorkflowQueryFailedError as error:
        if _NOT_KNOWN in error.message:
            raise OldWorker from error
        raise AtozError(PROBLEMS("worker_failed", words=one_line(error.message, 300))) from error
    except WorkflowUpdateRPCTimeoutOrCancelledError as error:
        raise NoWorker(PROBLEMS("interrupted")) from error
    except WorkflowUpdateFailedError as error:
        _raise_refusal(error)
    except NoServer as error:
        if _is_silence(error.__cause__):
            raise NoWorker from error
        raise


def _is_silence(cause: BaseException | None) -> bool:
    return isinstance(cause, RPCError) and cause.status in _TIMED_OUT


def _raise_refusal(error: WorkflowUpdateFailedError) -> NoReturn:
    cause = error.cause
    if isinstance(cause, ApplicationError) and cause.type == _LOST:
        raise _Racing from error
    said = cause.message if isinstance(cause, ApplicationError) else str(cause)
    raise Refused(one_line(said, 2_000)) from error
