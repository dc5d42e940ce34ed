"""The board in Chinese: of the engine's English nothing is left on a page.

What other people wrote stays as they wrote it: mails, the appeal in the marketplace's language, reasons
that operators gave, a server's answer. So do ids, names, and rules as the playbook's file writes them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import unescape

import pytest

from atoz.appeal.lint.sentences import FOUND, LACKS
from atoz.claims.status import Status
from atoz.playbook import events as ev
from tests.support.board_claims import Desk
from tests.support.cases import DAY, HOUR, PROVEN, Play
from tests.unit.playbook.test_why import SCENES

_QUOTED = re.compile(r"<(code|blockquote|head|script|textarea|template)\b.*?</\1>", re.DOTALL)
_APPEAL = re.compile(
    r'<(div|p) class="(?:card )?pre".*?</\1>|<div class="diff".*?</div>', re.DOTALL
)
_SHOWN = re.compile(r'(?:aria-label|title|placeholder|alt)="([^"]*)"')
_RUN = re.compile(r"[A-Za-z][A-Za-z'’]*(?:[ ,;:]+[A-Za-z][A-Za-z'’]*)+")
"""Two words or more of our letters, one after the other."""

FOUND_IN_IT = tuple(
    ev.Finding(rule="spelling", severity="warn", sentence=number, message=text)
    for number, text in enumerate(
        (
            FOUND("spelling", word="'recieve'"),
            FOUND(
                "silence", said="'no reply'", lacks=LACKS.listed(LACKS("message"), LACKS("span"))
            ),
            FOUND("decided", status="order refunded"),
        )
    )
)
NAMES = frozenset({"Seller Central", "UPS", "en, de, ja", "unapproved: submit", "late: skip"})
"""Names, an example of what may be typed, and rules as the playbook's file writes them."""


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """One board for all of these: making one takes longer than a test."""
    return Desk(tmp_path_factory.mktemp("board"))


def busy() -> Play:
    """Everything at once: a pause, replies, photos, a question of the marketplace, a decision."""
    play = Play(findings=FOUND_IN_IT).to(HOUR).pause().resume().due("response", 6 * DAY).to(2 * DAY)
    play.reply("photos", "question", photos=2).reply("says_withdrawn").asked().to(5 * DAY)
    return play.decided(Status.GRANTED_SELLER_FUNDED)


def unreached() -> Play:
    """Nobody approves in time, nobody does anything, and a deadline is missed."""
    return Play(findings=FOUND_IN_IT).to(12 * DAY)


def incomplete() -> Play:
    """The notice did not say everything, and something of it was added since."""
    play = Play({"claim": {"reason": None, "buyer_comment": None}, "buyer": None}).to(HOUR)
    return play.amend({"claim": {"buyer_comment": "It came broken."}})


PAGES: dict[str, Callable[[], Play]] = {
    **{name: make for name, (make, _) in SCENES.items()},
    "busy": busy,
    "unreached": unreached,
    "incomplete": incomplete,
    "information asked for": lambda: Play().to(HOUR).asked(),
    "an information request missed": lambda: Play().to(HOUR).asked().to(6 * DAY),
    "refund warned of": lambda: Play(PROVEN).to(HOUR).reply("wants_refund"),
    "reopened": lambda: Play().to(DAY).decided(Status.DENIED).decided(Status.UNDER_REVIEW),
}


def written_by_others(play: Play) -> Iterator[str]:
    """What other people wrote into the claim, the longest first."""
    file = play.state.file
    words = [file.claim.buyer_comment, "look at it", "do not shout"]  # findings of the scenes' own
    for fact in play.state.facts:
        words += [fact.data.get(key) for key in ("text", "subject", "detail", "value")]
        if fact.source.startswith("operator:"):
            words.append(fact.data.get("why"))
    parts = {part.strip() for word in words if isinstance(word, str) for part in word.split("\n")}
    yield from sorted((part for part in parts if " " in part), key=len, reverse=True)


def english_in(page: str, play: Play) -> list[str]:
    """Every run of English words that a reader of the page is shown."""
    page = _APPEAL.sub(" ", _QUOTED.sub(" ", page))
    shown = unescape("\n".join([re.sub(r"<[^>]*>", "\n", page), *_SHOWN.findall(page)]))
    for word in written_by_others(play):
        shown = shown.replace(word, "")
    return sorted({run for run in _RUN.findall(shown) if run not in NAMES})


@pytest.mark.parametrize("name", PAGES)
async def test_a_claim_page_in_chinese_holds_no_english(board: Desk, name: str) -> None:
    """However the claim stands: its steps and why, its tasks, its clocks, its timeline, its text."""
    desk, play = board.cleared(), PAGES[name]()
    order, browser = desk.add(play), desk.stand.browser()
    page = await browser.get(f"/claims/{order}?lang=zh")
    assert page.status_code == 200
    assert 'lang="zh-Hans"' in page.text
    assert english_in(page.text, play) == []
    if play.state.appeal is not None:
        text = await browser.get(f"/claims/{order}/approve?lang=zh")
        assert english_in(text.text, play) == []


@pytest.mark.parametrize(
    "path",
    [
        "/playbooks?lang=zh",
        "/playbooks/documented?lang=zh",
        "/what-if?lang=zh&case=never-shipped",
        "/what-if?lang=zh&case=withdraws-after-first-mail",
    ],
)
async def test_pages_about_playbooks_in_chinese_hold_no_english(board: Desk, path: str) -> None:
    """Shipped titles are translated; what stands in quotes is a mail of the case."""
    page = await board.cleared().stand.browser().get(path)
    assert page.status_code == 200
    assert english_in(re.sub("“[^”]*”", "", page.text), Play()) == []
