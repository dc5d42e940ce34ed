"""The verbs that run the whole system on this machine: `up`, and the demonstration."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from atoz.cli.groups import SYSTEM, Groups
from atoz.cli.verbs import Output, guarded


def up(
    state: Annotated[Path | None, typer.Option(metavar="DIR", help="else ATOZ_STATE")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="of the server")] = None,
    output: Output = "text",
) -> None:
    """Run everything on this machine until Ctrl-C: server, worker; claims survive a restart."""
    from atoz.harness.up import up as run_up  # noqa: PLC0415 - only this verb needs it

    as_json = output == "json"
    _end(lambda: run_up(state, port, as_json), as_json)


def demo(
    cases: Annotated[
        list[Path] | None, typer.Argument(metavar="[CASE.json]…", help="else the samples")
    ] = None,
    exit_: Annotated[bool, typer.Option("--exit", help="end after the last case")] = False,
    output: Output = "text",
) -> None:
    """Play the sample cases through the real system in virtual time."""
    from atoz.harness.demo import demo as run_demo  # noqa: PLC0415 - only this verb needs it
    from atoz.telemetry import log_as_configured  # noqa: PLC0415

    log_as_configured()
    as_json = output == "json"
    _end(lambda: run_demo(exit_, as_json, list(cases or [])), as_json)


def codec_server(
    state: Annotated[Path | None, typer.Option(metavar="DIR", help="else ATOZ_STATE")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="else 9333")] = None,
    origin: Annotated[
        list[str] | None,
        typer.Option(metavar="URL", help="of Temporal's pages; repeatable; else 127.0.0.1:8233"),
    ] = None,
    output: Output = "text",
) -> None:
    """Let Temporal's own pages and command show what is sealed, to people who may look."""
    from atoz.web.unsealing_alone import serve  # noqa: PLC0415 - only this verb needs it

    as_json = output == "json"
    _end(lambda: serve(state, port, list(origin or []), as_json=as_json), as_json)


def _end(work: Callable[[], int], as_json: bool) -> None:
    raise typer.Exit(guarded(work, as_json=as_json))


def add_to(groups: Groups) -> None:
    """Register these verbs."""
    groups.root.command("up", rich_help_panel=SYSTEM)(up)
    groups.root.command("codec-server", rich_help_panel=SYSTEM)(codec_server)
    groups.root.command("demo", rich_help_panel=SYSTEM)(demo)
