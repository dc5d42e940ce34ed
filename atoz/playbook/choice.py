"""Choosing the playbook of a claim: at its opening, after each amendment, and at the hand-over."""

from datetime import datetime

from atoz.claims.base import instant_text
from atoz.claims.policy import FoundLimit, response_due
from atoz.playbook.model import Playbook
from atoz.playbook.prove import choose
from atoz.playbook.schedule import playbook_of
from atoz.playbook.state import CaseState
from atoz.playbook.work import Work


def first_step_acted(state: CaseState) -> bool:
    """Whether any step of the playbook has acted, which pins it for good.

    An answer to the buyer's own question is no step; an appeal that lies drafted is one.
    """
    if state.appeal is not None:
        return True
    runs = [state.run(step.id) for step in playbook_of(state).steps]
    return any(run.state != "waiting" or run.attempts for run in runs)


def choose_playbook(work: Work) -> None:
    """Choose by the rules; record it where it is another than before."""
    book = choose(work.now, work.at)
    if work.get("playbook") is None or book.digest != work.get("playbook_digest"):
        pin(work, book, "first that applies and fits")


def pin(work: Work, book: Playbook, why: str) -> None:
    """Pin a playbook whole, by the digest of its meaning."""
    digest = book.digest
    work.set(playbook=book, playbook_digest=digest)
    work.record(
        "playbook_chosen",
        "playbook",
        playbook=book.name,
        version=book.version,
        digest=digest,
        why=why,
    )


def claim_limit(state: CaseState) -> FoundLimit:
    """When the answer is due: the notice's instant, else the policy's, else the playbook's own."""
    assert state.policy is not None, "the limit of an opened claim"
    assert state.playbook is not None, "a playbook was chosen"
    claim = state.file.claim
    return response_due(claim.response_due, state.policy, claim.notified_at, state.playbook.limit)


def open_response_clock(work: Work) -> datetime:
    """Start the claim's own clock and return when it runs out (UTC)."""
    due, source = claim_limit(work.now)
    work.open_clock("response", due, source, work.now.file.claim.notified_at)
    work.record("clock.response", source, due=instant_text(due))
    return due
