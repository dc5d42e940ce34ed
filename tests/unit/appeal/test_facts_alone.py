"""The text that goes when nobody approved one takes no file of the buyer's along."""

from __future__ import annotations

from typing import Any

import pytest

from atoz.appeal.compose import attachments_of, digest_of
from atoz.appeal.packet.dossier import appeal_dossier, completed
from atoz.playbook import events as ev
from atoz.playbook.edition import OWN_FILES
from atoz.playbook.events import Attachment
from atoz.playbook.files import as_told
from atoz.playbook.posted import appeal_of
from atoz.playbook.state import Appeal
from atoz.playbook.view import attachments
from tests.support.cases import DAY, HOUR, SECOND, Play, variant

ENDS = 7 * DAY - 24 * HOUR - 4 * HOUR - HOUR
"""Until when a documented appeal may be approved: limit, margin, lead, retries."""

LABEL = Attachment(name="label.jpg", sha256="b" * 64, size=2_000, type="image/jpeg")


def unapproved(**scripted: Any) -> Play:
    """A documented claim with two pictures of the buyer's and one of our own, which goes by mail."""
    rules = {"appeal": {"approval": "always"}}
    books = [variant("documented", rules), variant("hand-over")]
    play = Play(playbooks=books, channel="email", **scripted).to(3 * DAY).reply(photos=2)
    return play.take(ev.EvidenceAdded(at=play.now, by="approver-1", file=LABEL)).to(ENDS - SECOND)


def named(files: list[Attachment]) -> list[str]:
    """The files by their names."""
    return [file.name for file in files]


def appeal(play: Play) -> Appeal:
    """The text that there is."""
    assert play.state.appeal is not None
    return play.state.appeal


def packed(play: Play) -> list[Attachment]:
    """The files of its packet."""
    dossier = appeal_dossier(play.state, appeal(play))
    return [exhibit.file for exhibit in dossier.attached if exhibit.file]


def test_the_facts_alone_go_with_our_own_files_alone() -> None:
    """What is shown, what goes, what the text numbers and what the digest binds are the same."""
    play = unapproved()
    assert len(attachments(play.state, appeal(play))) == len(packed(play)) == 3
    play.to(ENDS + SECOND)
    text = appeal(play)
    assert text.facts_only
    assert named(attachments(play.state, text)) == named(packed(play)) == ["label.jpg"]
    assert text.digest == digest_of(text.text, [f"{LABEL.name}:{LABEL.sha256}"])
    assert "1.jpg" not in text.text
    assert "label.jpg" in text.text
    assert "photos-unseen" not in {finding.rule for finding in text.findings}


def test_its_packet_is_made_again_years_later() -> None:
    """From the fact of the text, also where files had left the claim for the store."""
    play = unapproved().to(ENDS + SECOND)
    again = appeal_dossier(play.state, appeal_of(play.facts("appeal_drafted")[-1]))
    assert again == appeal_dossier(play.state, appeal(play))
    assert completed(again, play.facts("evidence_added")) == again


def test_a_claim_of_an_older_edition_goes_with_every_file() -> None:
    """Its text was bound to them, and may be on its way."""
    play = unapproved(edition=OWN_FILES - 1).to(ENDS + SECOND)
    assert appeal(play).facts_only
    assert len(packed(play)) == 3
    assert appeal(play).digest == digest_of(appeal(play).text, attachments_of(play.state))


@pytest.mark.parametrize("facts_only", [False, True])
def test_a_text_that_a_person_saw_goes_with_every_file(facts_only: bool) -> None:
    """Only the facts alone leave out; our own files never stay behind."""
    state = unapproved().state
    kept = [f for f in as_told(state, facts_only).facts if f.kind == "evidence_added"]
    assert len(kept) == (1 if facts_only else 3)
