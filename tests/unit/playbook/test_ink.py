"""What every drawing keeps to: readable in light and in dark, words that stay in their room."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from atoz.playbook import ink
from atoz.playbook.chart import chart
from atoz.playbook.chart_svg import svg as course
from atoz.playbook.diagram_svg import svg as plan
from tests.support.cases import DAY, HOUR, Play, library

AA = 4.5
"""What WCAG 2.2 AA asks of words against their ground (1.4.3)."""


def luminance(colour: str) -> float:
    """Relative luminance as WCAG defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The ratio of two colours, 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("palette", [ink.LIGHT, ink.DARK], ids=["light", "dark"])
def test_words_stand_out_from_what_they_lie_on(palette: dict[str, str]) -> None:
    """Words and strokes from the ground and from the night; words on a card from its fill."""
    for tone in ("ink", "quiet", *ink.TONES):
        assert contrast(palette[tone], palette["ground"]) >= AA, tone
        assert contrast(palette[tone], palette["night"]) >= AA, tone
    for tone in ink.TONES:
        for words in ("ink", "quiet", tone):
            assert contrast(palette[words], palette[f"{tone}_fill"]) >= AA, (words, tone)


def test_every_colour_has_a_dark_one() -> None:
    """A drawing carries both; the reader's system chooses."""
    assert ink.LIGHT.keys() == ink.DARK.keys()
    light, _, dark = ink.style(12, "").partition("@media(prefers-color-scheme:dark)")
    assert set(re.findall("#[0-9a-f]{6}", light)) == set(ink.LIGHT.values())
    assert set(re.findall("#[0-9a-f]{6}", dark)) == set(ink.DARK.values())


def test_a_drawing_names_no_colour_outside_its_style() -> None:
    """What did would stay white in the dark."""
    play = Play().to(2 * DAY).reply("says_withdrawn").to(3 * DAY)
    assert play.state.playbook is not None
    drawn = course(chart(play.state, play.state.facts, play.now, play.now)) + plan(
        play.state.playbook, play.state, play.now
    )
    assert not re.findall(r'(?:fill|stroke)="#', drawn)


@pytest.mark.parametrize(
    "words", ["the text waits for a person", "文稿正在等待操作人员批准。", "x" * 60]
)
def test_words_are_cut_or_broken_to_their_room(words: str) -> None:
    """With a mark where they are cut; broken at spaces, or anywhere in a script that writes none."""
    cut = ink.fitted(words, 90, 13)
    assert ink.width(cut, 13) <= 90
    assert cut.endswith("…")
    assert ink.fitted(words, 2_000, 13) == words
    lines = list(ink.lines(words, 90, 13))
    assert "".join(lines).replace(" ", "") == words.replace(" ", "")
    assert all(ink.width(line, 13) <= 90 for line in lines if line != "x" * 60)


def test_no_label_of_a_course_lies_on_a_bar() -> None:
    """A clock that fills the calendar has its label on a line beneath."""
    play = Play().to(DAY + HOUR)
    root = ET.fromstring(course(chart(play.state, play.state.facts, play.now)))  # noqa: S314 - our own
    space = "{http://www.w3.org/2000/svg}"
    seen = 0
    for group in root.iter(f"{space}g"):
        bar, label = group.find(f"{space}rect"), group.find(f"{space}text")
        if bar is None or label is None:
            continue
        seen += 1
        left, top = float(bar.get("x", 0)), float(bar.get("y", 0))
        right, bottom = left + float(bar.get("width", 0)), top + float(bar.get("height", 0))
        begins, base = float(label.get("x", 0)), float(label.get("y", 0))
        beside = begins >= right or begins + ink.width(label.text or "", 12) <= left
        assert beside or base - 12 >= bottom, label.text
    assert seen


def test_every_playbook_is_drawn_within_its_width() -> None:
    """No word of a card reaches into what stands beside it."""
    for book in library().playbooks:
        root = ET.fromstring(plan(book))  # noqa: S314 - our own drawing
        for text in root.iter("{http://www.w3.org/2000/svg}text"):
            if text.get("class") not in {"t next-ink", "h"}:
                reach = float(text.get("x", 0)) + ink.width(text.text or "", 13)
                assert reach <= 1000, text.text
