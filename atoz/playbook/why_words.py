"""The sentences of `why`, and the small pieces that they are put together from, in English."""

from collections.abc import Iterable

from atoz.claims.facts import Fact
from atoz.playbook.said import Said, Sentences, word
from atoz.playbook.stored import NOTES

SAY = Sentences(
    "why",
    {
        # Pieces: each brings its own space or sign before it, or is left out.
        "facts": " ({facts})",
        "by": " by {name}",
        "since": " since {at}",
        "until": " by {at}",
        "detail": ": {text}",
        "and": "{first}, {second}",
        "grounds": "{condition}{facts}",
        "title": "{title}.",
        # What the playbook plans.
        "planned_on_arrival": "The playbook plans it when the claim arrives ({arrived}).",
        "planned_after_arrival": "The playbook plans it {wait} after the claim arrived ({arrived}): {at}.",
        "planned_after_open": "The playbook plans it {wait} after `{step}`, which is not over{alone}.",
        "planned_right_after_open": "The playbook plans it right after `{step}`, which is not over{alone}.",
        "alone": "; without that wait when {condition}",
        "planned_early": (
            "The playbook plans it {wait} after `{step}` ({over}), but its wait is over: {reason}."
        ),
        "planned_after": "The playbook plans it {wait} after `{step}` ({over}): {at}.",
        # What moves or holds it.
        "shift": "Messages go {opens} to {closes} in {zone}: it moved from {before} to {after}.",
        "hold": "A reply{facts}{read} holds it until {until}.",
        "read": ", read as {intents},",
        "paused": "The claim is paused{since}{by}{facts}{reason}.",
        "meanwhile": "Clocks and warnings go on meanwhile.",
        "held": "A reply{facts} held it until {until} ({fact}).",
        "was_to_hold": "A reply{facts} was to hold it until {until} ({fact}).",
        # How it ended.
        "written": "Revision {revision} of the text was written at {at} ({fact}).",
        "message_sent": "Sent at {at}{by} ({fact}){detail}.",
        "message_refused": "Refused at {at}{by} ({fact}){detail}.",
        "message_unknown": "Nobody knows whether it was sent at {at}{by} ({fact}){detail}.",
        "appeal_submitted": "Handed in at {at}{by} ({fact}){detail}.",
        "task_done": "Done at {at}{by} ({fact}){detail}.",
        "skipped": "Skipped at {at}{by} ({fact}): {reason}.",
        "skipped_by_rule": "Skipped at {at}{by} ({fact}): {reason}, and then the playbook skips it.",
        "skipped_for_others": (
            "Skipped at {at}{by} ({fact}): it is for claims where {condition}, and that did not hold."
        ),
        "skipped_overtaken": (
            "Skipped at {at}{by} ({fact}): a later step had acted or was due as well, and two overdue "
            "messages never both go."
        ),
        "skipped_late": (
            "Skipped at {at}{by} ({fact}): it was late, and the playbook leaves it out then "
            "(if_late: skip)."
        ),
        "over_since": "It is over since {at}.",
        "counts_as_over": "It counts as over at the instant for which it was planned, {at}.",
        # What stops it for good.
        "decided": "The marketplace has decided{facts}: {status}. No step acts after a decision.",
        "refunded": "The order was refunded in full at {at}{facts}: nothing is left to answer.",
        "was_asked": "A person was asked at {at} ({fact}): {title}",
        "task_ended": "That task ended at {at}{by} ({fact}): {result}.",
        "never": "Nothing makes it act any more: a claim that is reopened is answered by a person.",
        "handed_over": "A person handles the claim: no step of the playbook acts any more.",
        "need_answer": "A person answers the claim: `atoz done {order} {task} --receipt R`.",
        "need_answer_by_hand": "A person answers the claim: the answer by hand.",
        # Whom or what it waits for.
        "need_resume": "Somebody lets it go on: `atoz resume {order}`.",
        "incomplete": (
            "The claim is incomplete ({missing}): nothing is sent or handed in before it is complete."
        ),
        "need_amend": "Somebody adds what is missing: `atoz amend {order} FILE.json`.",
        "waits_for_person": "It waits for a person ({state}).",
        "with_a_person": "A person has the task `{task}` since {since}: {title}",
        "need_done": "Somebody does it{until}: `atoz done {order} {task}{receipt}`.",
        "need_refund": "Somebody does it{until}: `atoz refunded {order} --amount A`.",
        "awaits_approval": (
            "Revision {revision} of the appeal waits for a person's approval since {at}{facts}{found}."
        ),
        "found": "; the checks found: {rules}",
        "blocks": "{rule} (blocks)",
        "rejected": "Revision {revision} of the appeal was rejected.",
        "rejected_by": (
            "Revision {revision} of the appeal was rejected{by} at {at} ({fact}): {reason}."
        ),
        "need_rewrite": (
            "Somebody writes it anew: `atoz edit {order} rewrite-appeal --text-file F`."
        ),
        "need_approve": (
            "Somebody approves that text: `atoz approve {order} {task} --digest {digest}`."
        ),
        "need_approve_despite": (
            "Somebody approves that text: `atoz approve {order} {task} --digest {digest} --despite WHY`."
        ),
        "unapproved": "Without it {then} at {at} (if_unapproved: {rule}).",
        "approval_ended": "The time to approve ended at {at}: {then}.",
        "submit_facts_only": "the facts alone go",
        "hand_over": "a person has the claim",
        "hold_on": "it goes on waiting",
        # When it comes.
        "next": "Next: {reason}, at {at}.",
        "need_time": "Time passes until {at}; `atoz skip {order} {step}` leaves it out.",
        "will_be_skipped": "As it stands it will be skipped at {at}: {reason}.",
        "for_others": "it is for claims where {condition}",
        "need_change": "It acts only if that is no longer so by then.",
        "tried": "It was tried at {at} and goes again ({fact}){detail}.",
        "hurried": "It begins at {at} at the latest, so that the answer is in before the margin.",
        "need_before": "`{step}` has to be over first{then}.",
        "then_wait": ", then {wait} pass after it{early}",
        "early": "; sooner when {condition}",
        "not_reached": "As it stands it is not reached: ask `why` of the step before it.",
        "quietly": "If nothing comes in between, it acts at {at}.",
    },
)


def cited(facts: Iterable[str]) -> str:
    """Fact ids in brackets, with a space before: ` (f12, f14)`; nothing where there are none."""
    known = ", ".join(facts)
    return SAY("facts", facts=known) if known else ""


def detail(text: object) -> str:
    """What more is known, behind a colon; nothing where nothing is."""
    return SAY("detail", text=NOTES.heard(str(text))) if text else ""


def who(fact: Fact | None) -> str | None:
    """The person behind a fact, where one is."""
    source = fact.source if fact else ""
    return source.removeprefix("operator:") if source.startswith("operator:") else None


def person_of(fact: Fact) -> str:
    """` by` and who it was, or nothing where the playbook itself did it."""
    name = who(fact)
    return SAY("by", name=name) if name else ""


def step_named(step_id: str | None) -> Said:
    """A step by its id, which other tongues may have a name for."""
    return word("step", step_id or "")
