"""Whether a packet still is what the claim's facts make: made again, and compared file by file."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from pydantic import TypeAdapter, ValidationError

from atoz.appeal.packet import manifest
from atoz.appeal.packet.compare import Difference, differences
from atoz.appeal.packet.dossier import Dossier, Kind, appeal_dossier
from atoz.appeal.packet.folder import Found
from atoz.appeal.packet.letters import LETTER_KINDS, letter_dossier
from atoz.appeal.packet.make import Kept, Kit, make_packet
from atoz.appeal.packet.views import file_name
from atoz.appeal.words import AppealWords
from atoz.claims.base import Instant
from atoz.playbook.posted import appeal_of
from atoz.playbook.state import CaseState

_INSTANT: TypeAdapter[datetime] = TypeAdapter(Instant)


class Claimed(NamedTuple):
    """What a packet's manifest says that it is."""

    order_id: str
    document: Mapping[str, Any]

    @property
    def digest(self) -> str:
        """The digest of the text and its attachments."""
        return str(self.document.get("digest"))

    @property
    def letter(self) -> tuple[Kind, int] | None:
        """Which letter it is and how many facts it was written from; None for an appeal."""
        known = self.document.get("facts_known")
        kind = next((kind for kind in LETTER_KINDS if kind == self.document.get("kind")), None)
        whole = kind and isinstance(known, int) and self.as_of is not None
        return (kind, int(known)) if kind and known is not None and whole else None

    @property
    def language(self) -> str | None:
        """The language that the text is in."""
        language = self.document.get("language")
        return language if isinstance(language, str) else None

    @property
    def as_of(self) -> datetime | None:
        """When the text was written (UTC)."""
        try:
            return _INSTANT.validate_python(self.document.get("as_of"))
        except ValidationError:
            return None


def claimed(found: Found) -> Claimed | Difference:
    """What the packet says that it is, or why nobody can tell."""
    content = found.files.get(manifest.NAME)
    if content is None:
        return Difference(manifest.NAME, "is missing: without it nobody can tell what this is of")
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return Difference(manifest.NAME, "cannot be read as JSON")
    if not isinstance(document, dict) or not isinstance(document.get("order_id"), str):
        return Difference(manifest.NAME, "does not name an order")
    return Claimed(document["order_id"], document)


async def verified(
    found: Found, says: Claimed, state: CaseState, kept: Kept, kit: Kit
) -> list[Difference]:
    """Every difference between what was found and what the facts of `state` make.

    A file is read from the packet where it is the recorded one, so that no store is needed for a
    packet that is whole. Raises what a store in trouble raises.
    """
    dossier = _dossier(state, says, kit.words)
    if dossier is None:
        return [
            Difference(manifest.NAME, f"its digest {says.digest[:32]} is of no text of this claim")
        ]
    packet = await make_packet(dossier, _FoundFirst(found, kept), kit)
    lost = [file_name(each) for each in dossier.attached if file_name(each) not in packet.files]
    return [
        *(Difference(name, "is missing, and the store has lost it") for name in lost),
        *differences(packet.files, found.files, ordered=found.ordered),
    ]


def _dossier(state: CaseState, says: Claimed, words: AppealWords) -> Dossier | None:
    """The dossier with this digest: of a letter as it was written then, else of a recorded text."""
    if says.letter is None:
        return _of_text(state, says)
    kind, known = says.letter
    assert says.as_of is not None, "a letter says when it was written"
    found = letter_dossier(kind, state, says.as_of, words, known)
    return found if found and found.digest == says.digest else None


def _of_text(state: CaseState, says: Claimed) -> Dossier | None:
    """Of this very revision where two have the same text."""
    texts = [appeal_of(fact) for fact in state.facts if fact.kind == "appeal_drafted"]
    same = [text for text in texts if text.digest == says.digest]
    named = [text for text in same if text.revision == says.document.get("revision")]
    return appeal_dossier(state, (named or same)[-1]) if same else None


class _FoundFirst:
    """The files of a packet by their sha256, and behind them the store."""

    def __init__(self, found: Found, kept: Kept) -> None:
        self._found = {hashlib.sha256(each).hexdigest(): each for each in found.files.values()}
        self._kept = kept

    async def get(self, sha256: str) -> bytes:
        """See Kept."""
        content = self._found.get(sha256)
        return content if content is not None else await self._kept.get(sha256)
