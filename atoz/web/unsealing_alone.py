"""The codec server as a process of its own, until it is told to stop."""

import asyncio
import json
import signal
import sys
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from atoz.access.access import Access
from atoz.errors import BadInput
from atoz.keeping import open_vault
from atoz.logging import configure_logging
from atoz.service.holding import holding
from atoz.settings import Settings
from atoz.vault.codec import SealingCodec
from atoz.web.alone import login_name
from atoz.web.face import shown
from atoz.web.place import Place, codec_place_of
from atoz.web.serve import answering, lets_somebody_in, warn_if_closed
from atoz.web.tally import Tally
from atoz.web.unsealing import Unsealing


def serve(state: Path | None, port: int | None, origins: Sequence[str], *, as_json: bool) -> int:
    """Serve until SIGTERM or Ctrl-C: 0. Raises BadInput for bad settings, no keys or a taken port.

    `origins` are those of Temporal's pages; none: as set.
    """
    given: dict[str, Any] = {} if state is None else {"state": state}
    if origins:
        given["codec_origins"] = tuple(origins)
    settings = Settings(**given)
    configure_logging(settings.log_format, settings.log_level)
    vault = open_vault(settings)
    if vault is None:
        raise BadInput("ATOZ_ENCRYPTION is off and there are no keys: nothing is sealed")
    local = settings.codec_is_local
    warn_if_closed(settings, local=local)
    tally = Tally("codec")
    access = Access(
        settings.access_folder, settings.board_session, told=tally.refused, server="codec server"
    )
    codec = Unsealing(
        SealingCodec(vault),
        access,
        settings.codec_origins,
        tally,
        lambda: lets_somebody_in(settings, local=local),
    )
    place = codec_place_of(settings, port)
    link = access.link(login_name(), _now()) if local else None
    ops = shown(codec, settings.health_host, settings.codec_health_port, "ATOZ_CODEC_HEALTH_PORT")
    return asyncio.run(_until_told(settings, codec, ops, place, link, as_json=as_json))


async def _until_told(
    settings: Settings,
    codec: Unsealing,
    ops: AbstractAsyncContextManager[None],
    place: Place,
    link: str | None,
    *,
    as_json: bool,
) -> int:
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    async with (
        holding(settings, "codec server", _now),
        ops,
        answering(codec.app(), place, "ATOZ_CODEC_PORT"),
    ):
        _say(place.address, f"{place.address}/login/{link}" if link else None, as_json=as_json)
        await stopping.wait()
    return 0


def _now() -> datetime:
    return datetime.now(UTC)


def _say(address: str, login: str | None, *, as_json: bool) -> None:
    lines = [
        f"The codec server is at {address}. In Temporal's pages: the glasses at the top, that address, ",
        "and `Include cross-origin credentials`.",
        f"Open this once in the same browser: {login or f'{address}/login'}",
        "The command: temporal … --codec-endpoint ADDRESS --codec-auth 'Bearer TOKEN' (atoz tokens new)",
    ]
    document = json.dumps({"codec": address, "login": login})
    sys.stdout.write("\n".join([document] if as_json else lines) + "\n")
    sys.stdout.flush()
