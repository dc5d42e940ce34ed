"""A playbook as a Mermaid flowchart: what a person draws on a board to explain it.

It is drawn from what the engine did (`transitions.py`), not from the file.
"""

from collections.abc import Iterator

from atoz.claims.base import span_text
from atoz.playbook.model import Playbook
from atoz.playbook.said import Said, word
from atoz.playbook.transitions import Drawn, Transitions, transitions
from atoz.playbook.vocabulary import DRAWN, condition


def mermaid(playbook: Playbook) -> str:
    """The flowchart of steps, replies and decisions; times count from the notice."""
    seen = transitions(playbook)
    lines = [*_steps(seen), *_reactions(seen), *_decisions(seen)]
    return "\n".join(["flowchart TD", *lines])


def notes(step: Drawn) -> Iterator[Said]:
    """The ways that lead off a step, each in a line: what skips it, what follows a text nobody approved."""
    for name, holding in step.skipped_when:
        key = "skipped_when" if holding else "skipped_unless"
        yield DRAWN(key, condition=condition(name))
    if step.sooner is not None:
        yield DRAWN("sooner", condition=condition(step.sooner))
    if step.approval:
        asked, then = step.approval
        yield DRAWN("approval", asked=asked, then=then)
    if step.task is not None:
        yield DRAWN("task", task=word("task", step.task))


def when(step: Drawn) -> Said:
    """From what a step counts: `after 1d`, `1d after request-photos`."""
    if step.after is not None:
        key = "after" if step.wait else "right_after"
        return DRAWN(key, wait=step.wait, step=word("step", step.after))
    return DRAWN("at", wait=step.at) if step.at is not None else DRAWN("never")


def _steps(seen: Transitions) -> Iterator[str]:
    yield f'  notice(["{_text(seen.playbook.title)}: the claim arrives"])'
    for step in seen.steps:
        says = "<br/>".join([f"{step.id}: {step.act}", *(f"<i>{note}</i>" for note in notes(step))])
        yield f'  {_node(step.id)}["{_text(says)}"]'
        yield f'  {_node(step.after or "notice")} -->|"{when(step)}"| {_node(step.id)}'
    yield f'  due{{{{"{span_text(seen.limit)}: granted without an answer"}}}}'
    yield f'  notice -.->|"limit, answered within {span_text(seen.answered_by)}"| due'


def _reactions(seen: Transitions) -> Iterator[str]:
    for intent, does in seen.replies:
        node = f"reply_{intent}"
        said = ", ".join(does) or "nothing"
        yield f'  {node}>"buyer: {intent.replace("_", " ")}"] -.-> {node}_does["{said}"]'


def _decisions(seen: Transitions) -> Iterator[str]:
    for status, tasks in seen.decisions:
        node = f"decided_{status.value}"
        named, opens = status.value.replace("_", " "), ", ".join(tasks)
        yield f'  {node}>"decided: {named}"] -.-> {node}_opens["task {opens}"]'


def _node(step_id: str) -> str:
    """A step's node: `end` and its like mean something to Mermaid."""
    return "notice" if step_id == "notice" else f"step_{step_id.replace('-', '_')}"


def _text(text: str) -> str:
    """Text inside quotes: nothing in it can end them."""
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("\n", " ")
