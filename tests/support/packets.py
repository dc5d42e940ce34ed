"""A claim with two photos and its packet, for tests of packets: made in memory, in milliseconds."""

import hashlib
from collections.abc import Mapping
from typing import Any

from atoz.appeal.draft import draft
from atoz.appeal.packet.dossier import Dossier, appeal_dossier
from atoz.appeal.packet.fonts import Fonts
from atoz.appeal.packet.make import Kit, Packet, make_packet
from atoz.claims.facts import Fact
from atoz.evidence.store import EvidenceStore, open_store
from atoz.harness.images import make_image
from atoz.playbook.acts import Draft
from atoz.playbook.apply import apply
from atoz.playbook.state import CaseState
from tests.support.cases import ARRIVED, DAY, HOUR, Play, library

FONTS = Fonts()
ASKED = "Here are two pictures. The lamp is broken."


def kit() -> Kit:
    """The shipped words and fonts."""
    return Kit(library().appeal_words, FONTS)


def photo(name: str, kind: str = "image/jpeg") -> tuple[bytes, dict[str, Any]]:
    """A picture, and the data of the fact that it is on file."""
    content = make_image(name, kind, 30_000)
    return content, file_data(name, kind, content)


def file_data(name: str, kind: str, content: bytes) -> dict[str, Any]:
    """The data of the fact that a file is on the claim."""
    sha256 = hashlib.sha256(content).hexdigest()
    return {"name": name, "type": kind, "size": len(content), "sha256": sha256}


async def claim_with(
    *files: tuple[bytes, dict[str, Any]], reply: str = ASKED, **changes: Any
) -> tuple[CaseState, EvidenceStore]:
    """A claim to which the buyer sent these files with these words, and whose appeal is drafted."""
    store = open_store("memory:")
    state = Play(changes).to(HOUR).state if changes else Play().to(HOUR).state
    facts: list[tuple[str, dict[str, Any]]] = [
        ("reply_received", {"text": reply, "attachments": len(files)})
    ]
    for content, data in files:
        await store.put(content, data["type"])
        facts.append(("evidence_added", data))
    return drafted(with_facts(state, facts)), store


def with_facts(state: CaseState, data: list[tuple[str, dict[str, Any]]]) -> CaseState:
    """The claim with these facts behind its own, a day after it arrived."""
    facts = [
        Fact(id=f"f{number}", at=ARRIVED + DAY, kind=kind, source="<m1@mail.example>", data=each)
        for number, (kind, each) in enumerate(data, start=state.facts_recorded + 1)
    ]
    known = state.facts_recorded + len(facts)
    return state.model_copy(update={"facts": (*state.facts, *facts), "facts_recorded": known})


def drafted(state: CaseState, revision: int = 1, **more: Any) -> CaseState:
    """The claim with the next revision of its appeal."""
    now = ARRIVED + DAY + revision * HOUR
    act = Draft(step="appeal", revision=revision, **more)
    return apply(state, draft(state, act, now, library().appeal_words))


def dossier_of(state: CaseState) -> Dossier:
    """The dossier of the claim's newest revision."""
    assert state.appeal is not None
    return appeal_dossier(state, state.appeal)


async def packet_of(state: CaseState, store: EvidenceStore) -> Packet:
    """The packet of the claim's newest revision."""
    return await make_packet(dossier_of(state), store, kit())


def changed(files: Mapping[str, bytes], **changes: bytes | None) -> dict[str, bytes]:
    """The files with some changed, added or (None) taken away; `__` in a name stands for a dot."""
    named = {name.replace("__", "."): content for name, content in changes.items()}
    return {k: v for k, v in {**files, **named}.items() if v is not None}
