"""`worker.py` with a workflow whose commands changed without a word: what an upgrade must refuse."""

from __future__ import annotations

import asyncio
from typing import Any

from temporalio import workflow

import worker
from atoz import wiring
from workflows import names
from workflows.claim import ClaimInput, ClaimWorkflow
from workflows.desk import DeskWorkflow
from workflows.mailbox import MailboxWorkflow


@workflow.defn(name=names.CLAIM_WORKFLOW, sandboxed=False)
class WaitsFirst(ClaimWorkflow):
    """Deliberately broken for claims that run: one timer more at the beginning."""

    @workflow.init
    def __init__(self, start: ClaimInput) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: ClaimInput) -> dict[str, Any]:
        """As the real one, a second later."""
        await asyncio.sleep(1)
        return await super().run(start)


if __name__ == "__main__":
    # This file lies beside the packages whose digest tells one code from another.
    vars(wiring)["build_id"] = lambda: "atoz-broken"
    wiring.WORKFLOWS = (WaitsFirst, DeskWorkflow, MailboxWorkflow)
    worker.main()
