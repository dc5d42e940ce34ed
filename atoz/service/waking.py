"""Starting a pass over the mailbox early: new mail came, or a claim for which mail is held."""

import logging

from temporalio.client import Client, ScheduleOverlapPolicy
from temporalio.service import RPCError

from atoz.mail.plain import one_line
from atoz.service.calls import SERVER_PATIENCE
from workflows import names

_LOG = logging.getLogger("atoz.mailbox")


async def wake(client: Client) -> None:
    """Start a pass now; while one runs, another one right after it. A failure is only logged."""
    try:
        handle = client.get_schedule_handle(names.MAILBOX_SCHEDULE)
        await handle.trigger(overlap=ScheduleOverlapPolicy.BUFFER_ONE, rpc_timeout=SERVER_PATIENCE)
    except RPCError as fault:
        _LOG.warning("the schedule could not be started early: %s", one_line(fault.message, 200))
