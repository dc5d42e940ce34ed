"""One revision of the appeal: composed or a person's own, checked, and bound by a digest."""

from datetime import datetime

from atoz.appeal.compose import attachments_of, compose, digest_of, text_of
from atoz.appeal.lint import lint
from atoz.playbook.acts import Draft
from atoz.playbook.events import AppealDrafted
from atoz.playbook.state import CaseState


def draft(state: CaseState, act: Draft, now: datetime) -> AppealDrafted:
    """Compose the text, or take a person's, and check it. Pure; `now` is in UTC."""
    sentences = () if act.text is not None else compose(state, now, facts_only=act.facts_only)
    text = act.text if act.text is not None else text_of(sentences)
    return AppealDrafted(
        at=now,
        step=act.step,
        revision=act.revision,
        text=text,
        digest=digest_of(text, attachments_of(state)),
        sentences=sentences,
        findings=lint(text, state),
        facts_only=act.facts_only,
        edited_by=act.edited_by,
        facts_known=state.facts_recorded,
    )
