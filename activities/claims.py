"""A claim's beginning and end: what the order book knows, the rules to pin, the archive."""

import json
from typing import Literal, Protocol, Self

from temporalio import activity

from activities import jobs, names
from atoz.claims.base import instant_text
from atoz.claims.policy import Policy
from atoz.errors import BadInput
from atoz.library import RULES_AHEAD, Library, pinned_policy
from atoz.orderbook import OrderBook
from atoz.playbook import edition
from atoz.playbook.events import Opened
from atoz.playbook.simulate import outcome, timeline
from atoz.playbook.view import status_view

_NOT_ARCHIVED = {"candidates", "seen", "early"}
"""What only a claim that runs needs of its state."""


class Documents(Protocol):
    """Where documents are kept."""

    def of(self, workflow_id: str) -> Self:
        """The same for what belongs to a claim."""
        ...

    async def put_document(self, path: str, content: bytes) -> None:
        """Write a document whole, replacing an older one."""
        ...

    async def get_document(self, path: str) -> bytes | None:
        """Read a document, or None."""
        ...


def archive_path(workflow_id: str) -> str:
    """Where the archive document of a claim lies in the store."""
    return f"archive/{workflow_id}.json"


def notice_path(order_id: str) -> str:
    """Where the Message-ID of the notice lies that opened a claim."""
    return f"notices/{order_id}"


def facts_folder(workflow_id: str) -> str:
    """Where a claim's old facts lie in the store."""
    return f"facts/{workflow_id}"


def facts_path(workflow_id: str, number: int) -> str:
    """Where a part of a claim's old facts lies in the store."""
    return f"{facts_folder(workflow_id)}/{number:05}.json"


class Claims:
    """Opens claims from the library and the order book, and archives them into the store."""

    def __init__(
        self,
        library: Library,
        orders: OrderBook,
        documents: Documents,
        channel: Literal["operator", "email", "webhook"],
        message_domain: str,
        *,
        two_person_approval: bool = False,
    ) -> None:
        self._library = library
        self._orders = orders
        self._documents = documents
        self._channel = channel
        self._message_domain = message_domain
        self._two_person_approval = two_person_approval

    @activity.defn(name=names.OPEN_CLAIM)
    async def open_claim(self, job: jobs.OpenJob) -> Opened:
        """What is known of a new claim and the rules to pin for it."""
        file, source = self._orders.complete(job.file)
        first = job.file.claim.notified_at.date()
        policy = pinned_policy(self._policy(file.claim.marketplace), first, first + RULES_AHEAD)
        return Opened(
            at=job.at,
            file=file,
            policy=policy,
            candidates=self._library.playbooks,
            channel=self._channel,
            message_domain=self._message_domain,
            completed_from=source,
            two_person_approval=self._two_person_approval,
            edition=edition.CURRENT,
        )

    def _policy(self, marketplace: str) -> Policy:
        policy = self._library.policies.get(marketplace)
        if policy is None:
            raise BadInput(
                f"no policy for marketplace {marketplace}: add playbooks/policies/{marketplace}.yaml"
            )
        return policy

    @activity.defn(name=names.ARCHIVE_FACTS)
    async def archive_facts(self, job: jobs.FactsJob) -> str:
        """Write a part of a claim's old facts; the path is what the claim remembers."""
        path = facts_path(job.workflow_id, job.number)
        facts = [fact.model_dump(mode="json") for fact in job.facts]
        own = self._documents.of(job.workflow_id)
        await own.put_document(path, json.dumps(facts, ensure_ascii=False).encode())
        return path

    @activity.defn(name=names.ARCHIVE_CLAIM)
    async def archive_claim(self, job: jobs.ArchiveJob) -> str:
        """Write the archive document: status, timeline, outcome, where older facts lie, and its state."""
        path = archive_path(job.state.workflow_id)
        document = {
            "archived_at": instant_text(job.at),
            "status": {**status_view(job.state, job.at), "state": "archived"},
            "timeline": timeline(job.state.facts),
            "archives": list(job.state.fact_archives),
            "outcome": outcome(job.state),
            "case": job.state.model_dump(mode="json", exclude=_NOT_ARCHIVED),
        }
        own = self._documents.of(job.state.workflow_id)
        await own.put_document(path, json.dumps(document, ensure_ascii=False).encode())
        return path
