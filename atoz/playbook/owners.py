"""Who is told: every reply has a reaction, every task a person who can do it, every clock an owner.

What a playbook leaves unsaid is never done by chance, so it is refused before a claim meets it.
"""

from collections.abc import Callable, Iterator

from atoz.playbook.model import Effect, Intent, Playbook, TaskKind
from atoz.playbook.problems import instead
from atoz.playbook.tasks import TASKS
from atoz.playbook.tree import Path

Flaw = tuple[Path, str]

OF_THE_ENGINE: frozenset[TaskKind] = frozenset(
    {
        "answer-information",
        "approve-appeal",
        "changed-decision",
        "complete-claim",
        "late-step",
        "message-refused",
        "missed-deadline",
        "review-reopened",
        "rewrite-appeal",
        "settle-send",
        "submit-appeal",
    }
)
"""Tasks about something that has just happened. Without it they cannot be done: opened by a playbook
they would stay open for ever."""

AFTER_A_DECISION: frozenset[TaskKind] = frozenset(
    {"late-withdrawal", "metric-restoration", "post-decision-appeal"}
)
"""Tasks that make sense only once the marketplace has decided."""


def _unheard(playbook: Playbook) -> Iterator[Flaw]:
    """A reply to which nothing is done, or of which nobody is told although somebody must be."""
    for intent, effects in playbook.on_reply.items():
        if not effects:
            yield ("on_reply", intent), f"no reaction to `{intent}`: write `[{{task: read-reply}}]`"
        elif said := _untold(intent, effects):
            yield ("on_reply", intent), said


def _untold(intent: Intent, effects: tuple[Effect, ...]) -> str | None:
    """What a person would have to be told of, and is not."""
    told = any(effect.task for effect in effects)
    if intent == "question" and not any(effect.task == "answer-buyer" for effect in effects):
        return (
            "a question has to be answered within 24 hours and nobody is told of it: add "
            "`{task: answer-buyer}`, which has that clock"
        )
    if intent == "stop_contact" and not any(effect.stop_messages for effect in effects):
        return "the buyer wants no more messages and they go on: add `{stop_messages: true}`"
    if any(effect.hold for effect in effects) and not told:
        return "nobody is told that the steps are held: add a task such as `{task: read-reply}`"
    return None


def _undoable(playbook: Playbook) -> Iterator[Flaw]:
    """A task that nobody could do at that time."""
    for number, step in enumerate(playbook.steps):
        if step.ask and (said := _before_a_decision(step.ask)):
            yield ("steps", number, "ask"), said
        if step.draft:
            said = (
                f"`{step.id}` would run after a decision, and steps end with it: leave it out and "
                f"write `{step.draft}` into `on_decision`"
            )
            yield ("steps", number, "draft"), said
    for intent, effects in playbook.on_reply.items():
        for number, effect in enumerate(effects):
            if effect.task and (said := _before_a_decision(effect.task)):
                yield ("on_reply", intent, number, "task"), said
    for status, tasks in playbook.on_decision.items():
        for number, task in enumerate(tasks):
            if task in OF_THE_ENGINE or TASKS[task].ends_with_decision:
                said = f"`{task}` is pointless after a decision: write one of {_AFTER}"
                yield ("on_decision", status, number), said


_AFTER = ", ".join(
    sorted(k for k in TASKS if k not in OF_THE_ENGINE and not TASKS[k].ends_with_decision)
)


def _before_a_decision(task: TaskKind) -> str | None:
    """Why a step or a reply cannot ask for this."""
    if task in OF_THE_ENGINE:
        known = [kind for kind in TASKS if kind not in OF_THE_ENGINE | AFTER_A_DECISION]
        return f"`{task}` is opened by the engine alone: {instead(task, known)}"
    if task in AFTER_A_DECISION:
        return f"`{task}` is asked only after a decision: write it into `on_decision`"
    return None


def _unowned(playbook: Playbook) -> Iterator[Flaw]:
    """The clock that a decision starts has somebody who is told of it."""
    granted = playbook.on_decision.get("granted_seller_funded", ())  # type: ignore[call-overload] # a status is its text
    if "post-decision-appeal" not in granted:
        said = (
            "the 30 days to appeal against a decision would run and nobody be told: add "
            "`granted_seller_funded: [post-decision-appeal]` to `on_decision`"
        )
        yield ("on_decision", "granted_seller_funded"), said


OWNERS: tuple[Callable[[Playbook], Iterator[Flaw]], ...] = (_unheard, _undoable, _unowned)
