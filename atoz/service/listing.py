"""Many claims at once: lists from the server's search attributes.

A list costs no work of any worker, and is a moment behind; one claim is never looked up through it.
"""

import base64
import binascii
import hashlib
import re
from datetime import datetime
from typing import Any, Literal

from temporalio.client import WorkflowExecution, WorkflowExecutionStatus
from temporalio.common import SearchAttributeKey

from atoz.claims.base import Instant, Strict, instant_text
from atoz.claims.status import Status
from atoz.errors import BadInput
from atoz.service.base import Service
from atoz.service.calls import SERVER_PATIENCE, server_errors
from atoz.service.problems import PROBLEMS
from atoz.service.stopped import how_stopped
from workflows import names

PAGE = 100
LARGEST_PAGE = 1_000
AT_ONCE = 10
"""Claims that are asked for their tasks at the same time."""

Attention = Literal["missed", "urgent", "task", "paused", "none"]
WAITING: tuple[Attention, ...] = ("missed", "urgent", "task")
"""The attention of claims that have an open task."""

_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,99}")
_MARK = 8


class Wanted(Strict):
    """Which claims a list holds: all that run, narrowed by each filter; `closed` adds the archived."""

    status: Status | None = None
    step: str | None = None
    playbook: str | None = None
    attention: tuple[Attention, ...] = ()
    due_before: Instant | None = None
    closed: bool = False


async def claims(
    service: Service, wanted: Wanted, *, limit: int = PAGE, page_token: str | None = None
) -> dict[str, Any]:
    """One page: `{claims: […], next_page_token}`, newest first. Raises BadInput for bad filters."""
    if not 1 <= limit <= LARGEST_PAGE:
        raise BadInput(f"a page holds 1 to {LARGEST_PAGE} claims, not {limit}")
    return await page_of(service, query_of(wanted), limit, page_token)


async def page_of(
    service: Service, query: str, limit: int, page_token: str | None = None
) -> dict[str, Any]:
    """One page of what a query in the server's language finds, in the server's order."""
    found = service.client.list_workflows(
        query,
        page_size=limit,
        next_page_token=_token(query, page_token),
        rpc_timeout=SERVER_PATIENCE,
    )
    with server_errors():
        await found.fetch_next_page()
    following = found.next_page_token
    return {
        "claims": [_row(execution) for execution in found.current_page or ()],
        "next_page_token": _marked(query, following) if following else None,
    }


def query_of(wanted: Wanted) -> str:
    """The list filter in the server's language. Raises BadInput for a word that is none."""
    parts = [f"WorkflowType = '{names.CLAIM_WORKFLOW}'"]
    if not wanted.closed:
        parts.append("ExecutionStatus = 'Running'")
    if wanted.status is not None:
        parts.append(f"{names.STATUS.name} = '{wanted.status.value}'")
    if wanted.step is not None:
        parts.append(f"{names.STEP.name} = '{_word(wanted.step)}'")
    if wanted.playbook is not None:
        parts.append(f"{names.PLAYBOOK.name} = '{_word(wanted.playbook)}'")
    if wanted.attention:
        words = ", ".join(f"'{word}'" for word in wanted.attention)
        parts.append(f"{names.ATTENTION.name} IN ({words})")
    if wanted.due_before is not None:
        parts.append(f"{names.RESPONSE_DUE.name} < '{instant_text(wanted.due_before)}'")
    return " AND ".join(parts)


def _row(execution: WorkflowExecution) -> dict[str, Any]:
    def word(key: SearchAttributeKey[str]) -> str | None:
        return execution.typed_search_attributes.get(key)

    def instant(key: SearchAttributeKey[datetime]) -> str | None:
        value = execution.typed_search_attributes.get(key)
        return instant_text(value) if value else None

    return {
        "workflow_id": execution.id,
        "order_id": names.order_of(execution.id),
        "marketplace": word(names.MARKETPLACE),
        "reason": word(names.REASON),
        "playbook": word(names.PLAYBOOK),
        "status": word(names.STATUS),
        "step": word(names.STEP),
        "acted": _acted(word(names.ACTED), word(names.STEP)),
        "attention": word(names.ATTENTION),
        "paused_since": word(names.PAUSED),
        "next_at": instant(names.NEXT_AT),
        "clock": _clock(word(names.CLOCK), instant(names.RESPONSE_DUE)),
        "response_due": instant(names.RESPONSE_DUE),
        "decided_at": instant(names.DECIDED_AT),
        "running": execution.status is WorkflowExecutionStatus.RUNNING,
        "ended": how_stopped(execution.status),
        "started_at": instant_text(execution.start_time),
        "closed_at": instant_text(execution.close_time) if execution.close_time else None,
    }


def _acted(shown: str | None, step: str | None) -> str | None:
    """The last step that acted; claims of an older edition do not tell it from one that was skipped."""
    return None if shown == names.NONE_ACTED else shown or step


def _clock(shown: str | None, response_due: str | None) -> dict[str, str] | None:
    """The clock that ends first; a claim of an older edition that shows none yet has its answer's."""
    if shown:
        due, _, name = shown.partition(" ")
        return {"name": name, "due": due}
    return {"name": "response", "due": response_due} if response_due else None


def _word(text: str) -> str:
    if not _WORD.fullmatch(text):
        raise BadInput(f"{text[:60]!r} is no name of a step or a playbook")
    return text


def _token(query: str, text: str | None) -> bytes | None:
    """The server's token in one of ours: what never came from it makes it stumble for ten seconds, and
    what came with another query goes on somewhere in the middle. Raises BadInput for both.
    """
    if not text:
        return None
    try:
        found = base64.b64decode(text, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        found = b""
    token = found[2 * _MARK :]
    if not token or found[:_MARK] != _mark(token):
        raise BadInput(PROBLEMS("page_token"))
    if _marked(query, token) != text:
        raise BadInput(PROBLEMS("other_page"))
    return token


def _marked(query: str, token: bytes) -> str:
    whole = _mark(token) + _mark(query.encode() + b"\0" + token) + token
    return base64.urlsafe_b64encode(whole).decode()


def _mark(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()[:_MARK]
