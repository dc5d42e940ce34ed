"""Whose line it is: the step of whatever job an activity is given."""

from __future__ import annotations

from types import SimpleNamespace as Part

import pytest

from activities.bearing import step_of


@pytest.mark.parametrize(
    ("job", "step"),
    [
        (Part(send=Part(step="deescalate")), "deescalate"),
        (Part(draft=Part(step="appeal")), "appeal"),
        (Part(submit=Part(step="appeal")), "appeal"),
        (Part(tasks=(Part(step=None), Part(step="appeal"))), "appeal"),
        (Part(tasks=()), None),
        ("no job", None),
    ],
)
def test_the_step_is_found_where_there_is_one(job: object, step: str | None) -> None:
    """Sends, drafts, submissions and notices name it; a job about no step has none."""
    assert step_of(job) == step
