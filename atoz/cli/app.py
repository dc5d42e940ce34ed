"""The command line put together: every verb, and what happens to a line that is none.

A verb costs what its own module imports, and most people wait for one verb at a time. So the modules
of all others are left alone: the table says where each verb is, and help reads all of them.
"""

import itertools
from collections.abc import Iterable, Sequence
from importlib import import_module

import typer

from atoz.cli.groups import Groups
from atoz.cli.verbs import failed

VERBS = {
    "system": ("up", "codec-server", "demo"),
    "backups": ("backup", "restore"),
    "board": ("board", "login"),
    "people": (
        *("users add", "users list", "users remove"),
        *("tokens new", "tokens list", "tokens revoke"),
    ),
    "journal": ("access log",),
    "claims": ("start", "status", "timeline", "list", "amend", "refunded"),
    "figures": ("report",),
    "reasons": ("why",),
    "reports": ("reply", "decide", "request-information"),
    "work": (
        *("tasks", "done", "approve", "reject", "edit"),
        *("pause", "resume", "skip", "due", "add-evidence"),
    ),
    "desk": ("desk list", "desk show", "desk attach", "desk discard"),
    "plays": ("rehearse", "playbook simulate"),
    "playbooks": ("playbook check",),
    "authoring": (
        *("playbook new", "playbook diff", "playbook diagram"),
        *("playbook schema", "playbook reference"),
    ),
    "fuzzing": ("playbook fuzz",),
    "migrating": ("migrate preview", "migrate apply", "migrate revert"),
    "upgrades": ("verify", "deploy status", "deploy promote"),
    "messages": ("message render", "message lint"),
    "appeals": ("appeal draft", "appeal lint"),
    "packets": ("packet", "appeal verify"),
    "outbox": ("outbox",),
    "keys": ("keys new", "keys list", "keys rotate", "keys retire", "keys strict"),
    "erasing": ("erase",),
    "mail": ("mail read",),
    "mailbox": ("mail sync",),
}
"""The verbs by the module of `atoz.cli` that has them, in the order of the help."""


def build(modules: Iterable[str] = VERBS) -> typer.Typer:
    """The command with the verbs of these modules."""
    groups = Groups()
    for module in modules:
        import_module(f"atoz.cli.{module}").add_to(groups)
    return groups.root


def needed(arguments: Sequence[str]) -> list[str]:
    """The modules that a line needs: of its verb, else of its group, else all (help, a slip)."""
    for words in (arguments[:2], arguments[:1]):
        found = [name for name, verbs in VERBS.items() if any(_begins(v, words) for v in verbs)]
        if words and found:
            return found
    return list(VERBS)


def _begins(verb: str, words: Sequence[str]) -> bool:
    """Whether a verb, as far as it is written here, is what the line names."""
    named = verb.split()
    return named[: len(words)] == list(words) or named == list(words[:1])


def main(arguments: Sequence[str]) -> int:
    """Run one command line and give its exit code: 0 done, 1 refused, 2 usage, 3 no such claim,
    4 no server, 5 no worker.
    """
    as_json = wants_json(arguments)
    try:
        code = build(needed(arguments))(list(arguments), standalone_mode=False)
    except typer.Abort:
        return failed("interrupted", 130, as_json=as_json)
    except typer.TyperException as error:
        said = " ".join(error.format_message().split()).replace("Value error, ", "")
        return failed(f"{said} (see --help)", error.exit_code, as_json=as_json)
    return code if isinstance(code, int) else 0


def wants_json(arguments: Sequence[str]) -> bool:
    """Whether the line asks for a document; a line that cannot be read is answered in kind, too."""
    flags = ("-o", "--output")
    apart = any(pair == (flag, "json") for pair in itertools.pairwise(arguments) for flag in flags)
    return apart or any(word in ("-ojson", "--output=json") for word in arguments)
