"""The demonstration as a newcomer runs it."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from atoz.harness.left_open import DESK, LIVING, UNPROVED
from atoz.harness.samples import CASES, sample_cases
from atoz.service.queues import VIEWS
from tests.support.running import Process

pytestmark = pytest.mark.server


def test_every_sample_goes_as_expected_and_work_is_left(tmp_path: Path) -> None:
    """One JSON document on stdout, progress on stderr, each case met. Then a board stays open, on which
    every view and the desk have something; code 0 on Ctrl-C.
    """
    demo = Process(tmp_path, "starter.py", "demo", "-o", "json")
    try:
        demo.until(lambda: "Ctrl-C" in demo.err, "no board was left open")
        assert_there_is_work(demo.err)
        assert demo.end(signal.SIGINT) == 0
    finally:
        demo.popen.kill()
        demo.popen.wait()
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


def assert_there_is_work(printed: str) -> None:
    """A text to approve with a finding, one to hand in, a paused claim, each view, two mails at the desk;
    nothing is overdue, and every page says whose claims these are, in the reader's language.
    """
    approve, hand_in, _, paused, *_ = (part.order for part in LIVING)
    with logged_in(printed) as browser:
        for view in VIEWS:
            page = browser.get(f"/queue/{view}").text
            assert 'href="/claims/' in page, view
            assert "These are the claims of the demonstration" in page
            assert "overdue" not in page
        text = browser.get(f"/claims/{approve}/approve").text
        assert UNPROVED in text
        assert '<div class="finding ' in text
        assert browser.get(f"/claims/{hand_in}/tasks/submit-appeal/hand-in").status_code == 200
        assert f'action="/claims/{paused}/resume"' in browser.get(f"/claims/{paused}").text
        assert browser.get("/desk").text.count('class="card" id="desk-') == len(DESK)
        report = browser.get("/api/report").json()
        assert all(group["median_days"] for group in report["by_reason"]), report
        for case in sample_cases().values():  # played to its end, and moved on to now
            claim = browser.get(f"/claims/{case.claim.order_id}?lang=zh").text
            assert '<p class="banner" role="status">这些是演示用的索赔' in claim


@contextmanager
def logged_in(printed: str) -> Iterator[httpx2.Client]:
    """A browser that the printed link let in."""
    link = next(line.split()[2] for line in printed.splitlines() if "Log in" in line)
    address = link.partition("/login")[0]
    with httpx2.Client(base_url=address, follow_redirects=True, timeout=20) as browser:
        assert browser.get(link).status_code == 200
        yield browser


def titles() -> list[str]:
    """What the samples are called."""
    return [str(case.title) for case in sample_cases().values()]


def test_a_case_that_differs_is_named(tmp_path: Path) -> None:
    """What differs stands in the table, beside the dates of the claim's own marketplace; code 1."""
    document = json.loads((CASES / "never-shipped.json").read_text("utf-8"))
    document["expected"] |= {"playbook": "documented", "must_not": ["claim_closed"]}
    case = tmp_path / "case.json"
    case.write_text(json.dumps(document), "utf-8")
    demo = Process(tmp_path, "starter.py", "demo", "--exit", str(case))
    assert demo.popen.wait(100) == 1, demo.err
    shown = " ".join(demo.out.split())
    assert "playbook is refund-first, not documented; claim_closed came and must not" in shown
    assert "When (America/Los_Angeles)" in shown
    assert "0 of 1 claims went as expected" in shown
    assert "0 mails came in over IMAP" in shown


def test_a_bad_case_is_named_before_anything_starts(tmp_path: Path) -> None:
    """The file and the path within it, one line."""
    case = tmp_path / "case.json"
    case.write_text('{"claim": {"order_id": 5}}', "utf-8")
    demo = Process(tmp_path, "starter.py", "demo", "--exit", str(case))
    assert demo.popen.wait(60) == 1
    assert str(case) in demo.err
    assert "claim.order_id" in demo.err
