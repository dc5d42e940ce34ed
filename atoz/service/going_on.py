"""A claim that was stopped on the server goes on: as it stood, so that nothing is lost or said twice."""

from typing import Any

from atoz.claims.base import utc
from atoz.playbook.again import started_again
from atoz.service.base import Service
from atoz.service.beginning import AGAIN, DIGEST, begin
from atoz.service.calls import SERVER_PATIENCE, server_errors
from atoz.service.stopped import how_stopped, stood
from workflows.claim import ClaimInput
from workflows.shown import shown_values


async def go_on(
    service: Service, workflow_id: str, fresh: ClaimInput, digest: str
) -> dict[str, Any] | None:
    """Start a stopped claim again; None where none was stopped. `fresh` if it had not begun at all.

    The answer of `start` with `was` (how it was stopped), `carried_on`, and `other_data`: whether
    the file says something else than the claim, which `amend` tells it then. Raises NoWorker, and
    AtozError where its history does not tell how it stood.
    """
    found = await service.calls.describe(workflow_id)
    how = how_stopped(found.status) if found else None
    if found is None or how is None:
        return None
    before, first = await stood(service, found), str((await found.memo()).get(DIGEST) or digest)
    if before.state is None:
        run_id = await begin(service, workflow_id, fresh, digest, AGAIN)
    else:
        now = utc(service.now())
        state = started_again(before.state, now, how, before.answers)
        given = ClaimInput(file=state.file, state=state, shown=shown_values(state, now))
        run_id = await begin(service, workflow_id, given, first, AGAIN)
    handle = service.client.get_workflow_handle(workflow_id)
    for name, said in before.signals:
        with server_errors():
            await handle.signal(name, args=said, rpc_timeout=SERVER_PATIENCE)
    return {
        "workflow_id": workflow_id,
        "run_id": run_id,
        "already_running": False,
        "was": how,
        "carried_on": before.state is not None,
        "other_data": before.state is not None and first != digest,
    }
