"""Starting a claim: once per order, and the same claim again changes nothing."""

from typing import Any

from temporalio.client import WorkflowExecutionDescription
from temporalio.exceptions import WorkflowAlreadyStartedError

from atoz.claims.claim import ClaimFile
from atoz.errors import BadInput
from atoz.service.archive import archived
from atoz.service.arriving import begun_by_now
from atoz.service.base import Service
from atoz.service.beginning import DIGEST, ONCE, begin
from atoz.service.claim_files import digest_of, shifted
from atoz.service.foreseen import foreseen
from atoz.service.going_on import go_on
from atoz.service.problems import PROBLEMS
from atoz.service.stopped import how_stopped
from atoz.service.waking import wake
from workflows import names
from workflows.claim import ClaimInput


async def start(
    service: Service,
    given: ClaimFile,
    *,
    received_now: bool = False,
    by_mail: bool = False,
    by: str | None = None,
) -> dict[str, Any]:
    """Start a claim: `{workflow_id, run_id, already_running}`; `read_claim` reads its file.

    A claim of the archive is not started again: `already_running`, and `archived` beside it. One
    that was stopped on the server goes on as it stood (`go_on`), but no mail lets it. `received_now`
    shifts the dates; `by_mail`: the mailbox pass itself starts it; `by`: who does, recorded. Raises
    BadInput where the order has a claim with other data, BadFields where the claim would come later than
    now.
    """
    file = shifted(given, service.now()) if received_now else given
    workflow_id = names.claim_workflow_id(file.claim.order_id)
    if await archived(service, workflow_id) is not None:
        return {**await _known(service, workflow_id, given), "archived": True}
    file = await begun_by_now(service, workflow_id, file, by_mail=by_mail)
    shown = foreseen(service.library, workflow_id, file, service.now())
    fresh, digest = ClaimInput(file=file, shown=shown, by=by), digest_of(given)
    try:
        run_id = await begin(service, workflow_id, fresh, digest, ONCE)
        answer = {"workflow_id": workflow_id, "run_id": run_id, "already_running": False}
    except WorkflowAlreadyStartedError:
        again = None if by_mail else await go_on(service, workflow_id, fresh, digest)
        if again is None:
            return await _known(service, workflow_id, given)
        answer = again
    if service.settings.imap_host and not by_mail:
        await wake(service.client)  # mail that waits for this claim reaches it at once
    return answer


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
        raise BadInput(PROBLEMS("other_data", order=order))
    how = how_stopped(found.status)
    if how is not None:
        raise BadInput(PROBLEMS("stopped", order=order, how=how))
