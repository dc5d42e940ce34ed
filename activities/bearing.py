"""Every log line of an activity bears the claim's workflow id and its step, whoever wrote the line."""

from typing import Any

import structlog
from temporalio import activity
from temporalio.worker import (
    ActivityInboundInterceptor,
    ExecuteActivityInput,
    Interceptor,
)


class BearingClaim(Interceptor):
    """Tells the log whose activity runs, for as long as it does."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002 - the SDK's own name
        """Every activity."""
        return _Bearing(next)


class _Bearing(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002 - the SDK's own name
        whose = {"workflow_id": activity.info().workflow_id}
        step = step_of(input.args[0]) if input.args else None
        with structlog.contextvars.bound_contextvars(**whose, **({"step": step} if step else {})):
            return await super().execute_activity(input)


def step_of(job: object) -> str | None:
    """The playbook step that a job is about, where it is about one."""
    for part in ("send", "draft", "submit"):
        step = getattr(getattr(job, part, None), "step", None)
        if isinstance(step, str):
            return step
    return next((task.step for task in getattr(job, "tasks", ()) if task.step), None)
