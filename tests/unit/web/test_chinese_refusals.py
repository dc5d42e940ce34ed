"""What is refused is said in Chinese: every error that a page can meet, found in the source itself.

A text that is raised as plain English fails here, until it is a sentence of a catalogue, or stands in the
list of what only the command, a program or whoever starts a process meets.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from atoz.claims.claim import ClaimFile
from atoz.evidence.intake import Given, Refusal, judge
from atoz.mail.files import _refused
from atoz.playbook import events as ev
from atoz.playbook.said import Said, Sentences
from atoz.playbook.stored import FILES
from atoz.service.problems import PROBLEMS
from atoz.web.looks import Looks
from atoz.web.words import ENGINE, words_of
from atoz.web.words.values import VALUES
from tests.support.board_claims import Desk
from tests.support.cases import HOUR, Play
from tests.unit.web.test_chinese import english_in

ROOT = Path(__file__).resolve().parents[3]
CHINESE = Looks(words_of("zh"), ZoneInfo("Asia/Shanghai"), datetime(2026, 9, 8, tzinfo=UTC))
_RUN = re.compile(r"[A-Za-z][a-z’']+(?: +[A-Za-z][A-Za-z’']*)+")
"""Two words of English, one after the other."""
NAMES = frozenset({"Seller Central", "authserv-id", "Kit PDF", "A-to-z Guarantee"})

ELSEWHERE = {
    "atoz/service/deploying.py": "deploy verbs",
    "atoz/service/keys.py": "key verbs",
    "atoz/service/outbox.py": "the verb outbox",
    "atoz/service/registered.py": "what starts a process",
    "atoz/service/verifying.py": "the verb verify",
    "atoz/service/office.py": "a worker's pass",
    "atoz/service/books.py": "pages name playbooks of the shelf alone",
    "atoz/service/kept_packets.py": "packets of the API and the command",
    "atoz/service/listing.py": "filters and tokens of the API and the command",
    "atoz/service/open_claims.py": "one claim's move, of the API and the command",
    "atoz/web/alone.py": "the verb login",
    "atoz/web/app.py": "what starts a process",
    "atoz/web/serve.py": "what starts a process",
    "atoz/web/unsealing.py": "the codec server's own pages",
    "atoz/web/unsealing_alone.py": "what starts a process",
    "atoz/web/api": "programs, which read English",
    "atoz/web/visitor.py": "a program's header",
    "atoz/access/access.py": "a program's token",
    "atoz/access/journal.py": "the verb that reads it, and whoever runs the board",
    "atoz/access/ledger.py": "a damaged file, which whoever runs the board mends",
    "atoz/access/people.py": "users verbs",
    "atoz/access/tokens.py": "tokens verbs",
}
"""Where plain English is raised, and who alone meets it."""

_ERRORS = frozenset(
    (
        *("AtozError", "BadInput", "Refused", "NotAllowed", "NoSuchClaim", "NoServer"),
        *("NoWorker", "NotKnown", "ImageRefused"),
    )
)


def plain(folder: str) -> Iterator[str]:
    """Every error of ours that is made of plain English below a folder, by its place."""
    for file in sorted((ROOT / folder).rglob("*.py")):
        place = file.relative_to(ROOT).as_posix()
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in _ERRORS and isinstance(node.args[0], ast.Constant | ast.JoinedStr):
                yield f"{place}:{node.lineno}"


@pytest.mark.parametrize("folder", ["atoz/service", "atoz/web", "atoz/access", "atoz/evidence"])
def test_no_page_meets_an_error_of_plain_english(folder: str) -> None:
    """What is raised where pages go is a sentence of the catalogue."""
    known = (*ELSEWHERE, "atoz/evidence/store.py")  # what a configuration breaks
    assert [place for place in plain(folder) if not place.startswith(known)] == []


def test_every_place_of_plain_english_is_still_one() -> None:
    """What was mended leaves the list."""
    found = {
        place for folder in ("atoz/service", "atoz/web", "atoz/access") for place in plain(folder)
    }
    assert [each for each in ELSEWHERE if not any(place.startswith(each) for place in found)] == []


def filled(part: Sentences, key: str) -> Said:
    """A sentence with something in each of its places."""
    names = re.findall(r"{(\w+)}", part.english[key].replace("{{", "").replace("}}", ""))
    return part(key, **dict.fromkeys(names, "7"))


@pytest.mark.parametrize("part", ENGINE, ids=lambda part: str(part.part))
def test_no_sentence_of_the_engine_has_english_left_in_chinese(part: Sentences) -> None:
    """Commands between backticks, names of settings and examples of what to write stay."""
    left = {}
    for key in part.english:
        said = re.sub(
            "`[^`]*`|{{.*?}}", "", CHINESE.words(f"{part.part}.{key}", **_sevens(part, key))
        )
        runs = [run for run in _RUN.findall(said) if run not in NAMES]
        if runs:
            left[key] = runs
    assert left == {}


def _sevens(part: Sentences, key: str) -> dict[str, str]:
    return dict.fromkeys(CHINESE.words.placeholders(f"{part.part}.{key}"), "7")


@pytest.mark.parametrize("key", PROBLEMS.english)
def test_every_problem_is_known_by_its_words(key: str) -> None:
    """As it comes back to a page: as text, which has lost how it was made."""
    said = filled(PROBLEMS, key)
    heard = CHINESE.words.heard(str(said), "problem")
    assert isinstance(heard, Said)
    shown = unescape(re.sub(r"<[^>]*>", "", str(CHINESE.led(str(said)))))
    assert [run for run in _RUN.findall(re.sub("`[^`]*`", "", shown)) if run not in NAMES] == []


# Values ---------------------------------------------------------------------------------------------


def raised_by_claims() -> Iterator[str]:
    """What the models of a claim say is wrong with a value, something in each place."""
    for file in sorted((ROOT / "atoz" / "claims").glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args:
                name, said = getattr(node.exc.func, "id", ""), node.exc.args[0]
                if name == "ValueError" and isinstance(said, ast.Constant):
                    yield str(said.value)
                if name == "ValueError" and isinstance(said, ast.JoinedStr):
                    parts = (
                        each.value if isinstance(each, ast.Constant) else "7"
                        for each in said.values
                    )
                    yield "".join(map(str, parts))


def test_every_rule_of_a_claim_is_said_in_chinese() -> None:
    """Those of its models: a new one has its sentence, or fails here."""
    said = list(raised_by_claims())
    assert len(said) > 8
    assert [each for each in said if not isinstance(VALUES.heard(each), Said)] == []


WRONG: tuple[tuple[Any, Any], ...] = (
    (ClaimFile, {"claim": {}, "x": 1}),
    (
        ClaimFile,
        {"claim": {"order_id": "1", "notified_at": "soon", "amount": "much", "reason": "x"}},
    ),
    (ClaimFile, {"claim": [], "buyer": 7, "messages": {}}),
    (
        ClaimFile,
        {"claim": {"notified_at": "2026-09-08T09:00:00", "amount": "0", "marketplace": ""}},
    ),
    (ev.Refunded, {"amount": "-1"}),
    (ev.Refunded, {"amount": "1.234567"}),
    (ev.Paused, {"why": "x" * 10_000}),
    (ev.DueSet, {"clock": "", "due": "3000-01-01T00:00:00Z"}),
    (ev.EvidenceAdded, {"file": {"name": "", "type": "x" * 500, "size": -1, "sha256": "no"}}),
    (Annotated[int, Field(ge=1, le=3)], 7),
    (Annotated[int, Field(gt=1, lt=3)], "x"),
    (bool, "perhaps"),
)
"""What a form or a file may hold that its model refuses."""


@pytest.mark.parametrize(("model", "given"), WRONG)
def test_what_is_wrong_with_a_value_is_said_in_chinese(model: Any, given: Any) -> None:
    """Every message of the models, whatever its path."""
    kind = isinstance(model, type) and issubclass(model, BaseModel)
    judged = model.model_validate if kind else TypeAdapter(model).validate_python
    with pytest.raises(ValidationError) as refused:
        judged(given)
    for fault in refused.value.errors():
        path = ".".join(map(str, fault["loc"]))
        shown = unescape(re.sub(r"<[^>]*>", "", CHINESE.wrong(path, fault["msg"])))
        assert re.search("[\u4e00-\u9fff]", shown), fault["msg"]
        assert not shown.startswith("原文"), fault["msg"]


# Files ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content", [b"", b"\x00\x01\x02", b"GIF89a", b"\xff\xd8\xff\xe0broken", b"PK\x03\x04"]
)
def test_why_a_file_was_refused_is_said_in_chinese(content: bytes) -> None:
    """Where it is kept as text in a history, and where whoever sent it is told."""
    refused = judge(Given("x", content))
    assert isinstance(refused, Refusal)
    assert isinstance(FILES.heard(str(refused.reason)), Said)
    kept = _refused(content, whole=False, declared="image/gif")
    assert kept is None or isinstance(FILES.heard(str(kept)), Said)
    fact = {"kind": "input_refused", "data": {"name": "x", "reason": str(refused.reason)}}
    assert not _RUN.findall(CHINESE.told(fact))


async def test_a_refused_file_is_told_on_the_page_in_chinese(tmp_path: Path) -> None:
    """Each by its name."""
    desk = Desk(tmp_path)
    play = Play().to(HOUR)
    order, browser = desk.add(play), desk.stand.browser()
    files = [("file", ("a.zip", b"PK\x03\x04")), ("file", ("b.txt", b""))]
    answer = await browser.post(f"/claims/{order}/reply-with-photos?lang=zh", files=files)
    assert answer.status_code == 422
    assert "a.zip 未被接受：只接受 JPEG" in answer.text
    assert "b.txt 未被接受：文件是空的" in answer.text
    assert english_in(answer.text.replace("JPEG、PNG、GIF、WebP、BMP、PDF", ""), play) == []


# What others say ------------------------------------------------------------------------------------


def test_what_a_mail_server_said_is_quoted() -> None:
    """In Chinese it is said whose words these are; English is as it was."""
    fact = {"kind": "message_unknown", "data": {"detail": "550 5.1.1 No such user here"}}
    assert "对方原文：“550 5.1.1 No such user here”" in CHINESE.told(fact)
    english = Looks(words_of("en"), ZoneInfo("UTC"), CHINESE.now)
    assert english.told(fact) == "it may have been sent: 550 5.1.1 No such user here"


def test_what_has_no_words_of_its_own_is_quoted() -> None:
    """As the checks of a playbook: no page mixes tongues as if it were one."""
    text = "documented.yaml:3:1: `at` is no span"
    assert str(CHINESE.verbatim(text)) == f"原文：“{text}”"
    assert str(CHINESE.led("something that nobody foresaw")).startswith("原文：“something")
