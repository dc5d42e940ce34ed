"""New code under running claims: a broken upgrade is refused, a versioned one leaves old claims alone."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from prometheus_client.parser import text_string_to_metric_families
from temporalio.contrib.pydantic import pydantic_data_converter

from atoz.errors import BadInput, NoWorker, StandsStill
from atoz.harness.server import VirtualTime, virtual_time
from atoz.keeping import converter
from atoz.service import deploying, desk, looking, reporting, verifying
from atoz.service.admitting import MARK
from atoz.service.base import Service, claim_id
from atoz.service.room import EACH
from atoz.service.verifying import verify_folder, verify_server
from atoz.wiring import build_id
from tests.support import measured
from tests.support.changed import changed
from tests.support.fingerprint import HISTORIES, commands_of
from tests.support.promql import exported, faults, rules
from tests.support.running import ROOT, Process, free_port
from tests.support.server import shop_settings
from tests.support.service import begun, eventually, kinds, over
from workflows import names
from workflows.desk import DeskItem

SOON_DRAINED = (
    'matching.wv.VersionDrainageStatusVisibilityGracePeriod="1s"',
    'matching.wv.VersionDrainageStatusRefreshInterval="1s"',
)
"""By itself the server looks after some minutes whether a build still has claims."""

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(state: Path) -> AsyncIterator[VirtualTime]:
    """A server of its own: what its worker did last is part of what is tested."""
    async with virtual_time(converter(shop_settings(state))) as made:
        yield made


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state folder of the server's worker."""
    return tmp_path_factory.mktemp("state")


def service(server: VirtualTime, folder: Path, **settings: Any) -> Service:
    """The service over this server."""
    return Service(server.client, shop_settings(folder, **settings), lambda: datetime.now(UTC))


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program after a change that breaks claims that run."""
    return changed(tmp_path_factory.mktemp("changed") / "program")


@contextmanager
def worker(
    server: VirtualTime, folder: Path, where: Mapping[str, str], program: Path = ROOT
) -> Iterator[Process]:
    """A worker process of the program; killed with the block if it is still there."""
    folder.mkdir(exist_ok=True)
    address = server.client.service_client.config.target_host
    process = Process(folder, str(program / "worker.py"), **where, TEMPORAL_ADDRESS=address)
    try:
        yield process
    finally:
        process.popen.kill()
        process.popen.wait()


async def works(process: Process) -> None:
    """Wait until the worker takes work."""
    await asyncio.to_thread(process.until, lambda: "working on" in process.err, "it does not work")


async def test_only_code_that_open_claims_go_on_under_starts(
    server: VirtualTime, state: Path, program: Path, tmp_path: Path
) -> None:
    """A breaking change is refused with the claims named; with ATOZ_VERIFY=warn it starts all the same.

    A claim that wakes then is stuck, which the alert hears; the right code takes it up where it was.
    What an image calls its build opens no door, nor does a start with a warning.
    """
    where = {"ATOZ_STATE": str(state), "ATOZ_BUILD": "1.0"}
    own = service(server, state)
    with worker(server, tmp_path / "first", where) as first:
        await works(first)
        orders = [await begun(own) for _ in range(3)]
        assert (await verify_server(server.client, own.settings)).document["ok"]
        assert await asyncio.to_thread(first.end) == 0
    # A mere restart verifies nothing; another build does. Here only the tests change it.
    with worker(server, tmp_path / "again", where) as again:
        await works(again)
        assert "were replayed" not in again.err
    await refused(server, tmp_path / "bad", program, where, orders)
    port = free_port()
    warned = {"ATOZ_VERIFY": "warn", "ATOZ_HEALTH_PORT": str(port)}
    with worker(server, tmp_path / "bold", {**where, **warned}, program) as bold:
        await works(bold)
        assert "will not go on under this code" in bold.err
        assert await stuck(port) == 0
        await reporting.reply(own, orders[1], "Hello?")
        await eventually(partial(stuck, port), 60)
    await refused(server, tmp_path / "worse", program, where, orders)
    (state / MARK).unlink()
    with worker(server, tmp_path / "good", where) as good:
        await works(good)
        assert "replayed on this code: 3 open claims" in good.err
        assert (await looking.status(own, orders[0]))["playbook"] == "documented"
        await eventually(partial(heard, own, orders[1]), 60)
    assert json.loads((state / MARK).read_text("utf-8"))["code"] == build_id()


async def refused(
    server: VirtualTime, folder: Path, program: Path, where: dict[str, str], orders: Sequence[str]
) -> None:
    """A worker of the broken code does not start, and names every claim."""
    with worker(server, folder, where, program) as bad:
        assert await asyncio.to_thread(bad.popen.wait, 60) == 1
        assert f"of {len(orders)} open claims, {len(orders)} would break under this code" in bad.err
        assert all(f"claim-{order}" in bad.err for order in orders)


async def stuck(port: int) -> float:
    """How many tasks failed because a history does not fit this code, as the alert ClaimStuck asks."""
    async with httpx2.AsyncClient() as client:
        page = (await client.get(f"http://127.0.0.1:{port}/metrics", timeout=10)).text
    (alert,) = (rule for rule in rules() if rule["alert"] == "ClaimStuck")
    failed = [
        (sample.labels, sample.value)
        for family in text_string_to_metric_families(page)
        for sample in family.samples
        if sample.name == "temporal_workflow_task_execution_failed_total"
        and sample.labels["failure_reason"] == "NonDeterminismError"
    ]
    assert not failed or faults(alert["expr"], exported(page)) == []
    return sum(value for _, value in failed)


async def heard(own: Service, order: str) -> bool:
    """Whether the claim has taken up the reply that it could not take under the broken code."""
    try:
        return "reply_received" in await kinds(own, order)
    except StandsStill:  # until the server gives its task out again
        return False


async def test_many_claims_are_replayed_by_processes(
    server: VirtualTime, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What processes find is what one process finds."""
    settings = shop_settings(state)
    alone = await verify_server(server.client, settings)
    assert alone.replayed >= 3
    monkeypatch.setattr(verifying, "FEW", 0)
    monkeypatch.setattr(verifying, "CHUNK", 2)
    assert await verify_server(server.client, settings) == alone


async def test_memory_does_not_grow_with_the_number_of_claims(
    server: VirtualTime, state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One process at a time where one is allowed, replaced before long; its last claims take it no
    further than its first.
    """
    ids = [each.id async for each in server.client.list_workflows("ExecutionStatus = 'Running'")]
    chunks, of_a_process = 12, 6
    monkeypatch.setenv(measured.FILE, str(tmp_path / "measured"))
    monkeypatch.setattr(verifying, "_replay_chunk", measured.replay_chunk)
    monkeypatch.setattr(verifying, "CHUNK", len(ids))
    monkeypatch.setattr(verifying, "CHUNKS_OF_A_PROCESS", of_a_process)
    one = shop_settings(state, verify_processes=1)
    parts = [part async for part in verifying._in_processes(server.client, one, ids * chunks)]
    assert sum(part.replayed for part in parts) == len(ids) * chunks
    lives = measured.found(tmp_path / "measured")
    assert [len(peaks) for peaks in lives.values()] == [of_a_process] * (chunks // of_a_process)
    for peaks in lives.values():
        assert max(peaks) < 1.1 * peaks[0]
        assert max(peaks) < EACH


async def test_exported_histories_are_replayed() -> None:
    """A folder of histories stands in for a server."""
    found = await verify_folder(HISTORIES, pydantic_data_converter)
    assert found.replayed == len(list(HISTORIES.glob("*.json")))
    assert not found.broken


@pytest.mark.parametrize("content", [None, "no history", "[]", '{"events": 3}'])
async def test_a_folder_without_histories_is_refused(tmp_path: Path, content: str | None) -> None:
    """With the file that is none; a folder with nothing in it proves nothing."""
    if content is not None:
        (tmp_path / "odd.json").write_text(content, "utf-8")
    with pytest.raises(BadInput, match="no history" if content is None else r"odd\.json"):
        await verify_folder(tmp_path, pydantic_data_converter)


async def test_old_claims_end_on_old_code_and_new_ones_on_new(
    tmp_path: Path, program: Path
) -> None:
    """Two builds that really differ, side by side: each claim is served to its end, the archive, by the
    build that it began on, and its history says so. The desk, which never ends, goes over to the new one.
    """
    common = {"ATOZ_STATE": str(tmp_path / "state"), "ATOZ_DEPLOYMENT": "atoz"}
    keys = converter(shop_settings(tmp_path / "state"))
    async with virtual_time(keys, settings=SOON_DRAINED) as server:
        own = service(server, tmp_path / "state", deployment="atoz")
        with pytest.raises(BadInput, match="no worker of deployment atoz"):
            await deploying.status(own)
        with worker(server, tmp_path / "1", {**common, "ATOZ_BUILD": "one"}) as one:
            await works(one)
            assert (await deploying.promote(own, "one", "approver-1"))["previous"] is None
            old = await begun(own)
            await desk.put(own, DeskItem(key="<1@mail.example>", title="A mail"))
            with worker(server, tmp_path / "2", {**common, "ATOZ_BUILD": "two"}, program) as two:
                await works(two)
                # Seen, but not promoted: new claims still begin on the old build.
                still_old = await begun(own)
                assert (await deploying.promote(own, "two", "approver-1"))["previous"] == "one"
                new = await begun(own)
                await eventually(lambda: _counted(own, {"one": 2, "two": 1}))
                await desk.put(own, DeskItem(key="<2@mail.example>", title="Another mail"))
                for order in (old, new):
                    await over(server, own, order)
                assert await served_by(server, claim_id(old)) == ({"one"}, False)
                assert await served_by(server, claim_id(new)) == ({"two"}, True)
                assert len(await desk.tasks(own)) == 2
                assert await served_by(server, names.DESK_ID) == ({"one", "two"}, False)
                assert await asyncio.to_thread(one.end) == 0
                hasty = replace(own, patience=timedelta(seconds=2))
                with pytest.raises(NoWorker):
                    await looking.status(hasty, still_old)
        # The old build comes back, and its claim goes on where it was.
        with worker(server, tmp_path / "3", {**common, "ATOZ_BUILD": "one"}) as back:
            await works(back)
            assert (await looking.status(own, still_old))["state"] == "waiting"
            assert await _in_states(own, {"one": "draining", "two": "current"})
            await over(server, own, still_old)
            await eventually(lambda: _in_states(own, {"one": "drained", "two": "current"}))


async def _in_states(own: Service, wanted: dict[str, str]) -> bool:
    """Whether the builds are in these states."""
    builds = (await deploying.status(own))["builds"]
    return {each["build"]: each["state"] for each in builds} == wanted


async def _counted(own: Service, wanted: dict[str, int]) -> bool:
    builds = (await deploying.status(own))["builds"]
    return {each["build"]: each["open_claims"] for each in builds} == wanted


async def served_by(server: VirtualTime, workflow_id: str) -> tuple[set[str], bool]:
    """The builds that completed a workflow's tasks, and whether it began as claims of the new code do."""
    history = await server.client.get_workflow_handle(workflow_id).fetch_history()
    tasks = [event.workflow_task_completed_event_attributes for event in history.events]
    builds = {task.deployment_version.build_id for task in tasks if task.started_event_id}
    return builds, commands_of(history).startswith("< start ClaimWorkflow\n> timer 1s\n")
