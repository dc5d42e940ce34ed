"""A send of unknown fate is settled by the folder of sent mail: real servers on every side."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from atoz.harness.imap_server import imap_server
from atoz.harness.server import virtual_time
from atoz.keeping import converter
from atoz.rules import load_rules
from atoz.service import looking, mailbox, starting, waiting
from atoz.service.base import Service
from atoz.service.claim_files import read_case
from atoz.wiring import build_worker
from tests.support.imap import PASSWORD, USER, Postbox
from tests.support.loopback import listening
from tests.support.mailroom import AUTHSERV_ID
from tests.support.running import ROOT
from tests.support.scripted_smtp import ScriptedServer
from tests.support.server import shop_settings
from tests.support.service import PATIENCE, eventually, kinds
from workflows import names

ORDER = "111-0000102-0000102"
LATER = timedelta(days=2)


async def asks(service: Service) -> bool:
    """Whether the claim asks what became of its mail."""
    found = await waiting.tasks(service, ORDER)
    return "settle-send" in [task["kind"] for task in found["tasks"]]


async def a_claim(service: Service) -> None:
    """A claim that lacks nothing, arrived now."""
    case = read_case((ROOT / "samples/cases/buyer-silent.json").read_bytes())
    await starting.start(service, case.claim_file, received_now=True)


async def a_copy(service: Service, postbox: Postbox) -> None:
    """The mail server keeps a copy of what it was given, an instant before it broke off."""
    entries = (await looking.timeline(service, ORDER))["timeline"]
    unknown = next(entry for entry in entries if entry["kind"] == "message_unknown")
    raw = f"Message-ID: {unknown['data']['message_id']}\r\nSubject: ours\r\n\r\nx\r\n"
    postbox.put(raw.encode(), "Sent", datetime.fromisoformat(unknown["at"]))


async def test_a_mail_that_broke_off_is_found_among_the_sent_ones(tmp_path: Path) -> None:
    """First nobody knows; then a copy lies in the folder, and the claim goes on as if it had known."""
    breaks = ScriptedServer({"content": "drop"})
    async with (
        virtual_time(converter(shop_settings(tmp_path))) as server,
        listening(breaks.serve) as smtp,
    ):
        with imap_server() as postbox:
            postbox.make("Sent")
            settings = shop_settings(
                tmp_path,
                smtp_host="127.0.0.1",
                smtp_port=smtp,
                smtp_security="none",
                imap_host="127.0.0.1",
                imap_port=postbox.port,
                imap_security="none",
                imap_username=USER,
                imap_password=PASSWORD,
                authserv_id=AUTHSERV_ID,
                sent_folder="Sent",
            )
            rules = load_rules(settings)
            service = Service(server.client, settings, lambda: datetime.now(UTC), PATIENCE)
            more = mailbox.mailbox_activities(service, rules.library)
            async with build_worker(server.client, settings, rules=rules, more=more):
                await a_claim(service)
                handle = service.client.get_workflow_handle(names.claim_workflow_id(ORDER))
                await server.jump(handle, datetime.now(UTC) + LATER)
                await eventually(lambda: asks(service))
                assert (await mailbox.sync(service))["settled"] == 0
                await a_copy(service, postbox)
                assert (await mailbox.sync(service))["settled"] == 1
                assert not await asks(service)
                assert (await mailbox.sync(service))["settled"] == 0
                found = await kinds(service, ORDER)
    assert found.count("message_sent") == 1
    assert breaks.commands.count("DATA") == 1
