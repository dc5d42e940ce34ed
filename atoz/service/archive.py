"""The archive document of a claim that is over, and the parts of a long claim's older facts."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import TypeAdapter

from activities.claims import archive_path
from atoz.claims.facts import Fact
from atoz.errors import AtozError
from atoz.playbook.simulate import timeline as shown_facts
from atoz.service.base import Service

_FACTS = TypeAdapter(list[Fact])


async def archived(service: Service, workflow_id: str) -> dict[str, Any] | None:
    """The archive document (status, timeline, outcome), or None while there is none."""
    content = await service.store.get_document(archive_path(workflow_id))
    if content is None:
        return None
    document: dict[str, Any] = json.loads(content)
    return document


async def older(service: Service, parts: Sequence[str]) -> list[dict[str, Any]]:
    """The timeline entries of facts that left the claim for the store. Raises AtozError where one is gone."""
    return shown_facts(await older_facts(service, parts))


async def older_facts(service: Service, parts: Sequence[str]) -> list[Fact]:
    """The facts that left the claim for the store. Raises AtozError where a part is gone."""
    facts: list[Fact] = []
    for part in parts:
        content = await service.store.get_document(part)
        if content is None:
            raise AtozError(f"the store lacks {part}, a part of this claim's facts: restore it")
        facts += _FACTS.validate_json(content)
    return facts


def shown(facts: object) -> list[dict[str, Any]]:
    """The timeline entries of facts as a query gives them."""
    return shown_facts(_FACTS.validate_python(facts))


def in_order(entries: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Entries by the number of their fact, which is the order of recording, each once."""
    by_number = {int(entry["id"][1:]): entry for entry in entries}
    return [by_number[number] for number in sorted(by_number)]
