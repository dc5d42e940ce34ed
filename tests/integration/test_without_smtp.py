"""Without a mail server nothing reaches a buyer, and nothing says that it did."""

from __future__ import annotations

from pathlib import Path

import pytest

from atoz.harness.rehearse import Rehearsal
from atoz.harness.server import virtual_time
from atoz.keeping import converter
from atoz.playbook.state import CaseState
from atoz.rules import load_rules
from atoz.wiring import build_worker
from tests.support.server import Claim, a_case, shop_settings

pytestmark = pytest.mark.server


async def appealed(folder: Path, **more: str) -> CaseState:
    """A claim after its appeal is due, with the very mailer of production."""
    settings = shop_settings(folder, **more)
    async with (
        virtual_time(converter(settings)) as server,
        build_worker(server.client, settings, rules=load_rules(settings)),
    ):
        case = a_case()
        claim = Claim(await Rehearsal.begin(server, case), case.claim.notified_at)
        return await claim.reach("4d2h")


async def test_an_outbox_mail_reached_nobody_and_no_appeal_says_otherwise(tmp_path: Path) -> None:
    """The step is done and says so; a person has a task; the appeal is silent about it."""
    state = await appealed(tmp_path)
    sent = [fact for fact in state.facts if fact.kind == "message_sent"]
    assert [fact.data["template"] for fact in sent] == ["deescalate", "request_photos"]
    assert all(fact.data["delivered"] is False for fact in sent)
    assert all("outbox" in fact.data["detail"] for fact in sent)
    assert {task.kind for task in state.tasks if task.open} >= {"message-refused"}
    assert state.appeal is not None
    assert not {fact.id for fact in sent} & {f for s in state.appeal.sentences for f in s.facts}
    assert "we wrote" not in state.appeal.text
    assert "no reply" not in state.appeal.text


async def test_an_appeal_in_the_outbox_is_not_handed_in(tmp_path: Path) -> None:
    """Where appeals go by e-mail: the clock runs on, and a person has to answer the claim."""
    by_email = {"appeal_channel": "email", "appeal_email": "claims-team@marketplace.example"}
    state = await appealed(tmp_path, **by_email)
    assert "appeal_submitted" not in {fact.kind for fact in state.facts}
    response = state.clock("response")
    assert response is not None
    assert response.running
    refused = [fact for fact in state.facts if fact.kind == "message_refused"]
    assert ["reached nobody" in fact.data["detail"] for fact in refused] == [True]
    assert "handle-claim" in {task.kind for task in state.tasks if task.open}
