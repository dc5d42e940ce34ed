"""Telling people: a task that nobody is told of does not exist.

A question that a folder of sent mail may answer is put to it, too (`asking`), and a letter that a task
asks for is drafted into a packet.
"""

import logging

from temporalio import activity

from activities import jobs, names
from activities.desk_words import Texts, with_text
from activities.packing import Packing
from activities.settling import Asking
from atoz.appeal.letters import LETTERS
from atoz.appeal.packet.letters import letter_dossier
from atoz.claims.base import instant_text
from atoz.notices import Notice, Notifier
from atoz.playbook.events import Noticed
from atoz.playbook.state import Task

_LOG = logging.getLogger("atoz")


class Tasks:
    """Tells operators of tasks and of clocks that run out; `packing` makes the packets of letters."""

    def __init__(
        self,
        notifier: Notifier,
        asking: Asking | None = None,
        texts: Texts | None = None,
        packing: Packing | None = None,
    ) -> None:
        self._packing = packing
        self._notifier = notifier
        self._asking = asking
        self._texts = texts

    @activity.defn(name=names.NOTIFY_OPERATORS)
    async def notify_operators(self, job: jobs.NoticeJob) -> Noticed:
        """One notice for everything that is due together; says which channels failed."""
        if self._asking and any(task.kind == "settle-send" for task in job.tasks):
            await self._asking.ask(job.workflow_id)
        packets = {task.id: await self._letter(task, job) for task in job.tasks}
        written = {task: folder for task, folder in packets.items() if folder}
        tasks = tuple(
            task.model_copy(update={"packet": written.get(task.id, task.packet)})
            for task in job.tasks
        )
        told = await self._in_words(job.model_copy(update={"tasks": tasks}))
        failed = await self._notifier.tell(notice_of(told))
        return Noticed(
            at=job.at,
            tasks=tuple(task.id for task in job.tasks),
            warnings=job.warnings,
            failed=tuple(failed),
            packets=written,
        )

    async def _letter(self, task: Task, job: jobs.NoticeJob) -> str | None:
        """Keep the packet of the letter that a task asks for, once; where it is kept."""
        if self._packing is None or job.state is None or task.packet or task.kind not in LETTERS:
            return None
        try:
            dossier = letter_dossier(task.kind, job.state, job.at, self._packing.kit.words)
            if dossier is None:
                return None
            return (await self._packing.write(dossier, job.state.fact_archives)).path
        except Exception:  # noqa: BLE001 - see below
            # People must be told of the task in any case; `status` has the draft all the same.
            _LOG.exception("the packet of %s for %s could not be written", task.id, job.order_id)
            return None

    async def _in_words(self, job: jobs.NoticeJob) -> jobs.NoticeJob:
        """What the desk says of its tasks lies in the store."""
        if job.kind != "desk" or self._texts is None:
            return job
        tasks = [await with_text(self._texts, task.model_dump()) for task in job.tasks]
        return job.model_copy(update={"tasks": tuple(map(Task.model_validate, tasks))})


def notice_of(job: jobs.NoticeJob) -> Notice:
    """The notice in words: clocks first, since they cost money, then each task with what it asks."""
    lines = [
        f"{warning.hours} h left on clock {warning.clock}: it ends at "
        f"{instant_text(job.due[warning.clock])}"
        for warning in job.warnings
        if warning.clock in job.due
    ]
    for task in job.tasks:
        lines += _task_lines(task, job.order_id)
    what = [f"{w.hours} h left on {w.clock}" for w in job.warnings] + [t.title for t in job.tasks]
    dues = [task.due for task in job.tasks if task.due is not None]
    return Notice(
        subject=f"{job.order_id}: {'; '.join(what)}"[:200],
        lines=tuple(lines),
        order_id=job.order_id,
        due=min(dues, default=None),
        at=job.at,
    )


def _task_lines(task: Task, order_id: str) -> list[str]:
    due = f" (by {instant_text(task.due)})" if task.due else ""
    lines = [f"{task.id}{due}: {task.title}. {task.text}"]
    if task.warning:
        lines.append(f"  Mind: {task.warning}")
    if task.digest:
        lines.append(f"  Digest of the text: {task.digest}")
    if task.packet:
        lines.append(f"  Its packet: `atoz packet {order_id}`")
    if task.kind == "message-refused":
        lines.append(f"  Its text, to send it by hand: `atoz status {order_id}`, or the board.")
    return lines
