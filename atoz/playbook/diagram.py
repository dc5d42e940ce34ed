"""A playbook as a Mermaid flowchart: what a person draws on a board to explain it."""

from collections.abc import Iterator

from atoz.claims.base import span_text
from atoz.playbook.model import Effect, Playbook, Step


def mermaid(playbook: Playbook) -> str:
    """The flowchart of the steps and of what replies do; times count from the notice."""
    return "\n".join(["flowchart TD", *_steps(playbook), *_reactions(playbook)])


def _steps(playbook: Playbook) -> Iterator[str]:
    yield f'  notice(["{_text(playbook.title)}: the claim arrives"])'
    for step in playbook.steps:
        yield f'  {_node(step.id)}["{_text(_says(step))}"]'
        yield f'  {_node(step.after or "notice")} -->|"{_when(step)}"| {_node(step.id)}'
    yield f'  due{{{{"{span_text(playbook.limit)}: granted without an answer"}}}}'
    yield f'  notice -.->|"limit, answered {span_text(playbook.margin)} before"| due'


def _reactions(playbook: Playbook) -> Iterator[str]:
    """What a reply does beyond a task: it holds the steps, sends a message or stops messages."""
    for intent, effects in playbook.on_reply.items():
        said = [_effect(effect) for effect in effects]
        node = f"reply_{intent}"
        yield f'  {node}>"buyer: {intent.replace("_", " ")}"] -.-> {node}_does["{"; ".join(said)}"]'


def _effect(effect: Effect) -> str:
    parts = (
        effect.hold and f"hold {span_text(effect.hold)}",
        effect.task and f"task {effect.task}",
        effect.send and f"send {effect.send}",
        effect.stop_messages and "stop messages",
    )
    return ", ".join(part for part in parts if part)


def _says(step: Step) -> str:
    what = step.send and f"send {step.send}"
    what = what or (step.submit and "hand in the appeal") or (step.ask and f"ask: {step.ask}")
    rules = [
        *(f"skip if {name}" for name in step.skip_if),
        *(f"only if {name}" for name in step.only_if),
    ]
    return "<br/>".join([f"{step.id}: {what or f'draft {step.draft}'}", *rules])


def _when(step: Step) -> str:
    when = f"at {span_text(step.at)}" if step.at is not None else f"after {span_text(step.wait)}"
    return f"{when}, or {step.or_when}" if step.or_when else when


def _node(step_id: str) -> str:
    """A step's node: `end` and its like mean something to Mermaid."""
    return "notice" if step_id == "notice" else f"step_{step_id.replace('-', '_')}"


def _text(text: str) -> str:
    """Text inside quotes: nothing in it can end them."""
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("\n", " ")
