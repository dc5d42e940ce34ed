"""Who gets in: passwords, tokens, links and sessions, and what is kept of their secrets."""

from __future__ import annotations

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from atoz.access.access import Access, NotKnown, TooMany
from atoz.access.attempts import WINDOW, Attempts
from atoz.access.links import LASTS as LINK_LASTS
from atoz.access.links import Links
from atoz.access.people import Person, Users
from atoz.access.sessions import IDLE, MOST_OF_ONE, Sessions
from atoz.access.tokens import Tokens
from atoz.errors import BadInput
from atoz.service.policy import Role

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
WORDS = "four plain words here"


def test_a_password_is_known_again_and_kept_as_a_hash(tmp_path: Path) -> None:
    """Neither the file nor anything beside it holds the password; only its owner reads it."""
    users = Users(tmp_path / "access")
    users.add("approver-1", Role.AGENT, WORDS, NOW)
    assert users.with_password("approver-1", WORDS) == users.all()["approver-1"]
    assert users.with_password("approver-1", WORDS + "!") is None
    assert users.with_password("nobody", WORDS) is None
    file = tmp_path / "access" / "users.json"
    assert WORDS not in file.read_text("utf-8")
    assert "$argon2id$" in file.read_text("utf-8")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_a_user_without_a_password_gets_in_with_none(tmp_path: Path) -> None:
    """The reverse proxy alone vouches for such a user."""
    users = Users(tmp_path)
    users.add("approver-1@shop.example", Role.VIEWER, None, NOW)
    assert users.with_password("approver-1@shop.example", "") is None


@pytest.mark.parametrize("password", ["short", "x" * 201, "aaaaaaaaaaaaa", "maramaramara"])
def test_a_weak_password_is_refused(tmp_path: Path, password: str) -> None:
    """Nothing is written then."""
    with pytest.raises(BadInput, match="words"):
        Users(tmp_path).add("approver-1", Role.AGENT, password, NOW)
    assert Users(tmp_path).all() == {}


@pytest.mark.parametrize("name", ["", "../x", "a b", "x" * 101, "-o", "a\nb"])
def test_a_name_is_plain(tmp_path: Path, name: str) -> None:
    """It is recorded in claims and shown in lists."""
    with pytest.raises(BadInput, match="name"):
        Users(tmp_path).add(name, Role.AGENT, WORDS, NOW)


def test_removing_nobody_names_who_is_there(tmp_path: Path) -> None:
    """A slip of the pen is told."""
    users = Users(tmp_path)
    users.add("approver-1", Role.AGENT, WORDS, NOW)
    with pytest.raises(BadInput, match="known: approver-1"):
        users.remove("maria")
    users.remove("approver-1")
    assert users.all() == {}


def test_a_token_is_shown_once_and_ends(tmp_path: Path) -> None:
    """One second before its end it is good, at its end it is not."""
    tokens = Tokens(tmp_path)
    key, text = tokens.new("erp", Role.AGENT, NOW, lasts=timedelta(days=1), acts=["reply"])
    assert text not in (tmp_path / "tokens.json").read_text("utf-8")
    end = NOW + timedelta(days=1)
    assert tokens.holder(text, end - SECOND) == Person(
        "erp", Role.AGENT, "token", frozenset({"reply"})
    )
    assert tokens.holder(text, end) is None
    for wrong in ("", "atoz_", f"atoz_{key}_", text[:-1], text + "x", text.removeprefix("atoz_")):
        assert tokens.holder(wrong, NOW) is None
    tokens.revoke(key)
    assert tokens.holder(text, NOW) is None
    with pytest.raises(BadInput, match="known: none"):
        tokens.revoke(key)


def test_a_token_is_not_made_for_what_its_role_may_not(tmp_path: Path) -> None:
    """Nor for what is no act, nor for ever."""
    tokens = Tokens(tmp_path)
    with pytest.raises(BadInput, match="needs approver"):
        tokens.new("erp", Role.AGENT, NOW, acts=["approve"])
    with pytest.raises(BadInput, match="known: look"):
        tokens.new("erp", Role.AGENT, NOW, acts=["fly"])
    with pytest.raises(BadInput, match="730 days"):
        tokens.new("erp", Role.AGENT, NOW, lasts=timedelta(days=731))
    assert tokens.all() == {}


def test_a_link_works_once(tmp_path: Path) -> None:
    """And not at all when it is too old; a guess writes nothing."""
    links = Links(tmp_path)
    first, second = links.new("approver-1", NOW), links.new("approver-1", NOW)
    assert links.used(first, NOW + LINK_LASTS - SECOND) == Person(
        "approver-1", Role.APPROVER, "link"
    )
    assert links.used(first, NOW) is None
    assert links.used(second, NOW + LINK_LASTS) is None
    before = (tmp_path / "links.json").stat().st_mtime_ns
    assert links.used("guess", NOW) is None
    assert (tmp_path / "links.json").stat().st_mtime_ns == before


def sessions(folder: Path) -> tuple[Users, Sessions]:
    """Sessions that last 12 hours, and the users that they belong to."""
    users = Users(folder)
    return users, Sessions(folder, users, timedelta(hours=12))


def test_a_session_ends_when_it_is_not_used(tmp_path: Path) -> None:
    """Being used carries it on, until it has lasted long enough."""
    _, kept = sessions(tmp_path)
    secret, _ = kept.begin(Person("approver-1", Role.APPROVER, "link"), NOW)
    assert secret not in (tmp_path / "sessions.json").read_text("utf-8")
    at = NOW
    for _ in range(3):
        at += IDLE - SECOND
        assert kept.find(secret, at)
    assert kept.find(secret, NOW + timedelta(hours=12)) is None
    fresh, _ = kept.begin(Person("approver-1", Role.APPROVER, "link"), NOW)
    assert kept.find(fresh, NOW + IDLE) is None


def test_a_session_ends_with_its_user_or_password(tmp_path: Path) -> None:
    """Another role holds at once."""
    users, kept = sessions(tmp_path)
    users.add("approver-1", Role.AGENT, WORDS, NOW)
    secret, _ = kept.begin(Person("approver-1", Role.AGENT, "password"), NOW)
    found = kept.find(secret, NOW)
    assert found
    assert found[1].role is Role.AGENT
    users.add("approver-1", Role.VIEWER, WORDS + " two", NOW)
    assert kept.find(secret, NOW) is None
    secret, _ = kept.begin(Person("approver-1", Role.VIEWER, "password"), NOW)
    users.remove("approver-1")
    assert kept.find(secret, NOW) is None


def test_a_session_that_was_ended_stays_ended(tmp_path: Path) -> None:
    """Also for another process over the same folder."""
    _, kept = sessions(tmp_path)
    secret, _ = kept.begin(Person("approver-1", Role.APPROVER, "link"), NOW)
    _, others = sessions(tmp_path)
    assert others.find(secret, NOW)
    kept.end(secret)
    assert others.find(secret, NOW) is None


def test_a_file_that_is_none_is_named(tmp_path: Path) -> None:
    """Nobody gets in by a broken file, and whoever runs the board is told which it is."""
    (tmp_path / "users.json").write_text("{", "utf-8")
    with pytest.raises(BadInput, match=r"users\.json cannot be read"):
        Users(tmp_path).all()


async def test_after_some_failures_one_must_wait(tmp_path: Path) -> None:
    """The right password is refused, too, until the window has passed: of the name, and the address."""
    access = Access(tmp_path, timedelta(hours=12), Attempts(most=3))
    access.users.add("approver-1", Role.AGENT, WORDS, NOW)
    access.users.add("agent-2", Role.AGENT, WORDS, NOW)
    for _ in range(3):
        with pytest.raises(NotKnown):
            await access.by_password("approver-1", "wrong wrong wrong", "10.0.0.1", NOW)
    with pytest.raises(TooMany):
        await access.by_password("approver-1", WORDS, "10.0.0.2", NOW + WINDOW - SECOND)
    with pytest.raises(TooMany):
        await access.by_password("agent-2", WORDS, "10.0.0.1", NOW)
    assert await access.by_password("agent-2", WORDS, "10.0.0.2", NOW)
    assert await access.by_password("approver-1", WORDS, "10.0.0.1", NOW + WINDOW)


async def test_a_login_of_ones_own_buys_no_guesses(tmp_path: Path) -> None:
    """What failed from an address still counts after somebody got in from there."""
    access = Access(tmp_path, timedelta(hours=12), Attempts(most=3))
    access.users.add("agent-2", Role.AGENT, WORDS, NOW)
    for number in range(3):
        with pytest.raises(NotKnown):
            await access.by_password(f"name-{number}", "wrong wrong wrong", "10.0.0.1", NOW)
        if number < 2:
            await access.by_password("agent-2", WORDS, "10.0.0.1", NOW)
    with pytest.raises(TooMany):
        await access.by_password("name-9", "wrong wrong wrong", "10.0.0.1", NOW)


def test_whoever_begins_sessions_without_end_ends_their_own(tmp_path: Path) -> None:
    """And nobody else's."""
    sessions = Sessions(tmp_path, Users(tmp_path), timedelta(hours=12))
    mine, _ = sessions.begin(Person("agent-2", Role.AGENT, "proxy"), NOW)
    first, _ = sessions.begin(Person("robot", Role.VIEWER, "proxy"), NOW)
    for number in range(MOST_OF_ONE + 5):
        sessions.begin(Person("robot", Role.VIEWER, "proxy"), NOW + number * SECOND)
    assert sessions.find(mine, NOW + SECOND) is not None
    assert sessions.find(first, NOW + SECOND) is None


def test_a_flood_of_names_takes_no_more_memory() -> None:
    """The oldest are forgotten."""
    attempts = Attempts()
    for number in range(20_000):
        attempts.failed((f"name:{number}",), NOW)
    assert len(attempts._failures) == 10_000
