"""Who may do what: every act on claims or on the installation, with the least role that may do it.

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

INSTALLATION: dict[str, Role] = {
    "login": Role.VIEWER,
    **dict.fromkeys(
        (
            *("users add", "users remove", "tokens new", "tokens revoke"),
            *("keys new", "keys rotate", "keys retire", "keys strict"),
            *("backup", "restore", "deploy promote"),
        ),
        Role.APPROVER,
    ),
}
"""Acts on the installation, which the command alone has: no timeline tells of them, so the journal of the
state folder does (`atoz.access.journal`). A link of `login` gives the role that its owner has. Who gets in,
what everything is sealed with, a copy of all of it, and the code that claims run on need an approver.
"""

JOURNALED = INSTALLATION.keys() | {"mail-sync"}
"""Acts that are written in the journal: those, and the one that board and API have as well."""

_NEEDS = {**LEAST, **INSTALLATION}


def permitted(role: Role, act: str) -> bool:
    """Whether this role may do the act. Raises KeyError for an act that no table knows."""
    return _RANK[role] >= _RANK[_NEEDS[act]]


def demand(role: Role, act: str, who: str) -> None:
    """Raise NotAllowed, naming the role that is needed, where this one may not do the act."""
    if not permitted(role, act):
        raise NotAllowed(
            PROBLEMS(
                "role", act=act, least=_NEEDS[act], name=who, role=role, some=_some(_NEEDS[act])
            )
        )


def _some(role: Role) -> str:
    return f"an {role}" if role[0] in "aeiou" else f"a {role}"
