"""The surroundings that every act needs: a client, the store, the settings, a clock."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from temporalio.client import Client, WorkflowExecutionStatus

from atoz.claims.claim import ORDER_ID
from atoz.errors import NoOrderId, NoSuchClaim
from atoz.evidence.store import EvidenceStore
from atoz.keeping import kept_store
from atoz.library import Library, load_library
from atoz.service.calls import Calls
from atoz.service.problems import PROBLEMS
from atoz.settings import Settings
from workflows import names

PATIENCE = timedelta(seconds=8)
"""How long an answer of a worker is awaited: a command ends within ten seconds, whatever happens."""


@dataclass(frozen=True)
class Service:
    """What every act works with. `now` is the clock of whoever acts (UTC, aware)."""

    client: Client
    settings: Settings
    now: Callable[[], datetime]
    patience: timedelta = PATIENCE

    @cached_property
    def store(self) -> EvidenceStore:
        """Files and archive documents. Opened when first needed; raises BadInput for a bad place."""
        return kept_store(self.settings)

    @cached_property
    def library(self) -> Library:
        """Playbooks, policies, phrases. Read when first needed; raises BadInput when they are bad."""
        return load_library(self.settings.playbooks)

    @cached_property
    def calls(self) -> Calls:
        """The server, with its errors in our words."""
        return Calls(self.client, self.patience)


def claim_id(order_id: str) -> str:
    """The workflow id of an order's claim; `claim-…` itself is taken, too.

    Raises NoOrderId for what is none.
    """
    plain = names.order_of(order_id.strip())
    if not ORDER_ID.fullmatch(plain):
        raise NoOrderId(PROBLEMS("no_order", order=repr(order_id[:60])))
    return names.claim_workflow_id(plain)


async def is_running(service: Service, workflow_id: str) -> bool:
    """Whether the claim's workflow takes signals and updates. Needs no worker."""
    found = await service.calls.describe(workflow_id)
    return found is not None and found.status is WorkflowExecutionStatus.RUNNING


def no_such_claim(workflow_id: str) -> NoSuchClaim:
    """There is no claim of this id, running or archived."""
    order = names.order_of(workflow_id)
    return NoSuchClaim(PROBLEMS("no_claim", order=order))
