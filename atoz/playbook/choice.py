"""Choosing the playbook of a claim: at its opening, after each amendment, and at the hand-over."""

from datetime import datetime

from atoz.claims.base import instant_text
from atoz.claims.policy import response_due
from atoz.playbook.model import Playbook
from atoz.playbook.prove import choose
from atoz.playbook.state import CaseState
from atoz.playbook.work import Work


def first_step_acted(state: CaseState) -> bool:
    """Whether any step of the playbook has acted, which pins it for good."""
    return any(run.state != "waiting" or run.attempts for run in state.runs.values())


def choose_playbook(work: Work) -> None:
    """Choose by the rules; record it where it is another than before."""
    book = choose(work.now, work.at)
    if work.get("playbook") is None or book.digest() != work.get("playbook_digest"):
        pin(work, book, "first that applies and fits")


def pin(work: Work, book: Playbook, why: str) -> None:
    """Pin a playbook whole, by the digest of its meaning."""
    digest = book.digest()
    work.set(playbook=book, playbook_digest=digest)
    work.record(
        "playbook_chosen",
        "playbook",
        playbook=book.name,
        version=book.version,
        digest=digest,
        why=why,
    )


def open_response_clock(work: Work) -> datetime:
    """Start the claim's own clock: the notice's instant, else the policy's, else the playbook's."""
    state = work.now
    assert state.policy is not None and state.playbook is not None, "called while opening"
    claim = state.file.claim
    found = response_due(claim.response_due, state.policy, claim.notified_at, state.playbook.limit)
    work.open_clock("response", found.due, found.source, claim.notified_at)
    work.record("clock.response", found.source, due=instant_text(found.due))
    return found.due
