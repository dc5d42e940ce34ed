"""The journal of the installation: each act a line, added, never lost by a torn one, without secrets."""

from __future__ import annotations

import asyncio
import multiprocessing
import resource
import signal
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from atoz.access.access import Access, NotKnown
from atoz.access.journal import Entry, Journal, Outcome, about
from atoz.access.people import Person
from atoz.errors import BadInput
from atoz.service.policy import Role

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
WORDS = "four plain words here"


def an_entry(number: int, outcome: Outcome = "done") -> Entry:
    """An act of this number."""
    return Entry(id=f"e{number}", at=NOW, act="users add", by="approver-1", outcome=outcome)


def test_the_newest_come_first_and_each_as_it_ended(tmp_path: Path) -> None:
    """A begin and an end are one act; only its owner reads the file."""
    journal = Journal(tmp_path / "access")
    for number in range(5):
        journal.append(an_entry(number, "begun"))
        journal.append(an_entry(number))
    journal.append(an_entry(9, "begun"))
    found = journal.newest(3)
    assert [(each.id, each.outcome) for each in found.entries] == [
        ("e9", "begun"),
        ("e4", "done"),
        ("e3", "done"),
    ]
    assert stat.S_IMODE(journal.file.stat().st_mode) == 0o600


def test_the_same_refusal_again_and_again_fills_no_disk(tmp_path: Path) -> None:
    """The first ten of five minutes are told; what is done, and what another one is refused, always."""
    access = Access(tmp_path, timedelta(hours=1))
    viewer, other = (Person(name, Role.VIEWER, "token") for name in ("viewer-1", "viewer-2"))
    for second in range(300):
        access.did("mail-sync", viewer, NOW + timedelta(seconds=second), "refused")
    access.did("mail-sync", other, NOW, "refused")
    access.did("mail-sync", viewer, NOW)
    access.did("mail-sync", viewer, NOW + timedelta(seconds=310), "refused")
    told = [(each.by, each.outcome) for each in access.journal.newest(100).entries]
    newest = [("viewer-1", "refused"), ("viewer-1", "done"), ("viewer-2", "refused")]
    assert told == newest + [("viewer-1", "refused")] * 10


def test_nothing_was_done_yet(tmp_path: Path) -> None:
    """A journal that is not there is an empty one, and reading makes none."""
    assert Journal(tmp_path).newest(10) == ((), 0)
    assert not Journal(tmp_path).file.exists()


@pytest.mark.parametrize("rest", [b'{"id":"e1","at":"2026', b"\xff\xfe", b"[]", b'{"id":1}\n\n'])
def test_a_torn_line_harms_no_other(tmp_path: Path, rest: bytes) -> None:
    """What stands before and comes after it is read; it is counted."""
    journal = Journal(tmp_path)
    journal.append(an_entry(1))
    with journal.file.open("ab") as file:
        file.write(rest)
    journal.append(an_entry(2))
    found = journal.newest(10)
    assert ([each.id for each in found.entries], found.damaged) == (["e2", "e1"], 1)


def _append_many(folder: Path, start: int) -> None:
    for number in range(start, start + 20):
        Journal(folder).append(an_entry(number))


def test_processes_do_not_tear_each_others_lines(tmp_path: Path) -> None:
    """The command and the board write at the same time."""
    fork = multiprocessing.get_context("fork")
    both = [fork.Process(target=_append_many, args=(tmp_path, start)) for start in (0, 100)]
    for each in both:
        each.start()
    for each in both:
        each.join(30)
    found = Journal(tmp_path).newest(100)
    assert (len(found.entries), found.damaged) == (40, 0)


def test_a_journal_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """With what to do about it."""
    (tmp_path / "journal.jsonl").mkdir()
    with pytest.raises(
        BadInput, match=r"journal\.jsonl cannot be written .*: see that this account may"
    ):
        Journal(tmp_path).append(an_entry(1))


def _append_below(folder: Path, most: int) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    with pytest.raises(BadInput, match="cannot be written"):
        Journal(folder).append(an_entry(2))


def test_a_line_that_a_full_disk_took_in_part_is_a_failure(tmp_path: Path) -> None:
    """Whoever acts is told; what comes once there is room stands on a line of its own."""
    journal = Journal(tmp_path)
    journal.append(an_entry(1))
    full = multiprocessing.get_context("fork").Process(
        target=_append_below, args=(tmp_path, journal.file.stat().st_size + 20)
    )
    full.start()
    full.join(30)
    assert full.exitcode == 0
    journal.append(an_entry(3))
    found = journal.newest(10)
    assert ([each.id for each in found.entries], found.damaged) == (["e3", "e1"], 1)


def test_only_what_is_named_is_told_on_one_line() -> None:
    """Whoever adds an argument to a verb adds nothing to the journal by that."""
    values = {"name": "a\nb", "only": ["pause", "resume"], "token": WORDS, "made": True, "n": 0}
    told = about(("name", "only", "made", "n", "missing"), {**values, "no_password": False})
    assert told == {"name": "a b", "only": "pause, resume", "made": "yes", "n": "0"}


async def test_logins_are_told_and_strangers_leave_nothing(tmp_path: Path) -> None:
    """Who got in, by which way, and a wrong password of a known user; never what was typed."""
    access = Access(tmp_path, timedelta(hours=12))
    access.users.add("viewer-1", Role.VIEWER, WORDS, NOW)
    await access.by_password("viewer-1", WORDS, "10.0.0.1", NOW)
    with pytest.raises(NotKnown):
        await access.by_password("viewer-1", "wrong wrong wrong", "10.0.0.1", NOW)
    with pytest.raises(NotKnown):
        await access.by_password("typed-in-the-wrong-field", WORDS, "10.0.0.1", NOW)
    await asyncio.gather(*access.noting)
    secret = access.link("viewer-1", NOW)
    _, session = access.by_link(secret, "127.0.0.1", NOW)
    assert session.role is Role.VIEWER
    told = [(e.by, e.outcome, e.on["way"], e.on["from"]) for e in access.journal.newest(9).entries]
    assert told == [
        ("viewer-1", "done", "link", "127.0.0.1"),
        ("viewer-1", "refused", "password", "10.0.0.1"),
        ("viewer-1", "done", "password", "10.0.0.1"),
    ]
    text = access.journal.file.read_text("utf-8")
    assert all(word not in text for word in (WORDS, "wrong", "typed", secret))


def test_a_link_of_who_is_no_user_is_the_owners(tmp_path: Path) -> None:
    """Whoever runs the board on this machine owns its files."""
    access = Access(tmp_path, timedelta(hours=12))
    _, session = access.by_link(access.link("somebody", NOW), "127.0.0.1", NOW)
    assert session.role is Role.APPROVER
