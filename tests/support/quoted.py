"""A claim whose world answers in its buyer's own words: a mail server that refuses and quotes, activities
that fail and quote. It is played to its end by a worker process of its own.
"""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import UTC, datetime, timedelta
from pathlib import Path

from atoz.claims.claim import ClaimFile
from atoz.claims.status import Status
from atoz.harness.server import VirtualTime
from atoz.playbook.state import CaseState
from atoz.service import looking, reporting, starting
from atoz.service.base import Service, claim_id
from tests.support.loopback import listening
from tests.support.running import Process
from tests.support.scripted_smtp import ScriptedServer
from tests.support.service import eventually

QUEUE = "quoted"


class QuotingServer(ScriptedServer):
    """Refuses every mail for good, and shows what it refuses."""

    async def _answer(self, phase: str, writer: asyncio.StreamWriter) -> bool:
        if phase == "content":
            said = " ".join(self.content.decode().split())
            self.script["content"] = f"550 no, not this: {said[:900]}"
        return await super()._answer(phase, writer)


async def quoted(server: VirtualTime, own: Service, file: ClaimFile, folder: Path) -> CaseState:
    """Live the claim with its worker, whose log lies in `folder`; its state before it was decided."""
    await asyncio.to_thread(folder.mkdir)
    settings = own.settings.model_copy(update={"task_queue": QUEUE})
    service = dataclasses.replace(own, settings=settings)
    async with listening((refusing := QuotingServer({})).serve) as port:
        worker = Process(
            folder,
            *("-m", "tests.support.quoting_worker"),
            TEMPORAL_ADDRESS=server.client.service_client.config.target_host,
            ATOZ_STATE=str(service.settings.state),
            ATOZ_TASK_QUEUE=QUEUE,
            ATOZ_SENDER="claims@fernlane.example",
            ATOZ_LOG_LEVEL="debug",
            ATOZ_SMTP_HOST="127.0.0.1",
            ATOZ_SMTP_PORT=str(port),
            ATOZ_SMTP_SECURITY="none",
        )
        try:
            return await _lived(server, service, file)
        finally:
            worker.popen.kill()
            worker.popen.wait()
            assert refusing.content, "mails came"


async def _lived(server: VirtualTime, service: Service, file: ClaimFile) -> CaseState:
    order = file.claim.order_id
    handle = server.client.get_workflow_handle(claim_id(order))
    await starting.start(service, file, received_now=True)

    async def opened() -> bool:
        return bool((await looking.status(service, order))["state"] != "opening")

    await eventually(opened, 60)
    await server.jump(handle, datetime.now(UTC) + timedelta(days=4.5))
    await looking.status(service, order)
    state: CaseState = await handle.query("case", result_type=CaseState)
    await reporting.decide(service, order, Status.DENIED)
    await looking.status(service, order)
    await server.jump(handle, datetime.now(UTC) + timedelta(days=120))
    await asyncio.wait_for(handle.result(), 60)
    return state
