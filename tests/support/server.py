"""The real server for integration tests: started once, a worker beside it, a virtual clock per claim.

What runs here is what production composes (`atoz.wiring`); only the mail lies in an outbox folder
and the state in a temporary one.
"""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import pytest_asyncio

from activities.claims import archive_path
from atoz.claims.base import parse_span
from atoz.claims.case import CaseFile
from atoz.claims.facts import Fact
from atoz.harness.rehearse import Rehearsal
from atoz.harness.server import VirtualTime, virtual_time
from atoz.keeping import converter, kept_store
from atoz.mail.outbox import OutboxMailer
from atoz.mail.outgoing import Mailer
from atoz.playbook import events as ev
from atoz.playbook.state import CaseState
from atoz.rules import Rules, load_rules
from atoz.settings import Settings
from atoz.vault.ring import make_ring
from atoz.wiring import build_worker
from tests.support.cases import ARRIVED, document

_NUMBERS = itertools.count(1)


def fresh_order() -> str:
    """An order id that no other claim of this session has."""
    return f"333-{next(_NUMBERS):07}-0000000"


def a_case(*changes: dict[str, Any]) -> CaseFile:
    """A claim that the documented playbook takes, changed, under an order of its own."""
    own = {"claim": {"order_id": fresh_order()}}
    return CaseFile.model_validate(document(own, *changes))


class Claim:
    """One claim on the server, with the words that tests need."""

    def __init__(self, rehearsal: Rehearsal, notified_at: datetime) -> None:
        self.rehearsal = rehearsal
        self.handle = rehearsal.handle
        self.notified_at = notified_at

    def at(self, span: str, seconds: float = 0) -> datetime:
        """The instant at this span after the notice, moved by some seconds."""
        return self.instant(self.notified_at, span) + timedelta(seconds=seconds)

    @staticmethod
    def instant(notified_at: datetime, span: str) -> datetime:
        """The instant at this span after a notice."""
        return notified_at + parse_span(span)

    async def state(self) -> CaseState:
        """The claim's state once it waits."""
        return (await self.rehearsal.settled())[0]

    async def reach(self, span: str, seconds: float = 0) -> CaseState:
        """The state at an instant; every timer on the way rings at its own."""
        return (await self.rehearsal.reach(self.at(span, seconds)))[0]

    async def take(self, event: ev.Event) -> CaseState:
        """Deliver one event now, and the state after it."""
        await self.rehearsal.send(event)
        return await self.state()

    async def now(self) -> datetime:
        """The claim's own clock."""
        return await self.rehearsal.server.now(self.handle) + self.rehearsal.offset


class Bench(NamedTuple):
    """A server, its worker's settings, and the rules that the worker was built with."""

    server: VirtualTime
    settings: Settings
    rules: Rules

    async def begin(
        self, case: CaseFile, *, signal: tuple[str, dict[str, Any]] | None = None
    ) -> Claim:
        """Start a claim whose clock reads the instant of its notice; it waits when this returns.

        `signal` is delivered together with the start.
        """
        start: dict[str, Any] = {}
        if signal:
            start = {"start_signal": signal[0], "start_signal_args": [signal[1]]}
        rehearsal = await Rehearsal.begin(self.server, case, library=self.rules.library, **start)
        claim = Claim(rehearsal, case.claim.notified_at)
        await claim.state()
        return claim

    def outbox(self, claim: Claim) -> list[str]:
        """The steps whose mails lie in the outbox."""
        found = self.settings.outbox_folder.glob(f"{claim.handle.id}.*.eml")
        return sorted(path.name.removeprefix(f"{claim.handle.id}.").split(".")[0] for path in found)

    async def archived(self, workflow_id: str) -> dict[str, Any] | None:
        """The archive document of a claim, or None."""
        content = await kept_store(self.settings).get_document(archive_path(workflow_id))
        return None if content is None else json.loads(content)

    async def archived_facts(self, state: CaseState) -> list[Fact]:
        """The facts that left the claim's state, read back from the store."""
        store = kept_store(self.settings)
        parts = [json.loads(await store.get_document(ref) or b"[]") for ref in state.fact_archives]
        return [Fact.model_validate(fact) for part in parts for fact in part]


def shop_settings(folder: Path, **more: Any) -> Settings:
    """Settings of a shop without SMTP, with its state in `folder`."""
    known = {"seller_name": "Fernlane Goods", "sender": "claims@fernlane.example"}
    settings = Settings.model_validate({"state": folder, **known, **more})
    make_ring(settings.ring_file, ARRIVED)
    return settings


def a_mailer(settings: Settings) -> Mailer | None:
    """What lies in the outbox of a test counts as what the buyer got; SMTP where it is configured."""
    if settings.smtp_account() is not None:
        return None
    return OutboxMailer(settings.outbox_folder, delivers=True)


@asynccontextmanager
async def a_bench(
    folder: Path, *, server: Sequence[str] = (), database: Path | None = None, **more: Any
) -> AsyncIterator[Bench]:
    """A server with a worker, ended with the block. `server` are more of its dynamic settings; its
    claims lie in the file `database`, or in memory.
    """
    settings = shop_settings(folder, **more)
    rules = load_rules(settings)
    async with (
        virtual_time(converter(settings), settings=server, database=database) as virtual,
        build_worker(virtual.client, settings, rules=rules, mailer=a_mailer(settings)),
    ):
        yield Bench(virtual, settings, rules)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def bench(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Bench]:
    """The session's server and worker. A test that uses it runs in the session's loop."""
    async with a_bench(tmp_path_factory.mktemp("state")) as made:
        yield made


# What is said ------------------------------------------------------------------------------------

_MESSAGES = itertools.count(1)


def message_id() -> str:
    """A Message-ID that no other message of this session has."""
    return f"<m{next(_MESSAGES)}@mail.example>"


def reply(text: str = "Hello, are you there?", *intents: str, **more: Any) -> ev.BuyerReplied:
    """A buyer's reply as the mail reader hands it on."""
    values = {"at": ARRIVED, "message_id": message_id(), "text": text, "intents": intents}
    return ev.BuyerReplied.model_validate({**values, **more})


def photos() -> ev.BuyerReplied:
    """A reply with a photo."""
    file = ev.Attachment(name="lamp.jpg", type="image/jpeg", size=180_000, sha256="ab" * 32)
    return reply("Here is a picture.", "photos", attachments=(file,))


def decision(status: str = "denied", **more: Any) -> ev.MarketplaceDecided:
    """What the marketplace decided."""
    values = {"at": ARRIVED, "message_id": message_id(), "status": status}
    return ev.MarketplaceDecided.model_validate({**values, **more})


# What is looked at -------------------------------------------------------------------------------


def name_of(fact: Fact) -> str:
    """`message_sent:deescalate`, `task_opened:read-reply`, or the kind alone."""
    detail = fact.data.get("kind" if fact.kind == "task_opened" else "template")
    return f"{fact.kind}:{detail}" if detail else fact.kind


def instants(state: CaseState, name: str) -> list[datetime]:
    """When the facts of this name, or of this kind, were recorded."""
    return [fact.at for fact in state.facts if name in (name_of(fact), fact.kind)]


def tally(state: CaseState) -> Counter[str]:
    """How often each name stands on the timeline."""
    return Counter(name_of(fact) for fact in state.facts if fact.on_timeline)
