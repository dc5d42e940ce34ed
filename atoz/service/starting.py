"""Starting a claim: once per order, and the same claim again changes nothing."""

from typing import Any

from temporalio.client import WorkflowExecutionDescription, WorkflowExecutionStatus
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from atoz.claims.claim import ClaimFile
from atoz.errors import BadInput
from atoz.service.archive import archived
from atoz.service.base import Service
from atoz.service.calls import SERVER_PATIENCE, server_errors
from atoz.service.claim_files import digest_of, shifted
from atoz.service.foreseen import foreseen
from atoz.service.waking import wake
from workflows import names
from workflows.claim import ClaimInput

DIGEST = "claim_file_sha256"
"""Where the memo keeps what the claim was started with, before any shift of its dates."""

_ENDED = frozenset(
    {
        WorkflowExecutionStatus.TERMINATED,
        WorkflowExecutionStatus.CANCELED,
        WorkflowExecutionStatus.FAILED,
        WorkflowExecutionStatus.TIMED_OUT,
    }
)


async def start(
    service: Service, given: ClaimFile, *, received_now: bool = False, by_mail: bool = False
) -> dict[str, Any]:
    """Start a claim: `{workflow_id, run_id, already_running}`; `read_claim` reads its file.

    A claim of the archive is not started again: `already_running`, and `archived` beside it.
    `received_now` shifts its dates; `by_mail`: the mailbox pass itself starts it. Raises BadInput
    where the order has a claim with other data.
    """
    file = shifted(given, service.now()) if received_now else given
    workflow_id = names.claim_workflow_id(file.claim.order_id)
    if await archived(service, workflow_id) is not None:
        return {**await _known(service, workflow_id, given), "archived": True}
    try:
        run_id = await _start(service, workflow_id, file, digest_of(given))
    except WorkflowAlreadyStartedError:
        return await _known(service, workflow_id, given)
    if service.settings.imap_host and not by_mail:
        await wake(service.client)  # mail that waits for this claim reaches it at once
    return {"workflow_id": workflow_id, "run_id": run_id, "already_running": False}


async def _start(service: Service, workflow_id: str, file: ClaimFile, digest: str) -> str | None:
    shown = foreseen(service.library, workflow_id, file, service.now())
    with server_errors():
        handle = await service.client.start_workflow(
            names.CLAIM_WORKFLOW,
            ClaimInput(file=file, shown=shown),
            id=workflow_id,
            task_queue=service.settings.task_queue,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            # USE_EXISTING would hide whether the claim existed, and with which data.
            id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
            memo={DIGEST: digest},
            search_attributes=names.attributes(shown),
            static_summary=_summary(file),
            rpc_timeout=SERVER_PATIENCE,
        )
    return handle.first_execution_run_id


def _summary(file: ClaimFile) -> str:
    claim = file.claim
    reason = (claim.reason or "reason unknown").replace("_", " ")
    return f"{claim.order_id} {claim.marketplace}: {reason}"


async def _known(service: Service, workflow_id: str, given: ClaimFile) -> dict[str, Any]:
    """The answer for a claim that is there already. Raises BadInput where its data was other."""
    found = await service.calls.describe(workflow_id)
    if found is not None:
        await _refuse_other(found, given)
    run_id = found.run_id if found else None
    return {"workflow_id": workflow_id, "run_id": run_id, "already_running": True}


async def _refuse_other(found: WorkflowExecutionDescription, given: ClaimFile) -> None:
    order = given.claim.order_id
    first = (await found.memo()).get(DIGEST)
    if first is not None and first != digest_of(given):
        raise BadInput(
            f"order {order} has a claim already, started with other data: correct it with "
            f"`atoz amend {order} FILE`"
        )
    if found.status in _ENDED:
        how = found.status.name.lower().replace("_", " ") if found.status else "ended"
        raise BadInput(
            f"the claim of order {order} was {how} on the server: it is not started again"
        )
