"""How far a worker has come: what a probe asks before claims are given to it, or an old one is ended.

A worker is alive as long as it answers at all; whether the server is there says nothing of that.
"""

from datetime import datetime, timedelta
from typing import Literal

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.service import RPCError
from temporalio.worker import Worker

Step = Literal["proved", "connected", "verified", "polling"]
STEPS: tuple[Step, ...] = ("proved", "connected", "verified", "polling")
"""The playbooks are proved, the server answers, every open claim goes on under this code, and this very
worker asks for work."""

PATIENCE = timedelta(seconds=2)
KEPT = timedelta(seconds=5)


class Readiness:
    """The steps that a worker has taken; once it works, the server is asked whether it still does."""

    def __init__(self) -> None:
        self._taken: set[Step] = set()
        self._worker: Worker | None = None
        self._asked_at: datetime | None = None

    def reached(self, *steps: Step) -> None:
        """These steps are taken."""
        self._taken.update(steps)

    def works(self, worker: Worker) -> None:
        """This worker runs from now on: what it does is asked of the server."""
        self._worker = worker

    async def look(self, now: datetime) -> dict[Step, bool]:
        """Each step, and whether it is taken."""
        fresh = self._asked_at is not None and now - self._asked_at <= KEPT
        if self._worker is not None and not fresh:
            self._taken = self._taken - {"connected", "polling"} | await _seen(self._worker)
            self._asked_at = now
        return {step: step in self._taken for step in STEPS}


async def _seen(worker: Worker) -> set[Step]:
    """Ask the server who asks for work: any answer shows a connection, and whether we are among them."""
    request = DescribeTaskQueueRequest(
        namespace=worker.client.namespace,
        task_queue=TaskQueue(name=worker.task_queue),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    )
    try:
        found = await worker.client.workflow_service.describe_task_queue(request, timeout=PATIENCE)
    except RPCError:
        return set()
    polls = any(poller.identity == worker.client.identity for poller in found.pollers)
    return {"connected", "polling"} if polls and worker.is_running else {"connected"}
