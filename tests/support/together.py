"""Tests in several processes, file by file: what waits for a server runs beside what thinks.

The whole suite runs so (`make test`); a part of it, by ARGS, runs in one process and begins at once.
"""

from __future__ import annotations

from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

TOGETHER = "tests/browser/"
"""One browser and one shop serve all that lies here: one process runs it."""


class ByFile(LoadFileScheduling):  # type: ignore[misc] # xdist ships no types
    """Hands out file after file in their order: the slow tiers first, the quick ones fill up the end."""

    def __init__(self, config: pytest.Config, log: Any) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = (
            False  # by the number of tests, the slow files would come last
        )

    def _split_scope(self, nodeid: str) -> str:
        return TOGETHER if nodeid.startswith(TOGETHER) else super()._split_scope(nodeid)
