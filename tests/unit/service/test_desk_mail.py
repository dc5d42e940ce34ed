"""The desk says of each task what it is about, in the command, the API and the board alike."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from atoz.cli import desk as verbs
from atoz.cli.answer import Answer, show
from atoz.errors import BadInput, OldWorker
from atoz.mail.reading import Reading
from atoz.service import desk_mail
from atoz.service.policy import Role
from tests.support.board_claims import Desk
from workflows.desk import UNREADABLE, DeskItem, DeskTask

ORDER = "111-0000102-0000102"
AT = "2026-11-02T09:00:00Z"


def task(number: int, title: str, sort: str | None = None, **more: Any) -> dict[str, Any]:
    """A task as the desk's workflow tells it; without a sort an older edition put it there."""
    own = {"kind": "read-reply", "opened_at": AT, "refs": [ORDER], "text": "Look.", "told": True}
    made = DeskTask.model_validate(
        {"id": f"desk-{number}", "title": title, "sort": sort, **own, **more}
    )
    return made.model_dump(mode="json", exclude_none=True)


TASKS = [
    task(1, "Quarantined: it looks like a decision"),
    task(2, "Hello"),
    task(3, UNREADABLE, refs=[""]),
    task(4, "A decision"),
    # What it says of itself counts, whatever its title looks like.
    task(5, "Quarantined: says a buyer", "other"),
    task(6, "20 more mails", "quarantined", refs=[""]),
]
SORTS = ["quarantined", "unknown-order", "refused", "other", "other", "quarantined"]
DONE = [task(0, "An offer", "other", done_at=AT, result="approver-1: discarded: an advertisement")]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A board with a desk in memory."""
    made = Desk(tmp_path)
    made.calls.desk = {"tasks": TASKS, "held": [{"task": "desk-2"}], "worked_off": DONE}
    return made


@pytest.mark.parametrize(
    ("written", "came"),
    [
        (timedelta(hours=-2), timedelta(hours=-2)),
        (timedelta(days=-7), timedelta(days=-7)),
        (timedelta(days=-7, seconds=-1), timedelta()),
        (timedelta(days=3), timedelta(days=3)),
        (timedelta(days=30, seconds=1), timedelta(days=30)),
        (None, timedelta()),
    ],
)
def test_what_lay_at_the_desk_came_before_somebody_attached_it(
    written: timedelta | None, came: timedelta
) -> None:
    """After thirty days, too: at its own date, where that is not far before it lay there, nor ahead."""
    opened_at = datetime(2026, 11, 2, 9, tzinfo=UTC)
    date = None if written is None else opened_at + written
    reading = Reading(kind="claim_decision", date=date)
    found = desk_mail.came_at(reading, opened_at, opened_at + timedelta(days=30))
    assert found == opened_at + came


async def test_each_task_says_what_it_is_about(desk: Desk) -> None:
    """As a field; one that an older edition put there is told by its looks."""
    document = (await desk_mail.look(desk.service)).document
    assert [each["sort"] for each in document["tasks"]] == SORTS
    assert [each["about_order"] for each in document["tasks"]] == [
        *(ORDER, ORDER, None, ORDER, ORDER, None)
    ]
    assert document["done"] == DONE


async def test_the_command_and_the_api_say_the_same(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """One document from one service; the command writes it out."""
    document = (await desk_mail.look(desk.service)).document
    api = desk.stand.client(headers=desk.stand.token(Role.VIEWER))
    assert (await api.get("/api/desk")).json() == document
    one = await desk_mail.shown(desk.service, "desk-1")
    assert (await api.get("/api/desk/tasks/desk-1")).json() == one
    assert one == {"task": document["tasks"][0], "mail": None, "gone": None}
    show(Answer({}, verbs._list_look(document)), as_json=False)
    show(Answer({}, verbs._look(one)), as_json=False)
    said = " ".join(capsys.readouterr().out.split())
    for words in (
        "desk-2 no claim yet",
        "not understood",
        "approver-1: discarded: an advertisement",
    ):
        assert words in said


async def test_an_empty_desk(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing was ever put there: that is no error."""
    desk.calls.desk.clear()
    document = (await desk_mail.look(desk.service)).document
    assert document == {"tasks": [], "done": []}
    show(Answer({}, verbs._list_look(document)), as_json=False)
    assert capsys.readouterr().out.strip() == "the desk is empty"


async def test_an_older_worker_hides_only_what_it_does_not_know(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """The page says which worker is needed; with that one it is whole again."""
    desk.calls.desk["worked_off"] = OldWorker()
    document = (await desk_mail.look(desk.service)).document
    assert (len(document["tasks"]), document["done"]) == (6, None)
    show(Answer({}, verbs._list_look(document)), as_json=False)
    assert "only a worker of this edition" in capsys.readouterr().out
    browser = desk.stand.browser(Role.VIEWER)
    page = (await browser.get("/desk")).text
    assert "an older worker answers" in page
    assert "20 more mails" in page
    assert (await browser.get("/desk/desk-1")).status_code == 200
    desk.calls.desk["worked_off"] = DONE
    page = (await browser.get("/desk")).text
    assert "an older worker answers" not in page
    assert "an advertisement" in page


async def test_what_a_worker_cannot_answer_at_all_is_told_in_a_line(desk: Desk) -> None:
    """With when to come back, and never as a surprise."""
    desk.calls.desk["held"] = OldWorker()
    api = desk.stand.client(headers=desk.stand.token(Role.VIEWER))
    answer = await api.get("/api/desk")
    assert (answer.status_code, answer.json()["code"]) == (503, "old-worker")
    assert "start one of this edition" in answer.json()["detail"]
    assert answer.headers["retry-after"]


async def test_a_task_that_is_not_there_is_told_with_those_that_are(desk: Desk) -> None:
    """Also one whose name is too long to be one."""
    for name in ("desk-99", "x" * 5_000):
        with pytest.raises(BadInput, match="is not an open desk task; open: desk-1, desk-2"):
            await desk_mail.shown(desk.service, name)


async def test_what_tells_a_claim_nothing_is_attached_to_none(desk: Desk) -> None:
    """A stranger's webhook that was refused: the page does not offer it, the service says so."""
    forged = {**task(7, "A webhook was refused", "other"), "refs": [""]}
    desk.calls.desk["tasks"] = [*TASKS, forged]
    with pytest.raises(BadInput, match="has nothing that a claim could be given: discard it"):
        await desk_mail.attach(desk.service, "desk-7", ORDER, by="a", why="", key="k")
    browser = desk.stand.browser(Role.APPROVER)
    for number, offered in ((7, False), (3, True), (4, True)):
        page = (await browser.get(f"/desk/desk-{number}")).text
        assert ('id="form-attach"' in page) is offered
        assert 'id="form-discard"' in page


async def test_the_list_attaches_nothing_that_could_not_be_trusted(desk: Desk) -> None:
    """That is read first; of all else both acts are one click, the safer one too."""
    browser = desk.stand.browser(Role.AGENT)
    cards = (await browser.get("/desk")).text.split('<li class="card" id="')[1:]
    assert len(cards) == len(TASKS)
    for card in cards:
        doubtful = card.startswith(("desk-1", "desk-6"))
        assert ('class="button" href="/desk/' in card) is doubtful
        for act in ("attach", "discard"):
            assert (f'/{act}" method="post"' in card) is not doubtful
    page = (await browser.get("/desk/desk-1")).text
    assert page.index("form-discard") < page.index("form-attach")


@pytest.mark.parametrize("why", ["", " \t"])
async def test_who_vouches_at_a_page_says_how_they_know(desk: Desk, why: str) -> None:
    """The command and the API may leave it out, as everywhere; what was typed stays."""
    data = {"order_id": "222-0000102-0000102", "why": why}
    refused = await desk.stand.browser(Role.AGENT).post("/desk/desk-1/attach", data=data)
    assert refused.status_code == 409
    assert "ay how you know that it is genuine" in refused.text
    assert data["order_id"] in refused.text


@pytest.mark.parametrize("why", ["", " ", "\n\t"])
async def test_who_discards_says_why(desk: Desk, why: str) -> None:
    """Spaces are no reason."""
    with pytest.raises(BadInput, match="say why it is discarded"):
        await desk_mail.discard(desk.service, "desk-1", by="approver-1", why=why, key="k")


def test_an_item_of_an_older_edition_says_no_sort() -> None:
    """It is read all the same."""
    assert DeskItem.model_validate({"key": "k", "title": "t"}).sort is None
