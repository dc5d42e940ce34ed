"""The gate for changes of the workflows: committed histories replay, a changed order of commands fails.

What it does not see (lengths of timers, inputs of activities) the golden timelines do.
"""

from __future__ import annotations

import asyncio
import importlib
import pkgutil
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from temporalio import workflow
from temporalio.converter import DataConverter
from temporalio.worker import Replayer

import workflows
from atoz.keeping import reader
from atoz.playbook import edition
from atoz.wiring import VERSIONED, WORKFLOWS, workflow_runner
from tests.replay import record
from tests.replay.plays import plays
from tests.replay.record import read
from tests.support.fingerprint import (
    FINGERPRINTS,
    HISTORIES,
    commands_of,
    committed,
    edition_of,
    how_to_mend,
    workflow_of,
)
from tests.support.server import shop_settings
from workflows import names
from workflows.claim import ClaimInput, ClaimWorkflow

RECORDED = {file.stem: file for file in sorted(HISTORIES.glob("*.json"))}
BEFORE = {f"{file.parent.name}/{file.stem}": file for file in sorted(HISTORIES.glob("*/*.json"))}
"""Histories of claims that were opened under rules of before, by the edition of these."""
OTHERS = {"desk", "mailbox", "mailbox-refused", "migrated"}
OTHERS |= {f"carried-on-{run}" for run in (1, 2, 3)}
FEW_BYTES = 4_000_000
"""Of all histories together: every clone has them."""


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> DataConverter:
    """A worker's converter: it seals, and reads what was recorded before there were keys."""
    return reader(shop_settings(tmp_path_factory.mktemp("state")))


def replayer(keys: DataConverter, *classes: type) -> Replayer:
    """What replays with the sandbox and the converter of a worker."""
    return Replayer(workflows=classes, workflow_runner=workflow_runner(), data_converter=keys)


def test_every_play_is_recorded() -> None:
    """A new sample case or playbook comes with its history and its commands."""
    assert set(RECORDED) == set(plays()) | OTHERS, "run `.venv/bin/python -m tests.replay.record`"
    assert {file.stem for file in FINGERPRINTS.glob("*.txt")} == set(RECORDED)


def defined() -> Iterator[type]:
    """Every workflow class of the package `workflows`."""
    for module in pkgutil.iter_modules(workflows.__path__):
        for found in vars(importlib.import_module(f"workflows.{module.name}")).values():
            if (
                isinstance(found, type)
                and definition(found)
                and found.__module__.endswith(module.name)
            ):
                yield found


def definition(of: type) -> Any:
    """What the SDK keeps of a workflow class; None where it is none."""
    return getattr(of, "__temporal_workflow_definition", None)


def unrecorded(classes: Iterable[type]) -> set[str]:
    """The workflow types among these that no committed history is of."""
    types = {workflow_of(read(file)) for file in RECORDED.values()}
    return {definition(each).name for each in classes} - types


def test_every_workflow_is_recorded() -> None:
    """Whatever a worker runs, and whoever adds one adds a play."""
    found = list(defined())
    assert set(found) == {*WORKFLOWS, *VERSIONED}
    assert unrecorded(found) == set(), "add a play to tests/replay/plays.py, then record"
    assert unrecorded([*found, NeverPlayed]) == {"NeverPlayed"}


@workflow.defn
class NeverPlayed:
    """A workflow that somebody adds and no play has."""

    @workflow.run
    async def run(self) -> None:
        """Does nothing."""


def test_claims_are_recorded_under_the_edition_of_now() -> None:
    """Else nothing here shows that a claim which is opened today goes on tomorrow."""
    claims = {name: read(file) for name, file in RECORDED.items()}
    old = {
        name: edition_of(history)
        for name, history in claims.items()
        if workflow_of(history) == names.CLAIM_WORKFLOW
    }
    assert set(old.values()) == {edition.CURRENT}, "run `.venv/bin/python -m tests.replay.record`"


def test_histories_of_before_lie_where_their_edition_says() -> None:
    """The desk and the mailbox know no editions: theirs lie among the first ones."""
    for name, file in BEFORE.items():
        assert name.startswith(f"edition-{edition_of(read(file))}/")


def test_what_is_recorded_anew_is_kept_by_its_edition(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once: what is there of an edition stays; what is of this one is replaced."""
    monkeypatch.setattr(record, "HISTORIES", tmp_path)
    old, new = HISTORIES / "edition-7/buyer-silent.json", HISTORIES / "buyer-silent.json"
    for file in (old, old, new):
        own = Path(shutil.copy(file, tmp_path))
        record.set_aside(own)
        assert not own.exists()
        assert (tmp_path / "edition-7" / own.name).exists()
        assert len(list(tmp_path.rglob("*.json"))) == 1


def test_all_histories_together_are_small() -> None:
    """Who clones the project takes them along."""
    files = (RECORDED | BEFORE).values()
    assert sum(file.stat().st_size for file in files) < FEW_BYTES


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
    for file in (RECORDED | BEFORE).values():
        text = file.read_text("utf-8")
        assert '"identity"' not in text
        assert '"stackTrace"' not in text
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
