"""The dossier of a letter: drafted for a person from what was known at an instant, and again from it. Pure.

A letter is no fact of the claim: nobody approved it, and a person completes it. So its packet says how
many facts it was written from, and from just these it can be written again.
"""

from datetime import datetime

from atoz.appeal.compose import attachments_of, digest_of, text_of
from atoz.appeal.letters import letter_for
from atoz.appeal.news import decision_of, without_left_out
from atoz.appeal.packet.dossier import Dossier, Kind, dossier
from atoz.appeal.words import AppealWords
from atoz.claims.status import Status
from atoz.playbook.state import CaseState

LETTER_KINDS: tuple[Kind, ...] = (
    "answer-information",
    "metric-restoration",
    "post-decision-appeal",
)


def letter_dossier(
    wanted: str, state: CaseState, now: datetime, words: AppealWords, known: int | None = None
) -> Dossier | None:
    """The dossier of this letter as of `now` (UTC), from the first `known` facts; None where none is."""
    kind = next((kind for kind in LETTER_KINDS if kind == wanted), None)
    if kind is None:
        return None
    then = recalled(state, state.facts_recorded if known is None else known)
    if kind == "post-decision-appeal":
        # Not even attached: what the text is silent about.
        then = then.model_copy(update={"facts": without_left_out(then.facts)})
    sentences = letter_for(kind, then, now, words)
    if not sentences or then.policy is None:
        return None
    text = text_of(sentences)
    return dossier(
        then,
        kind=kind,
        as_of=now,
        digest=digest_of(text, attachments_of(then)),
        text=text,
        language=words.book(then.policy.appeal_language).language,
        facts_known=then.facts_recorded,
        sentences=sentences,
    )


def recalled(state: CaseState, known: int) -> CaseState:
    """The claim as its first `known` facts tell it, as far as letters ask."""
    facts = tuple(fact for fact in state.facts if int(fact.id[1:]) <= known)
    decided = decision_of(facts)
    status = Status(decided.data["status"]) if decided else Status.UNDER_REVIEW
    # Any file of a reply may be a picture: a letter that is not sure does not speak of none.
    files = sum(int(f.data.get("attachments", 0)) for f in facts if f.kind == "reply_received")
    return state.model_copy(
        update={
            "facts": facts,
            "facts_recorded": known,
            "status": status,
            "decided_at": decided.came_at if decided else None,
            "photos": files,
        }
    )
