"""The verbs about packets: written out to be posted, and held against their claim afterwards."""

import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import RenderableType
from rich.text import Text

from atoz.appeal.packet.compare import Difference
from atoz.appeal.packet.folder import Found, packet_in, read_packet, write_files, zip_of
from atoz.claims.base import utc
from atoz.claims.case import CaseFile
from atoz.claims.claim import ORDER_ID
from atoz.cli import given
from atoz.cli.answer import Answer
from atoz.cli.appeals import as_of, played
from atoz.cli.groups import TEXTS, Groups
from atoz.cli.verbs import Call, register
from atoz.cli.words import line
from atoz.errors import BadInput
from atoz.playbook.state import CaseState
from atoz.service import kept_packets
from atoz.service.claim_files import read_case

if TYPE_CHECKING:
    from atoz.appeal.packet.verify import Claimed

Named = Annotated[Path, typer.Argument(metavar="FOLDER", help="a packet's folder, or its zip")]
Played = Annotated[
    Path | None,
    typer.Option("--case", metavar="CASE.json", help="the case it was made from, without a server"),
]


async def packet(
    call: Call,
    order: given.Order,
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="else those to post")] = None,
    *,
    to: Annotated[Path, typer.Option(metavar="FOLDER", help="where they are written")] = Path(),
) -> Answer:
    """Write the packets of a claim, readable, into a folder of yours: each as a folder and as a zip."""
    found = await kept_packets.packets(await call.service(), order, name)
    try:
        folders = [_written(to.absolute() / each, content) for each, content in found.items()]
    except OSError as fault:
        raise BadInput(f"{fault.filename or to}: {fault.strerror}") from fault
    written = [{"name": f.name, "folder": str(f), "zip": str(zip_of(f))} for f in folders]
    shown = [line(each["folder"], "and its zip") for each in written]
    return Answer({"packets": written}, [*shown, line(MIND)])


MIND = "Readable, with a buyer's words and pictures: remove it once it is posted; `erase` does not reach it."


def _written(folder: Path, content: bytes) -> Path:
    return write_files(folder, packet_in(io.BytesIO(content), folder.name).files)


async def verify(call: Call, packet: Named, case: Played = None) -> Answer:
    """Make a packet again from its claim, and tell every difference: exit 1 where there is one."""
    # Imported here: fonts and typst take time that other verbs need not wait for.
    from atoz.appeal.packet.verify import claimed  # noqa: PLC0415
    from atoz.service import packets  # noqa: PLC0415

    found = await _found(call, packet)
    says = claimed(found)
    if isinstance(says, Difference):
        document = packets.verdict(None, [says])
    elif case is not None:
        differences = await _against(call, read_case(given.content(case)), found, says)
        document = packets.verdict(says, differences)
    else:
        document = packets.verdict(says, await packets.verify(await call.service(), found, says))
    return Answer(document, _look(document, packet), code=0 if document["ok"] else 1)


async def _found(call: Call, packet: Path) -> Found:
    """The packet at a path; else the one that is kept under this name, as tasks give it."""
    if order := _kept_for(packet):
        kept = await kept_packets.packets(await call.service(), order, packet.name)
        return packet_in(io.BytesIO(next(iter(kept.values()))), packet.name)
    return read_packet(packet)


def _kept_for(packet: Path) -> str | None:
    """The order of a packet that is no path of this machine."""
    order = ORDER_ID.search(str(packet))
    return order.group() if order and not packet.exists() else None


async def _against(call: Call, case: CaseFile, found: Found, says: "Claimed") -> list[Difference]:
    """The differences from what the played case makes."""
    from atoz.appeal.packet.verify import verified  # noqa: PLC0415
    from atoz.harness import packets  # noqa: PLC0415

    store = await packets.pictures_of(case, call.library)
    kit = packets.kit_of(call.library, call.settings)
    return await verified(found, says, _state(call, case, says), store, kit)


def _state(call: Call, case: CaseFile, says: "Claimed") -> CaseState:
    """The played case with the text that the packet names, if there is an instant at which it has it."""
    found = list(_states(call, case, says))
    named = (each for each in found if each.appeal and each.appeal.digest == says.digest)
    return next(named, found[0])


def _states(call: Call, case: CaseFile, says: "Claimed") -> Iterator[CaseState]:
    """As its playbook drafts it, in the packet's language, and as known when the packet was written."""
    from atoz.harness.packets import with_text  # noqa: PLC0415

    then = says.as_of
    late = then is not None and utc(then) >= case.claim.notified_at
    for at in (None, then) if late else (None,):
        (state, now), _ = played(call, case, at, None)
        if at is None and state.appeal is not None:
            yield state
        yield with_text(state, as_of(call, state, now, says.language))


def _look(document: Mapping[str, Any], packet: Path) -> list[RenderableType]:
    if document["ok"]:
        return [Text(f"{packet} is what the claim of order {document['order_id']} makes")]
    found = [Text(f"{each['file']}: {each['what']}") for each in document["differences"]]
    many = "1 difference" if len(found) == 1 else f"{len(found)} differences"
    return [*found, Text(f"{many}: do not post it as it is", "bold red")]


def add_to(groups: Groups) -> None:
    """Register `packet` and `appeal verify`."""
    register(groups.root, packet, TEXTS)
    register(groups["appeal"], verify, TEXTS)
