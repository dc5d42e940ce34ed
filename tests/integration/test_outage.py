"""After an outage messages leave one after the other, and each only if it still should."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from itertools import pairwise

import pytest
import pytest_asyncio

from atoz.harness.rehearse import Rehearsal
from atoz.harness.server import VirtualTime, virtual_time
from atoz.keeping import converter
from atoz.playbook import events as ev
from atoz.playbook.state import CaseState
from atoz.rules import Rules, load_rules
from atoz.settings import Settings
from atoz.wiring import build_worker
from tests.support.cases import library
from tests.support.server import Claim, a_case, a_mailer, decision, instants, shop_settings
from tests.support.service import eventually
from workflows import names

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="module")]

MINUTE = timedelta(minutes=1)
SENT = "message_sent:deescalate"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shop(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, Rules]:
    """A shop whose provider takes one message a minute."""
    settings = shop_settings(tmp_path_factory.mktemp("state"), late_sends_per_minute=1)
    return settings, load_rules(settings)


async def begun(server: VirtualTime, rules: Rules, count: int) -> list[Claim]:
    """Claims that wait for their first message."""
    cases = [a_case() for _ in range(count)]
    claims = [
        Claim(await Rehearsal.begin(server, case, library=rules.library), case.claim.notified_at)
        for case in cases
    ]
    for claim in claims:
        await claim.state()
    return claims


async def nobody_works_when_it_is_time(server: VirtualTime, claims: list[Claim]) -> None:
    """The timers of the first message ring, and no worker hears them: virtual time stands still then."""
    for claim in claims:
        await server.jump(claim.handle, claim.at("1d", -1) - claim.rehearsal.offset)
    await asyncio.sleep(2.5)


async def rests(server: VirtualTime, claim: Claim) -> CaseState:
    """The claim's state once nothing is under way, though a message of it may be due."""
    await eventually(lambda: server.idle(claim.handle))
    state: CaseState = await claim.handle.query("case", result_type=CaseState)
    return state


async def test_late_messages_take_turns(
    shop: tuple[Settings, Rules], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One at once, the others a minute apart; one whose claim is decided meanwhile never leaves."""
    settings, rules = shop
    monkeypatch.setattr(names, "OUTAGE", timedelta(seconds=1))
    async with virtual_time(converter(settings)) as server:
        async with build_worker(server.client, settings, rules=rules, mailer=a_mailer(settings)):
            claims = await begun(server, rules, 4)
        await nobody_works_when_it_is_time(server, claims)
        async with build_worker(server.client, settings, rules=rules, mailer=a_mailer(settings)):
            waiting = [claim for claim in claims if not instants(await rests(server, claim), SENT)]
            assert len(waiting) == 3
            decided = waiting.pop()
            await decided.take(decision("denied"))
            states = [await claim.reach("1d", 600) for claim in claims if claim is not decided]
            sent = sorted(at for state in states for at in instants(state, SENT))
            assert not instants(await decided.reach("1d", 600), SENT)
    first = claims[0].at("1d")
    assert timedelta(seconds=1) <= sent[0] - first < MINUTE
    assert all(later - earlier > 0.9 * MINUTE for earlier, later in pairwise(sent)), sent
    assert sent[-1] - first < 5 * MINUTE, (
        "the turn of the claim that was decided is not waited for long"
    )


async def test_an_answer_that_is_due_sooner_now_waits_behind_no_message(
    shop: tuple[Settings, Rules], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The deadline moves while a message waits its turn: the message goes by then, and the answer begins."""
    settings, rules = shop
    monkeypatch.setattr(names, "OUTAGE", timedelta(seconds=1))
    async with virtual_time(converter(settings)) as server:
        async with build_worker(server.client, settings, rules=rules, mailer=a_mailer(settings)):
            claims = await begun(server, rules, 3)
        await nobody_works_when_it_is_time(server, claims)
        async with build_worker(server.client, settings, rules=rules, mailer=a_mailer(settings)):
            late, *_ = [each for each in claims if not instants(await rests(server, each), SENT)]
            begins = await late.now() + timedelta(seconds=5)
            due = begins + library().playbook("documented").answering
            await late.take(
                ev.DueSet(at=begins, by="approver-1", key="d", clock="response", due=due)
            )
            state = await late.reach("1d", 20)
    (sent,), (drafted,) = instants(state, SENT), instants(state, "appeal_drafted")[:1]
    assert begins - timedelta(seconds=1) <= sent <= drafted < begins + timedelta(seconds=10)


async def test_what_was_kept_back_for_the_night_goes_in_turns_too(
    shop: tuple[Settings, Rules],
) -> None:
    """Whatever kept the claims: paused over their plan, resumed by night, all of them are due at 08:00."""
    settings, rules = shop
    async with (
        virtual_time(converter(settings)) as server,
        build_worker(server.client, settings, rules=rules, mailer=a_mailer(settings)),
    ):
        claims = await begun(server, rules, 3)
        for claim in claims:
            await claim.take(
                ev.Paused(at=claim.notified_at, by="approver-1", key="p", why="strike")
            )
            await claim.reach("34h")
            await claim.take(ev.Resumed(at=claim.at("34h"), by="approver-1", key="r"))
        states = [await claim.reach("45h", 600) for claim in claims]
    sent = sorted(at for state in states for at in instants(state, SENT))
    morning = claims[0].at("45h")
    assert [round((at - morning) / MINUTE) for at in sent] == [0, 1, 2]


async def test_who_is_on_time_waits_for_nobody(shop: tuple[Settings, Rules]) -> None:
    """However many there are: turns are for what an outage delayed."""
    settings, rules = shop
    async with (
        virtual_time(converter(settings)) as server,
        build_worker(server.client, settings, rules=rules, mailer=a_mailer(settings)),
    ):
        for claim in await begun(server, rules, 3):
            assert instants(await claim.reach("25h"), SENT) == [claim.at("1d")]
