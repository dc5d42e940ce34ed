"""Random playbooks and sending hours, sound and unsound, for whatever looks at playbooks."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, time
from typing import Any

from atoz.claims.calendar import SendingHours
from atoz.playbook.model import Playbook
from tests.support.cases import REACTIONS

ZONES = ("Europe/Berlin", "America/Los_Angeles", "Asia/Tokyo", "Australia/Lord_Howe")
OWNED = {"granted_seller_funded": ["post-decision-appeal"]}


def a_playbook(chance: random.Random) -> Playbook:
    """Any playbook of up to four messages and an answer, sound or not."""
    steps = [_message(chance, number) for number in range(chance.randrange(4))]
    for number, step in enumerate(steps):
        step.update(_when(chance, [str(earlier["id"]) for earlier in steps[:number]]))
    answer: dict[str, Any] = {"id": "answer"} | _when(chance, [str(step["id"]) for step in steps])
    answer |= chance.choice([_appeal, _appeal, _appeal, _handed])(chance)
    steps.insert(chance.choice([len(steps)] * 4 + [0]) if "at" in answer else len(steps), answer)
    hold = f"{chance.choice([1, 12, 48, 200])}h"
    return Playbook.model_validate({
        "name": "drawn", "version": 1, "title": "Drawn", "rank": 1, "steps": steps,
        "limit": f"{chance.choice([24, 48, 72, 96, 120, 168, 168, 240])}h",
        "margin": f"{chance.choice([0, 0, 1, 4, 24])}h",
        "operator_lead": f"{chance.choice([0, 1, 4, 8])}h",
        "approval_allowance": f"{chance.choice([0, 1, 2, 6])}h",
        "retry_budget": f"{chance.choice([0, 7, 30, 60, 180])}m",
        "on_reply": REACTIONS | {"says_withdrawn": [{"hold": hold}, {"task": "read-reply"}]},
        "on_decision": OWNED,
    })  # fmt: skip


def _message(chance: random.Random, number: int) -> dict[str, Any]:
    condition = [[], [], ["photos_on_file"], ["reason_not_received"], ["messages_stopped"]]
    return {"id": f"m{number}", "send": f"m{number}", "skip_if": chance.choice(condition)}


def _when(chance: random.Random, above: Sequence[str]) -> dict[str, Any]:
    span = f"{chance.choice([0, 1, 4, 4, 12, 12, 16, 24, 24, 30, 48])}h"
    if not above or chance.random() < 0.5:
        return {"at": span}
    early = {"or_when": "buyer_answered"} if chance.random() < 0.3 else {}
    return {"after": chance.choice(above), "wait": span, **early}


def _appeal(chance: random.Random) -> dict[str, Any]:
    return {
        "submit": "appeal",
        "approval": chance.choice(["never", "on_findings", "always"]),
        "if_unapproved": chance.choice(["submit_facts_only", "hand_over"]),
        "if_late": chance.choice(["send"] * 30 + ["skip"]),
        "skip_if": chance.choice([[]] * 30 + [["buyer_answered"]]),
    }


def _handed(_: random.Random) -> dict[str, Any]:
    return {"ask": "handle-claim"}


def some_hours(chance: random.Random) -> SendingHours:
    """Any sending hours: short, over midnight, closed days, with and without summer time."""
    closed = (date(2026, 12, 25), date(2026, 12, 26), date(2027, 10, 31))
    return SendingHours(
        zone=chance.choice(ZONES),
        opens=time(chance.randrange(24), chance.choice([0, 30])),
        closes=time(chance.randrange(24), chance.choice([0, 15])),
        weekdays=chance.choice([(0, 1, 2, 3, 4, 5, 6), (0, 1, 2, 3, 4), (0, 2, 4, 6)]),
        closed=closed if chance.random() < 0.3 else (),
    )
