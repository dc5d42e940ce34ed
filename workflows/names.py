"""Ids, queues, search attributes and message ids: each is made here and nowhere else."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from temporalio.common import (
    SearchAttributeKey,
    SearchAttributePair,
    TypedSearchAttributes,
)

from atoz.claims.claim import claim_id_of

TASK_QUEUE = "atoz"
DESK_ID = "desk"
CLAIM_WORKFLOW = "ClaimWorkflow"
DESK_WORKFLOW = "DeskWorkflow"
DESK_ITEM = "desk_item"
DESK_ATTACHED = "desk_attached"
MAILBOX_ID = "mailbox"
MAILBOX_SCHEDULE = "mailbox"
MAILBOX_WORKFLOW = "MailboxWorkflow"

STEP = SearchAttributeKey.for_keyword("AtozStep")
STATUS = SearchAttributeKey.for_keyword("AtozStatus")
ATTENTION = SearchAttributeKey.for_keyword("AtozAttention")
MARKETPLACE = SearchAttributeKey.for_keyword("AtozMarketplace")
REASON = SearchAttributeKey.for_keyword("AtozReason")
PLAYBOOK = SearchAttributeKey.for_keyword("AtozPlaybook")
CLOCK = SearchAttributeKey.for_keyword("AtozClock")
"""The clock that ends first, `2026-09-08T09:00:00Z response`: words of this form sort as their instants do,
and for instants there is no room left."""
ACTED = SearchAttributeKey.for_keyword("AtozActed")
"""The last step that acted, where `AtozStep` names one that was skipped, too; `NONE_ACTED` where none did."""
NONE_ACTED = "-"
PAUSED = SearchAttributeKey.for_keyword("AtozPaused")
"""Since when a claim is paused, `2026-09-08T09:00:00Z`; none that goes on has it."""
NEXT_AT = SearchAttributeKey.for_datetime("AtozNextAt")
RESPONSE_DUE = SearchAttributeKey.for_datetime("AtozResponseDue")
DECIDED_AT = SearchAttributeKey.for_datetime("AtozDecidedAt")
TASKS = SearchAttributeKey.for_keyword_list("AtozTasks")
"""The kind of each open task: two tasks of one kind are two words."""

KEYWORDS = (STEP, STATUS, ATTENTION, MARKETPLACE, REASON, PLAYBOOK, CLOCK, ACTED, PAUSED)
INSTANTS = (NEXT_AT, RESPONSE_DUE, DECIDED_AT)
"""The development server has room for three of them, and for no more."""
LISTS = (TASKS,)
"""Here, too, it has room for three."""

SEARCH_ATTRIBUTE_TYPES: dict[str, str] = {
    **{key.name: "Keyword" for key in KEYWORDS},
    **{key.name: "Datetime" for key in INSTANTS},
    **{key.name: "KeywordList" for key in LISTS},
}
"""What must be registered on the server, by name and type."""


def claim_workflow_id(order_id: str) -> str:
    """One claim per order: `claim-111-0000102-0000102`."""
    return claim_id_of(order_id)


def order_of(workflow_id: str) -> str:
    """The order id of a claim's workflow."""
    return workflow_id.removeprefix("claim-")


def message_id(workflow_id: str, step: str, revision: int, domain: str) -> str:
    """The Message-ID of a step's message: the same for every attempt, so that a twin is seen."""
    return f"<{workflow_id}.{step}.{revision}@{domain}>"


def attributes(shown: Mapping[str, str]) -> TypedSearchAttributes:
    """Typed search attributes of what a claim shows, where instants and lists are written as text."""
    words = [SearchAttributePair(key, shown[key.name]) for key in KEYWORDS if key.name in shown]
    instants = [
        SearchAttributePair(key, datetime.fromisoformat(shown[key.name]))
        for key in INSTANTS
        if key.name in shown
    ]
    lists = [
        SearchAttributePair(key, shown[key.name].split()) for key in LISTS if key.name in shown
    ]
    return TypedSearchAttributes([*words, *instants, *lists])


OUTAGE = timedelta(minutes=5)
"""A claim that wakes so much after its time was not let: others wake with it. A worker that is merely
busy, with thousands of timers in one second, is not that late."""
TURNS = "late messages take turns"
"""The mark of a claim's history that it knows of turns."""
TURN_COMES = "a turn is asked for again when it comes"
"""The mark of one that asks whether its turn has come, and takes one for what goes long after its plan."""
TURN_TIMEOUT = timedelta(seconds=10)
SEND_TIMEOUT = timedelta(minutes=6)
"""Longer than the slowest SMTP dialogue whose every answer comes just in time."""
ALIVE_TIMEOUT = timedelta(seconds=30)
"""A worker that is lost in the middle of a send is noticed this soon."""
DRAFT_TIMEOUT = timedelta(seconds=30)
HAND_IN_TIMEOUT = timedelta(minutes=6)
NOTICE_TIMEOUT = timedelta(minutes=1)
NOTICE_PATIENCE = timedelta(minutes=10)
ARCHIVE_TIMEOUT = timedelta(minutes=1)
QUIET = timedelta(seconds=1)
"""So long nothing arrives before a claim carries on in a fresh run."""
PASS_TIMEOUT = timedelta(minutes=15)
"""A hundred mails with photos over a slow line."""
PASS_PATIENCE = timedelta(minutes=30)
"""How long a pass is tried again before it is given up and told; the next one is due soon."""
