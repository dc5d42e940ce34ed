"""Shows that the import contracts bite: a gate that nothing can fail holds nothing."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

LINT_IMPORTS = Path(sys.executable).with_name("lint-imports")


@pytest.fixture
def copy(root: Path, tmp_path: Path) -> Path:
    """The packages and the contracts, in a folder where they may be broken."""
    for package in ("atoz", "workflows", "activities"):
        ignore = shutil.ignore_patterns("__pycache__")
        shutil.copytree(root / package, tmp_path / package, ignore=ignore)
    shutil.copy(root / "pyproject.toml", tmp_path)
    return tmp_path


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the contracts of `folder` over the code of `folder`."""
    return subprocess.run(
        [LINT_IMPORTS, "--no-cache"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def inject(folder: Path, module: str, line: str) -> None:
    """Append one import to a module of the copy."""
    file = folder / Path(*module.split(".")).with_suffix(".py")
    file = file if file.exists() else file.with_suffix("") / "__init__.py"
    file.write_text(f"{file.read_text('utf-8')}\n{line}\n", "utf-8")


def test_the_code_as_it_is_keeps_every_contract(copy: Path) -> None:
    """Without this, the tests below could fail for another reason than the injected line."""
    result = lint_imports(copy)
    assert result.returncode == 0, result.stdout
    assert "0 broken" in result.stdout


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("atoz.claims", "import temporalio", "Pure packages"),
        ("atoz.claims.status", "from temporalio import workflow", "Pure packages"),
        ("atoz.playbook.decide", "import temporalio.workflow", "Pure packages"),
        ("atoz.playbook.decide", "import os", "Pure packages"),
        ("atoz.playbook.decide", "import time", "Pure packages"),
        ("atoz.mail.intents", "import httpx2", "Pure packages"),
        ("atoz.mail.render", "import os", "Pure packages"),
        ("atoz.claims.status", "import atoz.playbook", "Imports run one way"),
        ("atoz.playbook", "import activities", "Imports run one way"),
        ("activities", "import workflows", "Imports run one way"),
        ("workflows", "import obstore", "Workflows reach the world"),
        ("atoz.playbook", "import worker", "Nothing imports the composition roots"),
    ],
)
def test_a_forbidden_import_breaks_its_contract(
    copy: Path, module: str, line: str, contract: str
) -> None:
    """One line in the wrong place makes the check fail, and names the contract."""
    inject(copy, module, line)
    result = lint_imports(copy)
    assert result.returncode == 1, result.stdout
    broken = " ".join(result.stdout.split("Broken contracts")[1].split())
    assert contract in broken
    assert f"{module} -> " in broken
