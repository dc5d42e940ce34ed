"""Brute force against the proof: random playbooks, each played by random lives through the engine.

It knows nothing of sums, walks and folding: it draws an arrival to the second and lets things happen.
A playbook that is accepted and then breaks a promise is a false accept; one that is refused for its
times, and that neither the slowest nor any random life breaks, is a false refusal.

`python -m tests.support.brute --playbooks 300 --lives 60 --seed 1` counts both.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from atoz.claims.base import span_text
from atoz.claims.calendar import SendingHours
from atoz.playbook import acts
from atoz.playbook import events as ev
from atoz.playbook.acts import Act, Wait
from atoz.playbook.apply import apply
from atoz.playbook.checking import look_at
from atoz.playbook.decide import decide
from atoz.playbook.model import INTENTS, Playbook
from atoz.playbook.schedule import approval_ends, natural
from atoz.playbook.state import CaseState, Task
from atoz.playbook.tasks import TASKS
from atoz.playbook.walk_claims import opened
from tests.support.drawn_playbooks import a_playbook, some_hours

FIRST = date(2026, 11, 23)
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


# Random lives ---------------------------------------------------------------------------------


@dataclass
class Life:
    """One claim, lived to its answer; `broken` says which promise failed."""

    book: Playbook
    chance: random.Random
    slowest: bool
    state: CaseState
    now: datetime
    due: datetime
    bent: bool = False
    stopped: bool = False
    sent: Counter[str] = field(default_factory=Counter)
    again: set[str] = field(default_factory=set)
    replies: int = 0
    broken: str | None = None

    def live(self) -> str | None:
        """Live until everything is over; the first broken promise, or None."""
        channels = ["operator"] if self.slowest else ["operator", "email"]
        self.state = self.state.model_copy(update={"channel": self.chance.choice(channels)})
        plans = self.plans()
        while self.broken is None:
            decision = decide(self.state, self.now)
            if isinstance(decision, Act):
                self.act(decision)
                continue
            if not isinstance(decision, Wait) or self.now > self.due + 20 * HOUR:
                return None
            people = [plan for task in self.state.tasks if task.open for plan in self.duty(task)]
            coming = sorted([*plans, *people], key=lambda event: event.at)
            if coming and coming[0].at <= decision.until:
                self.happen(coming[0].model_copy(update={"at": max(self.now, coming[0].at)}))
                plans = [plan for plan in plans if plan is not coming[0]]
            else:
                self.now = decision.until
                self.judge()
        return self.broken

    def plans(self) -> list[ev.Event]:
        """What the buyer will write, and perhaps a decision, at any second."""
        if self.slowest:
            return []
        span = int((self.due - self.now).total_seconds())
        replies: list[ev.Event] = [
            ev.BuyerReplied(
                at=self.now + timedelta(seconds=self.chance.randrange(span)),
                message_id=f"<{number}>",
                intents=(self.chance.choice(INTENTS),),
                attachments=(_photo(),) if self.chance.random() < 0.2 else (),
            )
            for number in range(self.chance.randrange(5))
        ]
        return replies

    def happen(self, event: ev.Event) -> None:
        """Something comes from outside."""
        self.now = event.at
        self.state = apply(self.state, event)
        self.bent = self.bent or self.state.held_until is not None
        self.stopped = self.stopped or self.state.messages_stopped
        self.judge()

    def judge(self) -> None:
        """Once the claim is answered, or its time is over: was it in time?"""
        state, must = self.state, self.due - self.book.margin
        answered = state.submitted_at or state.refunded_at
        if answered is None and self.now > must and not self._in_hands():
            self.broken = f"not answered at {self.now - self.state.started_at}"
        if answered is not None and answered > must and not self._in_hands():
            self.broken = f"answered {answered - must} too late"

    def _in_hands(self) -> bool:
        """Whether nobody knew if the appeal went, and a person had it in time."""
        lead = self.book.operator_lead
        return any(
            task.kind == "settle-send" and task.step == "answer"
            and task.opened_at + lead <= self.due - self.book.margin
            for task in self.state.tasks
        )  # fmt: skip

    # The world ----------------------------------------------------------------------------

    def act(self, act: Act) -> None:
        """Do what the engine asks for, well or badly."""
        do, now = act.do, self.now
        match do:
            case acts.Note():
                event: ev.Event = do.event
                if isinstance(event, ev.StepAsked):
                    self.begins(event.step)
            case acts.Notify():
                event = ev.Noticed(at=now, tasks=do.tasks, warnings=do.warnings)
            case acts.Send():
                event = self.send(do)
            case acts.Draft():
                event = self.draft(do)
            case acts.Submit():
                event = self.submit(do)
            case _:
                raise AssertionError(f"nobody expects {do}")
        self.state = apply(self.state, event)
        self.judge()

    def begins(self, name: str) -> None:
        """The answer begins: not before its time, unless a word of somebody moved the plan."""
        step = self.book.step(name)
        planned = natural(self.state, step) if step is not None else None
        if (planned is None or planned > self.now) and not self.bent:
            self.broken = "the answer begins before its time"

    def send(self, do: acts.Send) -> ev.Event:
        """One attempt to send."""
        if self.stopped:
            self.broken = f"{do.step} goes after the buyer said stop"
        words = ["refused_for_now"] if self.slowest else _SENDS
        outcome = self.chance.choice(words)
        if outcome == "sent":
            self.sent[do.template] += 1
            if self.sent[do.template] > 1 and do.step not in self.again:
                self.broken = f"{do.template} goes twice"
        return ev.MessageTried.model_validate({
            "at": self.now, "step": do.step, "template": do.template, "attempt": do.attempt,
            "revision": do.revision, "outcome": outcome, "message_id": f"<{do.step}.{do.attempt}>",
        })  # fmt: skip

    def draft(self, do: acts.Draft) -> ev.Event:
        """A text, with findings or without."""
        if self.state.appeal is None:
            self.begins(do.step)
        found = not do.facts_only and (self.slowest or self.chance.random() < 0.5)
        return ev.AppealDrafted(
            at=self.now, step=do.step, revision=do.revision, text="text", digest=f"d{do.revision}",
            findings=(ev.Finding(rule="x", severity="warn", message="x"),) if found else (),
            facts_only=do.facts_only, facts_known=self.state.facts_recorded,
        )  # fmt: skip

    def submit(self, do: acts.Submit) -> ev.Event:
        """One attempt to hand in."""
        if self.state.submitted_at is not None:
            self.broken = "the claim is answered twice"
        ends = ["handed_over"] if do.channel == "operator" else ["sent", "unknown", "refused"]
        first = self.state.run(do.step).first_try_at or self.now
        trying = self.now - first < self.book.retry_budget
        slow = self.slowest and trying
        outcome = "refused_for_now" if slow else self.chance.choice([*ends, "refused_for_now"])
        if self.slowest and not trying:
            outcome = ends[0]
        return ev.AppealTried.model_validate({
            "at": self.now, "step": do.step, "attempt": do.attempt, "revision": do.revision,
            "channel": do.channel, "outcome": outcome, "receipt": "R",
        })  # fmt: skip

    # People -------------------------------------------------------------------------------

    def duty(self, task: Task) -> list[ev.Event]:
        """What a person does about a task, within the time that the playbook gives; the same at each look."""
        lot = random.Random(f"{self.chance_seed}/{task.id}")  # noqa: S311 - a repeatable draw
        share = 1.0 if self.slowest else lot.choice([1.0, 1.0, lot.random()])
        at = task.opened_at + timedelta(
            seconds=int(share * self.book.operator_lead.total_seconds())
        )
        if task.kind == "approve-appeal":
            return self.approval(task, lot)
        if task.kind == "settle-send":
            word = lot.choice(["sent", "not-sent", None])
            if word is None or task.step == "answer" or task.step in self.again or self.slowest:
                return []
            if word == "not-sent" and at >= self.now:
                self.again.add(str(task.step))
                self.bent = True
            return [ev.TaskDone(at=at, key=task.id, task=task.id, receipt=word)]
        if TASKS[task.kind].clock == "response":
            return [ev.TaskDone(at=at, key=task.id, task=task.id, receipt="R")]
        return []

    def approval(self, task: Task, lot: random.Random) -> list[ev.Event]:
        """In time, in the last second before it ends, a no, or nothing."""
        allowed = task.opened_at + self.book.approval_allowance
        digest = task.digest or ""
        yes = ev.Approved(at=allowed, key=task.id, task=task.id, digest=digest)
        last = max(allowed, approval_ends(self.state) - SECOND)
        no = ev.Rejected(at=allowed, key=task.id, task=task.id, why="no")
        late = yes.model_copy(update={"at": last})
        choices: list[list[ev.Event]] = [[yes]] if self.slowest else [[yes], [late], [no], []]
        return lot.choice(choices)

    @property
    def chance_seed(self) -> str:
        """What a person draws by: his own lot for each claim."""
        return f"{self.book.digest}/{self.state.started_at}"


_SENDS = ["sent", "sent", "refused", "refused_for_now", "refused_for_now", "unknown", "blocked"]


def _photo() -> ev.Attachment:
    return ev.Attachment(name="a.jpg", type="image/jpeg", size=1, sha256="a" * 64)


def broken_by(
    book: Playbook, hours: SendingHours, chance: random.Random, lives: int, worst: datetime
) -> str | None:
    """The first promise that a life breaks: the slowest ones at the worst arrival, then random ones."""
    first = datetime.combine(FIRST, time(0), UTC) + timedelta(days=1)
    for number in range(lives):
        slowest = number < 3
        at = worst if slowest else first + timedelta(seconds=chance.randrange(364 * 86_400))
        claims = list(opened(book, at, at, at + book.limit, hours))
        claim = claims[number % len(claims)]
        life = Life(book, chance, slowest, claim, at, at + book.limit)
        found = life.live()
        if found is not None:
            return f"{found} (arrives {at:%Y-%m-%d %H:%M:%S}, {hours.zone})"
    return None


# Counting -------------------------------------------------------------------------------------


@dataclass
class Counted:
    """How verdicts and lives agree."""

    accepted: int = 0
    refused_for_structure: int = 0
    refused_for_time: int = 0
    refused_by_the_walk: int = 0
    false_accepts: list[str] = field(default_factory=list)
    false_refusals: list[str] = field(default_factory=list)


def count(playbooks: int, lives: int, seed: int) -> Counted:
    """Draw playbooks, ask the proof, play the lives, compare."""
    counted = Counted()
    for number in range(playbooks):
        chance = random.Random(f"{seed}/{number}")  # noqa: S311 - a repeatable draw
        compare(a_playbook(chance), some_hours(chance), chance, lives, counted, f"#{number}")
    return counted


def compare(
    book: Playbook, hours: SendingHours, chance: random.Random, lives: int, counted: Counted,
    name: str = "",
) -> None:  # fmt: skip
    """One playbook in one marketplace: the verdict, and what its lives say of it."""
    looked = look_at(book, {"X": hours}, FIRST)
    found = broken_by(book, hours, chance, lives, looked.proof.worst.arrives_at)
    if not looked.found:
        counted.accepted += 1
        if found:
            counted.false_accepts.append(f"{name} {found}: {_short(book)}")
    elif looked.year is not None:
        counted.refused_by_the_walk += 1
    elif looked.proof.holds:
        counted.refused_for_structure += 1
    else:
        counted.refused_for_time += 1
        if found is None:
            over = span_text(looked.proof.over)
            counted.false_refusals.append(f"{name} {over} too long by the sum: {_short(book)}")


def _short(book: Playbook) -> str:
    """A playbook in one line."""
    steps = [
        " ".join(f"{k}={v}" for k, v in step.model_dump(mode="json", exclude_defaults=True).items())
        for step in book.steps
    ]
    spans = "limit", "margin", "operator_lead", "approval_allowance", "retry_budget"
    return ", ".join([*(f"{k}={span_text(getattr(book, k))}" for k in spans), *steps])


def main(arguments: Sequence[str] | None = None) -> int:
    """Count, and print it; 1 where there is a false accept."""
    parser = argparse.ArgumentParser(prog="brute", description="The proof against brute force.")
    parser.add_argument("--playbooks", type=int, default=300)
    parser.add_argument("--lives", type=int, default=60, help="lives of each playbook")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(arguments)
    counted = count(chosen.playbooks, chosen.lives, chosen.seed)
    refused = counted.refused_for_time + counted.refused_for_structure + counted.refused_by_the_walk
    sys.stdout.write(
        f"playbooks {chosen.playbooks}, lives of each {chosen.lives}, seed {chosen.seed}\n"
        f"accepted {counted.accepted}, refused {refused}: {counted.refused_for_time} for time, "
        f"{counted.refused_for_structure} for structure, {counted.refused_by_the_walk} by the walk\n"
        f"false accepts {len(counted.false_accepts)}\n"
        f"false refusals {len(counted.false_refusals)} of those for time\n"
    )
    for line in (*counted.false_accepts, *counted.false_refusals):
        sys.stdout.write(f"  {line}\n")
    return 1 if counted.false_accepts else 0


if __name__ == "__main__":
    sys.exit(main())
