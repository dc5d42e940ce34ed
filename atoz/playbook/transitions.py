"""What can follow what in a playbook, found by letting the engine play it: the ground of its drawings.

A stand-in claim lives through the playbook once in silence, once for each condition that a step names,
once with a text that needs approval, and once for each reply and each decision. What is drawn is what the
engine did, so a drawing cannot show a way that no claim goes.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from atoz.claims.base import merged, span_text
from atoz.claims.claim import ClaimFile
from atoz.claims.policy import Policy
from atoz.claims.status import Status
from atoz.playbook import acts, edition
from atoz.playbook import events as ev
from atoz.playbook.apply import apply
from atoz.playbook.diff import act_text
from atoz.playbook.foresee import coming, kindly, quiet_future
from atoz.playbook.model import ConditionName, Intent, Playbook, Step
from atoz.playbook.state import CaseState, open_claim
from atoz.playbook.vocabulary import DRAWN

_ARRIVES = datetime(2026, 1, 5, 12, tzinfo=UTC)
_SOON = timedelta(seconds=1)
_FILE: dict[str, Any] = {
    "claim": {
        "order_id": "000-0000000-0000000",
        "marketplace": "XX",
        "reason": "other",
        "amount": "1.00",
        "currency": "EUR",
        "order_date": "2026-01-01",
        "filed_at": _ARRIVES.isoformat(),
        "notified_at": _ARRIVES.isoformat(),
        "buyer_comment": "-",
    },
    "buyer": {"relay": "buyer@marketplace.example", "language": "en"},
    "shipment": {"carrier": "-", "tracking_number": "-", "status": "in_transit"},
}
_POLICY = {
    "marketplace": "XX",
    "name": "any",
    "zone": "UTC",
    "language": "en",
    "currency": "EUR",
    "sending": {"from": "00:00", "to": "00:00", "country": "XX"},
    "limits": [],
    "filing_window": {
        "opens_after_latest_delivery": "3d",
        "opens_after_order": "30d",
        "closes_after_latest_delivery": "90d",
        "source": "-",
    },
}
"""Messages go at any hour: a drawing tells the plan, `why` and `simulate` the calendar."""


class Drawn(NamedTuple):
    """One step as it is drawn: what it does, when in silence, and the ways that lead off it."""

    id: str
    act: str
    at: timedelta | None
    after: str | None
    wait: timedelta
    sooner: ConditionName | None
    """The condition that was seen to end its wait early."""
    skipped_when: tuple[tuple[ConditionName, bool], ...]
    """Conditions that were seen to skip it, where they hold (True) or where they do not."""
    task: str | None
    """The task that a person gets, where the step ends with one."""
    approval: tuple[str, ...] = ()
    """What was seen of a text that needs approval: who is asked, and what follows without a yes."""


class Transitions(NamedTuple):
    """Everything that was seen of a playbook."""

    playbook: Playbook
    steps: tuple[Drawn, ...]
    replies: tuple[tuple[Intent, tuple[str, ...]], ...]
    decisions: tuple[tuple[Status, tuple[str, ...]], ...]
    answered_by: timedelta
    limit: timedelta


def transitions(playbook: Playbook) -> Transitions:
    """Play the playbook every way that its drawing tells of. Pure; takes some ten milliseconds."""
    opened = _opened(playbook)
    silence = quiet_future(opened, _ARRIVES)
    return Transitions(
        playbook,
        tuple(_drawn(playbook, step, silence) for step in playbook.steps),
        tuple((intent, tuple(_reply(opened, intent))) for intent in playbook.on_reply),
        tuple(
            (status, tuple(_decision(opened, status)))
            for status in Status
            if status in playbook.on_decision
        ),
        playbook.limit - playbook.margin,
        playbook.limit,
    )


def _opened(playbook: Playbook, changes: dict[str, Any] | None = None) -> CaseState:
    """A claim on this playbook that has just arrived, whomever the playbook applies to."""
    due = {"claim": {"response_due": (_ARRIVES + playbook.limit).isoformat()}}
    file = ClaimFile.model_validate(merged(merged(_FILE, due), changes or {}))
    event = ev.Opened(
        at=_ARRIVES,
        file=file,
        policy=Policy.model_validate(_POLICY),
        candidates=(playbook,),
        edition=edition.CURRENT,
    )
    return apply(open_claim("claim-drawn", file, _ARRIVES), event)


def _begun(state: CaseState, step: str) -> datetime | None:
    """When a step began, as the timeline first shows it."""
    return next((fact.at for fact in state.facts if fact.step == step), None)


def _drawn(playbook: Playbook, step: Step, silence: CaseState) -> Drawn:
    begun = _begun(silence, step.id)
    task = next((t for t in silence.tasks if t.step == step.id), None)
    return Drawn(
        id=step.id,
        act=act_text(step),
        at=begun - _ARRIVES if begun else None,
        after=step.after,
        wait=step.wait,
        sooner=_sooner(playbook, step, begun),
        skipped_when=tuple(_skips(playbook, step)),
        task=task.kind if task else None,
        approval=tuple(_approval(playbook, step)) if step.submit else (),
    )


def _sooner(playbook: Playbook, step: Step, begun: datetime | None) -> ConditionName | None:
    """The condition that ends the wait of the step, if it did when it came to hold."""
    if step.or_when is None or begun is None:
        return None
    moved = _with(playbook, step.or_when)
    found = next((each for each in coming(moved, _ARRIVES + _SOON) if each.step == step.id), None)
    return step.or_when if found and found.at < begun else None


def _skips(playbook: Playbook, step: Step) -> Iterator[tuple[ConditionName, bool]]:
    """Each condition with which the step was seen to be skipped."""
    named = [(name, True) for name in step.skip_if] + [(name, False) for name in step.only_if]
    for name, holding in named:
        state = _with(playbook, name) if holding else _opened(playbook)
        why = name if holding else f"not {name}"
        seen = coming(state, _ARRIVES + _SOON)
        if any(each.step == step.id and each.why == why for each in seen):
            yield name, holding


_FILE_WITH: dict[ConditionName, dict[str, Any]] = {
    "buy_shipping": {"shipment": {"buy_shipping": True}},
    "delivered": {"shipment": {"status": "delivered"}},
    "delivery_photo_on_file": {"shipment": {"photo": True}},
    "never_shipped": {"shipment": {"status": "never_shipped"}},
    "reason_not_received": {"claim": {"reason": "not_received"}},
    "returned_not_refunded": {"shipment": {"status": "returned"}},
    "signature_on_file": {"shipment": {"signature": True}},
}
_REPLY_WITH: dict[ConditionName, Intent] = {
    "buyer_answered": "other",
    "photos_on_file": "photos",
    "messages_stopped": "stop_contact",
}


def _with(playbook: Playbook, name: ConditionName) -> CaseState:
    """A claim for which the condition holds from its first second on."""
    if name in _FILE_WITH:
        return _opened(playbook, _FILE_WITH[name])
    opened = _opened(playbook)
    if name in _REPLY_WITH:
        return apply(opened, _said(_REPLY_WITH[name], files=name != "messages_stopped"))
    return apply(opened, ev.Refunded.model_validate({"at": _ARRIVES, "amount": "1.00"}))


def _said(intent: Intent, *, files: bool = False) -> ev.BuyerReplied:
    photo = ev.Attachment(name="1.jpg", type="image/jpeg", size=1)
    return ev.BuyerReplied(
        at=_ARRIVES + _SOON,
        message_id="<r@drawn.example>",
        text="-",
        intents=(intent,),
        attachments=(photo,) if files else (),
    )


def _approval(playbook: Playbook, step: Step) -> Iterator[str]:
    """What becomes of a text in which a check finds something, and of that text if nobody says yes."""
    finding = ev.Finding(rule="found", severity="warn", message="-")

    def critical(do: acts.Do, now: datetime) -> ev.Event:
        event = kindly(do, now)
        drafted = isinstance(event, ev.AppealDrafted) and not event.facts_only
        return event.model_copy(update={"findings": (finding,)}) if drafted else event

    end = quiet_future(_opened(playbook), _ARRIVES, critical)
    kinds = {fact.kind for fact in end.facts if fact.step == step.id}
    if "approval_requested" not in kinds:
        return
    yield DRAWN("always" if step.approval == "always" else "findings")
    if any(fact.kind == "appeal_drafted" and fact.data["facts_only"] for fact in end.facts):
        yield DRAWN("facts_go")
    elif end.handed_over:
        yield DRAWN("person")
    else:
        yield DRAWN("waits")


def _reply(opened: CaseState, intent: Intent) -> Iterator[str]:
    """What a reply was seen to do."""
    after = apply(opened, _said(intent))
    if after.held_until is not None:
        hours = after.held_until - (_ARRIVES + _SOON)
        yield f"hold {span_text(hours)}"
    yield from (f"send {queued.template}" for queued in after.queue)
    if after.messages_stopped:
        yield "stop messages"
    known = {task.id for task in opened.tasks}
    yield from (f"task {task.kind}" for task in after.tasks if task.id not in known)


def _decision(opened: CaseState, status: Status) -> Iterator[str]:
    """The tasks that a decision was seen to open."""
    event = ev.MarketplaceDecided(
        at=_ARRIVES + _SOON, message_id="<d@drawn.example>", status=status
    )
    known = {task.id for task in opened.tasks}
    yield from (task.kind for task in apply(opened, event).tasks if task.id not in known)
