"""The composition root: settings -> adapters -> activities -> a Temporal worker.

The only module that builds adapters. The worker process, the demo, rehearsals and tests all
come through here, so that what is tested is what runs.
"""

import hashlib
import logging
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from temporalio.client import Client
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.worker import Worker, WorkerDeploymentConfig
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from activities.appeals import Appeals, Post
from activities.bearing import BearingClaim
from activities.claims import Claims
from activities.gap import Gap
from activities.messages import Messages
from activities.packing import Packing
from activities.settling import Questions, SentFolder
from activities.tasks import Tasks
from activities.turns import Turns
from atoz.appeal.packet.fonts import Fonts
from atoz.appeal.packet.make import Kit
from atoz.evidence.store import EvidenceStore
from atoz.keeping import kept_store, open_vault
from atoz.mail.imap import ImapMailbox
from atoz.mail.outbox import MustArrive, OutboxMailer
from atoz.mail.outgoing import Delivery, Mailer
from atoz.mail.smtp import SmtpMailer
from atoz.notices import (
    AllNotifiers,
    EmailNotifier,
    Gathering,
    LogNotifier,
    Notifier,
    WebhookNotifier,
)
from atoz.orderbook import OrderBook
from atoz.rules import Rules, load_rules
from atoz.settings import Settings
from atoz.webhook import signed_post
from workflows.claim import ClaimWorkflow
from workflows.desk import DeskWorkflow, FollowingDesk
from workflows.mailbox import MailboxWorkflow

_LOG = logging.getLogger("atoz")

OWN_MODULES = ("activities", "atoz", "workflows", "pydantic", "pydantic_core")
"""Passed through the workflow sandbox: pure, and a third of the worker's time otherwise."""

WORKFLOWS: Sequence[type] = (ClaimWorkflow, DeskWorkflow, MailboxWorkflow)
VERSIONED: Sequence[type] = (ClaimWorkflow, FollowingDesk, MailboxWorkflow)
"""What a worker runs whose builds work side by side."""

GRACE = timedelta(seconds=30)
"""How long a stopping worker lets running activities finish: longer than one SMTP command."""


LONGEST_TASK_SECONDS = 60
"""A workflow task that takes this long is a loop without an end. The server gives it out again after
10 s; what comes late is dropped without harm."""


def workflow_runner() -> SandboxedWorkflowRunner:
    """The sandbox that workers and replays share."""
    return SandboxedWorkflowRunner(
        restrictions=SandboxRestrictions.default.with_passthrough_modules(*OWN_MODULES)
    )


@cache
def build_id() -> str:
    """A digest of our own sources. The SDK's default hashes every module that is loaded."""
    root = Path(__file__).resolve().parent.parent
    digest = hashlib.sha256()
    for package in ("activities", "atoz", "workflows"):
        for source in sorted((root / package).rglob("*.py")):
            digest.update(source.read_bytes())
    return f"atoz-{digest.hexdigest()[:16]}"


def build_mailer(settings: Settings) -> Mailer:
    """SMTP where it is configured; else the outbox folder, said loudly."""
    account = settings.smtp_account()
    if account is not None:
        return SmtpMailer(account)
    _LOG.warning(
        "NO SMTP IS CONFIGURED: messages, and notices by mail, are written to %s and reach nobody",
        settings.outbox_folder,
    )
    # Who names a folder of his own wants to open what lies there.
    return OutboxMailer(settings.outbox_folder, None if settings.outbox else open_vault(settings))


def build_notifier(settings: Settings, mailer: Mailer) -> Notifier:
    """The log always; e-mail and webhook where they are configured, gathered in a flood."""
    channels: list[Notifier] = [LogNotifier()]
    if settings.notice_emails:
        email = EmailNotifier(
            mailer,
            sender=settings.sender_for("*"),
            recipients=settings.notice_emails,
            id_domain=settings.id_domain,
        )
        channels.append(Gathering(email))
    if settings.notice_webhook_url is not None and settings.notice_webhook_secret is not None:
        url, secret = str(settings.notice_webhook_url), settings.notice_webhook_secret
        channels.append(Gathering(WebhookNotifier(url, secret)))
    return AllNotifiers(channels)


def build_post(settings: Settings) -> Post | None:
    """How appeals are posted, or None when no webhook is configured."""
    url, secret = settings.appeal_webhook_url, settings.appeal_webhook_secret
    if url is None or secret is None:
        return None

    async def post(body: bytes, key: str) -> Delivery:
        return await signed_post(str(url), secret, body, key)

    return post


def build_sent(settings: Settings) -> SentFolder | None:
    """The folder of sent mail, or None where no mailbox or no such folder is configured."""
    account = settings.imap_account()
    if account is None or settings.sent_folder is None:
        return None
    return SentFolder(ImapMailbox(account), settings.sent_folder)


def build_activities(
    settings: Settings, rules: Rules, store: EvidenceStore, mailer: Mailer | None = None
) -> list[Callable[..., Any]]:
    """Every activity of this process over its adapters; mail goes as the settings say, or by `mailer`."""
    mailer = mailer or build_mailer(settings)
    notifier = build_notifier(settings, mailer)
    claims = Claims(
        rules.library,
        OrderBook(settings.orders),
        store,
        settings.appeal_channel,
        settings.id_domain,
        two_person_approval=settings.two_person_approval,
    )
    gap = Gap.of(settings.state)
    messages = Messages(mailer, rules.writing, settings, gap, build_sent(settings))
    kit = Kit(rules.library.appeal_words, Fonts(settings.fonts))
    packing = Packing(store, kit)
    appeals = Appeals(
        words=rules.library.appeal_words,
        packing=packing,
        notifier=notifier,
        mailer=MustArrive(mailer),
        senders=settings,
        email_to=settings.appeal_email,
        post=build_post(settings),
        gap=gap,
    )
    asking = Questions(store) if settings.sent_folder else None
    tasks = Tasks(notifier, asking, store, packing)
    return [
        claims.open_claim,
        claims.archive_facts,
        claims.archive_claim,
        Turns(settings.late_sends_per_minute).take_turn,
        messages.send_message,
        appeals.draft_appeal,
        appeals.hand_in_appeal,
        tasks.notify_operators,
    ]


def build_worker(
    client: Client,
    settings: Settings,
    *,
    rules: Rules | None = None,
    more: Sequence[Callable[..., Any]] = (),
    mailer: Mailer | None = None,
    cached_claims: int | None = None,
    deployed: bool = False,
) -> Worker:
    """A worker for every workflow and activity. Raises BadInput when the rules are bad.

    `rules` are read from the settings' folder unless the caller has read them already. `more` are
    activities that need the service, such as the mailbox's; `mailer` is another way out for mail.
    `cached_claims` beats the setting: those that are active at once should fit into the cache.
    `deployed`: this is a worker of the deployment that the settings name, if they name one.
    """
    rules = rules or load_rules(settings)
    worker = Worker(
        client,
        task_queue=settings.task_queue,
        workflows=VERSIONED if deployed and settings.deployment else WORKFLOWS,
        activities=[*build_activities(settings, rules, kept_store(settings), mailer), *more],
        workflow_runner=workflow_runner(),
        interceptors=[BearingClaim()],
        graceful_shutdown_timeout=GRACE,
        max_cached_workflows=cached_claims or settings.cached_claims,
        **_versioning(settings, settings.deployment if deployed else None),
    )
    return _patient(worker)


def own_build(settings: Settings) -> str:
    """What this worker calls itself: the build of its image, else the digest of its sources."""
    return settings.build or build_id()


def _versioning(settings: Settings, deployment: str | None) -> dict[str, Any]:
    """Versioned where a deployment is named: a claim ends on the code that it began on.

    A single process runs unversioned: its old code is gone after an upgrade, and a pinned claim
    would wait for it forever.
    """
    if deployment is None:
        return {"build_id": own_build(settings)}
    return {
        "deployment_config": WorkerDeploymentConfig(
            version=WorkerDeploymentVersion(deployment, own_build(settings)),
            use_worker_versioning=True,
            default_versioning_behavior=VersioningBehavior.PINNED,
        )
    }


def _patient(worker: Worker) -> Worker:
    """Let a workflow task take longer than two seconds: a busy machine needs it to read a flood.

    The SDK's watch over deadlocks interrupts such a task, and the claim then hangs on this worker
    until it is started anew (measured with temporalio 1.35.0). There is no public setting.
    """
    tasks = worker._workflow_worker  # noqa: SLF001 - see above
    assert tasks is not None, "this worker has workflows"
    tasks._deadlock_timeout_seconds = LONGEST_TASK_SECONDS  # noqa: SLF001 - see above
    return worker
