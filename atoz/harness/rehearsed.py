"""One case from a file to its timeline, rehearsed for real: the same document as a simulation's.

A rehearsal has a server, a worker and a state folder of its own, which end with it: no message leaves,
nobody is told, no claim is touched.
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from atoz.claims.case import CaseFile
from atoz.claims.facts import Fact
from atoz.evidence.store import EvidenceStore
from atoz.harness.photos import Photos
from atoz.harness.play import Played, forced, played_as
from atoz.harness.rehearse import rehearse
from atoz.harness.script import script_of
from atoz.harness.server import virtual_time
from atoz.keeping import converter, kept_store
from atoz.mail.outbox import OutboxMailer
from atoz.playbook.state import CaseState
from atoz.rules import load_rules
from atoz.settings import Settings
from atoz.vault.ring import make_ring
from atoz.wiring import build_worker


async def rehearsed(settings: Settings, case: CaseFile, playbook: str | None = None) -> Played:
    """The case through the real workflow. Raises BadInput, NoServer."""
    rules = forced(load_rules(settings), settings, playbook)
    rules.library.policy(case.claim.marketplace)
    with TemporaryDirectory(prefix="rehearsal-") as folder:
        alone = secluded(settings, Path(folder))
        store = kept_store(alone)
        mailer = OutboxMailer(alone.outbox_folder, delivers=True)
        async with (
            virtual_time(converter(alone)) as server,
            build_worker(server.client, alone, rules=rules, mailer=mailer),
        ):
            photos = Photos()
            script = script_of(case, rules.library.phrases, photos.make)
            await photos.keep(store)
            played = await rehearse(server, case, script)
        return played_as(played.state, await _all_facts(played.state, store), played.ended_at)


def secluded(settings: Settings, folder: Path) -> Settings:
    """The same settings with every way out closed, and everything and its keys kept below `folder`."""
    alone = settings.model_copy(
        update={
            "state": folder,
            "orders": None,
            "outbox": None,
            "store_url": None,
            "encryption": "on",
            "keys_file": None,
            "smtp_host": None,
            "appeal_channel": "operator",
            "notice_emails": (),
            "notice_webhook_url": None,
            "board_host": "127.0.0.1",
            "board_url": None,
            "board_proxies": (),
            "inbound_secret": None,
        }
    )
    make_ring(alone.ring_file, datetime.now(UTC))
    return alone


async def _all_facts(state: CaseState, store: EvidenceStore) -> list[Fact]:
    """The facts that the claim carries, and before them those that it moved into the store."""
    older: list[Fact] = []
    for part in state.fact_archives:
        content = await store.get_document(part)
        assert content is not None, "a rehearsal's store outlives its claim"
        older += [Fact.model_validate(fact) for fact in json.loads(content)]
    return sorted([*older, *state.facts], key=lambda fact: int(fact.id[1:]))
