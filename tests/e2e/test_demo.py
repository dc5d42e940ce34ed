"""The demonstration as a newcomer runs it."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import httpx2
import pytest

from tests.support.running import ROOT, Process

pytestmark = pytest.mark.server

SAMPLES = ROOT / "samples" / "cases"


def test_every_sample_goes_as_expected(tmp_path: Path) -> None:
    """One JSON document on stdout, progress on stderr, each case met, code 0."""
    demo = Process(tmp_path, "starter.py", "demo", "--exit", "-o", "json")
    assert demo.popen.wait(100) == 0, demo.err
    cases = json.loads(demo.out)["cases"]
    assert {case["title"]: case["expected"] for case in cases} == dict.fromkeys(titles(), "met")
    for case in cases:
        assert set(case) == {
            *("title", "workflow_id", "fed_by", "playbook", "outcome", "timeline", "expected")
        }
        assert case["fed_by"] == "mail"
        assert case["playbook"] == case["outcome"]["playbook"]
        assert case["timeline"][0]["kind"] == "claim_received"
    assert f"{len(cases)} of {len(cases)}: " in demo.err


def titles() -> list[str]:
    """What the samples are called."""
    return [json.loads(file.read_text("utf-8"))["title"] for file in SAMPLES.glob("*.json")]


def test_a_case_that_differs_is_named_and_can_be_looked_at(tmp_path: Path) -> None:
    """What differs stands in the table, beside the dates of the claim's own marketplace; a board over
    the claims stays open until Ctrl-C; code 1.
    """
    document = json.loads((SAMPLES / "never-shipped.json").read_text("utf-8"))
    document["expected"] |= {"playbook": "documented", "must_not": ["claim_closed"]}
    case = tmp_path / "case.json"
    case.write_text(json.dumps(document), "utf-8")
    demo = Process(tmp_path, "starter.py", "demo", str(case))
    try:
        demo.until(lambda: "Ctrl-C" in demo.err, "no board was left open")
        assert_every_page_says_what_it_is(demo.err, document["claim"]["order_id"])
        assert demo.end(signal.SIGINT) == 1
    finally:
        demo.popen.kill()
        demo.popen.wait()
    shown = " ".join(demo.out.split())
    assert "playbook is refund-first, not documented; claim_closed came and must not" in shown
    assert "When (America/Los_Angeles)" in shown
    assert "0 of 1 claims went as expected" in shown
    assert "0 mails came in over IMAP" in shown


def assert_every_page_says_what_it_is(printed: str, order: str) -> None:
    """The link lets in, and each page has the banner, in the reader's language."""
    link = next(line.split()[2] for line in printed.splitlines() if "Log in" in line)
    with httpx2.Client(follow_redirects=True) as browser:
        first = browser.get(link)
        assert "These are the claims of the demonstration" in first.text
        claim = browser.get(first.url.join(f"/claims/{order}?lang=zh"))
        assert '<p class="banner" role="status">这些是演示用的索赔' in claim.text


def test_a_bad_case_is_named_before_anything_starts(tmp_path: Path) -> None:
    """The file and the path within it, one line."""
    case = tmp_path / "case.json"
    case.write_text('{"claim": {"order_id": 5}}', "utf-8")
    demo = Process(tmp_path, "starter.py", "demo", "--exit", str(case))
    assert demo.popen.wait(60) == 1
    assert str(case) in demo.err
    assert "claim.order_id" in demo.err
