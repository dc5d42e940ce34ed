"""Commands that a text of the engine or the service names, as the board's own forms.

The same sentence is printed by the command, where `atoz amend ORDER FILE` is what to do. Whoever reads
it on a page has a form for that, and is led to it.
"""

import re
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import quote

from markupsafe import Markup

from atoz.claims.claim import ORDER_ID
from atoz.web.words import Words

COMMAND = re.compile(r"(`atoz [a-z][^`\n]{0,300}`)")
"""A command as the texts write it, between two backticks."""


class _Place(NamedTuple):
    """Where the form of a verb is; `{order}` and `{name}` are the words behind the verb."""

    address: str
    words: Callable[[Words, str], str]


def _named(key: str) -> Callable[[Words, str], str]:
    return lambda words, _: words(key)


def _of_task(words: Words, task: str) -> str:
    """The task by its kind, and its number where it is not the first of them."""
    return words.numbered("task", task)


_CLAIM = "/claims/{order}"
_PLACES = {
    "start": _Place("/start?order={order}", _named("start.title")),
    "amend": _Place(f"{_CLAIM}#amend", _named("more.amend")),
    "refunded": _Place(f"{_CLAIM}#refund", _named("act.refunded")),
    "decide": _Place(f"{_CLAIM}#decide", _named("act.decide")),
    "reply": _Place(f"{_CLAIM}#reply", _named("act.reply")),
    "request-information": _Place(f"{_CLAIM}#ask", _named("act.request-information")),
    "due": _Place(f"{_CLAIM}#due", _named("act.due")),
    "add-evidence": _Place(f"{_CLAIM}#evidence", _named("act.add-evidence")),
    "pause": _Place(f"{_CLAIM}#pause", _named("act.pause")),
    "resume": _Place(f"{_CLAIM}#pause", _named("act.resume")),
    "skip": _Place(f"{_CLAIM}#skip-{{name}}", _named("act.skip")),
    "erase": _Place(f"{_CLAIM}#erase", _named("act.erase")),
    "done": _Place(f"{_CLAIM}#task-{{name}}", _of_task),
    "approve": _Place(f"{_CLAIM}/approve", _named("act.open_approve")),
    "reject": _Place(f"{_CLAIM}/approve#reject", _named("act.reject")),
    "edit": _Place(f"{_CLAIM}/approve#edit", _named("approve.edit")),
    "status": _Place(f"{_CLAIM}/approve", _named("stale.read")),
    "timeline": _Place(f"{_CLAIM}#timeline", _named("claim.timeline")),
    "report": _Place("/figures", _named("places.figures")),
}
"""The forms by the verb that does the same. A text that names `status` wants the new text to be read."""


def as_form(command: str, around: str, words: Words) -> Markup | str:
    """A link to the form of a command that stands in a text; the command itself where there is no form.

    The order is the command's own, else the one that the text around it is about.
    """
    verb, _, rest = command.strip("`").removeprefix("atoz ").partition(" ")
    order = ORDER_ID.search(rest) or ORDER_ID.search(around)
    place = _PLACES.get(verb)
    if place is None or (order is None and place.address.startswith(_CLAIM)):
        return command
    names = [word for word in rest.split() if not ORDER_ID.fullmatch(word)]
    name = names[0] if names else ""
    address = place.address.format(order=order[0] if order else "", name=quote(name, safe=""))
    return Markup('<a href="{}">{}</a>').format(address, place.words(words, name))
