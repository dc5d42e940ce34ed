"""The verbs about who gets into the board: users, tokens of programs, one-time links."""

import sys
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.console import RenderableType

from atoz.access.people import Users
from atoz.access.tokens import LASTS, Tokens
from atoz.claims.base import instant_text, parse_span, span_text
from atoz.cli import deeds
from atoz.cli.answer import Answer
from atoz.cli.groups import BOARD, Groups
from atoz.cli.verbs import Call, register
from atoz.cli.words import columns, line, local
from atoz.errors import BadInput
from atoz.service.policy import Role

RoleOption = Annotated[Role, typer.Option("--role", help="what they may do")]


async def add(
    call: Call,
    name: Annotated[str, typer.Argument(metavar="NAME")],
    role: RoleOption,
    *,
    no_password: Annotated[
        bool, typer.Option("--no-password", help="the reverse proxy alone lets them in")
    ] = False,
) -> Answer:
    """Add a user, or change one; the password is asked for, or read from standard input."""
    password = None if no_password else _password()
    users = Users(call.settings.access_folder)
    first = not users.all()
    user = users.add(name, role, password, call.now)
    said = [line(name, "is", role), *(_who_stays_free(name) if first else ())]
    return Answer({"name": name, **_shown(user.role, user.added_at)}, said)


def _who_stays_free(user: str) -> list[RenderableType]:
    """What whoever adds the first user may take for granted, and is not so."""
    own = deeds.account()
    if own == user:
        return []
    return [
        line(
            f"The machine's account {own} is no user: it may still rotate keys, back up and add users "
            "without --as, and is recorded (`atoz access log`). To hold it to a role, too: "
            f"`atoz users add {own} --role …`"
        )
    ]


async def list_(call: Call) -> Answer:
    """The users and their roles."""
    found = Users(call.settings.access_folder).all()
    users = [
        {"name": name, **_shown(user.role, user.added_at), "password": user.password is not None}
        for name, user in sorted(found.items())
    ]
    rows = [(u["name"], u["role"], "yes" if u["password"] else "no") for u in users]
    shown = [columns(("name", "role", "password"), rows)] if users else [line("no users")]
    return Answer({"users": users}, shown)


async def remove(call: Call, name: Annotated[str, typer.Argument(metavar="NAME")]) -> Answer:
    """Remove a user; their sessions end at once."""
    Users(call.settings.access_folder).remove(name)
    return Answer({"name": name, "removed": True}, [line(name, "is removed")])


async def new(
    call: Call,
    name: Annotated[str, typer.Argument(metavar="NAME", help="of the program, as recorded")],
    role: RoleOption,
    *,
    lasts: Annotated[str, typer.Option(metavar="SPAN", help="like 90d")] = span_text(LASTS),
    only: Annotated[
        list[str] | None, typer.Option(metavar="ACT", help="only this act; repeatable")
    ] = None,
) -> Answer:
    """Make a token for a program: shown this once, and kept as a digest."""
    try:
        span = parse_span(lasts)
    except ValueError as error:
        raise BadInput(f"--lasts: {error}") from error
    key, text = Tokens(call.settings.access_folder).new(
        name, role, call.now, lasts=span, acts=only or None
    )
    document = {"id": key, "token": text, "ends_at": instant_text(call.now + span)}
    return Answer(document, [line(text), line("It is not shown again; its id is", key)])


async def list_tokens(call: Call) -> Answer:
    """The tokens: id, name, role, until when; never the tokens themselves."""
    found = Tokens(call.settings.access_folder).all()
    tokens: list[dict[str, Any]] = [
        {
            "id": key,
            "name": token.name,
            "role": token.role,
            "acts": None if token.acts is None else list(token.acts),
            "made_at": instant_text(token.made_at),
            "ends_at": instant_text(token.ends_at),
            "ended": token.ends_at <= call.now,
        }
        for key, token in sorted(found.items(), key=lambda pair: pair[1].made_at)
    ]
    heads = ("id", "name", "role", "only", "ends")
    rows = [
        (t["id"], t["name"], t["role"], ", ".join(t["acts"] or ()), local(t["ends_at"]))
        for t in tokens
    ]
    return Answer({"tokens": tokens}, [columns(heads, rows)] if rows else [line("no tokens")])


async def revoke(call: Call, key: Annotated[str, typer.Argument(metavar="ID")]) -> Answer:
    """Revoke a token at once."""
    Tokens(call.settings.access_folder).revoke(key)
    return Answer({"id": key, "revoked": True}, [line(key, "is revoked")])


def _shown(role: Role, added_at: datetime) -> dict[str, Any]:
    return {"role": role, "added_at": instant_text(added_at.astimezone(UTC))}


def _password() -> str:
    """From a terminal twice and unseen, from a pipe once: never an argument, which others see."""
    if sys.stdin.isatty():
        asked: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
        return asked
    return sys.stdin.readline().rstrip("\r\n")


def add_to(groups: Groups) -> None:
    """Register these verbs: `users …` and `tokens …`."""
    users, tokens = groups["users"], groups["tokens"]
    about = ("name", "role", "no_password")
    register(users, add, BOARD, server=False, acts="users add", on=about)
    register(users, list_, BOARD, server=False)
    register(users, remove, BOARD, server=False, acts="users remove", on=("name",))
    made = ("id", "name", "role", "only", "ends_at")
    register(tokens, new, BOARD, server=False, acts="tokens new", on=made)
    register(tokens, list_tokens, BOARD, server=False, name="list")
    register(tokens, revoke, BOARD, server=False, acts="tokens revoke", on=("id",))
