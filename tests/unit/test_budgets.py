"""Holds the size of things: a file that wants more is two ideas.

The rule: in the code that we ship a file has at most 400 lines and a function at most 60,
from its `def` to its last line with the docstring. Aim far lower: 250 and 30.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

FILE_CAP = 400
FUNCTION_CAP = 60
SHIPPED = ("atoz", "workflows", "activities", "worker.py", "starter.py")


def shipped_files(root: Path) -> list[Path]:
    """All Python files of the program, without tests and benchmarks."""
    roots = [root / name for name in SHIPPED]
    return sorted(
        file
        for place in roots
        if place.exists()
        for file in ([place] if place.is_file() else place.rglob("*.py"))
    )


def functions(file: Path) -> Iterator[tuple[str, int]]:
    """Each function of a file with its number of lines, nested ones included."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            yield node.name, node.end_lineno - node.lineno + 1


def test_there_is_something_to_measure(root: Path) -> None:
    """A renamed package must not turn the budgets into a test of nothing."""
    assert len(shipped_files(root)) > 10


def test_no_file_is_longer_than_its_cap(root: Path) -> None:
    """A file has at most 400 lines."""
    lengths = {file: len(file.read_text("utf-8").splitlines()) for file in shipped_files(root)}
    assert [
        f"{file.relative_to(root)}: {lines} lines"
        for file, lines in lengths.items()
        if lines > FILE_CAP
    ] == []


def test_no_function_is_longer_than_its_cap(root: Path) -> None:
    """A function has at most 60 lines."""
    assert [
        f"{file.relative_to(root)}: {name} has {lines} lines"
        for file in shipped_files(root)
        for name, lines in functions(file)
        if lines > FUNCTION_CAP
    ] == []


def test_every_file_says_why_it_exists(root: Path) -> None:
    """A file opens with a docstring."""
    assert [
        str(file.relative_to(root))
        for file in shipped_files(root)
        if not ast.get_docstring(ast.parse(file.read_text("utf-8")))
    ] == []
