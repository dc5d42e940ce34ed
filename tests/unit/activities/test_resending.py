"""A message of unknown fate goes again only where the folder of sent mail does not have it."""

from __future__ import annotations

from email.message import EmailMessage

import pytest
from temporalio.testing import ActivityEnvironment

from activities import jobs
from activities.messages import Messages
from atoz.claims.base import Instant
from atoz.mail.imap_account import MailboxError
from atoz.mail.outgoing import Delivery, delivery
from atoz.playbook.acts import Send
from atoz.playbook.events import MessageTried
from tests.support.cases import ARRIVED, DAY, Play, library, templates

OURS = "<claim-111-0000199-0000199.deescalate.1@shop.example>"
TRIED = ARRIVED + DAY


class Post:
    """The way out, and the folder of sent mail beside it."""

    def __init__(self, *kept: str, mute: bool = False) -> None:
        self.mails: list[EmailMessage] = []
        self.asked: list[Instant] = []
        self._kept = kept
        self._mute = mute

    async def send(self, message: EmailMessage, to: str) -> Delivery:
        """Take a mail."""
        del to
        self.mails.append(message)
        return delivery("sent", "250 queued")

    async def holds(self, message_id: str, tried_at: Instant) -> bool:
        """Whether the folder has it."""
        self.asked.append(tried_at)
        if self._mute:
            raise MailboxError("the mailbox is away")
        return message_id in self._kept

    @property
    def seller_name(self) -> str:
        """The name under messages."""
        return "Fernlane Goods"

    def sender_for(self, marketplace: str) -> str:
        """The shop's approved address."""
        del marketplace
        return "claims@shop.example"


async def sent(post: Post, doubted_at: Instant | None) -> MessageTried:
    """One attempt, as the activity of a worker makes it."""
    play = Play().to(DAY)
    (send,) = (do for _, do in play.world.done if isinstance(do, Send))
    job = jobs.SendJob(
        workflow_id=play.state.workflow_id,
        order_id=play.state.file.claim.order_id,
        message_id=OURS,
        marketplace="US",
        status="under_review",
        send=send.model_copy(update={"doubted_at": doubted_at}),
        at=ARRIVED + DAY,
    )
    messages = Messages(post, library().writing(templates()), post, sent=post)
    return await ActivityEnvironment().run(messages.send_message, job)


async def test_what_lies_in_the_folder_is_not_sent_again() -> None:
    """It counts as sent, and says where that is known from."""
    post = Post(OURS)
    tried = await sent(post, TRIED)
    assert (tried.outcome, post.mails, post.asked) == ("sent", [], [TRIED])
    assert "found in the folder of sent mail" in tried.detail


async def test_what_the_folder_does_not_have_goes() -> None:
    """Under the same Message-ID as before."""
    post = Post("<another@shop.example>")
    assert (await sent(post, TRIED)).outcome == "sent"
    assert [mail["Message-ID"] for mail in post.mails] == [OURS]


async def test_while_the_folder_cannot_be_asked_nothing_goes() -> None:
    """Two messages to a buyer are worse than a late one."""
    post = Post(OURS, mute=True)
    tried = await sent(post, TRIED)
    assert (tried.outcome, post.mails) == ("unknown", [])
    assert "the mailbox is away" in tried.detail


@pytest.mark.parametrize("mute", [False, True])
async def test_a_message_without_doubt_asks_nobody(mute: bool) -> None:
    """No mailbox stands between a buyer and a first try, or one that a person ordered."""
    post = Post(OURS, mute=mute)
    assert (await sent(post, None)).outcome == "sent"
    assert (len(post.mails), post.asked) == (1, [])
