"""`python -m bench [PART]… [-o json]`: all parts unless some are named.

Tables or one JSON document go to standard output, all else to standard error.
"""

import argparse
import asyncio
import json
import logging
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from pydantic import BaseModel
from rich.console import Console
from temporalio.runtime import LoggingConfig, Runtime, TelemetryConfig

from atoz.errors import AtozError
from bench import (
    appeal,
    board,
    burst,
    commands,
    cost,
    engine,
    fuzzing,
    mail,
    open_claims,
    outage,
    packet,
    proving,
    sealing,
    throughput,
)
from bench.showing import console


class Part(NamedTuple):
    """One part: how it is measured and how it is shown."""

    measure: Callable[[argparse.Namespace], BaseModel]
    show: Callable[[Any, Console], None]


PARTS = {
    "cost": Part(lambda _: asyncio.run(cost.measure()), cost.show),
    "throughput": Part(
        lambda chosen: asyncio.run(throughput.measure(chosen.rounds, chosen.claims or 250)),
        throughput.show,
    ),
    "open": Part(
        lambda chosen: asyncio.run(open_claims.measure(chosen.claims or 5_000)), open_claims.show
    ),
    "burst": Part(lambda chosen: asyncio.run(burst.measure(chosen.claims or 2_000)), burst.show),
    "outage": Part(
        lambda chosen: asyncio.run(outage.measure(chosen.claims or 2_000, chosen.outage)),
        outage.show,
    ),
    "engine": Part(lambda chosen: engine.measure(chosen.repeats), engine.show),
    "fuzz": Part(lambda chosen: fuzzing.measure(chosen.repeats), fuzzing.show),
    "proving": Part(lambda chosen: proving.measure(chosen.repeats), proving.show),
    "commands": Part(lambda chosen: commands.measure(chosen.repeats), commands.show),
    "appeal": Part(lambda chosen: appeal.measure(chosen.repeats), appeal.show),
    "packet": Part(lambda chosen: packet.measure(chosen.repeats), packet.show),
    "board": Part(lambda chosen: asyncio.run(board.measure(chosen.open)), board.show),
    "sealing": Part(lambda chosen: sealing.measure(chosen.repeats), sealing.show),
    "mail": Part(lambda chosen: mail.measure(chosen.repeats), mail.show),
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure the chosen parts and print them, each as soon as it is done."""
    chosen = _arguments(arguments)
    _hush()
    screen, documents = console(), {}
    for name in chosen.parts or PARTS:
        sys.stderr.write(f"measuring {name} ...\n")
        report = PARTS[name].measure(chosen)
        documents[name] = report.model_dump(mode="json")
        if chosen.output == "table":
            PARTS[name].show(report, screen)
    if chosen.output == "json":
        sys.stdout.write(json.dumps(documents, indent=1) + "\n")


def _hush() -> None:
    """Neither operators' notices nor the SDK's words on slow tasks and killed servers are measured."""
    logging.disable(logging.WARNING)
    quiet = LoggingConfig(filter="error,temporalio_client::retry=off")
    Runtime.set_default(Runtime(telemetry=TelemetryConfig(logging=quiet)))


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description="What a claim costs, and how fast.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; else all")
    parser.add_argument("-o", "--output", choices=("table", "json"), default="table")
    parser.add_argument("--rounds", type=int, default=5, help="throughput: pairs of runs")
    parser.add_argument("--open", type=int, default=20_000, help="board: claims that are open")
    parser.add_argument(
        "--claims",
        type=int,
        help="throughput: claims in one run, else 250; open: claims that are open, else "
        "5000; burst, outage: claims that are due at once, else 2000",
    )
    parser.add_argument("--outage", type=int, default=330, help="outage: its length in seconds")
    parser.add_argument(
        "--repeats",
        type=int,
        default=300,
        help="engine, fuzz, appeal, sealing, mail: runs of each case",
    )
    chosen = parser.parse_args(arguments)
    if unknown := [part for part in chosen.parts if part not in PARTS]:
        parser.error(f"no part is called {unknown[0]}: choose from {', '.join(PARTS)}")
    return chosen


def _exit_code() -> int:
    try:
        main()
    except AtozError as fault:
        sys.stderr.write(f"bench: {fault}\n")
        return fault.exit_code
    return 0


if __name__ == "__main__":
    code = _exit_code()
    sys.stdout.flush()
    # Clients of the server sometimes abort in the interpreter's own exit, after success.
    os._exit(code)
