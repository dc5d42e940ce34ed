"""The one place where a claim's workflow is started on the server, the first time or again."""

from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy

from atoz.claims.claim import ClaimFile
from atoz.service.base import Service
from atoz.service.calls import SERVER_PATIENCE, server_errors
from workflows import names
from workflows.claim import ClaimInput

DIGEST = "claim_file_sha256"
"""Where the memo keeps what the claim was started with, before any shift of its dates."""

ONCE = WorkflowIDReusePolicy.REJECT_DUPLICATE
AGAIN = WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY
"""Only where the last run was stopped on the server: the server itself sees to it."""


async def begin(
    service: Service, workflow_id: str, given: ClaimInput, digest: str, reuse: WorkflowIDReusePolicy
) -> str | None:
    """Start the workflow and give its run id. Raises WorkflowAlreadyStartedError, NoServer."""
    with server_errors():
        handle = await service.client.start_workflow(
            names.CLAIM_WORKFLOW,
            given,
            id=workflow_id,
            task_queue=service.settings.task_queue,
            id_reuse_policy=reuse,
            # USE_EXISTING would hide whether the claim existed, and with which data.
            id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
            memo={DIGEST: digest},
            search_attributes=names.attributes(given.shown),
            static_summary=_summary(given.file),
            rpc_timeout=SERVER_PATIENCE,
        )
    return handle.first_execution_run_id


def _summary(file: ClaimFile) -> str:
    claim = file.claim
    reason = (claim.reason or "reason unknown").replace("_", " ")
    return f"{claim.order_id} {claim.marketplace}: {reason}"
