"""The API holds what its own description promises, whatever a program sends: tried by schemathesis."""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from atoz.service import starting
from atoz.web.api.examples import ORDER
from tests.integration.test_board import served
from tests.support.server import Bench, a_bench
from tests.support.service import claim_of, service_of
from tests.support.summaries import Record, Summary

pytestmark = [
    pytest.mark.server,
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.asyncio(loop_scope="session"),
]

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "5"))
"""Of each address: enough to find a slip in the description, few enough for every run."""
PHASES = "examples,fuzzing" + (",coverage" if "FUZZ_EXAMPLES" in os.environ else "")
"""With every boundary value of every parameter it takes a minute longer: `FUZZ_EXAMPLES=20`."""
PATIENCE = timedelta(minutes=4)
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
    "unsupported_method",
    "ignored_auth",
)
STREAMS = "events$"
"""They do not end, and are tried by themselves."""


async def test_the_api_holds_its_own_description(tmp_path: Path, record_property: Record) -> None:
    """No server error, no status, type or document that the description does not know."""
    # Its examples are sample claims, which other tests play on the session's server.
    async with a_bench(tmp_path / "state") as bench:
        said = await _tried(bench, tmp_path)
    _summary(said).tell(record_property)


def _summary(said: str) -> Summary:
    """What it counts at its end: operations, test cases, what held."""
    counts = [line.strip() for line in said.partition(" SUMMARY ")[2].splitlines()[1:]]
    counts = [line for line in counts if line and not line.startswith("=")]
    result = f"{len(CHECKS)} checks, {EXAMPLES} examples of each address, phases {PHASES}: all held"
    lines = ["```", *counts, "```", "", "Checks: " + ", ".join(CHECKS)]
    return Summary("schemathesis", "The API against its own description", result, lines)


async def _tried(bench: Bench, tmp_path: Path) -> str:
    await starting.start(service_of(bench), claim_of(order=ORDER), received_now=True)
    said = ""
    async for stand, near in served(bench, tmp_path):
        code, said = await _run(
            tmp_path,
            *("run", f"{near}/api/openapi.json"),
            *("--header", f"Authorization: {stand.token()['Authorization']}"),
            *("--exclude-path-regex", STREAMS, "--checks", ",".join(CHECKS)),
            *("--phases", PHASES, "--max-examples", str(EXAMPLES)),
            *("--seed", "1", "--no-color", "--request-timeout", "30"),
        )
        assert code == 0, said
    return said


async def _run(folder: Path, *arguments: str) -> tuple[int | None, str]:
    """It keeps what it remembers in the folder it stands in: a new one, so that it begins anew."""
    process = await asyncio.create_subprocess_exec(
        Path(sys.executable).with_name("schemathesis"),
        *arguments,
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await asyncio.wait_for(process.communicate(), PATIENCE.total_seconds())
    return process.returncode, said.decode("utf-8", "replace")
