"""A fact of a timeline in words, for people who look at it: one line each."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from atoz.playbook.said import Said, Sentences, plain, word
from atoz.playbook.stored import FILES, NOTES, RESULTS

Data = Mapping[str, Any]
When = Callable[[str], str]

_OPERATOR = "operator:"


def calendar_date(instant: str, zone: str) -> str:
    """An instant (`2026-09-08T09:00:00Z`) on the calendar of a zone: `Tue 08 Sep 2026 02:00`."""
    return datetime.fromisoformat(instant).astimezone(ZoneInfo(zone)).strftime("%a %d %b %Y %H:%M")


def on_calendar(zone: str) -> When:
    """Puts instants on the calendar of a zone."""
    return lambda instant: calendar_date(instant, zone)


THERE = Sentences("there", {"server": "{words}"})
"""What others said: another tongue says whose words these are. It is never heard, it would be anything."""

SAY = Sentences(
    "told",
    {
        "order": "order {order} on {marketplace}",
        "again": "the same notice once more, {message_id}",
        "whole": "{amount}, the whole",
        "to_buyer": "to the buyer ({language}): “{subject}”",
        "to_nobody": "written to the outbox, REACHED NOBODY ({language}): “{subject}”",
        "again_at": "{detail}; again at {at}",
        "not_again": "{detail}; not tried again",
        "maybe_sent": "it may have been sent: {detail}",
        "until": "until {at}",
        "file": "{name} ({type}, {size} bytes)",
        "drafted": "revision {revision}: {sentences} sentences, findings: {findings}",
        "no_findings": "none",
        "of_revision": "of revision {revision}",
        "revision": "revision {revision}",
        "despite": "despite {rules}: {why}",
        "channel": "by {channel}",
        "receipt": "receipt {receipt}",
        "by": "{what} by {at}",
        "answer_by": "answer by {at}",
        "under": "asked under {task}",
        "warning": "{hours} h or less left: {clock} ends {at}",
        "ends": "{clock} ends {at}",
        "ended": "{clock} ended {at}",
        "moved": "{playbook} from {before} to {after}",
        "paid_by": "paid by {payer}",
        "counts": "counts against the seller",
        "counts_not": "does not count",
        "replaced": "in place of {before}",
        "replaced_because": "in place of {before} ({why})",
        "and": "{first}, {second}",
        "because": "{what}: {why}",
        "not": "not {skipped}",
        "numbered": "{what}-{number}",
        "replied": "{intents}: “{text}”",
        "came": "{intents}",
        "arrived": "arrived {at}",
    },
)


def told(fact: Data, when: When) -> str:
    """What a fact of `timeline` says beyond its kind; `when` writes the instants in it."""
    rule = _WORDS.get(fact["kind"])
    return SAY.listed(rule(fact["data"], when) if rule else "", arrived(fact, when))


def arrived(fact: Data, when: When) -> str:
    """When it came, where that was before it was told; else ""."""
    came = fact["data"].get("arrived_at")
    return SAY("arrived", at=when(came)) if came else ""


def told_by(fact: Data) -> str:
    """Who did it, where a person or a program did; "" for the playbook and for mails."""
    source, data = str(fact["source"]), fact["data"]
    by = data.get("by") if isinstance(data, Mapping) else None
    return source.removeprefix(_OPERATOR) if source.startswith(_OPERATOR) else str(by or "")


def numbered(kind: str, name: str, english: Callable[[str], str] = str) -> str:
    """A clock or a task by its id: the second of a kind has its number behind the kind."""
    own, dash, number = name.rpartition("-")
    if dash and number.isdecimal():
        return SAY("numbered", what=word(kind, own, english(own)), number=number)
    return word(kind, name, english(name))


def _clock(data: Data) -> str:
    return numbered("clock", data["clock"])


def _receipt(data: Data) -> str | None:
    return SAY("receipt", receipt=data["receipt"]) if data.get("receipt") else None


def _decision(data: Data, _: When) -> str:
    counts = {True: SAY("counts"), False: SAY("counts_not")}.get(data["odr_counts"])
    status, payer = str(data["status"]), data["funded_by"]
    # A status that is named for its payer has said it.
    silent = not payer or status == f"granted_{payer}_funded"
    paid = None if silent else SAY("paid_by", payer=word("payer", payer, payer))
    said = word("status", status, plain(status))
    return SAY.listed(said, paid, counts, _replaced(data))


def _replaced(data: Data) -> str | None:
    """Which decision this one takes the place of, and why, where a person said so."""
    if not data.get("was"):
        return None
    before = word("status", data["was"], plain(data["was"]))
    if data.get("why"):
        return SAY("replaced_because", before=before, why=data["why"])
    return SAY("replaced", before=before)


def _of_server(detail: str) -> str:
    """What a mail server or a receiver said is quoted: it is no word of ours, in no tongue."""
    return detail if isinstance(detail, Said) or not detail else THERE("server", words=detail)


def _refused(data: Data, when: When) -> str:
    detail = _of_server(NOTES.heard(data["detail"]))
    if data.get("again_at"):
        return SAY("again_at", detail=detail, at=when(data["again_at"]))
    return SAY("not_again", detail=detail)


def _refunded(data: Data, _: When) -> str:
    return SAY("whole", amount=data["amount"]) if data.get("whole") else str(data["amount"])


def _file(data: Data, _: When) -> str:
    named = SAY("file", name=data["name"], type=data["type"], size=f"{data['size']:,}")
    return SAY.listed(named, data.get("why"))


def _sent(data: Data, _: When) -> str:
    key = "to_nobody" if data.get("delivered") is False else "to_buyer"
    return SAY(key, language=data["language"], subject=data["subject"])


def _skipped(why: str) -> str:
    name = why.removeprefix("not ")
    return word("skipped", why) if name == why else SAY("not", skipped=word("skipped", name))


def _replied(data: Data, _: When) -> str:
    intents = SAY.listed(*(word("intent", each, each) for each in data["intents"]))
    return (
        SAY("replied", intents=intents, text=data["text"])
        if data["text"]
        else SAY("came", intents=intents)
    )


def _drafted(data: Data, _: When) -> str:
    sentences, findings = len(data["sentences"]), len(data["findings"]) or SAY("no_findings")
    return SAY("drafted", revision=data["revision"], sentences=sentences, findings=findings)


def _submitted(data: Data, _: When) -> str:
    revision = SAY("revision", revision=data["revision"]) if data.get("revision") else None
    return SAY.listed(
        revision, SAY("channel", channel=word("channel", data["channel"])), _receipt(data)
    )


def _approved(data: Data, _: When) -> str:
    rules = ", ".join(data.get("overridden", ()))
    despite = SAY("despite", rules=rules, why=data["despite"]) if rules else None
    return SAY.listed(SAY("revision", revision=data["revision"]), despite)


def _rejected(data: Data, _: When) -> str:
    return SAY("because", what=SAY("revision", revision=data["revision"]), why=data["why"])


def _opened(data: Data, when: When) -> str:
    title = word("task", data["kind"], data["title"])
    return SAY("by", what=title, at=when(data["due"])) if data.get("due") else title


def _done(data: Data, _: When) -> str:
    task, result = str(data["task"]), RESULTS.heard(data["result"])
    return SAY.listed(SAY("because", what=numbered("task", task), why=result), _receipt(data))


def _asked(data: Data, when: When) -> str:
    due = SAY("answer_by", at=when(data["due"])) if data.get("due") else None
    under = SAY("under", task=numbered("task", data["under"])) if data.get("under") else None
    return SAY.listed(due, under)


def _why(data: Data, _: When) -> str:
    return str(data.get("why") or "")


def _overridden(data: Data, when: When) -> str:
    what: str = word("what", data["what"])
    if data.get("rule"):
        what = SAY("because", what=what, why=word("unapproved", data["rule"]))
    elif data.get("step_id"):
        what = SAY("because", what=what, why=word("step", data["step_id"]))
    ends = SAY("ends", clock=_clock(data), at=when(data["due"])) if data.get("due") else None
    moved = None
    if before := data.get("old_digest"):
        moved = SAY("moved", playbook=data["playbook"], before=before, after=data["digest"])
    return SAY.listed(what, ends, moved, data.get("why"))


_WORDS: Mapping[str, Callable[[Data, When], str]] = {
    "claim_received": lambda d, _: SAY("order", order=d["order_id"], marketplace=d["marketplace"]),
    "claim_amended": lambda d, _: SAY.listed(*(word("field", path) for path in d["changed"])),
    "duplicate_ignored": lambda d, _: SAY("again", message_id=d["message_id"]),
    "refund_recorded": _refunded,
    "playbook_chosen": lambda d, _: SAY(
        "because", what=d["playbook"], why=word("chosen", d["why"], d["why"])
    ),
    "message_sent": _sent,
    "message_refused": _refused,
    "message_unknown": lambda d, _: SAY(
        "maybe_sent", detail=_of_server(NOTES.heard(d.get("detail", "")))
    ),
    "step_skipped": lambda d, _: _skipped(str(d["why"])),
    "step_held": lambda d, when: SAY("until", at=when(d["until"])),
    "reply_received": _replied,
    "evidence_added": _file,
    "appeal_drafted": _drafted,
    "approval_requested": lambda d, _: SAY("of_revision", revision=d["revision"]),
    "approved": _approved,
    "rejected": _rejected,
    "appeal_submitted": _submitted,
    "task_opened": _opened,
    "task_done": _done,
    "deadline_warning": lambda d, when: SAY(
        "warning", hours=d["hours"], clock=_clock(d), at=when(d["due"])
    ),
    "deadline_missed": lambda d, when: SAY("ended", clock=_clock(d), at=when(d["due"])),
    "information_requested": _asked,
    "decision_received": _decision,
    "input_refused": lambda d, _: SAY("because", what=d["name"], why=FILES.heard(d["reason"])),
    "paused": _why,
    "resumed": _why,
    "overridden": _overridden,
    "claim_closed": _decision,
}
