"""Whose a file of the claim is, and with which of them the text with the facts alone is handed in.

That text goes when nobody approved one, so nobody may have looked at what the buyer sent: it is silent about
the buyer's words, and leaves his pictures out, too.
"""

from collections.abc import Iterable

from atoz.claims.facts import Fact
from atoz.playbook.edition import OWN_FILES
from atoz.playbook.state import CaseState


def is_of_the_buyer(file: Fact) -> bool:
    """Whether a file came with a mail; else a person of the shop added it."""
    return not file.source.startswith("operator:")


def without_buyers_files(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """The facts without the files that came with a buyer's mails."""
    return tuple(f for f in facts if f.kind != "evidence_added" or not is_of_the_buyer(f))


def leaves_out(state: CaseState, facts_only: bool) -> bool:
    """Whether a text of this claim goes without the buyer's files."""
    return facts_only and state.edition >= OWN_FILES


def as_told(state: CaseState, facts_only: bool) -> CaseState:
    """The claim as a text tells and attaches it: every part of the program asks for its files here."""
    if not leaves_out(state, facts_only):
        return state
    return state.model_copy(update={"facts": without_buyers_files(state.facts)})
