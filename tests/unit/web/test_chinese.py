"""The board in Chinese: of the engine's English nothing is left on a page.

What other people wrote stays as they wrote it: mails, the appeal in the marketplace's language, reasons
that operators gave, a server's answer. So do ids, names, and rules as the playbook's file writes them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from html import unescape
from inspect import signature
from zoneinfo import ZoneInfo

import pytest

from atoz.appeal.lint.sentences import FOUND, LACKS
from atoz.claims.status import Status
from atoz.errors import AtozError
from atoz.mail.reading import Reading
from atoz.mail.routing import ForPerson, route
from atoz.playbook import events as ev
from atoz.playbook.diff import differences
from atoz.playbook.migrating import SAY as STAY
from atoz.playbook.said import Said
from atoz.playbook.walk_nodes import Moment, dated
from atoz.playbook.walk_words import BROKEN
from atoz.web.looks import Looks
from atoz.web.words import words_of
from tests.support.board_claims import Desk
from tests.support.cases import ARRIVED, DAY, HOUR, PROVEN, Play, library, variant
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


@pytest.mark.parametrize(
    "path",
    [
        "/claims/111-1234567-1234567",
        "/claims/nonsense",
        "/what-if?case=nonsense",
        "/playbooks/documented?limit=0h",
        "/desk/nonsense",
        "/nonsense",
    ],
)
async def test_what_is_not_there_is_said_in_chinese(board: Desk, path: str) -> None:
    """What was wrong, and what to do."""
    browser = board.cleared().stand.browser()
    page = await browser.get(f"{path}{'&' if '?' in path else '?'}lang=zh")
    assert english_in(page.text, Play()) == []


async def test_a_refusal_is_said_in_chinese(board: Desk) -> None:
    """Of an act that the claim as it stands does not take: the reason, and the task by its name."""
    desk, play = board.cleared(), Play().to(5 * DAY)
    order, task = desk.add(play), play.task("submit-appeal").id
    browser = desk.stand.browser()
    page = (await browser.get(f"/claims/{order}/tasks/{task}/hand-in?lang=zh")).text
    hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page))
    play.done("submit-appeal", receipt="R-1")
    refused = await browser.post(
        f"/claims/{order}/tasks/{task}/done", data={**hidden, "receipt": "R-2"}
    )
    assert refused.status_code == 409
    assert "“提交申诉”已经完成" in refused.text
    assert english_in(refused.text, play) == []


def test_what_changed_in_a_playbook_is_said_in_chinese() -> None:
    """Names of values and steps, too; what the file says stays as it says it."""
    looks = Looks(words_of("zh"), ZoneInfo("Asia/Shanghai"), datetime(2026, 9, 8, tzinfo=UTC))
    steps = {"request-photos": {"at": "2d", "if_late": "ask"}, "appeal": {"wait": "20h"}}
    new = variant("documented", steps, margin="12h", applies={"marketplaces": ["US"]})
    said = [looks.say(each.sentence) for each in differences(library().playbook("documented"), new)]
    assert said == [
        "安全余量：原为 1d，现为 12h。",
        "适用范围：站点：原为 任意，现为 US。",
        "步骤“请求照片”的时间由“收到索赔后 3 天”改为“收到索赔后 2 天”。",
        "步骤“请求照片”，迟到时怎么办：原为 send，现为 ask。",
        "步骤“申诉”的时间由““请求照片”之后 1 天”改为““请求照片”之后 20 小时”。",
    ]


def test_a_note_of_the_desk_is_said_in_chinese() -> None:
    """Who wrote, when, what, and why it is not believed; a mail's own words stay."""
    looks = Looks(words_of("zh"), ZoneInfo("Asia/Shanghai"), datetime(2026, 9, 8, tzinfo=UTC))
    forged = Reading(
        kind="claim_decision",
        reason_untrusted="DMARC failed for amazon.example",
        message_id="<m@mail.example>",
        order_id="111-0000102-0000102",
        sender="a@amazon.example",
        subject="Your claim",
        text="It was denied.",
        date=datetime(2026, 9, 8, 9, tzinfo=UTC),
    )
    note = route(forged, datetime(2026, 9, 8, 10, tzinfo=UTC))
    assert isinstance(note, ForPerson)
    title, text = (
        unescape(re.sub(r"<[^>]*>", "", looks.heard(str(each), "told_desk"))) for each in note[:2]
    )
    assert title == "已隔离：看起来是订单 111-0000102-0000102 的裁定通知"
    assert text == (
        "amazon.example 的 DMARC 验证失败。发件人 a@amazon.example，时间 2026-09-08 17:00，"
        "主题 'Your claim'。开头：It was denied. 没有启动任何东西。"
    )


@pytest.mark.parametrize(
    ("kept", "part", "said"),
    [
        (
            "A decision about order 111-0000102-0000102, which has no claim",
            "told_desk",
            "订单 111-0000102-0000102 的裁定通知，该订单没有索赔",
        ),
        (
            "A claim notice about order 111-0000102-0000102, whose claim is over",
            "told_desk",
            "订单 111-0000102-0000102 的索赔通知，其索赔已结束",
        ),
        (
            "It goes to the claim by itself when one starts. It says: Hello: we denied, it is over.",
            "told_desk",
            "索赔一旦启动，它会自动送达。内容：Hello: we denied, it is over.",
        ),
        ("It says: Hello. Bye.", "told_desk", "内容：Hello. Bye."),
        (
            "Look whether the marketplace has opened it again.",
            "told_desk",
            "请查看平台是否重新开启了该索赔。",
        ),
        (
            "ann: attached to order 111-0000102-0000102",
            "desk_done",
            "ann：已归入订单 111-0000102-0000102",
        ),
        (
            "ann: attached to order 111-0000102-0000102: I know: her",
            "desk_done",
            "ann：已归入订单 111-0000102-0000102：I know: her",
        ),
        ("ann: discarded: an advertisement", "desk_done", "ann：已丢弃：an advertisement"),
        ("mailbox: delivered to its claim", "desk_done", "收件箱：已送达其索赔"),
    ],
)
def test_what_the_desk_keeps_is_said_in_chinese(kept: str, part: str, said: str) -> None:
    """Titles, texts and how a task ended; in English each is as it was kept."""
    read = {
        language: Looks(words_of(language), ZoneInfo("UTC"), datetime(2026, 9, 8, tzinfo=UTC))
        for language in ("zh", "en")
    }
    assert unescape(read["zh"].heard(kept, part)) == said
    assert unescape(read["en"].heard(kept, part)).lower() == kept.lower()


WORKERS_OWN = frozenset(
    {"Usage", "RingLacks", "Unopened", "NotOpen", "NotBegun", "NotSet", "Replayed"}
)
"""Errors that no page shows: of the command, of a worker, of webhooks."""


def errors_of(kind: type[AtozError]) -> Iterator[type[AtozError]]:
    """An error and every kind of it."""
    yield kind
    for each in kind.__subclasses__():
        yield from errors_of(each)


def test_every_error_is_said_in_chinese() -> None:
    """What an error says that nobody named better: a changed docstring needs its translation changed."""
    words, untold = words_of("zh"), set()
    for kind in set(errors_of(AtozError)):
        named = kind.__module__.startswith(
            ("atoz.errors", "atoz.service", "atoz.web", "atoz.access")
        )
        own = list(signature(kind.__init__).parameters) == ["self", "message"]
        if named and own and not isinstance(words.heard(str(kind()), "problem"), Said):
            untold.add(kind.__name__)
    assert untold <= WORKERS_OWN


def test_the_path_that_comes_late_is_told_in_chinese() -> None:
    """Why a claim stays with its playbook: what would happen, each in the reader's own time."""
    looks = Looks(words_of("zh"), ZoneInfo("Asia/Shanghai"), ARRIVED)
    moments = (
        Moment(ARRIVED, ("sent", "deescalate")),
        Moment(ARRIVED + DAY, ("writes", "question")),
    )
    path = dated(moments, ZoneInfo("America/Los_Angeles"))
    assert path == "Tue 08 Sep 11:00 deescalate: sent; Wed 09 Sep 11:00 the buyer writes (question)"
    said = re.sub(r"<[^>]*>", "", looks.said(STAY("broken", broken=BROKEN("late"), path=path)))
    assert said == (
        "按该索赔的期限无法保证：到“期限减去余量”之后才答复："
        "2026-09-09 02:00 “给买家的第一封邮件”：已发送；2026-09-10 02:00 买家来信（有问题要问）"
    )
