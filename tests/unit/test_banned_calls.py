"""Shows that the lint rule against clocks and chance holds where rules are computed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

RUFF = (sys.executable, "-m", "ruff", "check", "--output-format=json", "--no-cache")
CALLS = {
    "datetime.now": "from datetime import UTC, datetime\n\nNOW = datetime.now(UTC)\n",
    "date.today": "import datetime\n\nTODAY = datetime.date.today()\n",
    "time.time": "import time\n\nNOW = time.time()\n",
    "random": "import random\n\nDRAWN = random.Random(1)\n",
    "uuid4": "from uuid import uuid4\n\nNAME = uuid4()\n",
}


def findings(root: Path, source: str, filename: str) -> set[str]:
    """The codes that ruff reports for `source` if it stood in `filename`."""
    result = subprocess.run(
        [*RUFF, "--stdin-filename", filename, "-"],
        cwd=root,
        input=source,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return {finding["code"] for finding in json.loads(result.stdout)}


@pytest.mark.parametrize(
    "filename",
    [
        "atoz/claims/clocks.py",
        "atoz/playbook/decide.py",
        "atoz/mail/intents.py",
        "atoz/mail/render.py",
        "workflows/claim.py",
    ],
)
@pytest.mark.parametrize("call", CALLS)
def test_rules_read_no_clock_and_draw_no_lots(root: Path, filename: str, call: str) -> None:
    """Where a replay must see the same values, the call is refused."""
    assert "TID251" in findings(root, CALLS[call], filename)


def test_the_edge_may_read_the_clock(root: Path) -> None:
    """The exceptions of pyproject.toml reach what they name."""
    assert "TID251" not in findings(root, CALLS["datetime.now"], "activities/messages.py")
