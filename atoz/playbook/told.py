"""A fact of a timeline in words, for people who look at it: English, one line each."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

Data = Mapping[str, Any]
When = Callable[[str], str]


def calendar_date(instant: str, zone: str) -> str:
    """An instant (`2026-09-08T09:00:00Z`) on the calendar of a zone: `Tue 08 Sep 2026 02:00`."""
    return datetime.fromisoformat(instant).astimezone(ZoneInfo(zone)).strftime("%a %d %b %Y %H:%M")


def on_calendar(zone: str) -> When:
    """Puts instants on the calendar of a zone."""
    return lambda instant: calendar_date(instant, zone)


def told(fact: Data, when: When) -> str:
    """What a fact of `timeline` says beyond its kind; `when` writes the instants in it."""
    rule = _WORDS.get(fact["kind"])
    return rule(fact["data"], when) if rule else ""


def _quoted(text: str) -> str:
    return f"“{text}”" if text else ""


def _listed(*parts: str | None) -> str:
    return ", ".join(part for part in parts if part)


def _decision(data: Data) -> str:
    counts = {True: "counts against the seller", False: "does not count"}.get(data["odr_counts"])
    payer = f"paid by {data['funded_by']}" if data["funded_by"] else None
    return _listed(str(data["status"]).replace("_", " "), payer, counts)


def _refused(data: Data, when: When) -> str:
    again = f"again at {when(data['again_at'])}" if data.get("again_at") else "not tried again"
    return f"{data['detail']}; {again}"


def _drafted(data: Data, _: When) -> str:
    sentences, findings = len(data["sentences"]), len(data["findings"])
    return f"revision {data['revision']}: {sentences} sentences, findings: {findings or 'none'}"


def _submitted(data: Data, _: When) -> str:
    receipt = f"receipt {data['receipt']}" if data.get("receipt") else None
    revision = f"revision {data['revision']}" if data.get("revision") else None
    return _listed(revision, f"by {data['channel']}", receipt)


def _approved(data: Data, _: When) -> str:
    rules = ", ".join(data.get("overridden", ()))
    return _listed(f"revision {data['revision']}", rules and f"despite {rules}: {data['despite']}")


def _opened(data: Data, when: When) -> str:
    due = f" by {when(data['due'])}" if data.get("due") else ""
    return f"{data['title']}{due}"


def _done(data: Data, _: When) -> str:
    receipt = f"receipt {data['receipt']}" if data.get("receipt") else None
    return _listed(f"{data['task']}: {data['result']}", receipt)


def _asked(data: Data, when: When) -> str:
    return f"answer by {when(data['due'])}" if data.get("due") else ""


def _overridden(data: Data, when: When) -> str:
    due = f"{data['clock']} ends {when(data['due'])}" if data.get("due") else None
    named = data.get("rule") or data.get("step_id")
    moved = None
    if data.get("old_digest"):
        moved = f"{data['playbook']} from {data['old_digest']} to {data['digest']}"
    return _listed(f"{data['what']}{f': {named}' if named else ''}", due, moved, data.get("why"))


_WORDS: Mapping[str, Callable[[Data, When], str]] = {
    "claim_received": lambda d, _: f"order {d['order_id']} on {d['marketplace']}",
    "claim_amended": lambda d, _: ", ".join(d["changed"]),
    "duplicate_ignored": lambda d, _: f"the same notice once more, {d['message_id']}",
    "refund_recorded": lambda d, _: f"{d['amount']}{', the whole' if d.get('whole') else ''}",
    "playbook_chosen": lambda d, _: f"{d['playbook']}: {d['why']}",
    "message_sent": lambda d, _: (
        f"{'written to the outbox, REACHED NOBODY' if d.get('delivered') is False else 'to the buyer'}"
        f" ({d['language']}): {_quoted(d['subject'])}"
    ),
    "message_refused": _refused,
    "message_unknown": lambda d, _: f"it may have been sent: {d.get('detail', '')}",
    "step_skipped": lambda d, _: str(d["why"]),
    "step_held": lambda d, when: f"until {when(d['until'])}",
    "reply_received": lambda d, _: f"{', '.join(d['intents'])}: {_quoted(d['text'])}",
    "evidence_added": lambda d, _: f"{d['name']} ({d['type']}, {d['size']:,} bytes)",
    "appeal_drafted": _drafted,
    "approval_requested": lambda d, _: f"of revision {d['revision']}",
    "approved": _approved,
    "rejected": lambda d, _: f"revision {d['revision']}: {d['why']}",
    "appeal_submitted": _submitted,
    "task_opened": _opened,
    "task_done": _done,
    "deadline_warning": lambda d, when: (
        f"{d['hours']} h or less left: {d['clock']} ends {when(d['due'])}"
    ),
    "deadline_missed": lambda d, when: f"{d['clock']} ended {when(d['due'])}",
    "information_requested": _asked,
    "decision_received": lambda d, _: _decision(d),
    "input_refused": lambda d, _: f"{d['name']}: {d['reason']}",
    "paused": lambda d, _: str(d.get("why") or ""),
    "overridden": _overridden,
    "claim_closed": lambda d, _: _decision(d),
}
