"""The words of desk tasks about an order: they lie in the store under the key of its claim.

The desk never ends, so that what lies in its history could never be erased with one claim.
"""

from collections.abc import Mapping
from typing import Any, Protocol, Self

from atoz.errors import AtozError
from atoz.vault.vault import Erased

_MARK = "text:"
GONE = "[erased with its claim]"


class Texts(Protocol):
    """Where the words lie."""

    def of_order(self, order_id: str | None) -> Self:
        """The same for the claim of an order."""
        ...

    async def get(self, sha256: str) -> bytes:
        """A text."""
        ...


def text_ref(sha256: str) -> str:
    """What stands among the references of a task for its words."""
    return _MARK + sha256


async def with_text(texts: Texts, task: Mapping[str, Any]) -> dict[str, Any]:
    """The task as the desk keeps it, with its words and without the reference to them."""
    order_id, *refs = task.get("refs") or [""]
    found = [ref for ref in refs if ref.startswith(_MARK)]
    if not found:
        return dict(task)
    try:
        said = (await texts.of_order(order_id).get(found[0].removeprefix(_MARK))).decode()
    except Erased:
        said = GONE
    except AtozError as fault:
        said = f"[{fault}]"
    rest = [ref for ref in refs if not ref.startswith(_MARK)]
    return {**task, "text": said, "refs": [order_id, *rest]}
