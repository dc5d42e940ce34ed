"""Moving a running claim to another edition of its playbook: what changes, and what is recorded.

Whether it may be moved is judged in `migrating.py`, before this is applied.
"""

from atoz.playbook import events as ev
from atoz.playbook.model import Playbook
from atoz.playbook.schedule import playbook_of
from atoz.playbook.state import CaseState
from atoz.playbook.work import Work

KEPT_FORMER = 3
"""So many earlier playbooks a claim can go back to."""


def pinned(state: CaseState, new: Playbook) -> CaseState:
    """The state with another playbook pinned, and the old one kept to go back to."""
    old = playbook_of(state)
    kept = [book for book in state.former if book.digest not in (new.digest, old.digest)]
    return state.model_copy(
        update={
            "playbook": new,
            "playbook_digest": new.digest,
            "former": (*kept, old)[-KEPT_FORMER:],
            # Should the playbook be chosen again, the claim stays with this edition of it.
            "candidates": tuple(new if b.name == new.name else b for b in state.candidates),
        }
    )


def target(state: CaseState, event: ev.Migrated) -> Playbook | None:
    """The playbook that a move names: whole, or by the digest of one that the claim had before."""
    if event.playbook is not None:
        return event.playbook if event.playbook.digest == event.digest else None
    return next((book for book in state.former if book.digest == event.digest), None)


def migrated(work: Work, event: ev.Migrated) -> None:
    """Pin the other playbook; who, why and both digests are recorded, and it can be taken back."""
    old, new = playbook_of(work.now), target(work.now, event)
    assert new is not None, "checked before it is applied"
    fact = work.record(
        "overridden",
        f"operator:{event.by}",
        what="migrate",
        playbook=new.name,
        digest=new.digest,
        version=new.version,
        old_digest=old.digest,
        old_version=old.version,
        why=event.why,
    )
    work.remember(event.key, fact)
    after = pinned(work.now, new)
    names = ("playbook", "playbook_digest", "former", "candidates")
    work.set(**{name: getattr(after, name) for name in names})
