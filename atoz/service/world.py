"""The simulated world: everything succeeds at once, and the texts are the real ones."""

from datetime import datetime

from atoz.appeal.draft import draft
from atoz.claims.base import utc
from atoz.errors import BadInput
from atoz.library import RULES_AHEAD, Library, pinned_policy
from atoz.mail.render import Templates
from atoz.mail.writing import Order, refuse_blocked
from atoz.playbook import acts, edition
from atoz.playbook import events as ev
from atoz.playbook.state import CaseState


class SimulatedWorld:
    """Answers the engine's acts without touching anything."""

    def __init__(self, library: Library, templates: Templates, seller_name: str) -> None:
        self._library = library
        self._writing = library.writing(templates)
        self._seller_name = seller_name

    def perform(self, state: CaseState, do: acts.Do, now: datetime) -> ev.Event:
        """Carry out one act: it succeeds."""
        match do:
            case acts.Note():
                return do.event
            case acts.Open():
                return self._open(state, now)
            case acts.Send():
                return self._send(state, do, now)
            case acts.Draft():
                return draft(state, do, now, self._library.appeal_words)
            case acts.Submit():
                return _submit(do, now)
            case acts.Notify():
                return ev.Noticed.vouched(at=utc(now), tasks=do.tasks, warnings=do.warnings)
            case acts.Archive():
                ref = f"archive/{state.workflow_id}.json"
                return ev.Archived.vouched(at=utc(now), ref=ref, facts_known=state.facts_recorded)

    def _open(self, state: CaseState, now: datetime) -> ev.Opened:
        claim = state.file.claim
        first = claim.notified_at.date()
        policy = pinned_policy(self._library.policy(claim.marketplace), first, first + RULES_AHEAD)
        return ev.Opened(
            at=now,
            file=state.file,
            policy=policy,
            candidates=self._library.playbooks,
            edition=edition.CURRENT,
        )

    def _send(self, state: CaseState, do: acts.Send, now: datetime) -> ev.MessageTried:
        market = state.file.claim.marketplace
        order = Order(market, do.language, do.values, state.status, frozenset(do.earlier))
        tried = ev.MessageTried.vouched(
            at=utc(now),
            step=do.step,
            template=do.template,
            attempt=do.attempt,
            revision=do.revision,
            outcome="sent",
            message_id=f"<{do.step}.{do.revision}@simulated.invalid>",
            language=do.language,
        )
        try:
            written = self._writing.write(do.template, order, self._seller_name)
            refuse_blocked(do.template, written)
        except BadInput as fault:
            return tried.model_copy(update={"outcome": "blocked", "detail": str(fault)})
        rendered = written.rendered
        return tried.model_copy(update={"subject": rendered.subject, "text": rendered.text})


def _submit(do: acts.Submit, now: datetime) -> ev.AppealTried:
    by_hand = do.channel == "operator"
    return ev.AppealTried.vouched(
        at=utc(now),
        step=do.step,
        attempt=do.attempt,
        revision=do.revision,
        channel=do.channel,
        outcome="handed_over" if by_hand else "sent",
        told=True,
    )
