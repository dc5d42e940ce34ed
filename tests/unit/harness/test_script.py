"""Whatever a case says of people is the very act of the command; what cannot happen is refused."""

from __future__ import annotations

from typing import Any

import pytest

from atoz.claims.case import Happenings
from atoz.errors import BadInput
from atoz.harness.script import scripted
from atoz.playbook import events as ev
from atoz.playbook.simulate import meant, permitted
from tests.support.cases import BLOCKED, DAY, Play

AT = "2026-09-08T09:00:00Z"
FILE = {"name": "a.pdf", "type": "application/pdf", "bytes": 10}


def events(*documents: dict[str, Any]) -> list[ev.Event]:
    """The engine's events of a case's."""
    happens = Happenings.model_validate({"events": [{"at": AT, **each} for each in documents]})
    return scripted(happens.events, {})


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ({"do": "refunded", "amount": "8"}, ev.Refunded),
        ({"do": "pause", "why": "w"}, ev.Paused),
        ({"do": "resume"}, ev.Resumed),
        ({"do": "skip", "step": "appeal"}, ev.StepSkippedByHand),
        ({"do": "due", "clock": "response", "due": "2026-09-09T09:00:00Z"}, ev.DueSet),
        ({"do": "amend", "values": {"claim": {"amount": "8"}}}, ev.Amended),
        ({"do": "add_evidence", "file": FILE}, ev.EvidenceAdded),
        ({"do": "done", "task": "read-reply"}, ev.TaskDone),
        ({"do": "approve"}, ev.Approved),
        ({"do": "reject", "why": "w"}, ev.Rejected),
        ({"do": "edit", "text": "t"}, ev.Edited),
    ],
)
def test_each_verb_is_its_event(said: dict[str, Any], kind: type[ev.Event]) -> None:
    """With the values of the case, and a key of its own."""
    [made] = events({"type": "operator", **said})
    assert type(made) is kind
    document = made.model_dump(mode="json")
    assert (document["by"], document["key"]) == ("persona", "event-0")
    assert {key: document[key] for key in said if key not in ("do", "file")} == {
        key: value for key, value in said.items() if key not in ("do", "file")
    }


def test_the_key_of_a_case_makes_a_repeat() -> None:
    """The same act told twice."""
    twice = events(*[{"type": "operator", "do": "pause", "key": "once"}] * 2)
    assert [event.key for event in twice if isinstance(event, ev.OperatorEvent)] == ["once"] * 2


def test_what_no_event_can_be_is_named_by_its_place() -> None:
    """Every one, in one line."""
    reply = {"type": "buyer_reply", "message_id": "<a>", "text": "x"}
    with pytest.raises(BadInput, match=r"events\.0\.intents\.0: .*; events\.1\.message_id: "):
        events({**reply, "intents": ["angry"]}, {**reply, "message_id": ""})


def test_an_act_means_the_open_task_of_its_kind() -> None:
    """With the digest of the text that lies there then; where none is open it is refused."""
    play = Play(findings=BLOCKED).to(4 * DAY)
    task = play.task("approve-appeal")
    [yes] = events({"type": "operator", "do": "approve"})
    said = meant(play.state, yes)
    assert isinstance(said, ev.Approved)
    assert (said.task, said.digest) == (task.id, task.digest)
    assert permitted(play.state, said)
    early = Play().to(DAY).state
    assert not permitted(early, meant(early, yes))
