"""The whole system on one machine: what survives, what ends, and who may start it."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client, WorkflowHandle

from atoz.claims.case import CaseFile
from atoz.connect import connect
from atoz.joining import joined
from atoz.settings import Settings
from tests.support.changed import changed
from tests.support.running import ROOT, Up, eventually, free_port, is_alive, running_up
from workflows import names
from workflows.claim import ClaimInput

pytestmark = [pytest.mark.server, pytest.mark.slow]

SAMPLE = ROOT / "samples" / "cases" / "buyer-silent.json"


async def client_of(port: int) -> Client:
    """A client that knows nothing of the system but its address; the server says where its keys are."""
    return (await joined(await connect(address=f"127.0.0.1:{port}"), Settings())).client


async def started(client: Client) -> WorkflowHandle[Any, Any]:
    """A sample's claim, as if it arrived now; it waits for its first step when this returns."""
    case = CaseFile.model_validate_json(SAMPLE.read_text("utf-8"))
    claim = await client.start_workflow(
        names.CLAIM_WORKFLOW,
        ClaimInput(file=case.claim_file, offset=case.claim.notified_at - datetime.now(UTC)),
        id=names.claim_workflow_id(case.claim.order_id),
        task_queue=names.TASK_QUEUE,
    )
    async with asyncio.timeout(60):
        while True:
            if (await claim.query("status"))["state"] == "waiting":
                return claim
            await asyncio.sleep(0.05)


async def test_claims_survive_the_end_of_everything(tmp_path: Path) -> None:
    """Kill -9 of the process group, then `up` again: the same claim, with the same status. `up` of a code
    under which it would break ends with the claim named, and touches nothing.
    """
    port = free_port()
    with running_up(tmp_path, port) as up:
        claim = await started(await client_of(port))
        before = await claim.query("status")
        everything = up.children()
        os.killpg(up.popen.pid, signal.SIGKILL)
        up.popen.wait()
        if sys.platform == "linux":
            eventually(lambda: not any(map(is_alive, everything.values())), "orphans", 5)
    with running_up(tmp_path, port) as up:
        client = await client_of(port)
        again = client.get_workflow_handle(claim.id)
        assert await again.query("status") == before
        assert before["next_step"] == "deescalate"
        found = [each.id async for each in client.list_workflows('AtozPlaybook = "documented"')]
        assert found == [claim.id]
        assert_the_board_answers(up.addresses)
        everything = up.children()
        assert set(everything) == {"server", "worker", "board"}
        assert up.end(signal.SIGINT) == 0
        assert not any(map(is_alive, everything.values()))
    worker_log = (tmp_path / "state" / "worker.log").read_text("utf-8")
    assert '"drained"' in worker_log, "the worker goes before the server does"
    (tmp_path / "new").mkdir()
    new = Up(tmp_path / "new", port, tmp_path / "state", changed(tmp_path / "program"))
    assert new.popen.wait(60) == 1
    assert "of 1 open claim, 1 would break under this code:" in new.err
    assert f"{claim.id}: [TMPRL1100] Nondeterminism error" in new.err
    assert "Go back to the code that they run on" in new.err
    assert "Traceback" not in new.err
    assert new.out == "", "nobody is told that it is ready"


def assert_the_board_answers(addresses: dict[str, str | None]) -> None:
    """The link lets a browser in once, and its queue shows what runs."""
    board, login = addresses["board"], addresses["login"]
    assert board
    assert login
    with httpx2.Client(base_url=board, follow_redirects=True) as browser:
        assert browser.get(login).status_code == 200
        assert "111-0000102-0000102" in browser.get("/queue/waiting-buyer").text
        assert browser.get("/api/openapi.json").json()["openapi"].startswith("3.")
    assert httpx2.get(login).status_code == 401


async def test_one_system_supervised(tmp_path: Path) -> None:
    """A second `up` is refused, a busy port is named, a dead worker comes back, a dead server ends it."""
    port = free_port()
    with running_up(tmp_path, port) as up:
        described = await (await client_of(port)).workflow_service.describe_namespace(
            DescribeNamespaceRequest(namespace="default")
        )
        assert described.config.workflow_execution_retention_ttl.ToTimedelta().days == 3650
        assert "NO SMTP IS CONFIGURED" in up.err

        assert_refused(
            tmp_path / "second", tmp_path / "state", free_port(), "in use by another `up`"
        )
        assert_refused(tmp_path / "third", tmp_path / "other", port, f"port {port} is in use")

        os.kill(up.children()["worker"], signal.SIGKILL)
        up.until(lambda: "the worker ended (signal 9)" in up.err, "nobody saw the worker die")
        up.until(lambda: "worker" in up.children(), "no new worker came")

        os.kill(up.children()["server"], signal.SIGKILL)
        assert up.popen.wait(60) == 1
        assert "the Temporal server ended (signal 9), so everything ends" in up.err


def assert_refused(folder: Path, state: Path, port: int, words: str) -> None:
    """`up` ends with code 1 and a line that says why and what to do."""
    folder.mkdir()
    refused = Up(folder, port, state)
    assert refused.popen.wait(60) == 1
    assert words in refused.err
    assert "--state" in refused.err or "--port" in refused.err
