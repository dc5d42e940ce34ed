"""Makes every test see the same surroundings, whoever runs it and wherever."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

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


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository's top folder."""
    return ROOT
