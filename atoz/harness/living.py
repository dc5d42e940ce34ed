"""Claims in the middle of their lives: samples under orders of their own, played up to one instant.

What a team does in a day cannot be shown by claims that are over. The demo's board and the browser suite
look at claims that arrived some time ago and stand where a team would find them.
"""

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from temporalio.client import WorkflowUpdateFailedError

from atoz.claims.base import merged, parse_span
from atoz.claims.case import CaseFile
from atoz.evidence.store import EvidenceStore
from atoz.harness.photos import Photos
from atoz.harness.rehearse import Rehearsal
from atoz.harness.samples import sample_cases
from atoz.harness.script import script_of
from atoz.harness.server import VirtualTime
from atoz.playbook import events as ev
from atoz.playbook.simulate import DESPITE, meant
from atoz.rules import Rules
from atoz.service.claim_files import shifted

WORKER = "agent-1"
"""Who does what a part's people do."""


@dataclass(frozen=True)
class Part:
    """One claim: a sample, under an order of its own, that arrived `age` ago."""

    sample: str
    order: str
    age: str
    acts: Sequence[dict[str, Any]] = ()
    """What a person did, each with its `after`: a span since the notice."""
    changes: dict[str, Any] | None = None
    adds: str = ""
    """A sentence that somebody wrote below the appeal, which then asks for approval."""
    approved_by: str = ""
    """Who approved the text as it stands."""

    def case(self, now: datetime) -> CaseFile:
        """The case with its dates moved, so that at `now` (UTC) it is of that age."""
        sample = sample_cases()[self.sample]
        changed = merged(sample.model_dump(mode="json", by_alias=True), self.changes or {})
        changed["claim"]["order_id"] = self.order
        at = sample.claim.notified_at
        for given in self.acts:
            act = dict(given)
            happened = at + parse_span(act.pop("after"))
            changed["events"] = [*changed["events"], {"at": happened.isoformat(), **act}]
        return shifted(CaseFile.model_validate(changed), now - parse_span(self.age))


async def played(
    server: VirtualTime,
    rules: Rules,
    store: EvidenceStore,
    part: Part,
    now: Callable[[], datetime],
) -> Rehearsal:
    """The part's claim, with everything that happened in it up to now. Raises ClockRanAway."""
    case = part.case(now())
    play = await Rehearsal.begin(server, case, library=rules.library)
    await play.settled()
    photos = Photos()
    script = script_of(case, rules.library.phrases, photos.make)
    await photos.keep(store)
    for event in script:
        if event.at > now():
            break
        if isinstance(event, ev.OperatorEvent):
            event = event.model_copy(update={"by": WORKER})  # noqa: PLW2901 - the same act, by name
        state, *_ = await play.reach(event.at)
        with contextlib.suppress(WorkflowUpdateFailedError):
            await play.send(meant(state, event))
    await play.reach(now())
    if part.adds:
        await write_below(play, part.adds)
    if part.approved_by:
        await _approved(play, part.approved_by)
    return play


async def write_below(play: Rehearsal, sentence: str, by: str = WORKER) -> None:
    """Somebody writes a sentence below the text of the appeal."""
    state, now, _ = await play.settled()
    assert state.appeal is not None, "only a text that was drafted is added to"
    text = f"{state.appeal.text}\n\n{sentence}"
    edit = ev.Edited(at=now, by=by, key=f"edit-{by}", task="submit-appeal", text=text)
    await play.send(meant(state, edit))
    await play.settled()


async def _approved(play: Rehearsal, by: str) -> None:
    """Somebody approves it."""
    state, now, _ = await play.settled()
    yes = ev.Approved(
        at=now, by=by, key=f"approve-{by}", task="approve-appeal", digest="", despite=DESPITE
    )
    await play.send(meant(state, yes))
    await play.settled()
