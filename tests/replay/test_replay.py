"""The gate for changes of the workflows: committed histories replay, a changed order of commands fails.

What it does not see (lengths of timers, inputs of activities) the golden timelines do.
"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from temporalio import workflow
from temporalio.converter import DataConverter
from temporalio.worker import Replayer

from atoz.keeping import reader
from atoz.wiring import WORKFLOWS, workflow_runner
from tests.replay.plays import plays
from tests.replay.record import read
from tests.support.fingerprint import FINGERPRINTS, HISTORIES, commands_of, committed, how_to_mend
from tests.support.server import shop_settings
from workflows import names
from workflows.claim import ClaimInput, ClaimWorkflow

RECORDED = {file.stem: file for file in sorted(HISTORIES.glob("*.json"))}
BEFORE = {f"{file.parent.name}/{file.stem}": file for file in sorted(HISTORIES.glob("*/*.json"))}
"""Histories of claims that were opened under rules of before, by the edition of these."""
OTHERS = {"desk", "migrated", "carried-on-1", "carried-on-2", "carried-on-3"}


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> DataConverter:
    """A worker's converter: it seals, and reads what was recorded before there were keys."""
    return reader(shop_settings(tmp_path_factory.mktemp("state")))


def replayer(keys: DataConverter, *workflows: type) -> Replayer:
    """What replays with the sandbox and the converter of a worker."""
    return Replayer(workflows=workflows, workflow_runner=workflow_runner(), data_converter=keys)


def test_every_play_is_recorded() -> None:
    """A new sample case or playbook comes with its history and its commands."""
    assert set(RECORDED) == set(plays()) | OTHERS, "run `.venv/bin/python -m tests.replay.record`"
    assert {file.stem for file in FINGERPRINTS.glob("*.txt")} == set(RECORDED)


@pytest.mark.parametrize("name", [*RECORDED, *BEFORE])
async def test_a_committed_history_replays(keys: DataConverter, name: str) -> None:
    """Claims that run now go on under this code, whenever they were opened."""
    result = await replayer(keys, *WORKFLOWS).replay_workflow(
        read((RECORDED | BEFORE)[name]), raise_on_replay_failure=False
    )
    assert result.replay_failure is None, f"{result.replay_failure}\n{how_to_mend(name)}"


@pytest.mark.parametrize("name", RECORDED)
def test_the_commands_are_the_committed_ones(name: str) -> None:
    """Whoever records anew shows in the text what changed."""
    assert commands_of(read(RECORDED[name])) == committed(name), how_to_mend(name)


def test_no_history_names_a_machine() -> None:
    """Histories are recorded anywhere and read everywhere."""
    for file in RECORDED.values():
        text = file.read_text("utf-8")
        assert '"identity"' not in text
        assert "STICKY" not in text.replace('"name":"sticky","kind":"TASK_QUEUE_KIND_STICKY"', "")


# The gate itself --------------------------------------------------------------------------------


@workflow.defn(name=names.CLAIM_WORKFLOW, sandboxed=False)
class ShowsTooLate(ClaimWorkflow):
    """Deliberately broken: starts its timer before it shows where the claim stands."""

    @workflow.init
    def __init__(self, start: ClaimInput) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: ClaimInput) -> dict[str, Any]:
        """As the real one."""
        return await super().run(start)

    async def _wait(self, wait: Any) -> None:
        alarm = self._alarm_for(wait)
        await asyncio.sleep(0)
        self._show()
        seen = self._changes
        await workflow.wait_condition(lambda: self._changes != seen or alarm.done())


@workflow.defn(name=names.CLAIM_WORKFLOW, sandboxed=False)
class NeverShows(ClaimWorkflow):
    """Deliberately broken: a command fewer."""

    @workflow.init
    def __init__(self, start: ClaimInput) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: ClaimInput) -> dict[str, Any]:
        """As the real one."""
        return await super().run(start)

    def _show(self) -> None:
        """Show nothing."""


@pytest.mark.parametrize("broken", [ShowsTooLate, NeverShows])
@pytest.mark.parametrize("name", ["buyer-silent", "playbook-short-limit"])
async def test_a_changed_order_of_commands_fails(
    keys: DataConverter, broken: type, name: str
) -> None:
    """The gate notices what would break a running claim."""
    result = await replayer(keys, broken).replay_workflow(
        read(RECORDED[name]), raise_on_replay_failure=False
    )
    assert isinstance(result.replay_failure, workflow.NondeterminismError)


async def test_the_subclass_alone_breaks_nothing(keys: DataConverter) -> None:
    """It is the order of commands that fails above, not the subclass."""
    result = await replayer(keys, Unchanged).replay_workflow(
        read(RECORDED["buyer-silent"]), raise_on_replay_failure=False
    )
    assert result.replay_failure is None


@workflow.defn(name=names.CLAIM_WORKFLOW, sandboxed=False)
class Unchanged(ClaimWorkflow):
    """A subclass that changes nothing."""

    @workflow.init
    def __init__(self, start: ClaimInput) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: ClaimInput) -> dict[str, Any]:
        """As the real one."""
        return await super().run(start)
