"""What the command can do, the API can, or a reason stands here: a new verb fails until somebody has looked.

The same the other way: an address that no verb has says why.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from atoz.cli.app import VERBS
from tests.support.board import a_stand

ROUTES: Mapping[str, tuple[str, ...]] = {
    "start": ("start",),
    "status": ("status",),
    "timeline": ("timeline",),
    "list": ("list", "queue"),
    "amend": ("amend",),
    "refunded": ("refunded",),
    "report": ("report",),
    "why": ("why", "why-each"),
    "reply": ("reply", "reply-with-photos"),
    "decide": ("decide",),
    "request-information": ("request-information",),
    "tasks": ("tasks", "tasks-of-claim", "tasks-of-desk"),
    "done": ("done", "done-at-desk"),
    "approve": ("approve",),
    "reject": ("reject",),
    "edit": ("edit",),
    "pause": ("pause",),
    "resume": ("resume",),
    "skip": ("skip",),
    "due": ("due",),
    "add-evidence": ("add-evidence",),
    "desk list": ("desk",),
    "desk show": ("task-at-desk", "mail-at-desk"),
    "desk attach": ("attach-at-desk",),
    "desk discard": ("discard-at-desk",),
    "playbook simulate": ("simulate",),
    "playbook check": ("playbooks", "check"),
    "migrate preview": ("migration",),
    "migrate apply": ("migrate",),
    "migrate revert": ("revert",),
    "mail sync": ("mail-sync", "mail-sync-progress"),
    "packet": ("packets", "packet"),
    "erase": ("erase",),
}
"""Each verb that acts on claims, or reads them, with the operations of the API that do the same."""

_PROCESS = "it runs a process on the machine where it is called"
_OPERATES = "it looks after the installation, not after a claim: who may, reaches its machine"
_FILES = "it works on files of whoever calls it and touches no claim"
_GETS_IN = "who gets in is not decided by whoever is in"

ONLY_COMMAND: Mapping[str, str] = {
    **dict.fromkeys(("up", "codec-server", "demo", "board"), _PROCESS),
    "rehearse": f"{_PROCESS}: a Temporal server; `simulate` gives the same timeline",
    "playbook fuzz": f"{_FILES}, for minutes on every core",
    **dict.fromkeys(("backup", "restore", "verify", "deploy status", "deploy promote"), _OPERATES),
    **dict.fromkeys(
        ("keys new", "keys list", "keys rotate", "keys retire", "keys strict"), _OPERATES
    ),
    "outbox": f"{_OPERATES}: its mails reached nobody",
    **dict.fromkeys(("login", "users add", "users list", "users remove"), _GETS_IN),
    "access log": _OPERATES,
    **dict.fromkeys(("tokens new", "tokens list", "tokens revoke"), _GETS_IN),
    **dict.fromkeys(("playbook new", "playbook diff", "playbook diagram"), _FILES),
    **dict.fromkeys(("playbook schema", "playbook reference"), _FILES),
    **dict.fromkeys(("message render", "message lint"), _FILES),
    **dict.fromkeys(("appeal draft", "appeal lint", "appeal verify"), _FILES),
    "mail read": _FILES,
}
"""Each verb that the API does not have, and why."""

ONLY_API: Mapping[str, str] = {
    "me": "the command knows who calls it",
    "health": "for whoever watches the board",
    "evidence": "the command is where the files are; a page shows them",
    "list-events": "the command ends, a stream does not",
    "claim-events": "the command ends, a stream does not",
    "inbound-claim": "for other systems, signed",
    "inbound-reply": "for other systems, signed",
}
"""Each operation that no verb has, and why."""


def test_every_verb_has_its_address_or_a_reason() -> None:
    """And no verb stands here that is none."""
    verbs = [verb for of_module in VERBS.values() for verb in of_module]
    assert sorted([*ROUTES, *ONLY_COMMAND]) == sorted(verbs)


def test_every_address_has_its_verb_or_a_reason(tmp_path: Path) -> None:
    """And every operation that is named here is in the description."""
    paths = a_stand(tmp_path).app.openapi()["paths"].values()
    known = [operation["operationId"] for path in paths for operation in path.values()]
    named = [operation for operations in ROUTES.values() for operation in operations]
    assert sorted([*named, *ONLY_API]) == sorted(known)
