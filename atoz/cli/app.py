"""The command line put together: every verb, and what happens to a line that is none."""

import itertools
from collections.abc import Sequence

import typer

from atoz.cli import (
    appeals,
    authoring,
    board,
    claims,
    erasing,
    fuzzing,
    keys,
    mail,
    mailbox,
    messages,
    migrating,
    outbox,
    packets,
    people,
    playbooks,
    plays,
    reasons,
    reports,
    system,
    upgrades,
    work,
)
from atoz.cli.verbs import failed


def build() -> typer.Typer:
    """The command with all its verbs."""
    app = typer.Typer(
        name="atoz",
        help="Follows a documented playbook for every A-to-z claim.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    books = typer.Typer(
        help="Write a playbook, check it, and try it on a case.", no_args_is_help=True
    )
    mails = typer.Typer(help="Read incoming mail.", no_args_is_help=True)
    texts = typer.Typer(help="Write and check appeals.", no_args_is_help=True)
    system.add_to(app)
    board.add_to(app)
    people.add_to(app)
    claims.add_to(app)
    reasons.add_to(app)
    reports.add_to(app)
    work.add_to(app)
    plays.add_to(app, books)
    playbooks.add_to(books)
    authoring.add_to(books)
    upgrades.add_to(app)
    fuzzing.add_to(books)
    moves = typer.Typer(
        help="Move running claims to a changed playbook, and back.", no_args_is_help=True
    )
    migrating.add_to(moves)
    mail.add_to(mails)
    mailbox.add_to(mails)
    written = typer.Typer(help="Render and check messages to the buyer.", no_args_is_help=True)
    appeals.add_to(texts)
    packets.add_to(app, texts)
    outbox.add_to(app)
    messages.add_to(written)
    rings = typer.Typer(help="The keys that everything is sealed with.", no_args_is_help=True)
    keys.add_to(rings)
    erasing.add_to(app)
    app.add_typer(rings, name="keys", rich_help_panel=keys.PANEL)
    app.add_typer(written, name="message", rich_help_panel=appeals.PANEL)
    app.add_typer(texts, name="appeal", rich_help_panel=appeals.PANEL)
    app.add_typer(mails, name="mail", rich_help_panel=mail.PANEL)
    app.add_typer(books, name="playbook", rich_help_panel=plays.PANEL)
    app.add_typer(moves, name="migrate", rich_help_panel=plays.PANEL)
    return app


def main(arguments: Sequence[str]) -> int:
    """Run one command line and give its exit code: 0 done, 1 refused, 2 usage, 3 no such claim,
    4 no server, 5 no worker.
    """
    as_json = wants_json(arguments)
    try:
        code = build()(list(arguments), standalone_mode=False)
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
