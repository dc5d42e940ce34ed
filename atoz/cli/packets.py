"""The verb that holds a packet against its claim: nobody has to trust a folder."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import RenderableType
from rich.text import Text

from atoz.appeal.packet.compare import Difference
from atoz.appeal.packet.folder import Found, read_packet
from atoz.claims.base import utc
from atoz.claims.case import CaseFile
from atoz.cli import given
from atoz.cli.answer import Answer
from atoz.cli.appeals import PANEL, as_of, played
from atoz.cli.verbs import Call, register
from atoz.playbook.state import CaseState
from atoz.service.claim_files import read_case

if TYPE_CHECKING:
    from atoz.appeal.packet.verify import Claimed

Named = Annotated[Path, typer.Argument(metavar="FOLDER", help="a packet's folder, or its zip")]
Played = Annotated[
    Path | None,
    typer.Option("--case", metavar="CASE.json", help="the case it was made from, without a server"),
]


async def verify(call: Call, packet: Named, case: Played = None) -> Answer:
    """Make a packet again from its claim, and tell every difference: exit 1 where there is one."""
    # Imported here: fonts and typst take time that other verbs need not wait for.
    from atoz.appeal.packet.verify import claimed  # noqa: PLC0415
    from atoz.service import packets  # noqa: PLC0415

    found = read_packet(packet)
    says = claimed(found)
    if isinstance(says, Difference):
        document = packets.verdict(None, [says])
    elif case is not None:
        differences = await _against(call, read_case(given.content(case)), found, says)
        document = packets.verdict(says, differences)
    else:
        document = packets.verdict(says, await packets.verify(await call.service(), found, says))
    return Answer(document, _look(document, packet), code=0 if document["ok"] else 1)


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


def add_to(appeals: typer.Typer) -> None:
    """Register the verb `appeal verify`."""
    register(appeals, verify, PANEL)
