"""The board speaks every language whole: no key, no placeholder and no kind of thing is missing."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import pytest
from pydantic import BaseModel

from atoz.claims.claim import Buyer, Claim, Return, Shipment
from atoz.claims.clocks import STOPPED_BY
from atoz.claims.facts import TIMELINE_KINDS
from atoz.claims.status import Status
from atoz.playbook.chart import chart
from atoz.playbook.chart_svg import svg as course
from atoz.playbook.conditions import CONDITIONS
from atoz.playbook.diagram_svg import svg as plan
from atoz.playbook.standing import _VERDICTS
from atoz.playbook.state import StepRun
from atoz.playbook.tasks import TASKS
from atoz.service.policy import Role
from atoz.service.queues import VIEWS
from atoz.web.looks import Looks
from atoz.web.pages import figures
from atoz.web.words import LANGUAGES, preferred, words_of
from tests.support.cases import DAY, HOUR, Play, library

PLAYBOOK = Path(__file__).resolve().parents[3] / "atoz" / "playbook"
WEB = Path(__file__).resolve().parents[3] / "atoz" / "web"
TEMPLATES = WEB / "templates"
PAGES = ("login", "form", "claim", "line", "start", "stale", "playbooks", "more", "board")
"""Parts of the catalogue whose words are named by pages one by one."""
NAMED = re.compile(r"""\bt\("([a-z_.0-9-]+)"[,)]""")


@pytest.mark.parametrize("language", list(LANGUAGES))
def test_a_language_has_every_key_with_its_placeholders(language: str) -> None:
    """The same as English, and nothing empty."""
    english, words = words_of("en"), words_of(language)
    assert words.keys == english.keys
    for key in english.keys:
        assert words.placeholders(key) == english.placeholders(key), key
        assert words(key, **dict.fromkeys(words.placeholders(key), "x")).strip(), key


def test_every_word_that_a_template_names_is_there() -> None:
    """A page that nobody opened in a test does not fail in front of a user."""
    named = {
        key for file in TEMPLATES.rglob("*.html") for key in NAMED.findall(file.read_text("utf-8"))
    }
    assert len(named) > 20
    assert named <= words_of("en").keys


@pytest.mark.parametrize(
    ("language", "task", "clock", "said"),
    [
        (
            "en",
            "Approve the appeal (2)",
            "information asked for (3)",
            "“Approve the appeal (2)” is done already; open tasks: Hand in the appeal",
        ),
        (
            "zh",
            "审批申诉（第 2 项）",
            "平台要求补充信息（第 3 项）",
            "“审批申诉（第 2 项）”已经完成；未完成的待办：提交申诉",
        ),
    ],
)
def test_the_second_of_a_kind_is_named_and_not_shown_by_its_id(
    language: str, task: str, clock: str, said: str
) -> None:
    """Neither where a page names it, nor where a claim refuses something about it."""
    words = words_of(language)
    assert words.numbered("task", "approve-appeal-2") == task
    assert words.numbered("clock", "information_request-3") == clock
    assert words.numbered("clock", "response") == words("clock.response")
    looks = Looks(words, ZoneInfo("UTC"), datetime(2026, 9, 8, tzinfo=UTC))
    assert looks.led("approve-appeal-2 is done already; open tasks: submit-appeal") == said


def test_every_kind_of_thing_has_its_word() -> None:
    """A new task, status or fact is not shown under its internal name."""
    kinds = {
        "task": TASKS.keys(),
        "status": set(Status),
        "fact": TIMELINE_KINDS,
        "clock": STOPPED_BY.keys(),
        "role": set(Role),
        "queue": set(VIEWS),
        "skipped": CONDITIONS.keys(),
    }
    wanted = {f"{kind}.{name}" for kind, names in kinds.items() for name in names}
    assert wanted <= words_of("en").keys


def test_a_timeline_speaks_chinese() -> None:
    """Of the engine's own English nothing is left; what people wrote stays as they wrote it."""
    looks = Looks(words_of("zh"), ZoneInfo("Asia/Shanghai"), datetime(2026, 9, 8, tzinfo=UTC))
    opened = {"kind": "submit-appeal", "title": "Hand in the appeal", "due": "2026-09-12T09:00:00Z"}
    decided = {"status": "denied", "funded_by": "seller", "odr_counts": False}
    granted = {"status": "granted_seller_funded", "funded_by": "seller", "odr_counts": True}
    for kind, data, said in (
        ("decision_received", granted, "索赔成立，卖家承担，计入卖家指标"),
        ("task_opened", opened, "提交申诉，截止 2026-09-12 17:00"),
        ("decision_received", decided, "索赔已驳回，卖家承担，不计入"),
        ("step_skipped", {"why": "photos_on_file"}, "已有照片"),
        ("paused", {"why": "The carrier is on strike."}, "The carrier is on strike."),
    ):
        assert looks.told({"kind": kind, "data": data}) == said


@pytest.mark.parametrize("language", list(LANGUAGES))
def test_every_value_of_a_claim_has_its_word(language: str) -> None:
    """The facts that carry a sentence are named as people name them."""
    words = words_of(language)
    models: dict[str, type[BaseModel]] = {
        "claim": Claim,
        "buyer": Buyer,
        "shipment": Shipment,
        "return": Return,
    }
    paths = [f"{part}.{name}" for part, model in models.items() for name in model.model_fields]
    paths += ["listing.title", "listing.text", "messages", "return.deductions.basis"]
    named = {path for path in paths if path != "return.deductions"}
    assert {f"field.{path}" for path in named} <= words.keys
    assert words.of_value("messages.2") == f"{words('field.messages')} 2"


def test_every_verdict_has_its_words() -> None:
    """Why a step is where it is, in a sentence of the reader's own language."""
    source = "".join(file.read_text("utf-8") for file in PLAYBOOK.glob("why_*.py"))
    returned = set(re.findall(r'Told\(\s*"([a-z_]+)"', source)) | set(_VERDICTS)
    states = set(get_args(StepRun.model_fields["state"].annotation))
    others = {"held", "shifted", "waiting", "will_be_skipped", "overtaken"}
    wanted = {f"verdict.{name}" for name in returned | states | others}
    assert wanted <= words_of("en").keys


@pytest.mark.parametrize(
    ("chosen", "accepted", "language"),
    [
        (None, "zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        (None, "de-DE,de;q=0.9,en;q=0.5,zh;q=0.7", "zh"),
        (None, "de", "en"),
        (None, "", "en"),
        ("zh", "en", "zh"),
        ("../../etc", "en;q=x, \x00", "en"),
    ],
)
def test_the_reader_is_spoken_to_in_their_language(
    chosen: str | None, accepted: str, language: str
) -> None:
    """What they chose, else the best that their browser accepts, else English."""
    assert preferred(chosen, accepted) == language


def test_a_drawing_speaks_chinese() -> None:
    """Of the engine's own English nothing is left; names that a seller gave stay as they are."""
    looks = Looks(words_of("zh"), ZoneInfo("Asia/Shanghai"), datetime(2026, 9, 8, tzinfo=UTC))
    play = Play().to(2 * DAY).reply("says_withdrawn").reply("question", photos=1)
    play.to(2 * DAY + HOUR).pause().to(3 * DAY).resume().to(6 * DAY)
    play.decided("granted_amazon_funded")
    assert play.state.playbook is not None
    drawings = [course(chart(play.state, play.state.facts, play.now, play.now), looks.say)]
    drawings.append(plan(play.state.playbook, play.state, play.now, looks.drawn, looks.zone))
    drawings += [plan(book, say=looks.drawn) for book in library().playbooks]
    kept = {book.name for book in library().playbooks} | {
        "Amazon",
        "US",
        "America/Los_Angeles",
        "CST",
        "UTC",
    }
    for drawn in drawings:
        root = ET.fromstring(drawn)  # noqa: S314 - our own drawing
        shown = " ".join(node.text or "" for node in root.iter() if node.tag.endswith("}text"))
        assert set(re.findall(r"[A-Za-z][A-Za-z/_-]+", shown)) <= kept


def test_no_word_of_a_page_is_left_over() -> None:
    """A page that says something otherwise takes its old words along."""
    used = "".join(
        file.read_text("utf-8")
        for file in (*WEB.rglob("*.html"), *WEB.rglob("*.py"), *WEB.rglob("*.js"))
    )
    found = {key for key in words_of("en").keys if key.partition(".")[0] in PAGES}
    begun = tuple(re.findall(r'"([a-z_]+\.[a-z_]+)" ~', used))
    left = {key for key in found if f'"{key}"' not in used and not key.startswith(begun)}
    assert left == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_figures_call_a_playbook_by_its_name(language: str) -> None:
    """As every other page does: with its hyphen, and in no other words."""
    looks = Looks(words_of(language), ZoneInfo("UTC"), datetime(2026, 9, 8, tzinfo=UTC))
    rates = {"win_rate": 0.5, "win_rate_low": 0.1, "win_rate_high": 0.9}
    report = {
        "by_reason": [{"reason": "not_received", **rates}],
        "by_playbook": [{"playbook": "refund-first", **rates}, {"playbook": None, **rates}],
        "by_marketplace": [{"marketplace": "US", **rates}],
    }
    reasons, playbooks, marketplaces = figures._groups(report, looks)
    assert reasons["rows"][0]["label"] == looks.words.of("reason", "not_received")
    assert [row["label"] for row in playbooks["rows"]] == ["refund-first", "–"]
    assert [row["label"] for row in marketplaces["rows"]] == ["US"]
