"""One revision of the appeal: composed or a person's own, checked, and bound by a digest."""

from datetime import datetime

from atoz.appeal.compose import attachments_of, compose, digest_of, text_of
from atoz.appeal.lint import lint
from atoz.appeal.matching import language_of, matched
from atoz.appeal.words import AppealWords
from atoz.playbook.acts import Draft
from atoz.playbook.events import AppealDrafted
from atoz.playbook.files import as_told
from atoz.playbook.state import CaseState


def draft(
    state: CaseState, act: Draft, now: datetime, words: AppealWords, language: str | None = None
) -> AppealDrafted:
    """Compose the text, or take a person's, and check it. Pure; `now` is in UTC.

    `language`: another one than the marketplace's policy names.
    """
    state, own = as_told(state, act.facts_only), act.text is not None
    spoken = language or _language(state, act, words)
    composed = () if own else compose(state, now, words, language=spoken, facts_only=act.facts_only)
    text = act.text if act.text is not None else text_of(composed)
    return AppealDrafted(
        at=now,
        step=act.step,
        revision=act.revision,
        text=text,
        digest=digest_of(text, attachments_of(state)),
        sentences=composed or matched(text, state, now, words),
        findings=lint(text, state, now, words, sentences=composed),
        language=spoken,
        facts_only=act.facts_only,
        edited_by=act.edited_by,
        facts_known=state.facts_recorded,
    )


def _language(state: CaseState, act: Draft, words: AppealWords) -> str:
    """That of the policy; a person's text is in whichever it is written."""
    assert state.policy is not None, "an appeal is drafted for an opened claim"
    usual = words.book(state.policy.appeal_language).language
    return usual if act.text is None else language_of(act.text, words, usual)
