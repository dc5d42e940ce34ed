"""Keeps the repository usable on any machine: it names no folder of one and no package index."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

# Home and work folders of whoever wrote the file.
MACHINE_PATH = re.compile(r"(?<![\w.:/-])/(?:work|root|home|Users|tmp/plan)/[\w.]")
# Where packages come from is the machine's business, in its own configuration.
INDEX_ADDRESS = re.compile(
    r"(?i)pypi\.(?:org|python)|pythonhosted\.|registry\.npmjs|deb\.debian|"
    r"(?<![\w-])--(?:extra-)?(?:default-)?index(?:-url)?[ =]|(?<![\w-])--find-links[ =]"
)
PINNED = re.compile(r"^[a-z0-9][a-z0-9._-]*(?:\[[a-z,]+\])?==\S+(?: ; .+)? \\$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}(?: \\)?$")
LOCKS = ("uv.txt", "runtime.txt", "dev.txt")


def texts(root: Path) -> dict[str, str]:
    """Path and text of every file that git has or would take."""
    if not (root / ".git").exists():
        pytest.skip("not a git checkout: there is no list of the project's files")
    listed = subprocess.run(
        # A checkout may belong to another user than the one who runs the tests.
        ["git", "-c", "safe.directory=*", "ls-files", "-z", "-co", "--exclude-standard"],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    ).stdout
    names = sorted({name for name in listed.split("\0") if name and (root / name).is_file()})
    return {name: (root / name).read_bytes().decode("utf-8", "replace") for name in names}


def hits(pattern: re.Pattern[str], files: dict[str, str]) -> list[str]:
    """Each match as `file:line: text`."""
    return [
        f"{name}:{number}: {line.strip()}"
        for name, text in files.items()
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]


def test_no_file_names_a_folder_of_one_machine(root: Path) -> None:
    """A path that only its author has breaks for everyone else."""
    assert hits(MACHINE_PATH, texts(root)) == []


def test_no_file_names_a_package_index(root: Path) -> None:
    """The index is configured on the machine, so that a mirror works as well."""
    assert hits(INDEX_ADDRESS, texts(root)) == []


def test_no_second_lock_is_kept(root: Path) -> None:
    """The hash-locked requirements are the only lock; others write addresses into theirs."""
    assert {"uv.lock", "poetry.lock", "Pipfile.lock", "pdm.lock"} & set(texts(root)) == set()


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_release_has_hashes(root: Path, lock: str) -> None:
    """A lock is pins and hashes, nothing else: no address, no unpinned or local package."""
    lines = (root / "requirements" / lock).read_text("utf-8").splitlines()
    assert [line for line in lines if not PINNED.match(line) and not HASH.match(line)] == []
    pins = [number for number, line in enumerate(lines) if PINNED.match(line)]
    assert pins
    assert all(HASH.match(lines[number + 1]) for number in pins)


def test_runtime_releases_are_the_same_in_development(root: Path) -> None:
    """What the tests ran with is what is shipped."""
    runtime, development = (
        {
            line.removesuffix(" \\")
            for line in (root / "requirements" / lock).read_text("utf-8").splitlines()
            if PINNED.match(line)
        }
        for lock in ("runtime.txt", "dev.txt")
    )
    assert runtime <= development


def test_the_pattern_for_paths_knows_a_path_when_it_sees_one() -> None:
    """Guards the gate itself."""
    named = ["work", "root", "home", "Users"]
    assert all(MACHINE_PATH.search(f"see /{folder}/x") for folder in named)
    assert not MACHINE_PATH.search("https://example.test/home/x and docs/home/x")
