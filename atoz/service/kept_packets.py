"""The packets of a claim as they are kept: sealed in the store, opened for whoever posts them.

Packets from before they were kept there lie readable in the worker's state folder, and are read from there.
"""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from activities.packing import PACKETS, packets_folder
from atoz.appeal.packet.folder import read_packet, zipped
from atoz.errors import NoSuchClaim
from atoz.service import looking
from atoz.service.base import Service, claim_id
from atoz.service.problems import PROBLEMS

SUBMIT = "submit-appeal"


async def packets(service: Service, order_id: str, name: str | None = None) -> dict[str, bytes]:
    """Zips by name: the one of that name; else those that open tasks name; else all of the claim.

    Raises NoSuchClaim where there is none, Refused for a claim that was erased.
    """
    status = await looking.status(service, order_id)
    named = {name_of(task["packet"]): task["packet"] for task in status["tasks"] if _has(task)}
    kept = {name_of(path): path for path in await service.store.list(_folder(order_id))}
    known = {**kept, **named}
    if not known and any(task["kind"] == SUBMIT for task in status["tasks"]):
        return await _made(service, order_id)
    wanted = [name_of(name)] if name else list(named or kept)
    if not known or not set(wanted) <= set(known):
        what = (
            f"no packet {name[:80]!r}" if name else "no packet yet: an appeal or a letter has one"
        )
        raise NoSuchClaim(f"the claim of order {status['order_id']} has {what}{_others(known)}")
    return {each: await content_of(service, known[each]) for each in wanted}


def name_of(path: str) -> str:
    """The name of a packet, from wherever it lies: `appeal-1-3f9a…`."""
    return Path(path).name.removesuffix(".zip")


def _has(task: Mapping[str, Any]) -> bool:
    return bool(task.get("packet"))


def _folder(order_id: str) -> str:
    return packets_folder(claim_id(order_id))


def _others(known: Mapping[str, str]) -> str:
    return f"; it has {', '.join(sorted(known))}" if known else ""


async def content_of(service: Service, path: str) -> bytes:
    """The zip of a packet as a task names it.

    Raises NoSuchClaim where it is gone, BadInput where it lies on another machine.
    """
    if not path.startswith(f"{PACKETS}/"):
        return zipped((await asyncio.to_thread(read_packet, Path(path))).files)
    content = await service.store.get_document(path)
    if content is None:
        raise NoSuchClaim(PROBLEMS("packet_gone", name=name_of(path)))
    return content


async def _made(service: Service, order_id: str) -> dict[str, bytes]:
    """The packet of the claim's appeal, made now: the store did not take it when it was handed over."""
    from atoz.service.packets import zipped_packet  # noqa: PLC0415 - fonts take time, and this is rare

    made = await zipped_packet(
        service, await looking.whole_case(service, order_id), SUBMIT, service.now()
    )
    return {made.name: made.content}
