"""One pass over the mailbox, without any server: every mail in effect once, wherever it breaks off."""

from __future__ import annotations

import pytest

from activities.jobs import MailboxFailure
from activities.mailbox import MailboxPasses, NoMailbox
from activities.mailroom import Mailroom
from atoz.errors import BadInput
from atoz.mail.imap_account import MailboxError
from atoz.playbook import events as ev
from tests.support.incoming import Incoming
from tests.support.mailroom import NOW, FakeOffice, Trouble, World, sample, with_id

ORDER = "111-0000102-0000102"
UK_ORDER = "204-0000103-0000103"
DECIDED = "111-0000117-0000117"


async def test_every_sample_mail_goes_where_it_belongs() -> None:
    """A notice starts, its copy is a duplicate, a forgery is kept apart, the rest waits at the desk."""
    names = ("01", "02", "04", "06", "08", "10", "12")
    world = World(*(sample(name) for name in names))
    found = await world.passes.work_off(100)
    assert found.model_dump() == {
        "read": 7,
        "claims_started": 1,
        "duplicates": 1,
        "delivered": 1,
        "for_persons": 0,
        "quarantined": 1,
        "held": 3,
        "attached": 0,
        "left": 0,
        "settled": 0,
        "more": False,
    }
    duplicate, opted_out = world.office.claims[ORDER]
    assert isinstance(duplicate, ev.DuplicateNoticed)
    assert isinstance(opted_out, ev.MessageBounced)
    assert opted_out.opted_out
    assert world.mailbox.marked == set(range(1, 8))
    held = {note.order_id for note in world.office.desk.values() if note.held}
    assert held == {UK_ORDER, DECIDED, "303-0000116-0000116"}
    sorts = sorted(note.sort for note in world.office.desk.values())
    assert sorts == ["quarantined", *["unknown-order"] * 3]


async def test_the_same_notice_again_is_no_duplicate_of_itself() -> None:
    """A mail that lost its mark is read again; a second mail with the same words is a duplicate."""
    world = World(sample("01"))
    await world.passes.work_off(100)
    world.mailbox.marked.clear()
    world.mailbox.uidvalidity += 1
    assert (await world.passes.work_off(100)).duplicates == 0
    world.mailbox.put(with_id(sample("01"), "<second@amazon.com>"))
    assert (await world.passes.work_off(100)).duplicates == 1
    assert world.office.told(ORDER) == ["<second@amazon.com>"]


async def test_a_notice_of_a_claim_that_a_person_started_is_a_duplicate() -> None:
    """The claim keeps what the person wrote."""
    world = World(sample("01"))
    world.office.claims[ORDER] = []
    assert (await world.passes.work_off(100)).duplicates == 1


async def test_a_second_pass_finds_nothing_and_loads_nothing() -> None:
    """What is done is done."""
    world = World(sample("01"), sample("02"))
    await world.passes.work_off(100)
    world.mailbox.loaded.clear()
    again = await world.passes.work_off(100)
    assert again.read == 0
    assert world.mailbox.loaded == []


async def test_mail_that_is_not_ours_is_remembered_where_it_cannot_be_marked() -> None:
    """Where done mail moves, a newsletter stays; it is looked at once all the same."""
    world = World(b"From: news@shop.example\r\nSubject: Sale\r\n\r\nBuy!\r\n", sample("01"))
    world.mailbox.moves = True
    first = await world.passes.work_off(100)
    assert (first.left, first.claims_started) == (1, 1)
    assert world.mailbox.marked == {2}
    assert (await world.passes.work_off(100)).read == 0
    assert world.mailbox.loaded == [1, 2]
    world.mailbox.uidvalidity += 1
    assert (await world.passes.work_off(100)).left == 1


async def test_a_newsletter_is_not_kept_and_nobody_told() -> None:
    """It is none of our business."""
    world = World(b"From: news@shop.example\r\nSubject: Sale\r\n\r\nBuy!\r\n")
    assert (await world.passes.work_off(100)).left == 1
    assert world.office.desk == {}
    assert await world.store.list() == [world_path(await world.store.list())]


def world_path(paths: list[str]) -> str:
    """The one document: how far the mailbox was worked off."""
    (path,) = paths
    assert path.startswith("mailbox/")
    return path


async def test_a_reply_brings_its_photos() -> None:
    """They are in the store, written anew; the claim gets references and the buyer's own words."""
    world = World(sample("04"))
    world.office.claims[UK_ORDER] = []
    await world.passes.work_off(100)
    (reply,) = world.office.claims[UK_ORDER]
    assert isinstance(reply, ev.BuyerReplied)
    assert reply.text.startswith("Here are two pictures.")
    assert [file.name for file in reply.attachments] == ["glass.jpg", "box corner.png"]
    for file in reply.attachments:
        assert file.sha256 is not None
        content = await world.store.of_order(UK_ORDER).get(file.sha256)
        assert len(content) == file.size
        assert b"Exif" not in content


async def test_files_that_are_refused_are_told_and_the_rest_kept() -> None:
    """A virus, a cut-off picture and giant headers do not cost the buyer's words."""
    world = World(sample("10"))
    world.office.claims["303-0000116-0000116"] = []
    await world.passes.work_off(100)
    (reply,) = world.office.claims["303-0000116-0000116"]
    assert isinstance(reply, ev.BuyerReplied)
    (note,) = world.office.desk.values()
    assert note.text.startswith("Not kept of its files: ")
    assert note.key == f"{reply.message_id}#files"
    assert not note.held


async def test_a_reply_before_its_notice_reaches_the_claim_when_it_starts() -> None:
    """It waits at the desk, and its task is done by itself."""
    early = with_id(sample("04"), "<early@amazon.co.uk>", (UK_ORDER.encode(), ORDER.encode()))
    world = World(early)
    assert (await world.passes.work_off(100)).held == 1
    assert world.office.attached_keys == []
    world.mailbox.put(sample("01"))
    found = await world.passes.work_off(100)
    assert (found.claims_started, found.attached) == (1, 1)
    assert world.office.told(ORDER) == ["<early@amazon.co.uk>"]
    assert world.office.attached_keys == ["<early@amazon.co.uk>"]
    (reply,) = world.office.claims[ORDER]
    assert isinstance(reply, ev.BuyerReplied)
    assert len(reply.attachments) == 2


REQUEST = (b"Subject: Claim received", b"Subject: Action required: Claim received")


async def test_a_request_about_a_claim_whose_notice_never_came_starts_it() -> None:
    """The marketplace would not ask about a claim that is none; its notice starts no second one."""
    world = World(with_id(sample("01"), "<asked@amazon.com>", REQUEST))
    found = await world.passes.work_off(100)
    assert (found.claims_started, found.delivered, found.held) == (1, 1, 0)
    (request,) = world.office.claims[ORDER]
    assert isinstance(request, ev.InformationRequested)
    assert world.office.files[ORDER].claim.response_due is None
    world.mailbox.put(sample("01"))
    assert (await world.passes.work_off(100)).claims_started == 0


async def test_a_request_about_a_claim_that_runs_starts_none() -> None:
    """Nor does one about a claim that is over: that is a person's."""
    asked = with_id(sample("01"), "<asked@amazon.com>", REQUEST)
    world = World(sample("01"), asked)
    assert (await world.passes.work_off(100)).claims_started == 1
    ended = World(asked)
    ended.office.over.add(ORDER)
    found = await ended.passes.work_off(100)
    assert (found.claims_started, found.for_persons) == (0, 1)


async def test_a_request_that_says_too_little_for_a_claim_is_held() -> None:
    """Without an amount a person starts the claim."""
    asked = with_id(sample("01"), "<asked@amazon.com>", REQUEST, (b"$58.00", b"money"))
    found = await World(asked).passes.work_off(100)
    assert (found.claims_started, found.held) == (0, 1)


async def test_a_copy_of_an_answer_is_told_to_its_claim_and_to_nobody_else() -> None:
    """It starts nothing, waits for nothing, and is no task."""
    copy = Incoming(f"Copy of your message about {ORDER}", "x", kind="own_reply_copy").raw()
    world = World(copy)
    found = await world.passes.work_off(100)
    assert (found.delivered, found.held, found.for_persons) == (0, 0, 0)
    world.office.claims[ORDER] = []
    world.mailbox.put(with_id(copy, "<copy@amazon.com>"))
    assert (await world.passes.work_off(100)).delivered == 1
    assert [answer.message_id for answer in world.office.answers] == ["<copy@amazon.com>"]
    assert world.office.desk == {}


async def test_a_held_reply_reaches_a_claim_that_a_person_started() -> None:
    """The next pass finds it running."""
    world = World(sample("04"))
    await world.passes.work_off(100)
    world.office.claims[UK_ORDER] = []
    assert (await world.passes.work_off(100)).attached == 1
    assert (await world.passes.work_off(100)).attached == 0
    assert len(world.office.claims[UK_ORDER]) == 1


async def test_mail_for_a_claim_that_is_over_is_a_persons() -> None:
    """It is not held: no claim will start for this order."""
    world = World(sample("04"), sample("01"))
    world.office.over = {UK_ORDER, ORDER}
    found = await world.passes.work_off(100)
    assert (found.held, found.for_persons) == (0, 2)
    assert all("claim is over" in note.title for note in world.office.desk.values())


async def test_a_forgery_does_not_take_the_place_of_the_mail_that_it_copies() -> None:
    """The forgery comes first, under the very Message-ID."""
    true = sample("04")
    forged = true.replace(b"dkim=pass", b"dkim=fail").replace(b"dmarc=pass", b"dmarc=fail")
    assert forged != true
    world = World(forged, true)
    found = await world.passes.work_off(100)
    assert (found.quarantined, found.held) == (1, 1)
    assert len(world.office.desk) == 2
    assert world.office.claims == {}


async def test_a_flood_of_forgeries_does_not_bury_the_rest() -> None:
    """Twenty are listed, the others counted in one note."""
    forged = [with_id(sample("12"), f"<{number}@evil.example>") for number in range(30)]
    world = World(*forged, sample("04"))
    found = await world.passes.work_off(100)
    assert found.quarantined == 30
    assert len(world.office.desk) == 20 + 1 + 1
    assert "10 more mails were quarantined" in [note.title for note in world.office.desk.values()]


async def test_a_mail_that_is_too_large_is_told_without_being_loaded() -> None:
    """The claim knows that the buyer wrote, a person where to read it."""
    world = World(sample("04"), largest=5_000)
    world.office.claims[UK_ORDER] = []
    await world.passes.work_off(100)
    assert world.mailbox.loaded == []
    (reply,) = world.office.claims[UK_ORDER]
    assert isinstance(reply, ev.BuyerReplied)
    assert reply.attachments == ()
    (note,) = world.office.desk.values()
    assert "bytes and was not loaded" in note.text
    assert world.mailbox.marked == {1}


async def test_what_of_a_mail_was_not_read_is_told() -> None:
    """The claim gets what could be read, a person where the rest is."""
    subject = f"Re: your order {ORDER}"
    parts = tuple(b"Content-Type: image/png\r\n\r\nx\r\n" for _ in range(300))
    raw = Incoming("Here you are.", subject, kind="buyer_message", parts=parts).raw()
    world = World(raw)
    world.office.claims[ORDER] = []
    await world.passes.work_off(100)
    (reply,) = world.office.claims[ORDER]
    assert isinstance(reply, ev.BuyerReplied)
    assert reply.text == "Here you are."
    texts = [note.text for note in world.office.desk.values()]
    assert any(text.startswith("Not all of it was read: more than 200 parts") for text in texts)


async def test_a_large_mail_of_somebody_else_is_left() -> None:
    """Holiday photos of a friend are no refusal."""
    world = World(b"From: a@friend.example\r\nSubject: Sea\r\n\r\n" + b"x" * 9_000, largest=5_000)
    assert (await world.passes.work_off(100)).left == 1
    assert world.office.desk == {}


async def test_a_claim_that_cannot_be_started_does_not_stop_the_mailbox() -> None:
    """The mail is on the desk with the reason, the next one is read."""
    world = World(sample("01"), sample("04"))
    world.office.refusal = BadInput("marketplace US has no rules here")
    found = await world.passes.work_off(100)
    assert (found.read, found.for_persons, found.held) == (2, 1, 1)
    notes = [note for note in world.office.desk.values() if not note.held]
    assert notes[0].text.startswith("marketplace US has no rules here.")
    assert world.mailbox.marked == {1, 2}


async def test_passes_are_bounded_and_say_that_more_waits() -> None:
    """A mailbox of thousands is worked off in rounds."""
    mails = [with_id(sample("12"), f"<{number}@evil.example>") for number in range(5)]
    world = World(*mails)
    rounds = [await world.passes.work_off(2) for _ in range(4)]
    assert [found.read for found in rounds] == [2, 2, 1, 0]
    assert [found.more for found in rounds] == [True, True, False, False]


async def test_without_a_mailbox_a_pass_says_so() -> None:
    """And nothing is tried."""
    world = World()
    reader = world.passes._mails
    passes = MailboxPasses(None, reader, Mailroom(FakeOffice(), world.store), lambda: NOW)
    with pytest.raises(NoMailbox, match="ATOZ_IMAP_HOST"):
        await passes.work_off(10)


async def test_a_failing_mailbox_is_told_once_a_day() -> None:
    """However often the schedule meets it."""
    world = World()
    for _ in range(3):
        await world.passes.tell_mailbox_failed(MailboxFailure(why="login refused", at=NOW))
    (note,) = world.office.desk.values()
    assert note.text == "login refused"


def everything() -> list[bytes]:
    """A day's mail about one order: a reply before the notice, the notice twice, and the decision."""
    early = with_id(sample("04"), "<early@amazon.co.uk>", (UK_ORDER.encode(), ORDER.encode()))
    decision = with_id(sample("06"), "<decided@amazon.com>")
    return [early, sample("01"), sample("02"), sample("08"), decision, sample("12")]


async def effect(world: World) -> tuple[object, ...]:
    """What a day's mail has done in the end."""
    claims = {order: sorted(world.office.told(order), key=str) for order in world.office.claims}
    return claims, set(world.office.desk), world.office.attached_keys[-1:], world.mailbox.marked


async def test_wherever_a_pass_breaks_off_the_next_one_ends_it_alike() -> None:
    """Each single call to the world fails once, in turn; nothing is lost and nothing comes twice."""
    whole = World(*everything())
    await whole.passes.work_off(100)
    expected, calls = await effect(whole), whole.trouble.calls
    assert calls > 20
    for at in range(1, calls + 1):
        world = World(*everything(), trouble=Trouble(at))
        with pytest.raises(MailboxError):
            await world.passes.work_off(100)
        await world.passes.work_off(100)
        assert await effect(world) == expected, f"broken at call {at}"
