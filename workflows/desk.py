"""The desk: one long-lived workflow for tasks that belong to no claim.

A reply for a claim that has completed, a mail about an unknown order: kept here until a person
has looked, so that nothing that arrives is lost. A mail that came before its claim waits here, too:
the mailbox pass delivers it when the claim runs, and then its task is done.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError
from temporalio import workflow
from temporalio.common import RawValue, VersioningBehavior
from temporalio.exceptions import ActivityError

from activities import jobs
from activities import names as activity_names
from activities.counting import add, observe
from atoz import meters
from atoz.claims.base import Record, instant_text, utc
from atoz.mail.sentences import DESK
from atoz.playbook.check import problems
from atoz.playbook.events import Noticed
from atoz.playbook.state import Task
from workflows import names
from workflows.reading import refused

# The worst that strangers can write stays under the 2 MB that the server takes at once.
KEPT_DONE = 100
KEPT_OPEN = 500
KEPT_HELD = 500
KEPT_SEEN = 1_000
TEXT_LIMIT = 400
LONGEST_KEY = 250
UNREADABLE = DESK("unreadable")
"""The title of what came and could not be understood."""


DeskSort = Literal["quarantined", "unknown-order", "refused", "other"]
"""What a task is about: a mail that was not believed, one that waits for its claim, what could not be
read, anything else."""


class DeskItem(Record):
    """Something for the desk: what it is about and its words, cut where they are long."""

    key: Annotated[str, Field(max_length=998)]
    title: Annotated[str, Field(max_length=200)]
    order_id: Annotated[str, Field(max_length=40)] = ""
    text: Annotated[str, Field(max_length=100_000)] = ""
    refs: Annotated[tuple[str, ...], Field(max_length=60)] = ()
    held: bool = False
    """It waits for the claim of its order; the first of `refs` is the mail in the store."""
    sort: DeskSort | None = None
    """None where an older edition put it here, which did not say."""


class DeskTask(Task):
    """A task of the desk, with what it is about."""

    sort: DeskSort | None = None


class HeldMail(Record):
    """A mail that waits for its claim, and the task that tells of it."""

    key: str
    order_id: str
    ref: str
    task: str


class DeskAttached(Record):
    """A held mail has reached its claim."""

    key: str


class DeskDone(Record):
    """A desk task is done, by whom and with what note."""

    task: str
    by: str = "unknown"
    receipt: str | None = None


class DeskState(Record):
    """Open and recently done tasks, and how many there were ever.

    `offset` is zero in production, as a claim's: a rehearsed desk reads the clock of its claims.
    """

    tasks: tuple[DeskTask, ...] = ()
    count: int = 0
    seen: dict[str, str] = {}
    held: tuple[HeldMail, ...] = ()
    offset: timedelta = timedelta(0)


@workflow.defn(name=names.DESK_WORKFLOW)
class DeskWorkflow:
    """Keeps desk tasks, tells people of them, and never ends."""

    @workflow.init
    def __init__(self, state: DeskState) -> None:
        self._state = state

    @workflow.run
    async def run(self, _: DeskState) -> None:
        """Tell people of what is new; carry on in a fresh run when the history is long."""
        while not workflow.info().is_continue_as_new_suggested():
            await workflow.wait_condition(
                lambda: bool(self._untold()) or workflow.info().is_continue_as_new_suggested()
            )
            if self._untold():
                await self._tell()
        await workflow.wait_condition(workflow.all_handlers_finished)
        workflow.continue_as_new(self._state)

    @workflow.signal(dynamic=True)
    def receive(self, name: str, args: Sequence[RawValue]) -> None:
        """Take any item; what cannot be read becomes an item that says so."""
        model = DeskAttached if name == names.DESK_ATTACHED else DeskItem
        found = _read(model, name, args, self._state.count + 1)
        if isinstance(found, DeskAttached):
            self._attached(found)
        elif _key(found.key) not in self._state.seen:
            self._add(found)

    def _now(self) -> datetime:
        """The desk's clock, in whole seconds: the only place where time is read."""
        return utc(workflow.now() + self._state.offset)

    def _add(self, item: DeskItem) -> None:
        key, number = _key(item.key), self._state.count + 1
        task = DeskTask(
            id=f"desk-{number}",
            kind="read-reply",
            sort=item.sort,
            title=item.title,
            text=item.text[:TEXT_LIMIT],
            opened_at=self._now(),
            refs=(item.order_id, *item.refs),
        )
        held = self._state.held
        if item.held and item.refs:
            waiting = HeldMail(key=key, order_id=item.order_id, ref=item.refs[0], task=task.id)
            held = (*held, waiting)[-KEPT_HELD:]
        seen = dict(list(self._state.seen.items())[1 - KEPT_SEEN :])
        changes: dict[str, Any] = {
            "tasks": _bounded((*self._state.tasks, task)),
            "count": number,
            "seen": {**seen, key: task.id},
            "held": held,
        }
        self._state = self._state.model_copy(update=changes)
        add(workflow.metric_meter(), meters.TASKS_OPENED, kind=meters.DESK)

    def _attached(self, attached: DeskAttached) -> None:
        """The mail is with its claim: nobody need look at it here."""
        key = _key(attached.key)
        waiting = {mail.task for mail in self._state.held if mail.key == key}
        for task in self._state.tasks:
            # Who attached or discarded it by hand has said so already.
            if task.open and task.id in waiting:
                self._close(task.id, "mailbox: delivered to its claim")
        held = tuple(mail for mail in self._state.held if mail.key != key)
        self._state = self._state.model_copy(update={"held": held})

    @workflow.update
    async def done(self, act: DeskDone) -> dict[str, Any]:
        """Close a task."""
        self._close(act.task, f"{act.by}: {act.receipt or 'done'}")
        return {"recorded": 1, "at": instant_text(self._now())}

    @done.validator
    def _check_done(self, act: DeskDone) -> None:
        open_ids = [task.id for task in self._state.tasks if task.open]
        if act.task not in open_ids:
            names_of_open = ", ".join(open_ids[:20]) or "none"
            raise refused(f"{act.task[:80]} is not an open desk task; open: {names_of_open}")

    @workflow.query
    def tasks(self) -> list[dict[str, Any]]:
        """The open tasks, oldest first."""
        return [
            task.model_dump(mode="json", exclude_none=True)
            for task in self._state.tasks
            if task.open
        ]

    @workflow.query
    def worked_off(self) -> list[dict[str, Any]]:
        """The tasks that were done lately, the newest first."""
        # Of two that were done in one second the later task comes first.
        done = [task for task in reversed(self._state.tasks) if not task.open]
        newest = sorted(done, key=lambda task: task.done_at or task.opened_at, reverse=True)
        return [task.model_dump(mode="json", exclude_none=True) for task in newest]

    @workflow.query
    def held(self) -> list[dict[str, Any]]:
        """The mails that wait for their claims, oldest first; also those whose task is done."""
        return [mail.model_dump(mode="json") for mail in self._state.held]

    def _untold(self) -> tuple[DeskTask, ...]:
        return tuple(task for task in self._state.tasks if task.open and not task.told)[:50]

    async def _tell(self) -> None:
        waiting = self._untold()
        job = jobs.NoticeJob(
            workflow_id=names.DESK_ID,
            order_id="desk",
            kind="desk",
            tasks=waiting,
            at=self._now(),
        )
        try:
            event: Noticed = await workflow.execute_activity(
                activity_names.NOTIFY_OPERATORS,
                job,
                result_type=Noticed,
                start_to_close_timeout=names.NOTICE_TIMEOUT,
                schedule_to_close_timeout=names.NOTICE_PATIENCE,
            )
            failed = bool(event.failed)
        except ActivityError:
            failed = True
        result = "failed" if failed else "told"
        add(workflow.metric_meter(), meters.NOTICES, result=result)
        if failed:
            await workflow.sleep(names.NOTICE_PATIENCE)
        for task in waiting:
            self._change(task.id, told=not failed)

    def _close(self, task_id: str, result: str) -> None:
        meter, at = workflow.metric_meter(), self._now()
        for task in self._state.tasks:
            if task.id == task_id and task.open:
                add(meter, meters.TASKS_DONE, kind=meters.DESK)
                observe(meter, meters.TASK_AGE, at - task.opened_at, kind=meters.DESK)
        self._change(task_id, done_at=at, result=result)

    def _change(self, task_id: str, **changes: Any) -> None:
        tasks = tuple(
            task.model_copy(update=changes) if task.id == task_id else task
            for task in self._state.tasks
        )
        self._state = self._state.model_copy(update={"tasks": tasks})


@workflow.defn(name=names.DESK_WORKFLOW, versioning_behavior=VersioningBehavior.AUTO_UPGRADE)
class FollowingDesk(DeskWorkflow):
    """The desk where builds work side by side: it never ends, so it goes along to each new one.

    A worker without versions may not even say so: the server refuses what it completes (measured).
    """

    @workflow.init
    def __init__(self, state: DeskState) -> None:
        super().__init__(state)

    @workflow.run
    async def run(self, state: DeskState) -> None:
        """As the other."""
        await super().run(state)


def _read(
    model: type[DeskItem] | type[DeskAttached], name: str, args: Sequence[RawValue], number: int
) -> DeskItem | DeskAttached:
    """What came, or an item of its own that says why it cannot be read: none hides another."""
    try:
        document = workflow.payload_converter().from_payload(args[0].payload, dict[str, Any])
        return model.model_validate(document)
    except ValidationError as error:
        why = "; ".join(problems(error)[:5])
    except Exception as error:  # noqa: BLE001 - any converter may fail in any way on hostile bytes
        why = type(error).__name__
    return DeskItem(
        key=f"refused-{number}",
        title=UNREADABLE,
        text=f"{name[:80]}: {why}"[:TEXT_LIMIT],
        sort="refused",
    )


def _key(key: str) -> str:
    """What is remembered of a key: a very long one by its digest."""
    return key if len(key) <= LONGEST_KEY else hashlib.sha256(key.encode()).hexdigest()


def _bounded(tasks: tuple[DeskTask, ...]) -> tuple[DeskTask, ...]:
    """Every open task up to a bound, and the newest done ones."""
    done = [task for task in tasks if not task.open][-KEPT_DONE:]
    still_open = [task for task in tasks if task.open][-KEPT_OPEN:]
    return (*done, *still_open)
