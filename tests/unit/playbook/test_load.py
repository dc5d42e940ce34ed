"""Files that a person writes are loaded whole, or refused with every problem, place and cure."""

from __future__ import annotations

import pickle
from datetime import time, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from atoz.errors import AtozError
from atoz.playbook.load import PlaybookRefused, Problem, load_playbook, load_policy, problem_at
from atoz.playbook.model import INTENTS

GOOD = """\
# A comment.
name: small
version: 1
title: A small one
rank: 5
limit: 7d
margin: 24h

steps:
  - id: write
    at: 1d
    send: deescalate

  - id: appeal
    after: write
    wait: 24h
    or_when: buyer_answered
    skip_if: [refunded]
    submit: appeal

on_reply:
  photos: [{task: review-photos}]
  says_withdrawn: [{hold: 48h}, {task: confirm-withdrawal}]
  asks_how_to_withdraw: [{send: withdraw_help}]
  says_received: [{task: read-reply}]
  wants_refund: [{task: consider-refund}]
  stop_contact: [{stop_messages: true}]
  question: [{task: answer-buyer}]
  hostile: [{task: read-reply}]
  other: [{task: read-reply}]
"""

POLICY = """\
marketplace: US
name: Amazon US
zone: America/Los_Angeles
language: en
currency: USD
sending:
  from: 08:00
  to: 20:00
  country: US
limits:
  - {clock: response, limit: 7d, effective: 2020-01-01, source: a page}
filing_window:
  opens_after_latest_delivery: 3d
  opens_after_order: 30d
  closes_after_latest_delivery: 90d
  source: a page
"""
CONTACT = "contacts: [{verified: no, purpose: late_withdrawal, address: x, source: y}]"


def refused(text: str) -> list[str]:
    """The problems of a playbook as `line:column: message`."""
    with pytest.raises(PlaybookRefused) as caught:
        load_playbook(text, "p.yaml")
    return [str(problem).removeprefix("p.yaml:") for problem in caught.value.problems]


def policy_refused(old: str, new: str) -> list[str]:
    """The problems of the policy after one change."""
    assert old in POLICY
    with pytest.raises(PlaybookRefused) as caught:
        load_policy(POLICY.replace(old, new), "US.yaml")
    return [str(problem).removeprefix("US.yaml:") for problem in caught.value.problems]


def test_a_good_playbook_is_loaded() -> None:
    """Spans, lists and defaults arrive as the model has them."""
    playbook = load_playbook(GOOD, "small.yaml")
    assert playbook.name == "small"
    assert playbook.limit == timedelta(days=7)
    assert [step.id for step in playbook.steps] == ["write", "appeal"]
    assert set(playbook.on_reply) == set(INTENTS)


def test_comments_key_order_and_spelling_change_no_meaning() -> None:
    """The digest is of what the file says, not of how it says it."""
    lines = GOOD.splitlines()
    other = "\n".join([*lines[5:], "# the end", *lines[1:5]]).replace("24h", "1d")
    assert load_playbook(other, "b").digest == load_playbook(GOOD, "a").digest


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("rank: 5", "rnk: 5", "5:1: unknown key `rnk`: did you mean `rank`?"),
        ("rank: 5\n", "", "2:1: `rank` is missing: add `rank: 1`"),
        ("limit: 7d", "limit: 7 days", "6:8: `7 days` is no span: write 7d"),
        ("limit: 7d", "limit: 12:30", "6:8: `12:30` is no span: write 12h30m"),
        ("limit: 7d", "limit: 7", "6:8: `7` is no span: write its unit, 7h or 7d"),
        (
            "limit: 7d",
            "limit: 0h",
            "6:8: `0h` is too short: write a span longer than 0, such as 1h",
        ),
        ("limit: 7d", "limit: 99999d", "6:8: a span is at most 3650d, not '99999d'"),
        (
            "wait: 24h",
            "wait: -1h",
            "16:11: `-1h` is no span: no wait is negative; write 0h or more",
        ),
        ("version: 1", 'version: "1"', "3:10: write the number 1 without quotes"),
        ("version: 1", "version: 1.5", "3:10: `1.5` is no whole number: write one such as 1"),
        (
            "title: A small one",
            "title: 2026",
            '4:8: `2026` is not read as a text: put it in quotes: "2026"',
        ),
        (
            "title: A small one",
            "title:",
            "4:1: nothing stands behind `title:`: write a value, or leave the key out",
        ),
        (
            "name: small",
            "name: My Playbook",
            "2:7: `My Playbook` is not spelled as it must be: write `my-playbook`",
        ),
        (
            "send: deescalate",
            "send: de-escalate",
            "12:11: `de-escalate` is not spelled as it must be: write `de_escalate`",
        ),
        (
            "or_when: buyer_answered",
            "or_when: buyer_answerd",
            "17:14: `buyer_answerd` is not known in `or_when`: did you mean `buyer_answered`?",
        ),
        (
            "skip_if: [refunded]",
            "skip_if: refunded",
            "18:14: `refunded` stands where a list belongs: write [refunded]",
        ),
        (
            "task: review-photos",
            "task: review-fotos",
            "22:19: `review-fotos` is not known in `task`: did you mean `review-photos`?",
        ),
        (
            "  question:",
            "  questionn:",
            "28:3: `questionn` is not known in `on_reply`: did you mean `question`?",
        ),
        (
            "  hostile: [{task: read-reply}]\n",
            "",
            "21:1: no reaction to `hostile`: add `hostile: [{task: read-reply}]`",
        ),
        (
            "stop_messages: true",
            "stop_messages: yes",
            "27:34: `yes` is a text in YAML 1.2: write true",
        ),
        (
            "after: write",
            "after: writes",
            "15:12: no step above is called `writes`: did you mean `write`?",
        ),
        (
            "after: write",
            "after: appeal",
            "15:12: `appeal` waits for itself: name a step above it, or write `at`",
        ),
        (
            "at: 1d",
            "after: appeal",
            "11:12: `write` waits for `appeal`, and `appeal` waits for `write`, so none of them",
        ),
        (
            "at: 1d\n    send: deescalate\n\n  - id: appeal\n    after: write\n    wait: 24h",
            "after: appeal\n    send: deescalate\n\n  - id: appeal\n    at: 2d",
            "11:12: `appeal` stands below: a step waits only for one above it, so move it up",
        ),
        (
            "id: appeal",
            "id: write",
            "14:9: `write` is the name of the step in line 10: write another",
        ),
        ("at: 1d", "at: 1d\n    ask: read-reply", "10:5: a step does exactly one of send, submit,"),
        ("    at: 1d\n", "", "10:5: a step has either at or after"),
        ("limit: 7d", "limit: 7d\nlimit: 8d", "7:1: `limit` stands here and in line 6: keep one"),
        ("limit: 7d", "\tlimit: 7d", "6:1: a tab cannot indent: write spaces"),
        ("limit: 7d", "limit: &a 7d", "6:8: `&a` names a place: leave it out"),
        ("limit: 7d", "limit: *a", "6:8: `*a` repeats another place: write it out"),
        ("limit: 7d", "limit: !!str 7d", "6:8: `!!str` is a tag: leave it out"),
        ("limit: 7d", "limit: {{ days }}", "6:9: a key is one word: put a text that begins with"),
        ("title: A small one", "title: A: small", "4:9: this `:` is not expected: put a text"),
        ("title: A small one", 'title: "A small one', "4:8: a quote is opened here and never"),
        ("skip_if: [refunded]", "skip_if: [refunded", "18:14: the list that `[` opens is not"),
        ("title: A small one", "title: @home", "4:8: a text cannot begin with this sign"),
        ("title: A small one", "title: \0", "4:8: the control character U+0000: take it out"),
        ("# A comment.", "%YAML 1.1\n---", "1:1: leave the % line out: these files are YAML 1.2"),
        ("steps:", "---\nsteps:", "9:1: a second document begins: one file holds one document"),
    ],
)
def test_each_mistake_is_told_at_its_place_with_what_to_write(
    old: str, new: str, said: str
) -> None:
    """One change to a good file makes one problem: line, column, what is wrong, what to write."""
    assert old in GOOD
    problems = refused(GOOD.replace(old, new))
    assert len(problems) == 1
    assert problems[0].startswith(said)


def test_all_problems_are_told_at_once_in_the_order_of_the_file() -> None:
    """Nobody mends one line to be told of the next."""
    text = GOOD.replace("rank", "rnk").replace("24h", "1 day").replace("hostile", "hostil")
    assert [problem.split(": ")[0] for problem in refused(text)] == ["5:1", "7:9", "16:11", "29:3"]


@pytest.mark.parametrize("text", ["", "# only a comment", "---\n", "~"])
def test_an_empty_file_is_called_empty(text: str) -> None:
    """Not a heap of missing keys."""
    assert refused(text) == ["1:1: the file is empty"]


@pytest.mark.parametrize("text", ["- a", "a", "12", "[]"])
def test_a_file_of_another_shape_is_told_its_keys(text: str) -> None:
    """A list or a word is no playbook, and the message says what one consists of."""
    assert "stands where keys with values belong" in refused(text)[0]
    assert "on_reply" in refused(text)[0]


@pytest.mark.parametrize(
    "text", ["a" * 200_001, "[" * 100_000, "- a\n" * 30_000, "a: {b: " * 30, '"' + "\\" * 99_999]
)
def test_a_hostile_size_is_refused_quickly(text: str) -> None:
    """Neither a large file nor a deep one reaches the models."""
    assert len(refused(text)) == 1


def test_templates_that_do_not_exist_are_told() -> None:
    """Where the known templates are given, every `send` names one of them."""
    with pytest.raises(PlaybookRefused) as caught:
        load_playbook(GOOD, "p.yaml", templates=frozenset({"de_escalate", "withdraw_help"}))
    assert [str(p) for p in caught.value.problems] == [
        "p.yaml:12:11: no template `deescalate`: did you mean `de_escalate`?"
    ]


def test_a_message_shows_no_control_characters() -> None:
    """What stands in a file cannot drive the terminal that shows the problem."""
    (problem,) = refused(GOOD.replace("limit: 7d", 'limit: "\\e[31m"'))
    assert "\x1b" not in problem
    assert "\\x1b[31m" in problem


def test_a_refusal_is_one_of_our_errors_and_travels() -> None:
    """It ends the command with 1, is permanent, and survives the way to another process."""
    with pytest.raises(PlaybookRefused) as caught:
        load_playbook("a: 1", "p.yaml")
    assert isinstance(caught.value, AtozError)
    assert caught.value.permanent
    assert caught.value.exit_code == 1
    assert pickle.loads(pickle.dumps(caught.value)).problems == caught.value.problems  # noqa: S301 - our own bytes


def test_a_problem_between_files_finds_its_place() -> None:
    """The value of a path, or the nearest one above it."""
    assert problem_at(GOOD, "p", ("steps", 1, "wait"), "x")[1:3] == (16, 11)
    assert problem_at(GOOD, "p", ("applies", "reasons"), "x")[1:3] == (2, 1)


def test_a_good_policy_is_loaded() -> None:
    """`08:00` without quotes is a time of the day, not 480."""
    policy = load_policy(POLICY, "US.yaml")
    assert policy.sending.opens == time(8)
    assert policy.sending_hours.zone == "America/Los_Angeles"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("from: 08:00", "from: 8:00", "7:9: `8:00` is no time of the day: write hours and minutes"),
        ("from: 08:00", "from: 0800", "7:9: `0800` is no time of the day: write hours and minutes"),
        ("from: 08:00", "from: 08:00+02:00", "7:9: sending hours are local: write them like 08:00"),
        ("from: 08:00", "from: 08:00Z", "7:9: sending hours are local: write them like 08:00"),
        ("2020-01-01", "1.1.2020", "11:45: `1.1.2020` is no day: write one like 2026-01-31"),
        ("2020-01-01", "2020", "11:45: `2020` is no day: write one like 2026-01-31"),
        (
            "clock: response",
            "clock: responses",
            "11:13: `responses` is not known in `clock`: did you",
        ),
        ("currency: USD", "currency: usd", "5:11: `usd` is not spelled as it must be: write `USD`"),
        (
            "zone: America/Los_Angeles",
            "zone: America/Los_Angles",
            "3:7: `America/Los_Angles` is no",
        ),
        ("zone: America/Los_Angeles", "zone: /etc", "3:7: `/etc` is no time zone: write one such"),
        (
            "country: US",
            "country: US\n  weekdays: [7]",
            "10:14: `7` is out of bounds: write at most",
        ),
        ("country: US", "country: US\n  weekdays: []", "10:13: no weekday is open: write at least"),
        (
            "currency: USD",
            f"currency: USD\n{CONTACT}",
            "6:23: `no` is a text in YAML 1.2: write false",
        ),
    ],
)
def test_a_policy_is_refused_in_the_same_words(old: str, new: str, said: str) -> None:
    """One reader for everything that a person writes."""
    problems = policy_refused(old, new)
    assert len(problems) == 1
    assert problems[0].startswith(said)


@pytest.mark.parametrize("value", ["US", "no", "on", "12:30", "y"])
def test_texts_of_yaml_1_1_stay_texts(value: str) -> None:
    """`no` and `12:30` mean what is written."""
    assert load_policy(POLICY.replace("name: Amazon US", f"name: {value}"), "f").name == value


def loads(text: str) -> bool:
    """Whether the text is loaded; it is refused with places inside it, or the test fails."""
    told: tuple[Problem, ...] = ()
    try:
        load_playbook(text, "p.yaml")
    except PlaybookRefused as refusal:
        told = refusal.problems
    else:
        return True
    assert told
    assert all(1 <= problem.line <= len(text) + 1 and problem.column >= 1 for problem in told)
    return False


@given(st.text())
@example('a: "\\U00110000"')
@example('a: "\\ud800"')
@example("\ud800")
@example("? [a]\n: b")
@example("<<: {a: 1}")
def test_no_text_makes_anything_but_a_refusal(text: str) -> None:
    """Any text at all."""
    assert not loads(text)


@given(st.text(alphabet="ab-:?[]{}&*!|>'\"%@`#,\\ \n\t0.~<", max_size=60))
def test_no_text_of_signs_makes_anything_but_a_refusal(text: str) -> None:
    """Any text of the signs that mean something in YAML."""
    assert not loads(text)


SIGNS = "~|null|- |[|]|{|}|: |\n|  |'|\"|>|&a|*a|!!x|no|-1h|1e999|.inf|0x1|12:30|2020-01-01|\t"
PIECES = st.one_of(st.text(max_size=5), st.sampled_from([*SIGNS.split("|"), "|", "9" * 400 + "d"]))


@given(
    st.lists(
        st.tuples(st.integers(0, len(GOOD)), st.integers(0, 30), PIECES), min_size=1, max_size=4
    )
)
def test_no_mutation_makes_anything_but_a_playbook_or_a_refusal(
    changes: list[tuple[int, int, str]],
) -> None:
    """A good file with pieces cut out and others put in."""
    text = GOOD
    for start, length, piece in changes:
        text = text[:start] + piece + text[start + length :]
    loads(text)


def test_the_shipped_playbooks_load(root: Path) -> None:
    """What stands in the folder is good."""
    for path in (root / "playbooks").glob("*.yaml"):
        assert load_playbook(path.read_text("utf-8"), path.name).name == path.stem
