"""The yardstick of a burst: a workflow that waits for an instant and runs one activity, and nothing else."""

import asyncio
import time
from datetime import datetime, timedelta

from temporalio import activity, workflow

from workflows import names

ALARM = "BareAlarm"
RING = "ring"


class Alarms:
    """Notes when each alarm rang (seconds since the epoch)."""

    def __init__(self) -> None:
        self.rang: list[float] = []

    @activity.defn(name=RING)
    async def ring(self) -> None:
        """It rings."""
        self.rang.append(time.time())


@workflow.defn(name=ALARM)
class BareAlarm:
    """Waits, rings, and stays for two hours, as a claim stays that has more to do."""

    @workflow.run
    async def run(self, due: str) -> None:
        """Wait until the instant, however late it is by then."""
        left = datetime.fromisoformat(due) - workflow.now()
        await asyncio.sleep(max(left, timedelta(0)).total_seconds())
        await workflow.execute_activity(RING, start_to_close_timeout=names.SEND_TIMEOUT)
        await workflow.sleep(timedelta(hours=2))
