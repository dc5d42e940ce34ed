"""The worker process: settings, adapters, activities, a Temporal worker, until it is told to stop.

Thin over `atoz.wiring`. What stands here is what belongs to a process: refusing to start with a
reason, waiting for a server that is not there yet, draining on SIGTERM, and a deliberate exit.
"""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Coroutine, Iterator, Sequence
from datetime import timedelta
from typing import Any, NoReturn, TypeVar

from temporalio import activity, workflow
from temporalio.client import Client, Interceptor
from temporalio.exceptions import TemporalError
from temporalio.runtime import Runtime
from temporalio.worker import Worker

from activities.mailbox import now
from atoz import systemd
from atoz.connect import connect
from atoz.errors import AtozError, NoServer
from atoz.joining import joined, note_keys
from atoz.keeping import check_keys
from atoz.library import refuse_unproved
from atoz.logging import configure_logging
from atoz.mail.plain import one_line
from atoz.rules import Rules, load_rules
from atoz.service.admitting import admit
from atoz.service.base import Service
from atoz.service.holding import holding
from atoz.service.mailbox import mailbox_activities, watched
from atoz.service.registered import demand_registered
from atoz.settings import Settings
from atoz.telemetry import begin_at_zero, telemetry
from atoz.tracing import traced
from atoz.web.face import shown
from atoz.web.outside import Outside
from atoz.wiring import GRACE, build_worker

FIRST_PAUSE = timedelta(milliseconds=500)
LONGEST_PAUSE = timedelta(seconds=30)

_LOG = logging.getLogger("atoz.worker")
_T = TypeVar("_T")


def main() -> NoReturn:
    """Run until SIGTERM or SIGINT. Exit: 0 drained, 1 refused to start or failed."""
    code = asyncio.run(_run())
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    # The SDK's threads abort about one process in ten while the interpreter takes itself down.
    os._exit(code)


async def _run() -> int:
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    try:
        settings = Settings()
        _configure_logs(settings)
        told = telemetry(metrics=settings.health_port is not None)
        Runtime.set_default(told.runtime)
        outside = Outside(settings, told.metrics)
        async with (
            systemd.watched_over(),
            shown(outside, settings.health_host, settings.health_port, "ATOZ_HEALTH_PORT"),
            traced(settings, "worker") as interceptors,
        ):
            await _work(settings, outside, interceptors, stopping)
    except AtozError as refusal:
        sys.stderr.write(f"the worker does not start:\n{refusal}\n")
        return 1
    except (TemporalError, RuntimeError) as fault:
        # The SDK's fatal errors, such as a namespace that is not there, are bare RuntimeErrors.
        _LOG.error("the worker ended: %s", one_line(fault, 300))
        return 1
    return 0


async def _work(
    settings: Settings,
    outside: Outside,
    interceptors: Sequence[Interceptor],
    stopping: asyncio.Event,
) -> None:
    """From the rules to the end of the work; each step is seen from outside."""
    rules = load_rules(settings)
    refuse_unproved(rules.library, settings.playbooks, now().date())
    outside.readiness.reached("proved")
    await check_keys(settings)
    async with holding(settings, "worker", now):
        await _work_by(rules, settings, outside, interceptors, stopping)


async def _work_by(
    rules: Rules,
    settings: Settings,
    outside: Outside,
    interceptors: Sequence[Interceptor],
    stopping: asyncio.Event,
) -> None:
    """From the server that is found to the end of the work."""
    systemd.tell(systemd.READY)
    client = await _unless(stopping, _connected(settings, interceptors))
    if client is None:
        return
    outside.connected(client)
    if await _unless(stopping, _admitted(client, settings)):
        outside.readiness.reached("verified")
        begin_at_zero(Runtime.default().metric_meter, client.namespace, settings, now())
        service = Service(client, settings, now)
        more = mailbox_activities(service, rules.library)
        async with watched(service):
            worker = build_worker(client, settings, rules=rules, more=more, deployed=True)
            outside.works(worker)
            await _serve(worker, stopping)


def _configure_logs(settings: Settings) -> None:
    """One shape for all lines, replay or not: workflows log through the root handler, too.

    The claim's id stands beside the message, not within it, so that equal lines stay equal.
    """
    configure_logging(settings.log_format, settings.log_level)
    workflow.logger.workflow_info_on_message = False
    activity.logger.activity_info_on_message = False


async def _connected(settings: Settings, interceptors: Sequence[Interceptor]) -> Client:
    """A client that seals, however long the server takes to come up.

    Raises BadInput for bad settings, and where the server's claims are sealed with other keys.
    """
    for pause in _pauses():
        try:
            client, _ = await joined(await connect(interceptors=interceptors), settings)
            await note_keys(client, settings)
            return client
        except NoServer as fault:
            _LOG.warning("%s; trying again in %g s", fault, pause.total_seconds())
        await asyncio.sleep(pause.total_seconds())
    raise AssertionError("the pauses never end")


async def _admitted(client: Client, settings: Settings) -> bool:
    await demand_registered(client)
    await admit(client, settings)
    return True


def _pauses() -> Iterator[timedelta]:
    pause = FIRST_PAUSE
    while True:
        yield pause
        pause = min(2 * pause, LONGEST_PAUSE)


async def _unless(stopping: asyncio.Event, work: Coroutine[Any, Any, _T]) -> _T | None:
    """The result of `work`, or None when the process is told to stop before there is one."""
    task, stop = asyncio.create_task(work), asyncio.create_task(stopping.wait())
    await asyncio.wait({task, stop}, return_when=asyncio.FIRST_COMPLETED)
    stop.cancel()
    if task.done():
        return task.result()
    task.cancel()
    await asyncio.wait({task})
    return None


async def _serve(worker: Worker, stopping: asyncio.Event) -> None:
    """Work until told to stop, then let running activities finish. Raises what kills the worker."""
    running, stop = asyncio.create_task(worker.run()), asyncio.create_task(stopping.wait())
    _LOG.info("working on task queue %s", worker.task_queue)
    await asyncio.wait({running, stop}, return_when=asyncio.FIRST_COMPLETED)
    stop.cancel()
    if not running.done():
        _LOG.info("draining: what runs may take %g s to finish", GRACE.total_seconds())
        await worker.shutdown()
    await running
    _LOG.info("drained")


if __name__ == "__main__":
    main()
