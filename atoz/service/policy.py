"""Who may do what: every act with the least role that may do it, in one table.

The command, the API and the board all ask here. A role may do whatever a lesser one may.
"""

from enum import StrEnum

from atoz.errors import NotAllowed
from atoz.service.problems import PROBLEMS


class Role(StrEnum):
    """What a person is here for: to look, to work on claims, to let texts go."""

    VIEWER = "viewer"
    AGENT = "agent"
    APPROVER = "approver"


_RANK = {role: rank for rank, role in enumerate(Role)}

LOOK = "look"
"""Reading, whatever is read: one act, so that a page never half appears."""

LEAST: dict[str, Role] = {
    LOOK: Role.VIEWER,
    **dict.fromkeys(
        (
            "start",
            "amend",
            "refunded",
            "reply",
            "decide",
            "request-information",
            "done",
            "edit",
            "pause",
            "resume",
            "skip",
            "due",
            "add-evidence",
            "mail-sync",
        ),
        Role.AGENT,
    ),
    **dict.fromkeys(("approve", "reject", "migrate", "erase"), Role.APPROVER),
}
"""Acts are named as the command's verbs. What goes to the marketplace in the seller's name, what changes
many claims at once, and what nothing brings back needs an approver; every other act can be corrected
afterwards."""


def permitted(role: Role, act: str) -> bool:
    """Whether this role may do the act. Raises KeyError for an act that the table does not know."""
    return _RANK[role] >= _RANK[LEAST[act]]


def demand(role: Role, act: str, who: str) -> None:
    """Raise NotAllowed, naming the role that is needed, where this one may not do the act."""
    if not permitted(role, act):
        raise NotAllowed(
            PROBLEMS("role", act=act, least=LEAST[act], name=who, role=role, some=_some(LEAST[act]))
        )


def _some(role: Role) -> str:
    return f"an {role}" if role[0] in "aeiou" else f"a {role}"
