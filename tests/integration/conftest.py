"""Fixtures of the real server, shared by every test here that asks for one."""

from tests.support.marked import played
from tests.support.server import bench

__all__ = ["bench", "played"]
