"""A fact of a timeline in words, for people who look at it: one line each, English or another tongue's."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

Data = Mapping[str, Any]
When = Callable[[str], str]


def calendar_date(instant: str, zone: str) -> str:
    """An instant (`2026-09-08T09:00:00Z`) on the calendar of a zone: `Tue 08 Sep 2026 02:00`."""
    return datetime.fromisoformat(instant).astimezone(ZoneInfo(zone)).strftime("%a %d %b %Y %H:%M")


def on_calendar(zone: str) -> When:
    """Puts instants on the calendar of a zone."""
    return lambda instant: calendar_date(instant, zone)


class Tongue(Protocol):
    """A language: sentences by their key (those of `SENTENCES`), and words for the engine's names."""

    def __call__(self, key: str, **values: object) -> str:
        """A sentence, filled."""
        ...

    def word(self, kind: str, name: str, otherwise: str) -> str:
        """The word for one of a set (`status`, `task` …), or what else to say."""
        ...


SENTENCES: Mapping[str, str] = {
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
    "warning": "{hours} h or less left: {clock} ends {at}",
    "ends": "{clock} ends {at}",
    "ended": "{clock} ended {at}",
    "moved": "{playbook} from {before} to {after}",
    "paid_by": "paid by {payer}",
    "counts": "counts against the seller",
    "counts_not": "does not count",
    "and": "{first}, {second}",
    "because": "{what}: {why}",
}


class English:
    """What the command says."""

    def __call__(self, key: str, **values: object) -> str:
        """A sentence, filled."""
        return SENTENCES[key].format(**values)

    def word(self, kind: str, name: str, otherwise: str) -> str:
        """The engine's own names are English enough."""
        del kind, name
        return otherwise


_ENGLISH = English()
_OPERATOR = "operator:"


def told(fact: Data, when: When, say: Tongue = _ENGLISH) -> str:
    """What a fact of `timeline` says beyond its kind; `when` writes the instants in it."""
    rule = _WORDS.get(fact["kind"])
    return rule(fact["data"], when, say) if rule else ""


def told_by(fact: Data) -> str:
    """Who did it, where a person or a program did; "" for the playbook and for mails."""
    source, data = str(fact["source"]), fact["data"]
    by = data.get("by") if isinstance(data, Mapping) else None
    return source.removeprefix(_OPERATOR) if source.startswith(_OPERATOR) else str(by or "")


def _plain(name: object) -> str:
    return str(name).replace("_", " ")


def _listed(say: Tongue, *parts: str | None) -> str:
    found = ""
    for part in parts:
        if part:
            found = say("and", first=found, second=part) if found else part
    return found


def _clock(data: Data, say: Tongue) -> str:
    return say.word("clock", data["clock"], data["clock"])


def _receipt(data: Data, say: Tongue) -> str | None:
    return say("receipt", receipt=data["receipt"]) if data.get("receipt") else None


def _decision(data: Data, _: When, say: Tongue) -> str:
    counts = {True: say("counts"), False: say("counts_not")}.get(data["odr_counts"])
    payer = data["funded_by"]
    paid = say("paid_by", payer=say.word("payer", payer, payer)) if payer else None
    status = str(data["status"])
    return _listed(say, say.word("status", status, _plain(status)), paid, counts)


def _refused(data: Data, when: When, say: Tongue) -> str:
    if data.get("again_at"):
        return say("again_at", detail=data["detail"], at=when(data["again_at"]))
    return say("not_again", detail=data["detail"])


def _refunded(data: Data, _: When, say: Tongue) -> str:
    return say("whole", amount=data["amount"]) if data.get("whole") else str(data["amount"])


def _sent(data: Data, _: When, say: Tongue) -> str:
    key = "to_nobody" if data.get("delivered") is False else "to_buyer"
    return say(key, language=data["language"], subject=data["subject"])


def _replied(data: Data, _: When, say: Tongue) -> str:
    intents = _listed(say, *(say.word("intent", each, each) for each in data["intents"]))
    return f"{intents}: “{data['text']}”" if data["text"] else f"{intents}: "


def _drafted(data: Data, _: When, say: Tongue) -> str:
    sentences, findings = len(data["sentences"]), len(data["findings"]) or say("no_findings")
    return say("drafted", revision=data["revision"], sentences=sentences, findings=findings)


def _submitted(data: Data, _: When, say: Tongue) -> str:
    revision = say("revision", revision=data["revision"]) if data.get("revision") else None
    return _listed(say, revision, say("channel", channel=data["channel"]), _receipt(data, say))


def _approved(data: Data, _: When, say: Tongue) -> str:
    rules = ", ".join(data.get("overridden", ()))
    despite = say("despite", rules=rules, why=data["despite"]) if rules else None
    return _listed(say, say("revision", revision=data["revision"]), despite)


def _rejected(data: Data, _: When, say: Tongue) -> str:
    return say("because", what=say("revision", revision=data["revision"]), why=data["why"])


def _opened(data: Data, when: When, say: Tongue) -> str:
    title = say.word("task", data["kind"], data["title"])
    return say("by", what=title, at=when(data["due"])) if data.get("due") else title


def _done(data: Data, _: When, say: Tongue) -> str:
    return _listed(say, f"{data['task']}: {data['result']}", _receipt(data, say))


def _asked(data: Data, when: When, say: Tongue) -> str:
    return say("answer_by", at=when(data["due"])) if data.get("due") else ""


def _overridden(data: Data, when: When, say: Tongue) -> str:
    named = data.get("rule") or data.get("step_id")
    what = say("because", what=data["what"], why=named) if named else str(data["what"])
    ends = say("ends", clock=_clock(data, say), at=when(data["due"])) if data.get("due") else None
    moved = None
    if before := data.get("old_digest"):
        moved = say("moved", playbook=data["playbook"], before=before, after=data["digest"])
    return _listed(say, what, ends, moved, data.get("why"))


_WORDS: Mapping[str, Callable[[Data, When, Tongue], str]] = {
    "claim_received": lambda d, _, say: say(
        "order", order=d["order_id"], marketplace=d["marketplace"]
    ),
    "claim_amended": lambda d, _, __: ", ".join(d["changed"]),
    "duplicate_ignored": lambda d, _, say: say("again", message_id=d["message_id"]),
    "refund_recorded": _refunded,
    "playbook_chosen": lambda d, _, say: say(
        "because", what=d["playbook"], why=say.word("chosen", d["why"], d["why"])
    ),
    "message_sent": _sent,
    "message_refused": _refused,
    "message_unknown": lambda d, _, say: say("maybe_sent", detail=d.get("detail", "")),
    "step_skipped": lambda d, _, say: say.word("skipped", d["why"], str(d["why"])),
    "step_held": lambda d, when, say: say("until", at=when(d["until"])),
    "reply_received": _replied,
    "evidence_added": lambda d, _, say: say(
        "file", name=d["name"], type=d["type"], size=f"{d['size']:,}"
    ),
    "appeal_drafted": _drafted,
    "approval_requested": lambda d, _, say: say("of_revision", revision=d["revision"]),
    "approved": _approved,
    "rejected": _rejected,
    "appeal_submitted": _submitted,
    "task_opened": _opened,
    "task_done": _done,
    "deadline_warning": lambda d, when, say: say(
        "warning", hours=d["hours"], clock=_clock(d, say), at=when(d["due"])
    ),
    "deadline_missed": lambda d, when, say: say("ended", clock=_clock(d, say), at=when(d["due"])),
    "information_requested": _asked,
    "decision_received": _decision,
    "input_refused": lambda d, _, say: say("because", what=d["name"], why=d["reason"]),
    "paused": lambda d, _, __: str(d.get("why") or ""),
    "overridden": _overridden,
    "claim_closed": _decision,
}
