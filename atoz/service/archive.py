"""The archive document of a claim that is over, and the parts of a long claim's older facts."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

from pydantic import TypeAdapter

from activities.claims import archive_path, facts_folder, notice_path
from activities.packing import packets_folder
from activities.settling import asking_path
from atoz.claims.facts import Fact
from atoz.errors import AtozError, Refused
from atoz.playbook.simulate import timeline as shown_facts
from atoz.service.base import Service
from atoz.service.problems import PROBLEMS
from workflows import names

_FACTS = TypeAdapter(list[Fact])


async def archived(service: Service, workflow_id: str) -> dict[str, Any] | None:
    """The archive document (status, timeline, outcome), or None while there is none.

    Raises ErasedClaim.
    """
    content = await service.store.get_document(archive_path(workflow_id))
    if content is None:
        if left := await erased(service, workflow_id):
            raise ErasedClaim.of(left)
        return None
    document: dict[str, Any] = json.loads(content)
    return document


class ErasedClaim(Refused):
    """The claim was erased: nothing of the buyer is left."""

    @classmethod
    def of(cls, left: Mapping[str, Any]) -> Self:
        """With the order and the instant of what stays of it."""
        return cls(
            f"the claim of order {left['order_id']} was erased at {left['erased_at']}: nothing of the "
            "buyer is left of it, only that it is counted"
        )


async def erased(service: Service, workflow_id: str) -> dict[str, Any] | None:
    """What stays of an erased claim, to count it; None for any other."""
    content = await service.store.get_document(_erased_path(workflow_id))
    return None if content is None else dict(json.loads(content))


async def keep_erased(service: Service, workflow_id: str, left: Mapping[str, Any]) -> None:
    """Keep what stays of a claim that is erased; it is the shop's."""
    await service.store.put_document(_erased_path(workflow_id), json.dumps(left).encode())


async def remove_documents(service: Service, workflow_id: str) -> int:
    """Let go of everything that is written of a claim but what stays of it: how many documents."""
    own = [
        archive_path(workflow_id),
        notice_path(names.order_of(workflow_id)),
        asking_path(workflow_id),
        *await service.store.list(facts_folder(workflow_id)),
        *await service.store.list(keys_folder(workflow_id)),
        *await service.store.list(packets_folder(workflow_id)),
    ]
    return sum([await service.store.remove_document(path) for path in own])


def keys_folder(workflow_id: str) -> str:
    """Where lies what the keys of a workflow's acts were used for."""
    return f"keys/{workflow_id}"


def _erased_path(workflow_id: str) -> str:
    return f"erased/{workflow_id}.json"


async def older(service: Service, parts: Sequence[str]) -> list[dict[str, Any]]:
    """The timeline entries of facts that left the claim for the store. Raises AtozError where one is gone."""
    return shown_facts(await older_facts(service, parts))


async def older_facts(service: Service, parts: Sequence[str]) -> list[Fact]:
    """The facts that left the claim for the store. Raises AtozError where a part is gone."""
    facts: list[Fact] = []
    for part in parts:
        content = await service.store.get_document(part)
        if content is None:
            raise AtozError(PROBLEMS("store_lacks", part=part))
        facts += _FACTS.validate_json(content)
    return facts


def shown(facts: object) -> list[dict[str, Any]]:
    """The timeline entries of facts as a query gives them."""
    return shown_facts(_FACTS.validate_python(facts))


def in_order(entries: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Entries by the number of their fact, which is the order of recording, each once."""
    by_number = {int(entry["id"][1:]): entry for entry in entries}
    return [by_number[number] for number in sorted(by_number)]
