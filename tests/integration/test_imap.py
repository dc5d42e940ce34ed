"""The mailbox over a real IMAP server: what is new, its size first, marked when it is done."""

from __future__ import annotations

import asyncio
import base64
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from atoz.mail.imap import ImapMailbox, ImapSession, Seen
from atoz.mail.imap_account import ImapAccount, MailboxError, MailboxRefused
from tests.support.certificates import certificate_for_loopback
from tests.support.imap import Postbox, ScriptedImap, account, imap_server, scripted
from tests.support.loopback import listening

TODAY = datetime.now(UTC).replace(microsecond=0)


def mail(number: int, size: int = 0) -> bytes:
    """A mail with a number."""
    head = f"Subject: number {number}\r\nMessage-ID: <{number}@shop.example>\r\n\r\n"
    return head.encode() + b"x" * size + b"\r\n"


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    """A server that keeps our keyword."""
    with imap_server() as box:
        yield box


async def numbers(session: ImapSession, seen: Seen | None = None) -> list[int]:
    """The numbers of the mails that wait."""
    return [mail.uid for mail in (await session.listing(seen, TODAY)).arrived]


async def test_new_mail_is_listed_with_its_size_and_day(postbox: Postbox) -> None:
    """Nothing is downloaded for that."""
    for number in range(3):
        postbox.put(mail(number, size=1000 * number))
    async with postbox.mailbox().session() as session:
        found = await session.listing(None, TODAY)
    sizes = [arrived.size for arrived in found.arrived]
    assert sizes == [len(mail(number, 1000 * number)) for number in range(3)]
    assert [arrived.uid for arrived in found.arrived] == [101, 102, 103]
    for arrived in found.arrived:
        assert arrived.received_at is not None
        assert TODAY - timedelta(seconds=1) <= arrived.received_at <= datetime.now(UTC)


async def test_reading_leaves_no_trace(postbox: Postbox) -> None:
    """A mail that we look at stays unread for its owner."""
    postbox.put(mail(1, size=500))
    async with postbox.mailbox().session() as session:
        assert await session.whole(101, 10_000) == mail(1, size=500)
        assert await session.head(101, 10_000) == mail(1).rstrip() + b"\r\n\r\n"
        assert await session.whole(101, 100) == mail(1, size=500)[:100]
        assert await session.head(101, 9) == b"Subject: "
    assert postbox.flags() == {101: set()}


async def test_what_is_done_waits_no_more(postbox: Postbox) -> None:
    """By its keyword, whoever asks and however often it is marked."""
    for number in range(3):
        postbox.put(mail(number))
    async with postbox.mailbox().session() as session:
        await session.done(102)
        await session.done(102)
        assert await numbers(session) == [101, 103]
    assert postbox.flags()[102] == {"$AtozDone"}
    async with postbox.mailbox().session() as session:
        assert await numbers(session) == [101, 103]


async def test_only_what_came_since_is_listed(postbox: Postbox) -> None:
    """But a mailbox that was made anew has new numbers: then the memory counts for nothing."""
    for number in range(3):
        postbox.put(mail(number))
    async with postbox.mailbox().session() as session:
        known = (await session.listing(None, TODAY)).uidvalidity
        assert await numbers(session, Seen(uidvalidity=known, uid=102)) == [103]
        assert await numbers(session, Seen(uidvalidity=known, uid=103)) == []
        assert await numbers(session, Seen(uidvalidity=known + 1, uid=103)) == [101, 102, 103]


async def test_a_full_mailbox_is_listed_in_parts(postbox: Postbox) -> None:
    """The oldest first, and it is said that there are more."""
    for number in range(3):
        postbox.put(mail(number))
    async with postbox.mailbox().session() as session:
        first = await session.listing(None, TODAY, 2)
        assert [mail.uid for mail in first.arrived] == [101, 102]
        assert first.more
        rest = await session.listing(Seen(uidvalidity=first.uidvalidity, uid=102), TODAY, 2)
        assert [mail.uid for mail in rest.arrived] == [103]
        assert not rest.more


async def test_marking_expunges_nothing_of_the_owner(postbox: Postbox) -> None:
    """A mail that its owner only marked as deleted stays, and is not read."""
    postbox.put(mail(1))
    postbox.put(mail(2))
    postbox.mark(101, "\\Deleted")
    async with postbox.mailbox().session() as session:
        assert await numbers(session) == [102]
        await session.done(102)
    assert set(postbox.flags()) == {101, 102}


async def test_a_mail_that_is_gone_is_none(postbox: Postbox) -> None:
    """Somebody deleted it meanwhile: no error."""
    async with postbox.mailbox().session() as session:
        assert await session.whole(999, 10) is None
        assert await session.head(999, 10) is None
        await session.done(999)


async def test_old_mail_was_there_before_us(postbox: Postbox) -> None:
    """Mail from before the account's `since` is not touched."""
    postbox.put(mail(1))
    async with postbox.mailbox().session() as session:
        later = TODAY + timedelta(days=16)
        assert (await session.listing(None, later)).arrived == ()
        assert len((await session.listing(None, TODAY + timedelta(days=13))).arrived) == 1


async def test_a_server_without_keywords_is_refused_with_the_way_out() -> None:
    """Else every mail would be read again and again."""
    refused = pytest.raises(MailboxRefused, match="ATOZ_IMAP_DONE=move:FOLDER")
    with imap_server("plain") as postbox, refused:
        async with postbox.mailbox().session():
            pass


async def test_done_mail_moves_where_there_are_no_keywords() -> None:
    """Into a folder that is made when it is missing."""
    with imap_server("plain") as postbox:
        for number in range(2):
            postbox.put(mail(number))
        async with postbox.mailbox("Claims done").session() as session:
            await session.done(101)
            assert await numbers(session) == [102]
        async with postbox.mailbox("Claims done").session() as session:
            assert await numbers(session) == [102]
        assert len(postbox.flags("Claims done")) == 1
        assert set(postbox.flags()) == {102}


async def test_the_server_tells_of_new_mail(postbox: Postbox) -> None:
    """IDLE ends when a mail comes, or after its time without one."""
    async with postbox.mailbox().session() as session:
        assert not await session.news(timedelta(seconds=0.3))
        waiting = asyncio.create_task(session.news(timedelta(seconds=60)))
        await asyncio.sleep(0.3)
        postbox.put(mail(1))
        assert await asyncio.wait_for(waiting, 30)
        assert not await session.news(timedelta(seconds=0.3))


async def test_mail_between_two_waits_is_told(postbox: Postbox) -> None:
    """What came while nobody listened ends the next wait at once."""
    async with postbox.mailbox().session() as session:
        postbox.put(mail(1))
        assert await asyncio.wait_for(session.news(timedelta(seconds=60)), 30)


async def test_a_wait_can_be_given_up(postbox: Postbox) -> None:
    """A worker that stops does not wait eight minutes for its mailbox."""

    async def wait() -> None:
        async with postbox.mailbox().session() as session:
            await session.news()

    begin = asyncio.get_running_loop().time()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(wait(), 0.5)
    assert asyncio.get_running_loop().time() - begin < 3


async def test_a_sent_message_is_found_by_its_id(postbox: Postbox) -> None:
    """For a send whose fate is unknown; no id can become a command."""
    postbox.put(mail(7))
    async with postbox.mailbox().session() as session:
        assert await session.sent("<7@shop.example>", "INBOX")
        today = datetime.now(UTC).date()
        assert await session.sent("<7@shop.example>", "INBOX", today - timedelta(days=1))
        assert not await session.sent("<7@shop.example>", "INBOX", today + timedelta(days=2))
        with pytest.raises(MailboxRefused, match="no folder Gesendet"):
            await session.sent("<7@shop.example>", "Gesendet")
        assert len((await session.listing(None, datetime.now(UTC))).arrived) == 1
        assert not await session.sent("<8@shop.example>", "INBOX")
        assert not await session.sent('<8@x>" ALL', "INBOX")
        assert not await session.sent("<8@x>\r\nA1 LOGOUT", "INBOX")


async def test_a_wrong_password_is_refused(postbox: Postbox) -> None:
    """Permanently, and without telling it."""
    for password in ("wrong-geheim", "wröng-geheim"):
        with pytest.raises(MailboxRefused, match="refuses the login") as error:
            async with ImapMailbox(account(postbox.port, password=password)).session():
                pass
        assert "geheim" not in str(error.value)


async def test_a_login_with_a_line_break_is_never_sent() -> None:
    """It would be a command of its own."""
    async with scripted() as (server, port):
        hostile = account(port, username="u\r\nA9 DELETE INBOX")
        with pytest.raises(MailboxRefused, match="line break"):
            async with ImapMailbox(hostile).session():
                pass
    assert not [command for command in server.commands if "LOGIN" in command or "DEL" in command]


async def test_xoauth2_sends_the_token_of_the_command() -> None:
    """In the form that the large providers take."""
    sent = "user=seller\x01auth=Bearer ya29.token\x01\x01"
    async with scripted(AUTHENTICATE="+", **{_b64(sent): "{tag} OK done"}) as (server, port):
        token = (sys.executable, "-c", "print('ya29.token')")
        found = ImapAccount(
            host="127.0.0.1", port=port, security="none", username="seller", token_command=token
        )
        with pytest.raises(MailboxError):
            async with ImapMailbox(found).session():
                pass
    assert server.commands[1] == "AUTHENTICATE XOAUTH2"


def _b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("greeting", "* BYE not today"),
        ("SELECT", "{tag} NO there is no such folder"),
        ("SELECT", "drop"),
        ("SELECT", "hang"),
        ("SEARCH", "{tag} NO later"),
        ("SEARCH", "{tag} BAD what"),
        ("SEARCH", "drop"),
        ("SEARCH", "* SEARCH five\r\n{tag} OK done"),
        ("FETCH", "hang"),
    ],
)
async def test_whatever_the_server_does_is_one_error_in_time(command: str, answer: str) -> None:
    """It may pass, so it is tried again later; nothing hangs."""
    async with scripted(**{command: answer}) as (_, port):
        quick = account(port, timeout=timedelta(seconds=0.5))
        with pytest.raises(MailboxError) as error:
            async with asyncio.timeout(20), ImapMailbox(quick).session() as session:
                await session.listing(None, TODAY)
        assert not error.value.permanent


async def test_a_server_without_move_copies_first() -> None:
    """And expunges this mail only, where the server can."""
    async with (
        scripted() as (server, port),
        ImapMailbox(account(port, done_folder="Done")).session() as session,
    ):
        listed = await session.listing(None, TODAY)
        await session.done(5)
    assert listed.arrived[0].received_at == datetime(2026, 9, 8, 7, tzinfo=UTC)
    assert server.commands[-4:-1] == [
        'UID COPY 5 "Done"',
        "UID STORE 5 +FLAGS.SILENT (\\Deleted)",
        "UID EXPUNGE 5",
    ]


async def test_a_certificate_that_nobody_vouches_for_is_refused() -> None:
    """The library's default would take any."""
    server_side, client_side = certificate_for_loopback()
    script = ScriptedImap()
    async with listening(script.serve, server_side) as port:
        tls = account(port, security="tls")
        with pytest.raises(MailboxError, match="certificate"):
            async with ImapMailbox(tls).session():
                pass
        assert script.commands == []
        async with ImapMailbox(tls, client_side).session() as session:
            assert await numbers(session) == [5]


async def test_no_password_without_tls_when_tls_was_asked_for() -> None:
    """A server that refuses STARTTLS gets no login."""
    async with scripted(STARTTLS="{tag} NO") as (server, port):
        with pytest.raises(MailboxError):
            async with ImapMailbox(account(port, security="starttls")).session():
                pass
    assert not [command for command in server.commands if command.startswith("LOGIN")]
