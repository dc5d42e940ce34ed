"""How every verb runs: the options that all share, the connection, and errors as one line and a code.

A verb is a coroutine that takes a `Call` and its own options. The shared options stand here once.
"""

import asyncio
import getpass
import inspect
import logging
import os
import typing
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple
from uuid import uuid4

import typer

from atoz.access.journal import about
from atoz.cli.answer import Answer, print_error, print_json, show
from atoz.errors import AtozError
from atoz.library import Library, load_library
from atoz.logging import configure_logging
from atoz.mail.plain import one_line
from atoz.service.policy import JOURNALED, LEAST, demand
from atoz.settings import Settings

if TYPE_CHECKING:
    from temporalio.client import Interceptor

    from atoz.cli.deeds import Deed
    from atoz.service.base import Service

Output = Annotated[
    Literal["text", "json"],
    typer.Option("--output", "-o", help="json prints one document", show_default=False),
]
Address = Annotated[
    str | None, typer.Option(help="the Temporal server; else TEMPORAL_ADDRESS", metavar="HOST:PORT")
]
Namespace = Annotated[
    str | None, typer.Option(help="its namespace; else TEMPORAL_NAMESPACE", metavar="NAME")
]
As = Annotated[str | None, typer.Option("--as", help="who acts; else your login", metavar="NAME")]

_LONGEST_NAME = 200


@dataclass(frozen=True)
class Call:
    """One run of the command: its shared options, and what it works with."""

    output: Literal["text", "json"] = "text"
    address: str | None = None
    namespace: str | None = None
    as_: str | None = None
    act: str | None = None
    """Of the policy: what a user of the board does by this, or what is done to the installation."""
    about: Mapping[str, str] = field(default_factory=dict)
    """What the journal is told of an act on the installation."""

    @property
    def as_json(self) -> bool:
        """Whether a program reads the answer."""
        return self.output == "json"

    @property
    def by(self) -> str:
        """Who acts, as it is recorded."""
        return one_line(self.as_ or _login(), _LONGEST_NAME) or "unknown"

    @cached_property
    def key(self) -> str:
        """What makes a repeat of this very act harmless."""
        return uuid4().hex

    @cached_property
    def deed(self) -> "Deed":
        """The act on the installation that this is."""
        from atoz.cli.deeds import Actor, Deed, account  # noqa: PLC0415 - hashes passwords, slowly

        assert self.act is not None
        actor = Actor(self.by, self.as_ is not None, account())
        return Deed(self.act, actor, lambda: self.now, self.about)

    @cached_property
    def settings(self) -> Settings:
        """Our settings. Raises BadInput naming every bad one."""
        return Settings()

    @cached_property
    def library(self) -> Library:
        """What a seller edits. Raises BadInput when it is bad."""
        return load_library(self.settings.playbooks)

    @cached_property
    def closing(self) -> AsyncExitStack:
        """What is to be ended when the verb is done."""
        return AsyncExitStack()

    @property
    def now(self) -> datetime:
        """The instant (UTC)."""
        return datetime.now(UTC)

    async def service(self) -> "Service":
        """The service layer over a connected client. Raises NoServer, BadInput.

        NotAllowed where the users of this server's board may not do the act: whoever reaches the
        server may do all the same; this keeps from slips.
        """
        # Imported here: Temporal's client takes time that verbs without a server need not wait for.
        from atoz.connect import connect  # noqa: PLC0415
        from atoz.joining import joined  # noqa: PLC0415
        from atoz.service.base import Service  # noqa: PLC0415
        from atoz.telemetry import log_as_configured  # noqa: PLC0415

        log_as_configured()
        own = self.settings  # a bad one is told before anything is contacted
        interceptors: Sequence[Interceptor] = ()
        if own.traces_url is not None:
            from atoz.tracing import traced  # noqa: PLC0415 - slow, and seldom asked for

            interceptors = await self.closing.enter_async_context(traced(own, "command"))
        client = await connect(
            address=self.address, namespace=self.namespace, interceptors=interceptors
        )
        sealing, settings = await joined(client, own)
        if self.act in JOURNALED:
            self.deed.begin(own_journal(settings), settings.access_folder)
        elif self.act in LEAST:
            self._demand(self.act, settings)
        return Service(sealing, settings, lambda: datetime.now(UTC))

    def _demand(self, act: str, settings: Settings) -> None:
        """Look the actor up in the state folder of the server, which is not always the settings' own."""
        from atoz.access.people import Users  # noqa: PLC0415 - hashes passwords by a slow library

        user = Users(settings.access_folder).all().get(self.by)
        if user is not None:
            demand(user.role, act, self.by)


Verb = Callable[..., Coroutine[Any, Any, Answer]]


class Where(NamedTuple):
    """Whose users an act on the installation asks, and in whose journal it is: folders of a state folder.

    `fresh`: that state folder is made by the act itself, and before it must not be there.
    """

    users: Path
    journal: Path
    fresh: bool = False


def own_journal(settings: Settings) -> Where:
    """The installation of these settings."""
    return Where(settings.access_folder, settings.access_folder)


Places = Callable[[Call, Mapping[str, Any]], Where]

_OUTPUT: dict[str, Any] = {"output": (Output, "text")}
_CONNECTION: dict[str, Any] = {"address": (Address, None), "namespace": (Namespace, None)}
_ACTOR: dict[str, Any] = {"as_": (As, None)}


def register(
    app: typer.Typer,
    verb: Verb,
    panel: str,
    *,
    server: bool = True,
    acts: bool | str = False,
    name: str | None = None,
    on: Sequence[str] = (),
    where: Places = lambda call, _given: own_journal(call.settings),
) -> None:
    """Make `verb` a command of `app`, named like it: its own options, then the shared ones.

    Its docstring is the help. `server`: it connects. `acts`: it records who did it, and the users
    file may say that they may not: it is the act of the policy where the verb has another name.
    That is asked when it has connected, since the users lie beside the server. Of an act on the
    installation the journal has what `on` names, of the verb's arguments and of its document.
    """
    shared = {**_OUTPUT, **(_CONNECTION if server else {}), **(_ACTOR if acts else {})}

    name = name or verb.__name__.rstrip("_").replace("_", "-")
    act = None if acts is False else name if acts is True else acts
    assert server or act not in LEAST, "what the policy knows is asked where the server's users are"

    def command(**given: Any) -> None:
        options = {key: given.pop(key) for key in shared}
        if act not in JOURNALED:
            call = Call(**options, act=act)
            raise typer.Exit(run(call, verb(call, **given)))
        call = Call(**options, act=act, about=about(on, given))
        place = None if server else where
        raise typer.Exit(run(call, _recorded(call, partial(verb, call, **given), place, given, on)))

    vars(command)["act"] = act
    _, *own = inspect.signature(verb).parameters.values()
    hints = typing.get_type_hints(verb, include_extras=True)
    _sign(command, {each.name: (hints[each.name], each.default) for each in own} | shared)
    app.command(name, help=inspect.getdoc(verb), rich_help_panel=panel)(command)


async def _recorded(
    call: Call,
    verb: Verb,
    where: Places | None,
    given: Mapping[str, Any],
    on: Sequence[str],
) -> Answer:
    """An act on the installation: asked before, and told to the journal however it ends.

    Where it connects (no `where`), it is asked when it has, as every act is.
    """
    deed = call.deed
    if where is not None:
        deed.begin(where(call, given), call.settings.access_folder)
    try:
        answer = await verb()
    except BaseException:
        deed.end("failed", {})
        raise
    deed.end("done", about(on, answer.document))
    return answer


def _sign(command: Callable[..., None], options: dict[str, tuple[Any, Any]]) -> None:
    """Give the function the parameters that typer shall read: name to (type, default)."""
    parameters = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=hint)
        for name, (hint, default) in options.items()
    ]
    vars(command)["__signature__"] = inspect.Signature(parameters)
    command.__annotations__ = {name: hint for name, (hint, _) in options.items()}


def run(call: Call, work: Coroutine[Any, Any, Answer]) -> int:
    """Run a verb, print its answer or its error, and give the exit code."""

    async def to_the_end() -> Answer:
        async with call.closing:
            return await work

    def answered() -> int:
        answer = asyncio.run(to_the_end())
        show(answer, as_json=call.as_json)
        return answer.code

    configure_logging("auto", "error")
    return guarded(answered, as_json=call.as_json)


def guarded(work: Callable[[], int], *, as_json: bool) -> int:
    """Run something to its exit code; whatever goes wrong becomes one line and a code."""
    try:
        return work()
    except AtozError as error:
        return failed(str(error), error.exit_code, as_json=as_json)
    except KeyboardInterrupt:
        return failed("interrupted", 130, as_json=as_json)
    except BrokenPipeError:
        return 0
    # A surprise still ends as one line and a code; at the level debug the log has the rest.
    except Exception as error:
        logging.getLogger("atoz").debug("the command failed", exc_info=True)
        said = one_line(f"{type(error).__name__}: {error}", 500)
        return failed(f"something unexpected happened: {said}", 1, as_json=as_json)


def failed(message: str, code: int, *, as_json: bool) -> int:
    """Say what went wrong on stderr, and as a document where one was asked for."""
    if as_json:
        print_json({"error": message, "exit": code})
    print_error(message)
    return code


def _login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return os.environ.get("USER", "")
