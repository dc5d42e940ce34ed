"""A reason of nothing but spaces is none: left out where it may be, refused where one is needed."""

from __future__ import annotations

from typing import Any

import pytest

from atoz.cli.app import main
from atoz.errors import BadInput
from atoz.playbook import events as ev
from atoz.service import acting
from tests.support.board_claims import Desk, drafted
from tests.support.cases import BLOCKED
from tests.unit.test_cli_usage import nowhere

__all__ = ["nowhere"]

BLANK = ("", " ", "\n\t ", "\u00a0\u3000")


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A board with claims in memory."""
    return Desk(tmp_path_factory.mktemp("state"))


@pytest.mark.parametrize("why", BLANK)
@pytest.mark.parametrize("kind", [ev.Paused, ev.StepSkippedByHand, ev.DueSet, ev.Migrated])
def test_where_it_may_be_left_out_it_is(kind: type[ev.OperatorEvent], why: str) -> None:
    """As if it had not been given."""
    assert acting.with_reasons(kind, {"why": why, "step": "x"}) == {"step": "x"}


@pytest.mark.parametrize("why", BLANK)
def test_where_it_is_needed_it_is_asked_for(why: str) -> None:
    """Who writes the text anew has to know."""
    with pytest.raises(BadInput, match="say why: spaces are no reason"):
        acting.with_reasons(ev.Rejected, {"why": why})


def test_a_reason_stays_as_it_is() -> None:
    """And an act without one, too."""
    for values in ({"why": " holiday "}, {"despite": "I looked."}, {"why": None}, {}):
        assert acting.with_reasons(ev.Paused, values) == values


@pytest.mark.parametrize("why", BLANK)
async def test_the_timeline_shows_no_empty_reason(board: Desk, why: str) -> None:
    """A skip says that a person did it, a pause says nothing more."""
    desk, play = board.cleared(), drafted()
    order = desk.add(play)
    api = desk.stand.client(headers=desk.stand.token())
    assert (await api.post(f"/api/claims/{order}/pause", json={"why": why})).status_code == 200
    assert play.facts("paused")[0].data.get("why") in (None, "")


@pytest.mark.parametrize("why", BLANK)
async def test_a_text_is_rejected_for_a_reason(board: Desk, why: str) -> None:
    """Nothing happens without one."""
    desk, play = board.cleared(), drafted(findings=BLOCKED)
    order, task = desk.add(play), play.task("approve-appeal").id
    api = desk.stand.client(headers=desk.stand.token())
    answer = await api.post(f"/api/claims/{order}/tasks/{task}/reject", json={"why": why})
    assert (answer.status_code, "say why" in answer.json()["detail"]) == (422, True)
    assert desk.calls.acts == []


@pytest.mark.parametrize("why", BLANK)
def test_the_command_refuses_before_it_contacts_anybody(
    why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line, and exit 1 instead of 4."""
    line: list[Any] = ["reject", "111-0000102-0000102", "approve-appeal", "--why", why]
    assert main(line) == 1
    assert capsys.readouterr().err == (
        "error: say why: spaces are no reason, and whoever comes next needs to know\n"
    )
