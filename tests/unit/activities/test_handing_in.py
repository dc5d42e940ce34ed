"""An appeal that goes by mail or webhook takes its whole packet along, or does not go at all."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from email.message import EmailMessage
from typing import Any, Literal

import pytest
from temporalio.testing import ActivityEnvironment

from activities import appeals, jobs
from activities.appeals import Appeals
from activities.packing import PATIENT_TRIES, Packing
from atoz.appeal.packet.folder import zipped
from atoz.evidence.store import EvidenceStore
from atoz.mail.outgoing import Delivery, delivery
from atoz.notices import LogNotifier
from atoz.playbook.acts import Submit
from atoz.playbook.events import AppealTried
from atoz.playbook.state import CaseState
from tests.support.cases import ARRIVED, DAY, library
from tests.support.packets import claim_with, dossier_of, kit, packet_of, photo

MESSAGE_ID = "<claim-111-0000199-0000199.appeal.1@shop.example>"
Channel = Literal["operator", "email", "webhook"]
CHANNELS: tuple[Channel, ...] = ("email", "webhook")


class Wire:
    """The other side of both channels: it takes what comes and keeps it."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.posts: list[tuple[dict[str, Any], str]] = []

    async def send(self, message: EmailMessage, to: str) -> Delivery:
        """A mail to the claims team."""
        assert to == "claims@marketplace.example"
        self.mails.append(message)
        return delivery("sent", "250 queued")

    async def post(self, body: bytes, key: str) -> Delivery:
        """A call of the endpoint."""
        self.posts.append((json.loads(body), key))
        return delivery("sent", "200 ok")

    @property
    def untouched(self) -> bool:
        """Whether nothing came."""
        return not self.mails and not self.posts

    @property
    def seller_name(self) -> str:
        """The name under messages."""
        return "Fernlane Goods"

    def sender_for(self, marketplace: str) -> str:
        """The shop's approved address."""
        assert marketplace == "US"
        return "claims@shop.example"


class OneStore:
    """The same store for every claim; `down` counts what fails before it answers again."""

    def __init__(self, store: EvidenceStore, down: int = 0) -> None:
        self._store = store
        self._down = down

    def of_order(self, order_id: str) -> OneStore:
        """What is kept of this claim."""
        assert order_id == "111-0000199-0000199"
        return self

    async def get(self, sha256: str) -> bytes:
        """A file's content."""
        if self._down:
            self._down -= 1
            raise OSError("the disk is away")
        return await self._store.get(sha256)

    async def get_document(self, path: str) -> bytes | None:
        """A document."""
        return await self._store.get_document(path)

    async def put_document(self, path: str, content: bytes) -> None:
        """Keep a document."""
        if self._down:
            self._down -= 1
            raise OSError("the disk is away")
        await self._store.put_document(path, content)


async def handed_in(
    state: CaseState,
    store: OneStore,
    wire: Wire,
    channel: Channel,
    *,
    attempt: int = 1,
    configured: bool = True,
) -> AppealTried:
    """One attempt, as the activity of a worker makes it."""
    activity = Appeals(
        words=library().appeal_words,
        packing=Packing(store, kit()),
        notifier=LogNotifier(),
        mailer=wire,
        senders=wire,
        email_to="claims@marketplace.example" if configured else None,
        post=wire.post if configured else None,
    )
    job = jobs.HandInJob(
        workflow_id=state.workflow_id,
        order_id=state.file.claim.order_id,
        marketplace="US",
        submit=Submit(step="appeal", attempt=attempt, revision=1, channel=channel),
        dossier=dossier_of(state),
        due=ARRIVED + 7 * DAY,
        at=ARRIVED + DAY,
        message_id=MESSAGE_ID,
    )
    environment = ActivityEnvironment()
    info = environment.info
    environment.info = type(info)(**{**vars(info), "attempt": attempt})
    return await environment.run(activity.hand_in_appeal, job)


async def wanted_files(state: CaseState, store: EvidenceStore) -> Mapping[str, bytes]:
    """What must go along with the text: all of the packet but the text itself and the manifest."""
    files = (await packet_of(state, store)).files
    return {k: v for k, v in files.items() if k not in ("appeal.txt", "manifest.json")}


async def test_a_mail_takes_the_whole_packet_along() -> None:
    """The approved text as its body, PDF and photos byte for byte, under the claim's own Message-ID."""
    state, store = await claim_with(photo("glass.jpg"), photo("box.png", "image/png"))
    wire = Wire()
    tried = await handed_in(state, OneStore(store), wire, "email")
    (mail,) = wire.mails
    assert (tried.outcome, tried.receipt) == ("sent", MESSAGE_ID)
    assert mail["Message-ID"] == MESSAGE_ID
    body = mail.get_body(("plain",))
    assert state.appeal is not None
    assert body is not None
    assert body.get_content().strip() == state.appeal.text
    files = {part.get_filename(): part.get_payload(decode=True) for part in mail.iter_attachments()}
    assert files == await wanted_files(state, store)
    kinds = {part.get_filename(): part.get_content_type() for part in mail.iter_attachments()}
    assert kinds["evidence.pdf"] == "application/pdf"
    assert kinds["exhibit-2.jpg"] == "image/jpeg"


async def test_a_webhook_takes_the_whole_packet_along() -> None:
    """Text, digest, files and the map of its sentences, under the key that makes a repeat harmless."""
    state, store = await claim_with(photo("glass.jpg"))
    wire = Wire()
    tried = await handed_in(state, OneStore(store), wire, "webhook")
    ((document, key),) = wire.posts
    assert (tried.outcome, key) == ("sent", MESSAGE_ID)
    assert state.appeal is not None
    assert document["text"] == state.appeal.text
    assert document["digest"] == document["manifest"]["digest"] == state.appeal.digest
    files = {each["name"]: base64.b64decode(each["content"]) for each in document["files"]}
    assert files == await wanted_files(state, store)


@pytest.mark.parametrize("channel", CHANNELS)
async def test_without_an_approved_photo_nothing_goes(channel: Channel) -> None:
    """A person approved the text with its files: a photo that the store lost is said, not left out."""
    state, _ = await claim_with(photo("glass.jpg"))
    _, empty = await claim_with()
    wire = Wire()
    tried = await handed_in(state, OneStore(empty), wire, channel)
    assert tried.outcome == "refused_for_now"
    assert "nothing was sent" in tried.detail
    assert "glass.jpg" in tried.detail or "exhibit" in tried.detail.lower()
    assert wire.untouched


@pytest.mark.parametrize("channel", CHANNELS)
async def test_a_store_that_is_away_is_known_not_to_have_sent(channel: Channel) -> None:
    """Certain, so it is tried again within the budget; the next attempt goes whole."""
    state, store = await claim_with(photo("glass.jpg"))
    away, wire = OneStore(store, down=1), Wire()
    tried = await handed_in(state, away, wire, channel)
    assert tried.outcome == "refused_for_now"
    assert "nothing was sent" in tried.detail
    assert wire.untouched
    assert (await handed_in(state, away, wire, channel, attempt=2)).outcome == "sent"


@pytest.mark.parametrize("channel", CHANNELS)
async def test_a_store_that_stays_away_sends_no_half_packet(channel: Channel) -> None:
    """Also when a packet for a person would be made without the photo by now."""
    state, store = await claim_with(photo("glass.jpg"))
    wire = Wire()
    late = PATIENT_TRIES + 1
    tried = await handed_in(state, OneStore(store, down=99), wire, channel, attempt=late)
    assert tried.outcome == "refused_for_now"
    assert wire.untouched


@pytest.mark.parametrize("channel", CHANNELS)
async def test_a_packet_too_large_for_the_channel_is_a_persons(
    channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lasting no, with what to do: one byte more than may go along."""
    state, store = await claim_with(photo("glass.jpg"))
    files = (await packet_of(state, store)).files
    whole = sum(map(len, files.values()))
    monkeypatch.setattr(appeals, "LARGEST", whole)
    assert (await handed_in(state, OneStore(store), Wire(), channel)).outcome == "sent"
    monkeypatch.setattr(appeals, "LARGEST", whole - 1)
    wire = Wire()
    tried = await handed_in(state, OneStore(store), wire, channel)
    assert tried.outcome == "refused"
    assert wire.untouched
    assert "hand in by the operator" in tried.detail


@pytest.mark.parametrize("channel", CHANNELS)
async def test_a_channel_that_is_not_set_up_names_its_setting(channel: Channel) -> None:
    """Refused for good, nothing sent."""
    state, store = await claim_with()
    wire = Wire()
    tried = await handed_in(state, OneStore(store), wire, channel, configured=False)
    assert tried.outcome == "refused"
    assert (
        "ATOZ_APPEAL_EMAIL" if channel == "email" else "ATOZ_APPEAL_WEBHOOK_URL"
    ) in tried.detail
    assert wire.untouched


async def test_a_packet_to_post_is_kept_and_told() -> None:
    """In the store, whole, where the task says; how to fetch it stands in the notice."""
    state, store = await claim_with(photo("glass.jpg"))
    tried = await handed_in(state, OneStore(store), Wire(), "operator")
    assert (tried.outcome, tried.detail) == ("handed_over", "")
    assert tried.packet is not None
    assert tried.packet.startswith(f"packets/{state.workflow_id}/appeal-1-")
    content = await store.get_document(tried.packet)
    assert content == zipped((await packet_of(state, store)).files)


async def test_a_store_that_stays_away_stops_no_appeal() -> None:
    """It is tried again a few times; then a person hands in all the same, and is told what to mind."""
    state, store = await claim_with()
    with pytest.raises(OSError, match="the disk is away"):
        await handed_in(state, OneStore(store, down=99), Wire(), "operator")
    late = PATIENT_TRIES + 1
    tried = await handed_in(state, OneStore(store, down=99), Wire(), "operator", attempt=late)
    assert (tried.outcome, tried.packet) == ("handed_over", None)
    assert "it is not kept" in tried.detail
