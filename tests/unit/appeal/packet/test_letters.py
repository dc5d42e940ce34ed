"""A letter has a packet like an appeal: drafted from what was known then, and again from just that."""

from __future__ import annotations

import json
from datetime import timedelta

from atoz.appeal.letters import LETTERS, draft_for
from atoz.appeal.packet.compare import Difference
from atoz.appeal.packet.folder import Found, packet_name
from atoz.appeal.packet.letters import LETTER_KINDS, letter_dossier
from atoz.appeal.packet.make import make_packet
from atoz.appeal.packet.verify import Claimed, claimed, verified
from atoz.evidence.store import open_store
from atoz.playbook.state import CaseState
from tests.support.cases import Play, library
from tests.support.packets import kit
from tests.support.pdfs import text_of

HOUR = timedelta(hours=1)


async def packet_of(kind: str, play: Play) -> dict[str, bytes]:
    """The files of the letter's packet as of now."""
    dossier = letter_dossier(kind, play.state, play.now, library().appeal_words)
    assert dossier is not None
    return (await make_packet(dossier, open_store("memory:"), kit())).files


async def check(files: dict[str, bytes], state: CaseState) -> list[Difference]:
    """What is found wrong with these files."""
    found = Found(files, ordered=False)
    says = claimed(found)
    assert isinstance(says, Claimed)
    return await verified(found, says, state, open_store("memory:"), kit())


def test_every_letter_has_a_packet() -> None:
    """One list of letters."""
    assert set(LETTER_KINDS) == LETTERS


async def test_the_letter_for_the_metric() -> None:
    """Its text is the draft, its facts stand beside it, and its plan is for a person."""
    play = Play().to(HOUR).decided("denied")
    files = await packet_of("metric-restoration", play)
    assert list(files) == ["letter.txt", "evidence.pdf", "manifest.json"]
    draft = draft_for("metric-restoration", play.state, play.now, library().appeal_words)
    assert files["letter.txt"].decode() == f"{draft}\n"
    sentences = json.loads(files["manifest.json"])["sentences"]
    decision = next(f.id for f in play.state.facts if f.kind == "decision_received")
    assert sentences[1]["facts"] == [decision]
    assert "Request to look at the order defect rate again" in text_of(files["evidence.pdf"])
    assert await check(files, play.state) == []


async def test_what_came_later_changes_no_letter() -> None:
    """A reply, a decision and a reopened claim after it was written."""
    play = Play().to(HOUR).asked()
    files = await packet_of("answer-information", play)
    later = play.to(2 * HOUR).reply("question").decided("denied")
    assert await check(files, later.state) == []
    assert files["letter.txt"] != (await packet_of("answer-information", later))["letter.txt"]


async def test_a_changed_letter_is_told() -> None:
    """As with an appeal, by line."""
    play = Play().to(HOUR).asked()
    files = await packet_of("answer-information", play)
    other = {**files, "letter.txt": files["letter.txt"].replace(b"58.00", b"8.00")}
    (found,) = await check(other, play.state)
    assert found.what.startswith("line 1 is “")


async def test_a_letter_of_another_claim_is_told() -> None:
    """Its digest is of no letter of this one."""
    files = await packet_of("answer-information", Play().to(HOUR).asked())
    other = Play({"claim": {"amount": "9.00"}}).to(HOUR).asked()
    (found,) = await check(files, other.state)
    assert "is of no text of this claim" in found.what


def test_its_folder_is_named_by_its_kind_and_digest() -> None:
    """A new draft does not take the place of the one that a person works on."""
    play = Play().to(HOUR).asked()
    dossier = letter_dossier("answer-information", play.state, play.now, library().appeal_words)
    assert dossier is not None
    assert packet_name(dossier) == f"answer-information-{dossier.digest[:12]}"
    assert letter_dossier("answer-buyer", play.state, play.now, library().appeal_words) is None
