"""The board of these tests: claims in memory, one board for each module."""

from __future__ import annotations

import pytest

from tests.support.board_claims import Desk


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """One board for all tests of a module: making one takes longer than a test."""
    return Desk(tmp_path_factory.mktemp("board"))


@pytest.fixture
def desk(board: Desk) -> Desk:
    """The board with nothing on it."""
    return board.cleared()
