"""What an outsider wrote reaches a terminal as plain text: no escape, no override, no bell, in any verb."""

from __future__ import annotations

import json
import re
import unicodedata
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from atoz.cli.answer import Answer, print_error, show
from atoz.cli.app import main
from atoz.cli.looks import list_look, status_look, tasks_look
from atoz.mail.plain import escaped, visible
from tests.support.cases import DAY, Play

HOSTILE = (
    "red \x1b[31m, title \x1b]0;x\x07, C1 \x9b2J, turned \u202edlrow, tag \U000e0041, "
    "\x00 \x7f \u2028<b>"
)
CASE = Path(__file__).resolve().parents[2] / "samples/cases/buyer-silent.json"

Captured = pytest.CaptureFixture[str]


def steering(text: str) -> list[str]:
    """The signs of a text that a terminal would obey or not show."""
    unseen = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    return [s for s in text if unicodedata.category(s) in unseen and s not in "\n\t"]


def hostile_case(folder: Path, size: int = 0) -> str:
    """A case whose buyer writes with control signs, before and after the claim; `size` signs of it."""
    case = json.loads(CASE.read_text("utf-8"))
    words = HOSTILE * (size // len(HOSTILE) + 1)
    case["claim"]["buyer_comment"] = words[:4_000]
    reply = {"type": "buyer_reply", "at": "2026-09-10T12:00:00Z", "message_id": "<h@mail.example>"}
    case["events"] = [{**reply, "language": "en", "text": words, "attachments": []}]
    file = folder / "case.json"
    file.write_text(json.dumps(case), "utf-8")
    return str(file)


@pytest.mark.parametrize("size", [0, 100_000])
@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize(
    "verb",
    [
        ["appeal", "draft"],
        ["message", "render", "deescalate"],
        ["playbook", "simulate", "documented"],
    ],
)
def test_a_hostile_buyer_steers_no_terminal(
    verb: list[str], form: str, size: int, tmp_path: Path, capsys: Captured
) -> None:
    """Neither in a person's form nor in the document, which holds the same values all the same."""
    code = main([*verb, "--case", hostile_case(tmp_path, size), "-o", form])
    said = capsys.readouterr()
    assert code in (0, 1)
    assert steering(said.out + said.err) == []
    assert len(said.out) < 500_000
    if form == "json":
        json.loads(said.out)


def test_a_hostile_mail_steers_no_terminal(tmp_path: Path, capsys: Captured) -> None:
    """`mail read` shows its words."""
    mail = EmailMessage()
    mail["From"] = "x@shop.example"
    mail["Subject"] = "Hello \u202e"
    mail.set_content(HOSTILE)
    file = tmp_path / "mail.eml"
    file.write_bytes(mail.as_bytes())
    main(["mail", "read", str(file)])
    main(["mail", "read", str(file), "-o", "json"])
    assert steering(capsys.readouterr().out) == []


def test_a_hostile_file_steers_no_terminal(tmp_path: Path, capsys: Captured) -> None:
    """`message lint` and `appeal lint` tell what they found in it."""
    file = tmp_path / "text.txt"
    file.write_text(f"subject: {HOSTILE}\n{HOSTILE}!!", "utf-8")
    main(["message", "lint", str(file)])
    main(["appeal", "lint", str(file), "--case", str(CASE)])
    assert steering(capsys.readouterr().out) == []


def test_the_text_that_waits_for_approval_is_shown_plainly(capsys: Captured) -> None:
    """A person reads exactly its words, line by line, whoever wrote them."""
    view: dict[str, Any] = {
        **dict.fromkeys(("step", "acted", "acts_next", "acts_at", "held", "paused", "playbook")),
        "order_id": "111-0000199-0000199",
        "marketplace": "US",
        "status": "under_review",
        "state": "waiting",
        "clocks": [],
        "tasks": [
            {"id": "approve-appeal", "kind": "approve-appeal", "title": "x", "text": HOSTILE}
        ],
        "appeal": {
            "findings": [{"severity": "block", "rule": "control", "message": HOSTILE}],
            "revision": 1,
            "digest": "d",
            "text": f"First.\r\n{HOSTILE}",
        },
    }
    view["tasks"][0]["draft"] = HOSTILE
    now = datetime(2026, 9, 8, tzinfo=UTC)
    show(Answer({}, status_look(view, now)), as_json=False)
    show(Answer({}, tasks_look(view["tasks"], now)), as_json=False)
    print_error(HOSTILE)
    said = capsys.readouterr()
    assert "First.\n" in said.out
    assert "red �[31m" in said.out
    assert steering(said.out + said.err) == []


def test_a_list_says_that_a_claim_is_paused_whatever_else_is_to_do(capsys: Captured) -> None:
    """Once, where nothing is."""
    row: dict[str, Any] = dict.fromkeys(
        ("marketplace", "status", "playbook", "step", "acted", "clock", "ended"), None
    )
    row |= {"order_id": "111-0000199-0000199", "paused_since": "2026-09-08T09:00:00Z"}
    for attention, said in (("task", "task, paused"), ("paused", "paused")):
        page = {"claims": [row | {"attention": attention}], "next_page_token": None}
        show(Answer({}, list_look(page, datetime(2026, 9, 8, tzinfo=UTC))), as_json=False)
        assert re.findall(r"task|paused", capsys.readouterr().out) == said.split(", ")


def test_a_document_keeps_its_values() -> None:
    """Escaped, not changed; plain letters of every script stay readable."""
    value = {"text": HOSTILE + "Grüße 日本語 \\u202e"}
    written = escaped(json.dumps(value, ensure_ascii=False))
    assert json.loads(written) == value
    assert "Grüße 日本語" in written
    assert steering(written) == []


def test_what_is_shown_is_as_long_as_what_was_written() -> None:
    """So that a colour stays on its words."""
    assert visible("a\x1bb\r\nc\td\n") == "a�b \nc\td\n"


def test_a_long_reply_is_recorded_whole_by_reference_and_shown_cut() -> None:
    """100,000 signs: the appeal quotes a part at most, and says so."""
    words = (HOSTILE + "\nIt broke on day two. " * 9_000)[:100_000]
    play = Play().to(2 * DAY).reply("other", text=words).to(5 * DAY)
    assert play.state.appeal is not None
    assert len(play.state.appeal.text) < 4_000
    assert steering(play.state.appeal.text) == []
