"""Two people on one text: whoever acts on what they read is shown what it became, and keeps their words."""

from typing import Any

from fastapi import Request
from fastapi.responses import Response

from atoz.playbook.state import CaseState
from atoz.playbook.tasks import TEXT_TASKS
from atoz.service.base import Service
from atoz.service.whole import Whole, whole
from atoz.web.pages.leading import by_script
from atoz.web.pages.render import render
from atoz.web.reading import changes
from atoz.web.showing import revisions
from atoz.web.typed import Typed

READ = "read"
"""The field with the digest of the text that somebody had before them."""
ACTS = frozenset({"approve", "reject", "edit"})
"""Acts on a text, refused where it is another one by now."""
_CONFLICT = 409


async def page(request: Request, service: Service, order: str, typed: Typed) -> Response | None:
    """The page for a text that changed, or None where it is still the one that was read."""
    read = typed.words.get("digest") or typed.words.get(READ)
    found = await whole(service, order)
    case = found.case
    if case is None or case.appeal is None or read is None or _as_read(request, case, read):
        return None
    values = {
        "claim": found.status,
        "appeal": case.appeal,
        "typed": {key: word for key, word in typed.words.items() if key in _WORDS},
        **_since(found, case, read),
    }
    template = "parts/stale.html" if by_script(request) else "stale.html"
    return render(request, template, values, status=_CONFLICT, now=found.now)


_WORDS = ("text", "why", "despite")
"""What a person wrote, of all that a form sends."""


def _as_read(request: Request, case: CaseState, read: str) -> bool:
    """Whether text and task are as they were: then something else is amiss."""
    task = case.task(str(request.path_params.get("task")))
    assert case.appeal is not None, "asked where there is a text"
    return case.appeal.digest == read and task is not None and task.open


def _since(found: Whole, case: CaseState, read: str) -> dict[str, Any]:
    """What was read, what it became, and the task about it that is open now."""
    assert case.appeal is not None, "asked where there is a text"
    known = next((each for each in reversed(revisions(found)) if each["digest"] == read), None)
    open_now = next((task for task in case.tasks if task.open and task.kind in TEXT_TASKS), None)
    return {
        "was": known,
        "changes": changes(known["text"], case.appeal.text) if known else (),
        "task": open_now,
    }
