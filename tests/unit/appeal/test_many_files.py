"""However many pictures a buyer sends, the text of an appeal stays one that a claim can carry."""

from __future__ import annotations

from atoz.appeal.parts.evidence import MOST_NAMED
from atoz.playbook import events as ev
from atoz.playbook.view import attachments
from tests.support.cases import DAY, Play

MAILS, EACH = 12, 50
"""As many files as a mail may bring; a person adds one of the shop before them, and one after."""


def flooded() -> Play:
    """A claim whose appeal is written after the flood."""
    play = Play().to(2 * DAY).take(own("before"))
    for _ in range(MAILS):
        play.reply("photos", photos=EACH)
    return play.take(own("after")).to(5 * DAY)


def own(name: str) -> ev.EvidenceAdded:
    """A file of the shop."""
    file = ev.Attachment(name=f"{name}.pdf", type="application/pdf", size=1, sha256="a" * 64)
    return ev.EvidenceAdded(at=Play().now, by="agent-1", key=name, file=file)


def test_the_text_names_the_shops_own_and_the_newest_of_the_buyers() -> None:
    """Six hundred pictures made it a megabyte, and the claim stood still; they go along without a word."""
    state = flooded().state
    appeal = state.appeal
    assert appeal is not None
    files = {fact.id: fact for fact in state.facts if fact.kind == "evidence_added"}
    named = {each for said in appeal.sentences for each in said.facts} & files.keys()
    assert len(named) == MOST_NAMED
    assert {"before.pdf", "after.pdf"} <= {files[each].data["name"] for each in named}
    assert len(attachments(state, appeal)) == MAILS * EACH + 2
    assert len(state.model_dump_json()) < 500_000
