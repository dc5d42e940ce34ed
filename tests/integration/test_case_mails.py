"""A sample case that comes in as mail lives the same life as one that is typed in."""

from __future__ import annotations

from pathlib import Path

import pytest

from atoz.errors import AtozError
from atoz.harness.postman import ByMail, mails_of
from atoz.harness.stage import play, staged
from atoz.service.claim_files import read_case
from tests.support.running import ROOT

pytestmark = pytest.mark.server

CASES = sorted((ROOT / "samples" / "cases").glob("*.json"))


def test_every_sample_case_has_a_mail_for_its_notice_and_each_of_its_events() -> None:
    """Found by Message-ID; only what a person does has none."""
    for path in CASES:
        case, mails = read_case(path.read_bytes()), mails_of(path)
        known = {event.message_id for event in case.events if event.type != "operator"}
        assert known < set(mails), path.name
        assert len(mails) == len(known) + 1


async def test_mails_are_read_from_the_mailbox_and_marked(tmp_path: Path) -> None:
    """Both photos reach the store, every mail carries our keyword, and none is marked as read."""
    path = ROOT / "samples" / "cases" / "photos-on-day-two.json"
    async with staged(tmp_path, pages=False) as stage:
        played = await play(stage, read_case(path.read_bytes()), mails_of(path))
        assert played.differs == []
        flags = stage.postman.postbox.flags()
        assert list(flags.values()) == [{"$AtozDone"}] * 3
        kept = [fact["data"] for fact in played.timeline if fact["kind"] == "evidence_added"]
        assert [file["name"] for file in kept] == ["glass.jpg", "box.png"]
        for file in kept:
            assert await stage.store.of(played.workflow_id).get(file["sha256"])


async def test_a_mail_that_is_not_believed_stops_the_play(tmp_path: Path) -> None:
    """A forged notice starts nothing, and the play says which mail and why."""
    path = ROOT / "samples" / "cases" / "buyer-silent.json"
    case, mails = read_case(path.read_bytes()), mails_of(path)
    forged = {
        key: raw.replace(b"dmarc=pass", b"dmarc=fail").replace(b"dkim=pass", b"dkim=fail")
        for key, raw in mails.items()
    }
    async with staged(tmp_path, pages=False) as stage:
        way = ByMail(stage.postman, forged)
        with pytest.raises(AtozError, match="Quarantined"):
            await way.begin(stage.server, case)
