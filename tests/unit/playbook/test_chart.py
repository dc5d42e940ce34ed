"""A claim's course as a drawing: on the marketplace's calendar, whole, and safe whatever was written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

import pytest

from atoz.playbook.chart import Chart, chart
from atoz.playbook.chart_mermaid import gantt
from atoz.playbook.chart_svg import svg
from tests.support.cases import DAY, HOUR, Play

HOSTILE = '</title><script>alert(1)</script> \x1b[2J : ; # %% \u202e & "quoted"'


def a_course(play: Play, now: datetime | None = None) -> Chart:
    """What is drawn of a claim."""
    return chart(play.state, play.state.facts, play.now, now)


@pytest.fixture
def eventful() -> Chart:
    """A claim to which much happened."""
    play = Play().to(2 * DAY)
    play.reply("says_withdrawn", text=HOSTILE)
    play.reply("question", photos=1)
    play.to(2 * DAY + HOUR).pause().to(3 * DAY).resume()
    play.asked(5 * DAY)
    return a_course(play.to(6 * DAY).decided("granted_amazon_funded"))


def names(course: Chart) -> dict[str, list[str]]:
    """The rows of each lane."""
    return {lane.title: [row.name for row in lane.rows] for lane in course.lanes}


def test_every_lane_has_its_rows(eventful: Chart) -> None:
    """Steps in the playbook's order, clocks, tasks, what came in from whom, what held the steps."""
    found = names(eventful)
    assert found["Steps"][:3] == ["deescalate", "request-photos", "appeal"]
    assert found["Clocks"] == ["response", "buyer reply", "information request"]
    assert {"answer-buyer", "answer-information", "confirm-withdrawal"} <= set(found["Tasks"])
    assert found["What came in"][:2] == ["Marketplace", "Buyer"]
    assert found["Held"] == ["held", "paused"]


def test_a_clock_lasts_until_it_stopped_and_shows_when_it_was_due() -> None:
    """Its warnings are ticks; one that was missed is bad."""
    open_, over = Play().to(5 * DAY + 2 * HOUR), Play().to(8 * DAY)
    [running] = a_course(open_).lanes[1].rows[0].bars
    assert (running.tone, running.ends, len(running.ticks)) == ("open", open_.arrived + 7 * DAY, 1)
    [missed] = a_course(over).lanes[1].rows[0].bars
    assert (missed.tone, len(missed.ticks)) == ("bad", 4)
    assert missed.label.startswith("missed, due ")


def test_the_drawing_is_one_well_formed_document(eventful: Chart) -> None:
    """With a title and a description, no script, and nothing to fetch."""
    drawn = svg(eventful)
    root = ET.fromstring(drawn)  # noqa: S314 - our own text
    title, description = root[0], root[1]
    assert (root.get("role"), root.get("aria-labelledby")) == ("img", "title desc")
    assert title.text == eventful.title
    assert "sent" in (description.text or "")
    assert not [node for node in root.iter() if node.tag.endswith(("script", "image", "a"))]
    assert "href" not in drawn
    assert "\x1b" not in drawn
    assert "\u202e" not in drawn


def test_a_reader_of_tooltips_hears_the_words_as_text(eventful: Chart) -> None:
    """Escaped, on one line."""
    root = ET.fromstring(svg(eventful))  # noqa: S314 - our own text
    told = [node.text or "" for node in root.iter() if node.tag.endswith("title")]
    assert any("<script>alert(1)</script>" in text for text in told)
    assert all("\n" not in text for text in told)


def test_the_dates_are_those_of_the_marketplace() -> None:
    """Midnight of Los Angeles, not of Greenwich, also over a change of the clock."""
    arrives = datetime(2026, 10, 30, 23, 30, tzinfo=UTC)
    moved = {"claim": {"notified_at": arrives.isoformat(), "filed_at": arrives.isoformat()}}
    course = a_course(Play(moved).to(8 * DAY))
    drawn, mermaid = svg(course), gantt(course)
    assert "Fri 30 Oct 2026 16:30 to" in drawn
    assert "sent 16:30" in drawn
    assert "deescalate sent :done, milestone, 2026-10-31T16:30:00, 0d" in mermaid
    assert "2026-11-02T15:30:00" in mermaid  # 72 elapsed hours; the clock was set back in between


def test_labels_of_a_row_never_meet() -> None:
    """What happens at one instant stands on lines of its own."""
    play = Play().to(DAY + HOUR)
    for _ in range(4):
        play.reply("other")
    root = ET.fromstring(svg(a_course(play)))  # noqa: S314 - our own text
    replies = [
        n for n in root.iter() if n.tag.endswith("text") and (n.text or "").startswith("reply")
    ]
    assert len({node.get("y") for node in replies}) == 4


def test_a_what_if_shows_where_now_is(eventful: Chart) -> None:
    """A line, and words; without one there is none."""
    now = eventful.begins + timedelta(days=2)
    assert "what follows is simulated" in svg(eventful._replace(now=now))
    assert "what follows is simulated" not in svg(eventful)


def test_mermaid_gets_no_sign_that_means_something_to_it(eventful: Chart) -> None:
    """A colon separates a task's name from its dates: just one a line, and no comment signs."""
    lines = [line.strip() for line in gantt(eventful).splitlines()]
    entries = [line for line in lines if ":" in line and not line.startswith("dateFormat")]
    assert entries
    for entry in entries:
        name, _, dates = entry.partition(" :")
        assert not set(name) & set(":;#%")
        assert dates.count("2026") >= 1
