"""Makes every test see the same surroundings, whoever runs it and wherever."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests.support import axe
from tests.support.summaries import SUMMARY, Summary, written

ROOT = Path(__file__).resolve().parents[1]

# Where the server's program lies belongs to the machine, not to the settings under test.
KEPT = frozenset({"TEMPORAL_CLI_PATH"})

# Generated examples are the same on every run: a red build can be run again, and a slow
# machine is no failure. `--hypothesis-profile=search` looks for new examples instead.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.register_profile("search", deadline=None, max_examples=1000)
settings.load_profile("repeatable")


def pytest_configure() -> None:
    """Drop the settings of whoever runs the tests before anything reads them."""
    for name in [name for name in os.environ if name.startswith(("ATOZ_", "TEMPORAL_"))]:
        if name not in KEPT:
            del os.environ[name]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol() -> Iterator[None]:
    """The command configures the log of its process: here that is the log of every later test."""
    log = logging.getLogger()
    handlers, level = list(log.handlers), log.level
    outcome = yield
    log.handlers[:] = handlers
    log.setLevel(level)
    logging.captureWarnings(capture=False)
    return outcome


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """How files are given to processes, where there are several (`-n`)."""
    from tests.support.together import ByFile  # noqa: PLC0415 - one process does without

    return ByFile(config, log)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What crawls and scans found, whichever process did them; each as a page in `build`."""
    reports = (each for told in terminalreporter.stats.values() for each in told)
    called = (each for each in reports if getattr(each, "when", "") == "call")
    kept = [pair for each in called for pair in each.user_properties]
    found = [Summary(*value) for name, value in kept if name == SUMMARY]
    if looked := [axe.Looked(*value) for name, value in kept if name == axe.LOOKED]:
        found.append(axe.summary(looked))
    for line in written(found):
        terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository's top folder."""
    return ROOT
