"""Claims and the desk as the mailbox pass needs them, on a Temporal server.

It stands on the very functions that the command uses, so that a claim that a mail started and one
that a person started are alike.
"""

import hashlib
from collections.abc import Container, Iterator, Sequence
from typing import Literal

from activities.mailroom import Held, Note, Standing
from activities.settling import UnknownSend
from atoz.claims.claim import ClaimFile
from atoz.errors import BadInput, NoSuchClaim
from atoz.mail.routing import Answered
from atoz.playbook import events as ev
from atoz.playbook.answers import answered_by
from atoz.playbook.state import CaseState
from atoz.service import desk
from atoz.service.acting import do
from atoz.service.archive import ErasedClaim, archived
from atoz.service.base import Service, is_running
from atoz.service.calls import NotOpen
from atoz.service.starting import start
from workflows import names
from workflows.desk import DeskAttached, DeskItem

SENT_FOLDER = "sent-folder"
"""Who settled a send, in the claim's timeline."""
REPLY_COPY = "reply-copy"
"""Who saw that the buyer was answered, there too."""


class TemporalOffice:
    """The ports `Office` and `Sends` over a service. `marketplaces` are those that have rules here."""

    def __init__(self, service: Service, marketplaces: Container[str]) -> None:
        self._service = service
        self._marketplaces = marketplaces

    async def start(self, file: ClaimFile) -> Literal["started", "same", "running", "over"]:
        """Start a claim once. Raises BadInput where it cannot be, NoServer."""
        order_id, service = file.claim.order_id, self._service
        if file.claim.marketplace not in self._marketplaces:
            raise BadInput(f"marketplace {file.claim.marketplace} has no rules here")
        try:
            found = await start(service, file, by_mail=True)
        except BadInput:
            standing = await self.standing(order_id)
            if standing == "unknown":
                raise
            return standing
        if found.get("archived"):
            return "over"
        return "same" if found["already_running"] else "started"

    async def standing(self, order_id: str) -> Standing:
        """How the claim of an order stands. Needs no worker. Raises NoServer."""
        workflow_id = names.claim_workflow_id(order_id)
        if await is_running(self._service, workflow_id):
            return "running"
        try:
            known = await archived(self._service, workflow_id) is not None
        except ErasedClaim:
            return "over"
        known = known or await self._service.calls.describe(workflow_id) is not None
        return "over" if known else "unknown"

    async def tell(self, order_id: str, event: ev.Event) -> bool:
        """Signal a claim; False where none runs. Raises NoServer."""
        document = event.model_dump(mode="json", exclude={"at", "type"})
        signal = _SIGNALS[type(event)]
        try:
            await self._service.calls.signal(names.claim_workflow_id(order_id), signal, document)
        except NotOpen:
            return False
        return True

    async def answered(self, answer: Answered) -> bool:
        """Do the buyer's tasks that this copy answers; its Message-ID is the receipt. Raises NoWorker."""
        workflow_id = names.claim_workflow_id(answer.order_id)
        state = await self._case(workflow_id)
        tasks = answered_by(state, answer.written_at, answer.text) if state else ()
        done = [
            await self._done(workflow_id, task, REPLY_COPY, answer.message_id, answer.message_id)
            for task in tasks
        ]
        return any(done)

    async def put(self, note: Note) -> None:
        """Put a note on the desk. Raises NoServer."""
        await desk.put(self._service, DeskItem.model_validate(note.model_dump()))

    async def held(self) -> Sequence[Held]:
        """What waits at the desk; nothing where there is none. Raises NoServer, NoWorker."""
        try:
            found = await self._service.calls.query(names.DESK_ID, "held")
        except NotOpen:
            return ()
        return [Held.model_validate(mail) for mail in found]

    async def attached(self, key: str) -> None:
        """Tell the desk that a held mail is with its claim. Raises NoServer."""
        document = DeskAttached(key=key).model_dump(mode="json")
        await self._service.calls.signal(names.DESK_ID, names.DESK_ATTACHED, document)

    async def unsettled(self, workflow_id: str) -> Sequence[UnknownSend]:
        """What a claim asks about its sends; nothing where it does not run. Raises NoWorker."""
        state = await self._case(workflow_id)
        return list(_unknown_sends(state)) if state else ()

    async def was_sent(self, send: UnknownSend) -> bool:
        """Do the task with its own word; False where it was done meanwhile. Raises NoWorker."""
        return await self._done(send.workflow_id, send.task, SENT_FOLDER, "sent", send.fact)

    async def _case(self, workflow_id: str) -> CaseState | None:
        """A claim's whole state; None where it does not run."""
        try:
            found = await self._service.calls.query(workflow_id, "case")
        except NotOpen:
            return None
        return CaseState.model_validate(found)

    async def _done(self, workflow_id: str, task: str, by: str, receipt: str, why: str) -> bool:
        """Do a task once for each reason; False where somebody did it meanwhile, or the claim ended."""
        order_id = names.order_of(workflow_id)
        # A Message-ID may be as long as a key may be at most.
        key = f"{by}:{task}:{hashlib.sha256(why.encode()).hexdigest()[:32]}"
        document = {"task": task, "receipt": receipt, "by": by, "key": key}
        try:
            await do(self._service, order_id, ev.TaskDone, **document)
        except (BadInput, NoSuchClaim):
            return False
        return True


def _unknown_sends(state: CaseState) -> Iterator[UnknownSend]:
    for task in state.tasks:
        if task.open and task.kind == "settle-send":
            unknown = next(
                fact
                for fact in reversed(state.facts)
                if fact.kind == "message_unknown" and fact.step == task.step
            )
            yield UnknownSend(
                workflow_id=state.workflow_id,
                task=task.id,
                fact=unknown.id,
                message_id=unknown.data.get("message_id"),
                at=unknown.at,
            )


_SIGNALS = {model: name for name, model in ev.SIGNALS.items()}
