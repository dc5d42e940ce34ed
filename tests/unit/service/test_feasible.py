"""Open claims under today's files: judged by the sum, and by the walk where a person has something."""

from __future__ import annotations

from atoz.service.feasible import late_under
from tests.support.cases import BLOCKED, DAY, HOUR, Play, library, variant

US = library().policies["US"]


def test_a_claim_that_goes_by_its_plan_is_judged_by_the_sum() -> None:
    """Nobody has anything of it yet."""
    play = Play().to(DAY + HOUR)
    assert late_under(play.state, variant("documented", operator_lead="5h"), US, play.now) is None
    late = late_under(play.state, variant("documented", operator_lead="60h"), US, play.now)
    assert late is not None
    assert late["became"] is True
    assert late["why"].startswith("the answer would be in at 2026-09-1")


def test_a_packet_that_a_person_has_is_walked() -> None:
    """The sum takes it as posted; with the longer lead of the new file he is late."""
    play = Play(findings=BLOCKED).to(6 * DAY - 4 * HOUR)
    assert "submit-appeal" in play.open_tasks()
    assert late_under(play.state, variant("documented", operator_lead="5h"), US, play.now) is None
    late = late_under(play.state, variant("documented", operator_lead="12h"), US, play.now)
    assert late is not None
    assert late["became"] is True
    assert "the answer is in only after limit less margin" in late["why"]
