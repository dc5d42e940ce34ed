"""How a claim looks to a person: its status, its timeline, lists and tasks."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from atoz.cli.words import columns, left, line, local, pairs, urgency, zone
from atoz.playbook.told import told, told_by

Document = Mapping[str, Any]

_SHOWN_DATA = 160


def status_look(view: Document, now: datetime) -> list[RenderableType]:
    """Where a claim stands, its clocks, its open tasks."""
    head = {
        "order": f"{view['order_id']} ({view['marketplace']})",
        "status": (view["status"] or "").replace("_", " "),
        "state": view["state"].replace("_", " "),
        "playbook": view["playbook"],
        "last step": _last(view),
        "next step": _next(view, now),
        "held": _held(view["held"]),
        "paused": "yes, until resumed" if view["paused"] else None,
    }
    parts: list[RenderableType] = [pairs(head)]
    if view.get("ended"):
        parts = [_stopped(view), *parts]
    if view["clocks"]:
        parts += [Text(""), _clocks(view["clocks"], now)]
    if view["tasks"]:
        parts += [Text(""), *tasks_look(view["tasks"], now)]
    for task in view["tasks"]:
        if task.get("draft"):
            parts += [Text(""), line("draft for", task["id"]), Text(task["draft"])]
        parts += _findings(task.get("findings", ()))
    if view["appeal"] and any(task["kind"] in _ABOUT_THE_TEXT for task in view["tasks"]):
        parts += [Text(""), *_appeal(view["appeal"])]
    return parts


def _stopped(view: Document) -> RenderableType:
    """Said first and loudly: the clocks of the marketplace run on, and nobody works on the claim."""
    return Text(
        f"NOT RUNNING: this claim was {view['ended']} on the server. Nothing below will happen by "
        "itself; `atoz start FILE` lets it go on as it stood.",
        "bold red",
    )


_ABOUT_THE_TEXT = frozenset({"approve-appeal", "rewrite-appeal", "submit-appeal"})


def _appeal(appeal: Document) -> list[RenderableType]:
    """The text of the appeal as a person must read it, and what the checks found."""
    head = line("the appeal, revision", appeal["revision"], "digest", appeal["digest"])
    return [head, Text(appeal["text"]), *_findings(appeal["findings"])]


def _findings(found: Sequence[Document]) -> list[RenderableType]:
    said = (f"{each['severity']}: {each['rule']}: {each['message']}" for each in found)
    return [Text(words, "yellow") for words in said]


def _last(view: Document) -> str:
    """The last step that acted, and a later one that was skipped, as such."""
    step, acted = view["step"], view["acted"]
    if step == acted:
        return str(step or "")
    return f"{acted}, then {step} skipped" if acted else f"{step} skipped"


def _next(view: Document, now: datetime) -> str:
    if view["acts_next"] is None:
        return ""
    return f"{view['acts_next']}, {local(view['acts_at'])} ({left(view['acts_at'], now)})"


def _held(held: Document | None) -> str:
    return f"until {local(held['until'])}: {held['because']}" if held else ""


def _clocks(clocks: Sequence[Document], now: datetime) -> RenderableType:
    rows = [
        (clock["name"], local(clock["due"]), _clock_state(clock, now), clock["source"])
        for clock in clocks
    ]
    return columns(("clock", f"ends ({zone()})", "left", "source"), rows)


def _clock_state(clock: Document, now: datetime) -> Text:
    if clock["stopped_at"]:
        return Text("stopped", "green")
    return Text("MISSED", "bold red") if clock.get("missed") else urgency(clock["due"], now)


def tasks_look(tasks: Sequence[Document], now: datetime) -> list[RenderableType]:
    """Open tasks with what each one asks, and what a person needs to do it."""
    if not tasks:
        return [line("no open tasks")]
    orders = any("order_id" in task for task in tasks)
    heads = (*(["order"] if orders else []), "task", f"due ({zone()})", "left", "what")
    rows = [
        (
            *([task.get("order_id")] if orders else []),
            task["id"],
            local(task.get("due")),
            urgency(task.get("due"), now),
            _asked(task),
        )
        for task in tasks
    ]
    return [columns(heads, rows)]


def _asked(task: Document) -> str:
    more = {
        "mind": task.get("warning"),
        "digest": task.get("digest"),
        "packet": task.get("packet"),
        "written by": task.get("edited_by"),
        "files": ", ".join(file["name"] for file in task.get("attachments", ())),
        "findings": _findings_in_brief(task.get("findings", ())),
    }
    extra = "; ".join(f"{name}: {value}" for name, value in more.items() if value)
    return f"{task['title']}. {task.get('asks', task['text'])}" + (f" [{extra}]" if extra else "")


def _findings_in_brief(findings: Sequence[Document]) -> str:
    """Which rules found something and how often, what blocks first: `shouting (block), long ×2`."""
    found = Counter((each["severity"], each["rule"]) for each in findings)
    return ", ".join(
        rule + (" (block)" if severity == "block" else "") + (f" ×{times}" if times > 1 else "")
        for (severity, rule), times in sorted(found.items())
    )


def list_look(page: Document, now: datetime) -> list[RenderableType]:
    """A page of claims."""
    if not page["claims"]:
        return [line("no claims")]
    rows = [
        (
            claim["order_id"],
            claim["marketplace"],
            (claim["status"] or "").replace("_", " "),
            claim["playbook"],
            _last(claim),
            claim.get("ended") or _attention(claim),
            *_first_clock(claim["clock"], now),
        )
        for claim in page["claims"]
    ]
    heads = ("order", "market", "status", "playbook", "last step", "attention")
    clock = ("clock", f"ends ({zone()})", "left")
    return [columns((*heads, *clock), rows), *more(page)]


def _attention(claim: Document) -> str:
    """Who must look, and that it is paused where something else is to do as well."""
    word = str(claim["attention"] or "")
    return f"{word}, paused" if claim["paused_since"] and word != "paused" else word


def _first_clock(clock: Document | None, now: datetime) -> tuple[str, str, Text]:
    """The clock that ends first: its name, when it ends, how long is left."""
    if clock is None:
        return "none", "", Text("")
    return clock["name"].replace("_", " "), local(clock["due"]), urgency(clock["due"], now)


def more(page: Document) -> Iterable[RenderableType]:
    """How to see the next page, where there is one."""
    token = page["next_page_token"]
    return [Text(f"more: --page-token {token}")] if token else []


def timeline_look(document: Document) -> list[RenderableType]:
    """Everything that happened, a line each, and how the claim stands."""
    rows = [
        (
            local(entry["at"]),
            entry["kind"].replace("_", " "),
            entry["step"],
            told_by(entry),
            _said(entry),
        )
        for entry in document["timeline"]
    ]
    outcome = document["outcome"]
    end = {
        "playbook": outcome["playbook"],
        "status": outcome["status"].replace("_", " "),
        "paid by": outcome["funded_by"],
        "counts": {True: "yes", False: "no"}.get(outcome["odr_counts"]),
        **{f"clock {name}": local(due) for name, due in outcome["clocks"].items()},
    }
    return [
        columns((f"when ({zone()})", "what", "step", "who", "in words"), rows),
        Text(""),
        pairs(end),
    ]


def _said(fact: Document) -> str:
    """What a fact holds, in words, cut where it is long."""
    said = told(fact, local)
    return said if len(said) <= _SHOWN_DATA else said[:_SHOWN_DATA] + " …"
