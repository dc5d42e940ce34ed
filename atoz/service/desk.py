"""The desk: what belongs to no running claim is put there and worked off by a person."""

from typing import Any

from temporalio.common import WorkflowIDConflictPolicy

from activities.desk_words import text_ref, with_text
from atoz.errors import BadInput
from atoz.service.base import Service
from atoz.service.calls import SERVER_PATIENCE, NotOpen, server_errors
from atoz.service.problems import PROBLEMS
from workflows import names
from workflows.desk import TEXT_LIMIT, DeskDone, DeskItem, DeskState

DESK = "-"
"""What stands in an order's place for a task of the desk."""

_ITEM_SIGNAL = "desk_item"


async def put(service: Service, item: DeskItem) -> None:
    """Put an item on the desk, which starts with its first one; the same key again changes nothing.

    Words about an order are sealed with the key of its claim, so that they go when the claim is erased.
    """
    item = await _apart(service, item)
    with server_errors():
        await service.client.start_workflow(
            names.DESK_WORKFLOW,
            DeskState(),
            id=names.DESK_ID,
            task_queue=service.settings.task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            start_signal=_ITEM_SIGNAL,
            start_signal_args=[item],
            static_summary="Tasks that belong to no claim",
            rpc_timeout=SERVER_PATIENCE,
        )


async def tasks(service: Service) -> list[dict[str, Any]]:
    """The desk's open tasks, oldest first; none where there is no desk yet. Raises NoWorker."""
    try:
        found: list[dict[str, Any]] = await service.calls.query(names.DESK_ID, "tasks")
    except NotOpen:
        return []
    own = {"order_id": DESK, "workflow_id": names.DESK_ID}
    return [{**own, **_without_bookkeeping(await with_text(service.store, task))} for task in found]


async def _apart(service: Service, item: DeskItem) -> DeskItem:
    """The item with its words in the store, where they belong to an order."""
    if not item.order_id or not item.text:
        return item
    store = service.store.of_order(item.order_id)
    ref = await store.put(item.text[:TEXT_LIMIT].encode("utf-8", "replace"), "text/plain")
    return item.model_copy(update={"text": "", "refs": (*item.refs, text_ref(ref))})


def _without_bookkeeping(task: dict[str, Any]) -> dict[str, Any]:
    """A task as a claim shows its own, too."""
    return {name: value for name, value in task.items() if name != "told"}


async def done(
    service: Service, task: str, *, by: str, receipt: str | None, key: str
) -> dict[str, Any]:
    """Close a task of the desk. Raises BadInput with the open tasks where it is none of them."""
    act = DeskDone(task=task, by=by, receipt=receipt)
    try:
        answer = await service.calls.update(
            names.DESK_ID, "done", act.model_dump(mode="json"), key, probe="tasks"
        )
    except NotOpen as error:
        raise BadInput(PROBLEMS("desk_empty", task=task)) from error
    return {"workflow_id": names.DESK_ID, "order_id": DESK, **answer}
