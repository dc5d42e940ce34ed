"""Files that come with a reply or as evidence: all are judged first, then all are kept, or none."""

from collections.abc import Sequence

from atoz.errors import BadFields
from atoz.evidence import intake
from atoz.evidence.intake import Given, Refusal, Taken
from atoz.evidence.store import EvidenceStore
from atoz.playbook.events import Attachment
from atoz.playbook.stored import NAMED_FILES


async def judged(given: Sequence[Given]) -> list[Taken]:
    """Each file as it will be kept. Raises BadFields naming every one that cannot be taken."""
    taken: list[Taken] = []
    refused: list[Refusal] = []
    async for found in intake.judging(given):
        if isinstance(found, Refusal):
            refused.append(found)
        else:
            taken.append(found)
    if refused:
        told = (NAMED_FILES("not_taken", name=each.name, why=each.reason) for each in refused)
        raise BadFields((f"files.{number}", said) for number, said in enumerate(told, start=1))
    return taken


async def keep(store: EvidenceStore, taken: Sequence[Taken]) -> tuple[Attachment, ...]:
    """Keep the files by their sha256 and give what refers to them."""
    return tuple([await intake.keep(store, file) for file in taken])
