"""Rules on what came from the buyer: that a person has looked at it before it goes to the marketplace.

A buyer's pictures and words may speak against us, which no program can see. Nothing of it makes a text
untrue, so all of it warns: a person approves knowingly. Source: the domain notes, where photos are looked
at before the appeal goes, and the appeal after a decision needs a new fact.
"""

from collections.abc import Iterator, Sequence

from atoz.appeal.ledger import number_of
from atoz.appeal.lint.sentences import CAME, FOUND
from atoz.appeal.lint.subject import Rule, Subject, cut, warn
from atoz.appeal.news import News, left_out
from atoz.appeal.parts.contact import is_picture
from atoz.appeal.stage import stage_of
from atoz.claims.facts import Fact
from atoz.playbook.events import Finding
from atoz.playbook.files import is_of_the_buyer
from atoz.playbook.said import word
from atoz.playbook.verdicts import verdicts

_NAMED = 5
"""So many files are named; of more it is said how many."""


def _pictures(subject: Subject) -> Iterator[Finding]:
    """The buyer's pictures that go with the text: looked at, and none that speaks for the buyer."""
    facts = subject.state.facts
    silent = {each.fact.id for each in _silent(subject)}
    pictures = [
        fact
        for fact in facts
        if fact.kind == "evidence_added" and is_picture(fact) and is_of_the_buyer(fact)
    ]
    going = [fact for fact in pictures if fact.id not in silent]
    said = _verdicts_on(facts)
    looked_at = _last_look(facts)
    unseen = [f for f in going if f.source not in said and number_of(f) > looked_at]
    # Whoever hands it in sees them, with the task to look at them beside; no program does.
    if unseen and subject.state.channel != "operator":
        yield warn("photos-unseen", FOUND("photos_unseen", files=_names(unseen)))
    against = [f for f in going if said.get(f.source) == "harms"]
    if against:
        yield warn("photos-against", FOUND("photos_against", files=_names(against)))


def _news(subject: Subject) -> Iterator[Finding]:
    """After a decision: what came in since and is not told, and why."""
    for each in _silent(subject):
        fact, day = each.fact, subject.day(each.fact.came_at)
        number = _citing(subject, fact.id)
        if each.helps is False:
            said = FOUND("harms", fact=fact.id, came=_what(fact), day=day)
            yield warn("speaks-against", said, number)
        elif fact.kind == "reply_received":
            said = FOUND("mail_unknown", fact=fact.id, day=day)
            yield warn("not-known-to-help", said, number)
        else:
            said = FOUND("unknown", fact=fact.id, came=_what(fact), day=day)
            yield warn("not-known-to-help", said, number)


def _silent(subject: Subject) -> Sequence[News]:
    """What an appeal after the decision does not tell; the answer to a claim tells everything."""
    after = stage_of(subject.state) == "post_decision"
    return left_out(subject.state.facts) if after else ()


def _citing(subject: Subject, fact: str) -> int | None:
    """The sentence of a person's that leans on it all the same."""
    return next((each.number for each in subject.theirs if fact in each.sentence.facts), None)


def _what(fact: Fact) -> str:
    if fact.kind == "reply_received":
        return CAME("mail")
    if fact.kind == "evidence_added":
        return CAME("file", name=cut(str(fact.data.get("name"))))
    return word("field", fact.kind)


def _verdicts_on(facts: Sequence[Fact]) -> dict[str, str]:
    """What a person said of the mails that files came with, by the mail's id."""
    said = verdicts(facts)
    return {fact.source: said[fact.id].data["verdict"] for fact in facts if fact.id in said}


def _last_look(facts: Sequence[Fact]) -> int:
    """The place of the newest fact that says that somebody looked at the photos; 0 where none does."""
    looks = (
        fact
        for fact in reversed(facts)
        if fact.kind == "task_done" and fact.data.get("result") == "done"
    )
    of_photos = (f for f in looks if str(f.data.get("task", "")).startswith("review-photos"))
    found = next(of_photos, None)
    return number_of(found) if found else 0


def _names(files: Sequence[Fact]) -> str:
    named = ", ".join(cut(str(fact.data.get("name"))) for fact in files[:_NAMED])
    more = len(files) - _NAMED
    return FOUND("files_and_more", files=named, count=more) if more > 0 else named


RULES: tuple[Rule, ...] = (_pictures, _news)
