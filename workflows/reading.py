"""Reading whatever a signal or an update carries: understood, or refused with a reason.

Any name, any number of arguments and any payload come in; nothing here raises, so that no
message can wedge a claim or be lost.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from pydantic import ValidationError
from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

from atoz.playbook import events as ev
from atoz.playbook.check import problems
from atoz.vault.codec import UNREADABLE

EXCERPT = 400
LONGEST_REFUSAL = 2_000
"""What is longer than the server takes never arrives: the caller would wait, the task fail again."""


class Unread(NamedTuple):
    """Why a message was not understood: one of `atoz.meters.REFUSALS`, and in words."""

    code: str
    why: str


def read_signal(name: str, args: Sequence[RawValue], now: datetime) -> ev.Event:
    """The event that a signal means, or `InputRefused` with the reason and the beginning of it."""
    found = _read(name, args, ev.SIGNALS, now)
    if isinstance(found, Unread):
        return ev.InputRefused(
            at=now,
            name=name[:200],
            reason=found.why[:2000],
            excerpt=_excerpt(args),
            code=found.code,
        )
    return found


def read_update(name: str, args: Sequence[RawValue], now: datetime, key: str) -> ev.Event | str:
    """The operator's act that an update means, or why it is refused. Its id makes repeats harmless."""
    found = _read(name, args, ev.UPDATES, now)
    if isinstance(found, Unread):
        return found.why
    if isinstance(found, ev.OperatorEvent) and not found.key:
        return found.model_copy(update={"key": key[:200]})
    return found


def refused(why: str) -> ApplicationError:
    """The refusal of an update, short whatever it quotes."""
    short = why if len(why) <= LONGEST_REFUSAL else why[:LONGEST_REFUSAL] + " […]"
    return ApplicationError(short, type="Refused", non_retryable=True)


def _read(
    name: str, args: Sequence[RawValue], known: Mapping[str, type[ev.Event]], now: datetime
) -> ev.Event | Unread:
    model = known.get(name)
    if model is None:
        why = f"unknown message {name[:80]!r}; known: {', '.join(sorted(known))}"
        return Unread("unknown_message", why)
    if len(args) != 1:
        return Unread("arguments", f"{name} takes one document, not {len(args)} arguments")
    payload = args[0].payload
    if UNREADABLE in payload.metadata:
        why = payload.metadata[UNREADABLE].decode()
        return Unread("sealed", f"{name}: it cannot be opened: {why}")
    try:
        document = workflow.payload_converter().from_payload(payload, dict[str, Any])
        return model.model_validate({**document, "at": now})
    except ValidationError as error:
        return Unread("fields", f"{name}: " + "; ".join(problems(error)[:10]))
    except Exception as error:  # noqa: BLE001 - any converter may fail in any way on hostile bytes
        return Unread("unreadable", f"{name}: not a readable document ({type(error).__name__})")


def _excerpt(args: Sequence[RawValue]) -> str:
    """The beginning of what came, as printable text."""
    head = b" | ".join(bytes(arg.payload.data[:EXCERPT]) for arg in args[:3])
    return "".join(c if c.isprintable() else "�" for c in head.decode("utf-8", "replace"))[:EXCERPT]
