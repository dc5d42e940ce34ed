"""Packets made from their claims' facts and checked against them: by the running claim, or its archive."""

from datetime import datetime
from typing import Any, NamedTuple

import obstore

from atoz.appeal.packet.compare import Difference
from atoz.appeal.packet.dossier import Dossier, appeal_dossier, completed
from atoz.appeal.packet.folder import Found, packet_name, zipped
from atoz.appeal.packet.fonts import Fonts
from atoz.appeal.packet.letters import LETTER_KINDS, letter_dossier
from atoz.appeal.packet.make import Kit, make_packet
from atoz.appeal.packet.verify import Claimed, verified
from atoz.errors import AtozError, NoSuchClaim
from atoz.playbook.state import CaseState
from atoz.service.archive import older_facts
from atoz.service.base import Service
from atoz.service.looking import whole_case
from atoz.service.problems import PROBLEMS


class Zipped(NamedTuple):
    """A packet as one file, and what it is called without its suffix."""

    name: str
    content: bytes


def has_packet(state: CaseState, kind: str) -> bool:
    """Whether a task of this kind is handed in with a packet: the appeal, or a letter."""
    return kind in LETTER_KINDS or (kind == "submit-appeal" and state.appeal is not None)


async def zipped_packet(service: Service, state: CaseState, kind: str, now: datetime) -> Zipped:
    """The packet that a task of this kind is handed in with, as of `now` (UTC).

    It is made anew from the claim, so whoever asks needs no folder of the worker's. Raises
    NoSuchClaim where there is none, AtozError while the store does not answer.
    """
    dossier = _dossier(service, state, kind, now)
    if dossier is None:
        raise NoSuchClaim(PROBLEMS("no_packet_of", order=state.file.claim.order_id, kind=kind))
    try:
        if dossier.missing and state.fact_archives:
            dossier = completed(dossier, await older_facts(service, state.fact_archives))
        kept = service.store.of_order(dossier.order_id)
        packet = await make_packet(dossier, kept, _kit(service))
    except (OSError, obstore.exceptions.BaseError) as fault:
        raise AtozError(PROBLEMS("store_silent", words=fault)) from fault
    return Zipped(packet_name(dossier), zipped(packet.files))


def _dossier(service: Service, state: CaseState, kind: str, now: datetime) -> Dossier | None:
    if kind == "submit-appeal" and state.appeal is not None:
        return appeal_dossier(state, state.appeal)
    return letter_dossier(kind, state, now, service.library.appeal_words)


def _kit(service: Service) -> Kit:
    return Kit(service.library.appeal_words, Fonts(service.settings.fonts))


async def verify(service: Service, found: Found, says: Claimed) -> list[Difference]:
    """Every difference between a packet and what its claim makes. Raises NoSuchClaim, NoWorker."""
    state = await whole_case(service, says.order_id)
    kept = service.store.of_order(says.order_id)
    try:
        return await verified(found, says, state, kept, _kit(service))
    except (OSError, obstore.exceptions.BaseError) as fault:
        raise AtozError(PROBLEMS("store_silent", words=fault)) from fault


def verdict(says: Claimed | None, found: list[Difference]) -> dict[str, Any]:
    """The document of `appeal verify`: `{ok, order_id, digest, differences: [{file, what}]}`."""
    return {
        "ok": not found,
        "order_id": says.order_id if says else None,
        "digest": says.digest if says else None,
        "differences": [each._asdict() for each in found],
    }
