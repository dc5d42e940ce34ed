"""The builds of a worker deployment: which one new claims begin on, and which ones still have claims.

It exists for places where workers of several builds run side by side: a claim ends on the build that
it began on, new ones begin on the current build, and an old build is taken down when it is drained.
"""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.api.deployment.v1 import WorkerDeploymentInfo
from temporalio.api.enums.v1 import WorkerDeploymentVersionStatus
from temporalio.api.workflowservice.v1 import (
    DescribeWorkerDeploymentRequest,
    SetWorkerDeploymentCurrentVersionRequest,
)
from temporalio.service import RPCError

from atoz.claims.base import instant_text
from atoz.errors import BadInput
from atoz.service.base import Service
from atoz.service.calls import NotOpen, server_errors
from atoz.service.verifying import Verified, verify_server
from atoz.wiring import own_build
from workflows import names

WORKER_PATIENCE = timedelta(minutes=2)
"""How long a build that is to become current may take until a worker of it is seen."""

FOLLOWING = (names.DESK_WORKFLOW, names.MAILBOX_WORKFLOW)
"""Workflows that go over to each new build, since they never end or end soon."""

_NOT_YET = "missing active task queues"

_LOOK_AGAIN = timedelta(seconds=0.5)


async def status(service: Service) -> dict[str, Any]:
    """`{deployment, current, builds: [{build, state, current, since, open_claims}]}`, newest first.

    Raises BadInput where no deployment is named or none of its workers was ever seen.
    """
    name = _name(service)
    info = await _described(service, name)
    if info is None:
        raise BadInput(f"no worker of deployment {name} was ever seen: start one and try again")
    summaries = sorted(info.version_summaries, key=lambda each: each.create_time.seconds)
    counted = [await _row(service, info, each) for each in reversed(summaries)]
    return {"deployment": name, "current": _current(info), "builds": counted}


async def promote(service: Service, build: str | None, by: str) -> dict[str, Any]:
    """Make a build the current one: new claims begin on it. `None`: the build of this very code.

    Waits until a worker of the build is seen. Raises BadInput where none is, and where the desk
    would not go on under this code.
    """
    name, own = _name(service), own_build(service.settings)
    wanted = build or own
    verified = await _desk_goes_on(service) if wanted == own else None
    previous = await _until_seen(service, name, wanted)
    await _make_current(
        service,
        SetWorkerDeploymentCurrentVersionRequest(
            namespace=service.client.namespace,
            deployment_name=name,
            build_id=wanted,
            identity=by,
        ),
    )
    replayed = verified.replayed if verified else 0
    return {"deployment": name, "current": wanted, "previous": previous, "replayed": replayed}


async def _desk_goes_on(service: Service) -> Verified:
    found = await verify_server(service.client, service.settings, FOLLOWING)
    if found.broken:
        first = found.broken[0]
        raise BadInput(f"{first.workflow_id} would not go on under this code: {first.why}")
    return found


async def _until_seen(service: Service, name: str, build: str) -> str | None:
    """Wait for a worker of the build. The build that is current now."""
    tries = WORKER_PATIENCE // _LOOK_AGAIN
    for _ in range(tries):
        info = await _described(service, name)
        if info and any(_build(each) == build for each in info.version_summaries):
            return _current(info)
        await asyncio.sleep(_LOOK_AGAIN.total_seconds())
    raise BadInput(f"no worker of build {build} is seen in deployment {name}: start it first")


async def _make_current(
    service: Service, request: SetWorkerDeploymentCurrentVersionRequest
) -> None:
    """Promote. A busy server knows a build before it knows all that its worker asks for (measured)."""
    workflows = service.client.workflow_service
    for left in reversed(range(WORKER_PATIENCE // _LOOK_AGAIN)):
        try:
            await workflows.set_worker_deployment_current_version(request)
        except RPCError as fault:
            if left == 0 or _NOT_YET not in fault.message:
                with server_errors():
                    raise
        else:
            return
        await asyncio.sleep(_LOOK_AGAIN.total_seconds())


async def _described(service: Service, name: str) -> WorkerDeploymentInfo | None:
    request = DescribeWorkerDeploymentRequest(
        namespace=service.client.namespace, deployment_name=name
    )
    try:
        with server_errors():
            workflows = service.client.workflow_service
            return (await workflows.describe_worker_deployment(request)).worker_deployment_info
    except NotOpen:
        return None


async def _row(
    service: Service,
    info: WorkerDeploymentInfo,
    summary: WorkerDeploymentInfo.WorkerDeploymentVersionSummary,
) -> Mapping[str, Any]:
    build = _build(summary)
    since = datetime.fromtimestamp(summary.create_time.seconds, UTC)
    return {
        "build": build,
        "state": _state(summary),
        "current": build == _current(info),
        "since": instant_text(since),
        "open_claims": await _open_claims(service, f"{info.name}:{build}"),
    }


async def _open_claims(service: Service, version: str) -> int:
    query = (
        f"WorkflowType = '{names.CLAIM_WORKFLOW}' AND ExecutionStatus = 'Running' "
        f"AND TemporalWorkerDeploymentVersion = '{version}'"
    )
    with server_errors():
        return (await service.client.count_workflows(query)).count


def _state(summary: WorkerDeploymentInfo.WorkerDeploymentVersionSummary) -> str:
    """`inactive`, `current`, `ramping`, `draining` or `drained`."""
    whole = WorkerDeploymentVersionStatus.Name(summary.status)
    return whole.rpartition("STATUS_")[2].lower()


def _build(summary: WorkerDeploymentInfo.WorkerDeploymentVersionSummary) -> str:
    return summary.deployment_version.build_id


def _current(info: WorkerDeploymentInfo) -> str | None:
    return info.routing_config.current_deployment_version.build_id or None


def _name(service: Service) -> str:
    name = service.settings.deployment
    if name is None:
        raise BadInput("no deployment is named: set ATOZ_DEPLOYMENT, as its workers have it")
    return name
