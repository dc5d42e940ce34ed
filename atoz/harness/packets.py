"""The packet of a case that was only played: its pictures are made, its text is the one that was drafted."""

from pathlib import Path

from atoz.appeal.packet.dossier import appeal_dossier
from atoz.appeal.packet.folder import write_packet
from atoz.appeal.packet.fonts import Fonts
from atoz.appeal.packet.make import Kit, make_packet
from atoz.claims.case import CaseFile
from atoz.evidence.store import EvidenceStore, open_store
from atoz.harness.photos import Photos
from atoz.harness.script import script_of
from atoz.library import Library
from atoz.playbook.apply import apply
from atoz.playbook.events import AppealDrafted
from atoz.playbook.state import CaseState
from atoz.settings import Settings


def kit_of(library: Library, settings: Settings) -> Kit:
    """What packets are made with under these settings."""
    return Kit(library.appeal_words, Fonts(settings.fonts))


async def pictures_of(case: CaseFile, library: Library) -> EvidenceStore:
    """A store in memory with the pictures that the case names."""
    photos, store = Photos(), open_store("memory:")
    script_of(case, library.phrases, photos.make)
    await photos.keep(store)
    return store


def with_text(state: CaseState, drafted: AppealDrafted) -> CaseState:
    """The played claim with this revision recorded, where its play did not record it."""
    same = state.appeal is not None and state.appeal.digest == drafted.digest
    return state if same else apply(state, drafted)


async def write_case_packet(
    state: CaseState, store: EvidenceStore, kit: Kit, root: Path
) -> tuple[Path, tuple[str, ...]]:
    """Write the packet of the claim's appeal below `root`: its folder, and what to mind."""
    assert state.appeal is not None, "the text is drafted before its packet"
    dossier = appeal_dossier(state, state.appeal)
    packet = await make_packet(dossier, store, kit)
    return write_packet(root, dossier, packet.files), packet.warnings
