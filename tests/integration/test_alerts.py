"""Alert rules and dashboard ask for what a real worker exports."""

from __future__ import annotations

import httpx2
import pytest
import pytest_asyncio
from temporalio.testing import ActivityEnvironment

from activities.jobs import MailboxFailure, MailboxJob
from atoz import meters
from atoz.settings import Settings
from atoz.telemetry import begin_at_zero, telemetry
from tests.support.board import a_stand
from tests.support.mailroom import NOW, World, sample
from tests.support.marked import Played
from tests.support.promql import Exported, exported, faults, panels, rules
from tests.support.server import shop_settings

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def series(played: Played, tmp_path_factory: pytest.TempPathFactory) -> Exported:
    """What the worker of a claim's whole life exported, and one that has a mailbox beside it."""
    told = telemetry(metrics=True)
    mailbox = {"imap_host": "127.0.0.1", "imap_username": "a", "imap_password": "b"}
    settings = shop_settings(tmp_path_factory.mktemp("mail"), **mailbox, authserv_id="mx.example")
    begin_at_zero(told.runtime.metric_meter, "default", settings, NOW)
    environment = ActivityEnvironment()
    environment.metric_meter = told.runtime.metric_meter
    world = World(sample("01"), sample("02"))
    await environment.run(world.passes.read_mailbox, MailboxJob())
    await environment.run(world.passes.tell_mailbox_failed, MailboxFailure(why="x", at=NOW))
    assert told.metrics is not None
    async with httpx2.AsyncClient() as client:
        page = (await client.get(told.metrics)).text
    return exported(played.seen("metrics"), page, await a_board_day(settings))


async def a_board_day(settings: Settings) -> str:
    """What a board exports that lets in one and not the other, and whose server does not answer."""
    stand = a_stand(settings.state, settings=settings)
    client = stand.client()
    for path, headers in (("/api/claims", stand.token()), ("/api/claims", {}), ("/nowhere", {})):
        await client.get(path, headers=headers)
    await client.post("/api/inbound/claims", content=b"{}")
    return stand.board.tally.page().decode()


async def test_every_alert_asks_for_what_is_there(series: Exported) -> None:
    """Names, labels and the values that are matched: an alert with a slip of the pen never rings."""
    found = {rule["alert"]: faults(rule["expr"], series) for rule in rules()}
    assert {alert: why for alert, why in found.items() if why} == {}
    assert len(found) >= 15


async def test_every_panel_asks_for_what_is_there(series: Exported) -> None:
    """As the alerts."""
    found = {title: why for title, query in panels() if (why := faults(query, series))}
    assert found == {}


async def test_a_query_with_a_slip_is_found(series: Exported) -> None:
    """Else the silence of the two tests above would say nothing."""
    for slip in (
        "sum(atoz_sends_total",
        "sum(increase(atoz_sent_total[1h]))",
        'atoz_sends_total{result="lost"}',
        'atoz_sends_total{outcome="unknown"}',
        "sum by (reason) (atoz_sends_total)",
        'absent(rate(atoz_sends_total{result=~"unkno"}[5m]))',
    ):
        assert faults(slip, series), slip


async def test_the_labels_are_the_listed_ones(series: Exported) -> None:
    """Ours, those that the SDK adds, and a histogram's bound: nothing that could be a buyer's."""
    added = {"namespace", "task_queue", "workflow_type", "activity_type", "le"}
    for meter in meters.EVERY:
        names = [meter.name + end for end in ("", "_total", "_bucket", "_count")]
        own = {label for name in names for labels in series.get(name, ()) for label in labels}
        assert own <= {*meter.labels, *added}, meter.name
