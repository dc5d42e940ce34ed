"""A look into the mailbox from the board: started by a button or a program, told as it goes on."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from temporalio.exceptions import WorkflowAlreadyStartedError

from atoz.service import mailbox
from atoz.service.policy import Role
from tests.support.board_claims import Desk

MAILBOX = {
    "imap_host": "imap.example",
    "imap_username": "shop",
    "imap_password": "a b c",
    "authserv_id": "mx.example",
}
NOTHING: dict[str, Any] = {
    "workflow_id": mailbox.BY_HAND,
    "run_id": "r1",
    "mails": None,
    "why": None,
}
READ = {"read": 3, "claims_started": 1, "delivered": 2, "quarantined": 0, "more": False}


class Starts:
    """A server that starts a pass once and knows after that that it runs."""

    def __init__(self) -> None:
        self.inputs: list[Any] = []

    async def start_workflow(self, _: Any, given: Any, **options: Any) -> Any:
        """Start it, or say that it runs."""
        self.inputs.append(given)
        if len(self.inputs) > 1:
            raise WorkflowAlreadyStartedError(options["id"], "MailboxWorkflow", run_id="r1")
        return SimpleNamespace(first_execution_run_id="r1")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A board with a mailbox and an empty desk."""
    desk = Desk(tmp_path, **MAILBOX)
    desk.calls.desk = {"tasks": [], "held": [], "worked_off": []}
    return desk


@pytest.fixture
def starts(desk: Desk) -> Starts:
    """Where passes are started."""
    server = Starts()
    object.__setattr__(desk.service, "client", server)
    return server


async def test_a_program_starts_a_look_and_asks_how_it_stands(desk: Desk, starts: Starts) -> None:
    """Twice is once, and it is known who asked."""
    api = desk.stand.client(headers=desk.stand.token(Role.AGENT, "erp"))
    for running in (False, True):
        answer = await api.post("/api/mail/sync")
        assert answer.status_code == 202
        assert answer.json() == {
            "workflow_id": mailbox.BY_HAND,
            "run_id": "r1",
            "already_running": running,
        }
    assert [(each.by_hand, each.by) for each in starts.inputs] == [(True, "erp")] * 2
    assert (await api.get("/api/mail/sync")).json()["state"] == "never"
    assert journal_of(desk) == [("mail-sync", "erp", "done")] * 2


def journal_of(desk: Desk) -> list[tuple[str, str, str]]:
    """What the installation's journal tells: act, by whom, how it ended."""
    entries = desk.stand.board.access.journal.newest(9).entries
    return [(each.act, each.by, each.outcome) for each in entries]


async def test_a_viewer_is_refused_and_that_is_in_the_journal(desk: Desk, starts: Starts) -> None:
    """As the command records it."""
    browser = desk.stand.browser(Role.VIEWER, "viewer-1")
    assert (await browser.post("/mailbox")).status_code == 403
    assert starts.inputs == []
    assert journal_of(desk) == [("mail-sync", "viewer-1", "refused")]


async def test_without_a_mailbox_it_says_what_is_missing(tmp_path: Path) -> None:
    """And no page has the button."""
    desk = Desk(tmp_path)
    answer = await desk.stand.client(headers=desk.stand.token()).post("/api/mail/sync")
    assert answer.status_code == 422
    assert "ATOZ_IMAP_HOST" in answer.json()["detail"]
    assert "/mailbox" not in (await desk.stand.browser().get("/desk")).text


async def test_the_desk_has_a_button_for_whoever_may(desk: Desk, starts: Starts) -> None:
    """It leads back to the desk, which says how the look stands."""
    assert 'action="/mailbox"' not in (await desk.stand.browser(Role.VIEWER).get("/desk")).text
    browser = desk.stand.browser(Role.AGENT)
    assert 'action="/mailbox"' in (await browser.get("/desk")).text
    answer = await browser.post("/mailbox")
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk?did=looked")
    assert len(starts.inputs) == 1
    assert "Nobody has looked by hand yet." in (await browser.get("/desk?did=looked")).text


@pytest.mark.parametrize(
    ("told", "said", "asks_again"),
    [
        ({"state": "running", "mails": READ}, "The mailbox is being read. Mails read: 3.", True),
        ({"state": "done", "mails": READ}, "The mailbox was read. Mails read: 3.", False),
        ({"state": "done", "mails": {"read": 0}}, "There was no new mail.", False),
        ({"state": "failed", "why": "<b>no</b>"}, "<q>&lt;b&gt;no&lt;/b&gt;</q>", False),
    ],
)
async def test_how_a_look_stands_is_shown_as_it_goes_on(
    desk: Desk,
    monkeypatch: pytest.MonkeyPatch,
    told: dict[str, Any],
    said: str,
    asks_again: bool,
) -> None:
    """The part asks again by itself as long as it runs; a server's words are quoted, and no markup."""

    async def progress(_: object) -> dict[str, Any]:
        return {**NOTHING, **told}

    monkeypatch.setattr(mailbox, "progress", progress)
    browser = desk.stand.browser(Role.VIEWER)
    for page in ("/mailbox", "/desk?did=looked"):
        shown = (await browser.get(page)).text
        assert said in " ".join(shown.split())
        assert ('hx-get="/mailbox"' in shown) is asks_again
