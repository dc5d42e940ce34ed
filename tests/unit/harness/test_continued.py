"""What becomes of a running claim if something happens: from its state as of now, nothing touched."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from atoz.claims.base import instant_text
from atoz.claims.case import Happenings
from atoz.errors import BadInput
from atoz.harness.play import Played, continued
from atoz.service.claim_files import read_happenings
from atoz.settings import Settings
from tests.support.cases import DAY, HOUR, Play


def if_(play: Play, *events: dict[str, Any], playbook: str | None = None, **more: Any) -> Played:
    """The claim goes on from where it stands."""
    happens = Happenings.model_validate({"events": events, **more})
    return continued(Settings(state=Path("unused")), play.state, happens, play.now, playbook)


def kinds(played: Played) -> list[str]:
    """What the timeline shows."""
    return [entry["kind"] for entry in played.document["timeline"]]


def test_without_events_it_goes_on_as_planned() -> None:
    """All that happened stands first, word for word; then what is planned."""
    play = Play().to(2 * DAY)
    before = play.state
    played = if_(play)
    assert kinds(played)[:3] == ["claim_received", "playbook_chosen", "message_sent"]
    assert kinds(played)[3:5] == ["message_sent", "appeal_drafted"]
    assert play.state is before
    assert played.chart().now == play.now


def test_events_and_people_of_the_what_if_happen() -> None:
    """A reply, then an operator who posts in time."""
    play = Play().to(2 * DAY)
    reply = {
        "type": "buyer_reply",
        "at": play.arrived + 3 * DAY + HOUR,
        "message_id": "<w>",
        "text": "Hello.",
    }
    played = if_(play, reply, operator={"submit_appeal": "1h"})
    assert "reply_received" in kinds(played)
    assert "appeal_submitted" in kinds(played)


def test_it_can_go_on_under_another_playbook() -> None:
    """The pinned one stays where nothing is named."""
    play = Play().to(HOUR)
    assert if_(play).document["outcome"]["playbook"] == "documented"
    assert if_(play, playbook="hand-over").document["outcome"]["playbook"] == "hand-over"


def test_what_lies_in_the_past_is_refused() -> None:
    """It is known already."""
    play = Play().to(2 * DAY)
    with pytest.raises(BadInput, match=f"events.0.at lies before {instant_text(play.now)}"):
        if_(play, {"type": "operator", "do": "pause", "at": play.arrived + DAY})


def test_a_file_of_events_is_a_list_or_a_case() -> None:
    """Of a case only what happens counts; an unknown key is refused with its path."""
    event = b'{"type": "operator", "at": "2026-09-08T09:00:00Z", "do": "pause"}'
    assert len(read_happenings(b"[" + event + b"]").events) == 1
    assert len(read_happenings(b'{"title": "x", "events": [' + event + b"]}").events) == 1
    with pytest.raises(BadInput, match="happenings"):
        read_happenings(b'{"happenings": []}')
    with pytest.raises(BadInput, match="no JSON"):
        read_happenings(b"{")
