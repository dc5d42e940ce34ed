"""Sends of unknown fate are settled by the folder of sent mail, and by nothing else of the mailbox."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from activities import jobs
from activities.settling import Questions
from activities.tasks import Tasks
from atoz.evidence.store import open_store
from atoz.notices import Notice
from atoz.playbook.model import TaskKind
from atoz.playbook.state import Task
from tests.support.mailroom import Trouble, World, sample

NOW = datetime(2026, 9, 20, tzinfo=UTC)
CLAIM = "claim-111-0000102-0000102"
OURS = "<claim-111-0000102-0000102.deescalate.1@shop.example>"


async def a_world(message_id: str | None = OURS, folder: str | None = "Sent") -> World:
    """A claim asks about one send."""
    world = World(sent_folder=folder)
    world.sends.ask(CLAIM, message_id)
    await Questions(world.store).ask(CLAIM)
    return world


async def test_a_send_that_lies_in_the_folder_was_sent() -> None:
    """The claim is told, and asked no more by later passes."""
    world = await a_world()
    world.mailbox.folders["Sent"].add(OURS)
    assert (await world.passes.work_off(100)).settled == 1
    assert world.sends.asked[CLAIM] == []
    assert (await world.passes.work_off(100)).settled == 0
    world.sends.queries.clear()
    await world.passes.work_off(100)
    assert world.sends.queries == []


async def test_what_the_folder_does_not_have_stays_a_persons_question() -> None:
    """Not found proves nothing: many servers keep no copy. It is looked for again, they may be slow."""
    world = await a_world()
    assert (await world.passes.work_off(100)).settled == 0
    assert len(world.sends.asked[CLAIM]) == 1
    world.mailbox.folders["Sent"].add(OURS)
    assert (await world.passes.work_off(100)).settled == 1


@pytest.mark.parametrize(("message_id", "folder"), [(None, "Sent"), (OURS, None)])
async def test_without_an_id_or_a_folder_nothing_is_settled(
    message_id: str | None, folder: str | None
) -> None:
    """An appeal that was handed in by webhook has no mail; a shop may keep no copies."""
    world = await a_world(message_id, folder)
    world.mailbox.folders["Sent"].add(OURS)
    assert (await world.passes.work_off(100)).settled == 0
    assert len(world.sends.asked[CLAIM]) == 1


async def test_claims_that_ask_nothing_are_not_asked() -> None:
    """A pass costs no query where no send is unknown."""
    world = World(sample("01"), sent_folder="Sent")
    await world.passes.work_off(100)
    assert world.sends.queries == []


async def test_a_folder_that_is_not_there_costs_no_mail() -> None:
    """The new mails are delivered, and a person is told once a day."""
    world = await a_world(folder="Gesendet")
    world.mailbox.put(sample("01"))
    for _ in range(2):
        await world.passes.work_off(100)
    assert list(world.office.claims) == ["111-0000102-0000102"]
    (note,) = world.office.desk.values()
    assert "sent mail cannot be read" in note.title
    assert "Gesendet" in note.text


class Quiet:
    """Tells nobody, and remembers what it was told."""

    def __init__(self) -> None:
        self.notices: list[Notice] = []

    @property
    def name(self) -> str:
        """What it is called."""
        return "quiet"

    async def tell(self, notice: Notice) -> list[str]:
        """Nobody."""
        self.notices.append(notice)
        return []


class BrokenStore:
    """Keeps nothing."""

    async def put_document(self, path: str, content: bytes) -> None:
        """Fails."""
        raise OSError(path, len(content))

    async def remove_document(self, path: str) -> None:
        """Fails."""
        raise OSError(path)

    async def list(self, prefix: str = "") -> list[str]:
        """Fails."""
        raise OSError(prefix)


def a_notice(kind: TaskKind) -> jobs.NoticeJob:
    """Operators are to be told of one task."""
    task = Task(id=kind, kind=kind, title="?", text="?", opened_at=NOW)
    return jobs.NoticeJob(workflow_id=CLAIM, order_id=CLAIM[6:], tasks=(task,), at=NOW)


async def test_a_claim_asks_when_its_task_is_told() -> None:
    """Only where a send is unknown."""
    questions = Questions(open_store("memory:"))
    tasks = Tasks(Quiet(), questions)
    await tasks.notify_operators(a_notice("review-photos"))
    assert await questions.all() == []
    for _ in range(2):
        await tasks.notify_operators(a_notice("settle-send"))
    assert await questions.all() == [CLAIM]
    for _ in range(2):
        await questions.answered(CLAIM)
    assert await questions.all() == []


async def test_operators_are_told_whatever_the_store_does() -> None:
    """The question is for convenience, the person's task is not."""
    quiet = Quiet()
    told = await Tasks(quiet, Questions(BrokenStore())).notify_operators(a_notice("settle-send"))
    assert told.tasks == ("settle-send",)
    assert len(quiet.notices) == 1


async def test_a_line_that_breaks_while_looking_is_tried_again() -> None:
    """Nothing is settled, nothing is lost."""
    world = await a_world()
    world.mailbox.folders["Sent"].add(OURS)
    world.mailbox.trouble = Trouble(at=3)
    with pytest.raises(Exception, match="the line broke"):
        await world.passes.work_off(100)
    assert (await world.passes.work_off(100)).settled == 1
