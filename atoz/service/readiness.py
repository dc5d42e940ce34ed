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
        self._asked: tuple[datetime, bool] | None = None

    def reached(self, *steps: Step) -> None:
        """These steps are taken."""
        self._taken.update(steps)

    def works(self, worker: Worker) -> None:
        """This worker runs from now on: it is asked about itself."""
        self._worker = worker

    async def look(self, now: datetime) -> dict[Step, bool]:
        """Each step, and whether it is taken. A worker that runs is asked of the server, not too often."""
        found = {step: step in self._taken for step in STEPS}
        if self._worker is None:
            return found
        if self._asked is None or now - self._asked[0] > KEPT:
            self._asked = (now, await self._server_answers(self._worker))
        return {**found, "connected": self._asked[1], "polling": self._polls and self._asked[1]}

    async def _server_answers(self, worker: Worker) -> bool:
        """Ask who asks for work: that is an answer of the server, and shows whether we are among them."""
        queue = TaskQueue(name=worker.task_queue)
        request = DescribeTaskQueueRequest(
            namespace=worker.client.namespace,
            task_queue=queue,
            task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
        )
        try:
            found = await worker.client.workflow_service.describe_task_queue(
                request, timeout=PATIENCE
            )
        except RPCError:
            return False
        identity = worker.client.identity
        self._polls = worker.is_running and any(p.identity == identity for p in found.pollers)
        return True

    _polls = False
