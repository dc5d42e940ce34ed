"""Erasing a claim: its key is destroyed, so that no history, store or archive yields the buyer's data.

What stays is a document without a word of the buyer's: enough to count the claim in reports. What it
sealed is let go of, too, and what lies readable on this machine: packets from before they were sealed, and
mails in an outbox that was asked for.
"""

import asyncio
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from atoz.claims.base import instant_text
from atoz.errors import Refused
from atoz.keeping import open_vault
from atoz.mail import outbox
from atoz.service.archive import archived, erased, keep_erased, remove_documents
from atoz.service.base import Service, claim_id, no_such_claim
from atoz.service.looking import timeline
from atoz.service.problems import PROBLEMS
from atoz.service.stopped import STOPPED
from atoz.settings import Settings
from atoz.vault.data_keys import DataKeys
from workflows import names

_COUNTED = ("marketplace", "reason", "amount", "currency", "notified_at")

REMAINS = (
    "a backup of the store from before and an old version in a bucket hold the claim's key: let them run out",
    "your mailbox, what went to the marketplace, and what operators were told by mail are not reached",
    "order id, marketplace, reason, outcome, amount and dates stay, to count the claim",
)
"""What an erasure does not reach, said each time."""


async def erase(service: Service, order_id: str, *, by: str) -> dict[str, Any]:
    """Erase a closed claim: `{workflow_id, order_id, erased_at, already, keys, files, remains}`.

    Again it destroys what came since. Raises Refused for an open claim and where nothing is sealed,
    NoSuchClaim where nothing of this order is here, NoWorker for one that was stopped on the server.
    """
    workflow_id = claim_id(order_id)
    keys = _keys(service.settings)
    known = await erased(service, workflow_id)
    left = known or await _what_stays(service, workflow_id, by)
    if left is None and not await keys.names(workflow_id):
        raise no_such_claim(workflow_id)
    # What stays comes first: a crash in between is mended by asking again.
    if left is not None and known is None:
        await keep_erased(service, workflow_id, left)
    destroyed = await keys.destroy(workflow_id)
    return {
        "workflow_id": workflow_id,
        "order_id": names.order_of(workflow_id),
        "erased_at": left["erased_at"] if left else instant_text(service.now()),
        "already": known is not None,
        "keys": destroyed,
        "files": await _remove(service, workflow_id),
        "remains": list(REMAINS),
    }


def _keys(settings: Settings) -> DataKeys:
    vault = open_vault(settings)
    if vault is None:
        raise Refused(PROBLEMS("not_sealed"))
    return vault.keys


async def _what_stays(service: Service, workflow_id: str, by: str) -> dict[str, Any] | None:
    """What stays of a claim that is over; None where there was none, only mail about its order.

    Raises Refused while it is open.
    """
    order = names.order_of(workflow_id)
    found = await service.calls.describe(workflow_id)
    document = await archived(service, workflow_id)
    if document is None and found is None:
        return None
    if document is None and (found is None or found.status not in STOPPED):
        raise Refused(PROBLEMS("open", order=order))
    told = document or await timeline(service, order)
    shown = found.typed_search_attributes if found else None
    return {
        "erased_at": instant_text(service.now()),
        "by": by,
        "workflow_id": workflow_id,
        "order_id": order,
        "marketplace": shown.get(names.MARKETPLACE) if shown else None,
        "reason": shown.get(names.REASON) if shown else None,
        **_counted(document),
        "outcome": told["outcome"],
        "began_at": min((entry["at"] for entry in told["timeline"]), default=None),
        "ended_at": max((entry["at"] for entry in told["timeline"]), default=None),
    }


def _counted(document: Mapping[str, Any] | None) -> dict[str, Any]:
    """The values of an archived claim by which reports count it: none says anything of a person."""
    claim = (document or {}).get("case", {}).get("file", {}).get("claim", {})
    return {name: claim[name] for name in _COUNTED if claim.get(name) is not None}


async def _remove(service: Service, workflow_id: str) -> int:
    """Let go of what is unreadable by now, and of what lies readable beside it: how many files."""
    own = service.store.of(workflow_id)
    count = await own.remove_files() + await remove_documents(service, workflow_id)
    return count + await asyncio.to_thread(_remove_beside, service.settings, workflow_id)


def _remove_beside(settings: Settings, workflow_id: str) -> int:
    packets = settings.state / "packets" / workflow_id
    files = [path for path in packets.rglob("*") if path.is_file()]
    shutil.rmtree(packets, ignore_errors=True)
    mails = [path for path in outbox.mails(settings.outbox_folder) if _is_about(path, workflow_id)]
    for mail in mails:
        mail.unlink(missing_ok=True)
    return len(files) + len(mails)


def _is_about(mail: Path, workflow_id: str) -> bool:
    """Mails to the buyer bear the claim's id in their name, notices the order in their subject; what
    is sealed, the name of the claim's key.
    """
    order = names.order_of(workflow_id)
    return order in mail.name or order.encode() in mail.read_bytes()
