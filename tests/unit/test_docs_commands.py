"""Every command that the docs show is one: its verb and its options exist. Others try what it does."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer.main

from atoz.cli.app import VERBS, build

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").glob("*.md"))]
PAGES += sorted((ROOT / "deploy").glob("*.md"))
SHOWN = re.compile(r"(?:^|[\s`/])(?<!-n )(?:atoz|starter\.py) ([a-z][^`\n#|(]*)", re.MULTILINE)
IN_CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
OPTION = re.compile(r"(?:^|[\s\[])(--?[a-z][a-z-]*)")
NAMES = sorted((verb for verbs in VERBS.values() for verb in verbs), key=len, reverse=True)
GROUPS = {verb.partition(" ")[0] for verb in NAMES if " " in verb}


@cache
def options(verb: str) -> set[str]:
    """The options of a verb."""
    command: Any = typer.main.get_command(build())
    for word in verb.split():
        command = command.commands[word]
    return {name for each in command.params for name in each.opts}


def commands(page: Path) -> list[str]:
    """What stands in code on a page and begins with the command's name."""
    code = "\n".join(IN_CODE.findall(page.read_text("utf-8")))
    return [found.strip() for found in SHOWN.findall(code)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_command_shown_is_one(page: Path) -> None:
    """A page that speaks of a verb or an option that is gone says so here, with the line."""
    for line in commands(page):
        verb = next((v for v in NAMES if line == v or line.startswith(f"{v} ")), None)
        assert verb or line.split()[0].rstrip(",;:") in GROUPS, f"{page.name}: atoz {line}"
        wrong = set(OPTION.findall(line)) - options(verb) if verb else set()
        assert not wrong, f"{page.name}: atoz {line}: {verb} has no {', '.join(sorted(wrong))}"
