"""How many tasks lie on the desk, for whoever watches: the desk is asked only after something happened.

That it did is seen by the length of its history, which the server tells without any worker.
"""

from datetime import timedelta

from temporalio.client import Client, WorkflowQueryFailedError, WorkflowQueryRejectedError
from temporalio.service import RPCError, RPCStatusCode

from workflows import names

PATIENCE = timedelta(seconds=2)


class DeskCount:
    """The number of open desk tasks."""

    def __init__(self, client: Client) -> None:
        self._desk = client.get_workflow_handle(names.DESK_ID)
        self._seen: tuple[str, int] | None = None
        self._count = 0

    async def look(self) -> int | None:
        """The number now; 0 where there is no desk yet, None where server or worker do not answer."""
        try:
            found = await self._desk.describe(rpc_timeout=PATIENCE)
            seen = (found.run_id, found.history_length)
            if seen != self._seen:
                tasks = await self._desk.query("tasks", rpc_timeout=PATIENCE)
                self._seen, self._count = seen, len(tasks)
        except RPCError as fault:
            return 0 if fault.status is RPCStatusCode.NOT_FOUND else None
        except (WorkflowQueryFailedError, WorkflowQueryRejectedError):
            return None
        return self._count
