"""What a list will show of a claim at its first wait, foreseen by the same engine.

Search attributes that are given at the start cost nothing; one that must be corrected later costs
an Action. The workflow corrects only what the order book changes.
"""

from datetime import datetime

from atoz.claims.base import utc
from atoz.claims.claim import ClaimFile
from atoz.library import RULES_AHEAD, Library, pinned_policy
from atoz.playbook import edition
from atoz.playbook.apply import apply
from atoz.playbook.events import Opened
from atoz.playbook.state import open_claim
from workflows.shown import shown_values


def foreseen(library: Library, workflow_id: str, file: ClaimFile, now: datetime) -> dict[str, str]:
    """The search attributes of a claim that starts at `now` (UTC), as text by their names."""
    first = file.claim.notified_at.date()
    policy = pinned_policy(library.policy(file.claim.marketplace), first, first + RULES_AHEAD)
    books = library.playbooks
    opened = Opened(at=now, file=file, policy=policy, candidates=books, edition=edition.CURRENT)
    return shown_values(apply(open_claim(workflow_id, file, utc(now)), opened), utc(now))
