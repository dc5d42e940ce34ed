"""What outsiders and operators do to a claim, rule by rule: the first half of `apply`."""

from datetime import timedelta

from atoz.claims.base import instant_text, merged, money_text
from atoz.claims.claim import Buyer, ClaimFile
from atoz.claims.clocks import STOPPED_BY
from atoz.claims.facts import Fact, values_of
from atoz.playbook import events as ev
from atoz.playbook.arriving import told_arrival
from atoz.playbook.choice import choose_playbook, claim_limit, first_step_acted
from atoz.playbook.folding import join_missed, share, shared_task
from atoz.playbook.model import TaskKind
from atoz.playbook.reactions import ANSWERS, open_asked_task, react
from atoz.playbook.schedule import approval_ends, natural, playbook_of
from atoz.playbook.state import CaseState
from atoz.playbook.stored import NOTES, RESULTS
from atoz.playbook.tasks import answers
from atoz.playbook.work import Work

CHECK_AFTER = timedelta(days=14)
"""No decision this long after the answer: a person looks. Source: DESIGN, the end of a claim."""

Told = dict[str, str]
KEPT_TEXT = 2_000
"""A reply's text in the history; longer ones are cut with a mark, the whole lies in the store."""


def buyer_replied(work: Work, event: ev.BuyerReplied) -> None:
    """Record the reply and its files, then react."""
    reply = event if event.intents else event.model_copy(update={"intents": ("other",)})
    text = reply.text if len(reply.text) <= KEPT_TEXT else reply.text[:KEPT_TEXT] + " […]"
    data = {"message_id": reply.message_id, "language": reply.language, "text": text}
    more = {"text_ref": reply.text_ref} if reply.text_ref else {}
    fact = work.record(
        "reply_received",
        reply.message_id,
        **data,
        **more,
        **told_by(reply),
        **told_arrival(reply),
        intents=list(reply.intents),
        attachments=len(reply.attachments),
    )
    work.remember(reply.message_id, fact)
    came = told_arrival(reply)
    if not came or _is_newest(work.now, fact):
        work.set(last_reply_id=reply.message_id)
    _learn_relay(work, reply)
    for file in reply.attachments:
        _keep(work, file, reply.message_id, **came)
    work.set(photos=work.get("photos") + sum(file.is_photo for file in reply.attachments))
    if ANSWERS & set(reply.intents):
        work.set(last_answer_at=max(work.since, work.get("last_answer_at") or work.since))
        make_stale(work)
    react(work, reply, fact)


def _is_newest(state: CaseState, fact: str) -> bool:
    """Whether no mail of the buyer's that is on record came after this one."""
    replies = [each for each in state.facts if each.kind == "reply_received"]
    return max(replies, key=lambda each: each.happened_at).id == fact


def told_by(event: ev.BuyerReplied | ev.InformationRequested | ev.MarketplaceDecided) -> Told:
    """Who told it, where a person did: what came by mail speaks for itself."""
    return {"by": event.by} if event.by else {}


def _learn_relay(work: Work, reply: ev.BuyerReplied) -> None:
    """A notice carries no address; the buyer's first mail does, and may make the claim complete."""
    file = work.now.file
    if reply.relay is None or (file.buyer is not None and file.buyer.relay is not None):
        return
    buyer = (file.buyer or Buyer()).model_copy(update={"relay": reply.relay})
    work.set(file=file.model_copy(update={"buyer": buyer}))
    work.record("buyer.relay", reply.message_id, value=reply.relay)
    _completed(work, reply.message_id)


def _completed(work: Work, source: str) -> None:
    """Values came in: close what asked for them, choose again until the first step has acted."""
    if not work.now.file.missing:
        work.close_kind("complete-claim", "completed", source)
    if not first_step_acted(work.now) and not work.now.decided:
        choose_playbook(work)


def duplicate_noticed(work: Work, event: ev.DuplicateNoticed) -> None:
    """A second copy of a notice makes no second claim and restarts no clock."""
    fact = work.record("duplicate_ignored", event.message_id, message_id=event.message_id)
    work.remember(event.message_id, fact)


def information_requested(work: Work, event: ev.InformationRequested) -> None:
    """An information request has a clock and a task of its own; of very many some share one."""
    policy = work.now.policy
    found = policy and policy.due("information_request", work.since)
    due, source = (event.due, event.message_id) if event.due else (found or (None, ""))
    shared = shared_task(work.now, due)
    fact = work.record(
        "information_requested",
        event.message_id,
        message_id=event.message_id,
        due=instant_text(due) if due else None,
        **told_by(event),
        **told_arrival(event),
        **({"under": shared.id} if shared else {}),
    )
    work.remember(event.message_id, fact)
    if shared is not None and due is not None:
        share(work, shared, fact, due, source)
        return
    join_missed(work, "information_request")
    clock = work.open_clock("information_request", due, source, work.since) if due else None
    work.open_task("answer-information", event.message_id, clock=clock, due=due, refs=(fact,))


def message_bounced(work: Work, event: ev.MessageBounced) -> None:
    """What was sent did not arrive: recorded after the fact, so that no appeal says it did."""
    sent = _came_back(work.now, event)
    fact = work.record(
        "message_refused",
        event.message_id,
        sent.step if sent else None,
        message_id=event.original or (sent.data.get("message_id") if sent else None),
        template=sent.data.get("template") if sent else None,
        of=sent.id if sent else None,
        outcome="opted_out" if event.opted_out else "bounced",
        detail=event.detail,
    )
    work.remember(event.message_id, fact)
    if event.opted_out:
        work.set(messages_stopped=True)
    make_stale(work)
    if not work.get("decided_at"):
        step = sent.step if sent else None
        work.open_task("message-refused", event.message_id, step=step, refs=(fact,))


def _came_back(state: CaseState, event: ev.MessageBounced) -> Fact | None:
    """The sent message that a bounce is about: the one it names, else the newest one."""
    sent = [fact for fact in state.facts if fact.kind == "message_sent"]
    named = [fact for fact in sent if fact.data.get("message_id") == event.original]
    found = named if event.original else sent
    return found[-1] if found else None


def input_refused(work: Work, event: ev.InputRefused) -> None:
    """Keep what could not be understood where a person sees it."""
    fact = work.record(
        "input_refused", event.name, name=event.name, reason=event.reason, excerpt=event.excerpt
    )
    work.open_task("read-reply", fact, refs=(fact,))


def amended(work: Work, event: ev.Amended) -> None:
    """Lay the new values over the claim; choose the playbook again until the first step acted."""
    old = work.get("file")
    file = ClaimFile.model_validate(
        merged(old.model_dump(mode="json", by_alias=True), event.values)
    )
    source = f"operator:{event.by}"
    before, after = values_of(old), values_of(file)
    changed = sorted(
        path for path in after.keys() | before.keys() if after.get(path) != before.get(path)
    )
    work.set(file=file)
    fact = work.record("claim_amended", source, changed=changed)
    work.remember(event.key, fact)
    work.record_values(source, before)
    if file.claim.response_due != old.claim.response_due:
        due, clock_source = claim_limit(work.now)
        work.move_clock("response", due, clock_source)
    _completed(work, source)
    make_stale(work)
    if work.get("refunded_at") is None and work.get("refunded_total") >= file.claim.amount:
        _refunded_whole(work, fact, source)


def refunded(work: Work, event: ev.Refunded) -> None:
    """A refund that a person made. The whole amount leaves nothing to answer and stops the clock."""
    claim = work.get("file").claim
    total = work.get("refunded_total") + event.amount
    whole = total >= claim.amount
    fact = work.record(
        "refund_recorded",
        f"operator:{event.by}",
        amount=money_text(event.amount, claim.currency),
        whole=whole,
    )
    work.remember(event.key, fact)
    work.set(refunded_total=total)
    make_stale(work)
    if whole:
        _refunded_whole(work, fact, f"operator:{event.by}")


def _refunded_whole(work: Work, fact: str, source: str) -> None:
    work.set(refunded_at=work.at, next_check_at=work.at + CHECK_AFTER)
    work.stop_clock("response", by=fact)
    for kind in _REFUNDED:
        work.close_kind(kind, "refunded", source)


_REFUNDED: tuple[TaskKind, ...] = (
    "refund-buyer",
    "consider-refund",
    "approve-appeal",
    "submit-appeal",
    "rewrite-appeal",
    "handle-claim",
)


def paused(work: Work, event: ev.Paused) -> None:
    """Hold every step; clocks and warnings go on."""
    fact = work.record("paused", f"operator:{event.by}", why=event.why)
    work.remember(event.key, fact)
    work.set(paused=True, paused_at=work.at)


def resumed(work: Work, event: ev.Resumed) -> None:
    """Let the steps act again."""
    said = {"why": event.why} if event.why else {}
    fact = work.record("resumed", f"operator:{event.by}", **said)
    work.remember(event.key, fact)
    work.set(paused=False, paused_at=None)


def skipped(work: Work, event: ev.StepSkippedByHand) -> None:
    """A person leaves a step out; who leaves out the answer has the claim in hand."""
    fact = work.record(
        "overridden",
        f"operator:{event.by}",
        event.step,
        what="skip",
        step_id=event.step,
        why=event.why,
    )
    work.remember(event.key, fact)
    work.record(
        "step_skipped", f"operator:{event.by}", event.step, why=event.why or "skipped by hand"
    )
    step = playbook_of(work.now).step(event.step)
    scheduled = natural(work.now, step) if step is not None else None
    # Like every skipped step it counts as done at its scheduled instant: what follows is not hurried.
    work.run(event.step, state="skipped", done_at=max(work.at, scheduled or work.at))
    for task in work.get("tasks"):
        if task.open and task.step == event.step:
            work.close_task(task, f"operator:{event.by}", RESULTS("skipped"))
    if work.get("edition") > 4 and step is not None and answers(step) and _unanswered(work.now):
        open_asked_task(
            work, "handle-claim", "playbook", text=NOTES("left_out"), step=event.step, refs=(fact,)
        )


def _unanswered(state: CaseState) -> bool:
    """Whether the marketplace still waits for an answer that neither a step nor a person is to give."""
    clock = state.clock("response")
    waits = clock is not None and clock.stopped_at is None
    steps = any(answers(s) and not state.run(s.id).over for s in playbook_of(state).steps)
    return waits and not steps and not any(t.open and t.clock == "response" for t in state.tasks)


def due_set(work: Work, event: ev.DueSet) -> None:
    """A person corrects a clock; a clock that did not exist starts."""
    source = f"operator:{event.by}"
    clock = work.now.clock(event.clock)
    fact = work.record(
        "overridden",
        source,
        what="due",
        clock=event.clock,
        due=instant_text(event.due),
        why=event.why,
    )
    work.remember(event.key, fact)
    if clock is None:
        name = next(name for name in STOPPED_BY if name == event.clock)
        work.open_clock(name, event.due, source, work.at)
    else:
        work.move_clock(event.clock, event.due, source)


def evidence_added(work: Work, event: ev.EvidenceAdded) -> None:
    """A person adds a file."""
    why = {"why": event.why} if event.why else {}
    fact = _keep(work, event.file, f"operator:{event.by}", **why)
    work.remember(event.key, fact)
    make_stale(work)


def _keep(work: Work, file: ev.Attachment, source: str, **more: str) -> str:
    return work.record("evidence_added", source, **file.model_dump(mode="json"), **more)


def make_stale(work: Work) -> None:
    """A text that is not posted yet is composed anew when something comes in.

    A packet that a person holds but has not posted is replaced, so that nobody posts "no photo"
    beside a photo; but not so late that a new one would cost the operator's time to post it. A
    person's own text keeps its words and is checked again.
    """
    appeal = work.get("appeal")
    if appeal is None or work.get("submitted_at") is not None:
        return
    if appeal.handed_in and work.at > approval_ends(work.now):
        return
    flag = {"unchecked": True} if appeal.edited_by else {"stale": True}
    work.set(appeal=appeal.model_copy(update={**flag, "handed_in": False}))
    if work.now.run(appeal.step).state == "handed_in":
        work.run(appeal.step, state="waiting")
