"""What a claim tells its log: one line for each fact of the timeline, with whose it is, none on replay."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from temporalio import workflow
from temporalio.worker import Replayer

from atoz.keeping import reader
from atoz.wiring import WORKFLOWS, workflow_runner
from tests.support.server import Bench, a_case

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="session")]


def told(caplog: pytest.LogCaptureFixture, workflow_id: str) -> list[dict[str, Any]]:
    """The lines of this claim's workflow, with what they bear beside their words."""
    lines = [{**vars(line), "says": line.getMessage()} for line in caplog.records]
    return [line for line in lines if line.get("workflow_id") == workflow_id]


async def test_one_line_for_each_fact_replayed_or_not(
    bench: Bench, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the timeline's order, each with the claim and the step; a replay of it all says nothing."""
    monkeypatch.setattr(workflow.logger, "workflow_info_on_message", False)  # as the worker does
    caplog.set_level("INFO")
    claim = await bench.begin(a_case())
    await claim.rehearsal.handle.signal("nonsense", "Zephyrine Quartz says hello")
    state = await claim.reach("8d")
    lines = told(caplog, state.workflow_id)
    facts = [fact for fact in state.facts if fact.on_timeline]
    assert [(line["fact"], line["says"]) for line in lines] == [(f.id, f.kind) for f in facts]
    assert {line["step"] for line in lines} >= {"deescalate", "request-photos", "appeal"}
    loud = {line["says"] for line in lines if line["levelno"] == logging.WARNING}
    assert loud == {"input_refused", "deadline_warning", "deadline_missed"}
    assert "Zephyrine" not in caplog.text

    caplog.clear()
    replayer = Replayer(
        workflows=WORKFLOWS,
        workflow_runner=workflow_runner(),
        data_converter=reader(bench.settings),
    )
    await replayer.replay_workflow(await claim.handle.fetch_history())
    assert told(caplog, state.workflow_id) == []
