"""Every wait of the documented playbook on the real server: one second before, nothing; then it acts.

The claim arrives at 11:00 in Los Angeles, so that no sending hour moves a step unless a test is
about that. Instants are those of the playbook file and of the policy of the marketplace.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from atoz.playbook import events as ev
from atoz.playbook.state import CaseState
from tests.support.cases import ARRIVED
from tests.support.loopback import listening
from tests.support.scripted_smtp import ScriptedServer
from tests.support.server import Bench, Claim, a_bench, a_case, decision, instants, photos, reply

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="session")]

SECOND = timedelta(seconds=1)
PROMPT = timedelta(seconds=10)
"""How long real work may take after a timer rang, on a busy machine."""

Prepare = Callable[[Claim], Awaitable[Any]]


class WaitOf(NamedTuple):
    """A wait that ends `at` this span after the notice with the fact `name`, the `nth` of them."""

    at: str
    name: str
    prepare: Prepare | None = None
    nth: int = 0
    seconds: float = 0
    changes: dict[str, Any] | None = None


async def answered(claim: Claim) -> None:
    """The appeal is in, with its receipt, five days after the notice."""
    state = await claim.reach("5d")
    task = next(task for task in state.tasks if task.kind == "submit-appeal" and task.open)
    await claim.take(ev.TaskDone(at=state.started_at, key="r", task=task.id, receipt="R-1"))


def after(span: str, *said: ev.Event) -> Prepare:
    """Events that arrive at this span after the notice."""

    async def prepare(claim: Claim) -> None:
        await claim.reach(span)
        for event in said:
            await claim.take(event)

    return prepare


async def asked_and_decided(claim: Claim) -> None:
    """The claim is granted at the seller's cost on day 2."""
    await claim.reach("2d")
    await claim.take(decision("granted_seller_funded"))


async def edited_badly(claim: Claim) -> None:
    """A person writes what the checks find fault with, and nobody approves it."""
    state = await claim.reach("4d1h")
    task = next(task for task in state.tasks if task.kind == "submit-appeal" and task.open)
    text = "The buyer is a liar and a fraud."
    await claim.take(ev.Edited(at=ARRIVED, by="approver-1", key="e", task=task.id, text=text))


AT_NIGHT = {"claim": {"notified_at": "2026-09-08T11:00:00Z", "filed_at": "2026-09-08T11:00:00Z"}}
"""04:00 in Los Angeles: a day later the sending hours have not begun."""

WAITS = {
    "deescalate, a day": WaitOf("1d", "message_sent:deescalate"),
    "deescalate, in the sending hours": WaitOf("28h", "message_sent:deescalate", changes=AT_NIGHT),
    "request-photos, three days": WaitOf("3d", "message_sent:request_photos"),
    "appeal, a day after the request": WaitOf("4d", "appeal_drafted"),
    # 7 d less margin 24 h, approval 2 h, the operator's 4 h and an hour of tries.
    "appeal, held until its latest start": WaitOf(
        "5d17h", "appeal_drafted", after("95h", reply("Withdrawn.", "says_withdrawn"))
    ),
    "nobody approves: the facts alone": WaitOf("5d19h", "overridden", edited_badly),
    "warning, 48 h": WaitOf("5d", "deadline_warning"),
    "warning, 24 h": WaitOf("6d", "deadline_warning", nth=1),
    "warning, 6 h": WaitOf("6d18h", "deadline_warning", nth=2),
    "warning, 1 h": WaitOf("6d23h", "deadline_warning", nth=3),
    "the answer was due": WaitOf("7d", "deadline_missed"),
    "no decision, two weeks after the answer": WaitOf(
        "19d", "task_opened:check-decision", answered, seconds=1
    ),
    "a question, 6 h left of a day": WaitOf(
        "30h", "deadline_warning", after("12h", reply("Which one?", "question"))
    ),
    "a question, the day is over": WaitOf(
        "36h", "deadline_missed", after("12h", reply("Which one?", "question"))
    ),
    "held for two days, a mail": WaitOf(
        "70h", "message_sent:deescalate", after("22h", reply("Withdrawn.", "says_withdrawn"))
    ),
    "an information request, 24 h left of 72": WaitOf(
        "60h",
        "deadline_warning",
        after("12h", ev.InformationRequested(at=ARRIVED, message_id="<info@x>")),
        nth=1,
    ),
    "the window for an appeal after a decision": WaitOf("32d", "claim_closed", asked_and_decided),
}


@pytest.mark.parametrize("wait", WAITS.values(), ids=WAITS)
async def test_a_wait_ends_at_its_instant_and_not_before(bench: Bench, wait: WaitOf) -> None:
    """Looked at one second before its end, and after it."""
    claim = await bench.begin(a_case(*([wait.changes] if wait.changes else [])))
    if wait.prepare:
        await wait.prepare(claim)
    end = claim.at(wait.at)
    early = await claim.reach(wait.at, -1)
    seen = instants(early, wait.name)[wait.nth :]
    # A busy machine may have looked too late; then the instant itself must tell.
    assert not seen or seen[0] >= end
    assert len(instants(early, wait.name)) >= wait.nth
    found = instants(await claim.reach(wait.at, 1 + wait.seconds), wait.name)[wait.nth :]
    assert found
    assert end <= found[0] <= end + PROMPT


async def test_aftercare_ends_with_the_archive(bench: Bench) -> None:
    """Thirty days after the claim closed the workflow writes its archive and completes."""
    claim = await bench.begin(a_case())
    await claim.reach("2d")
    state = await claim.take(decision("withdrawn"))
    assert state.closed_at is not None
    done = state.closed_at + timedelta(days=30)
    state, _, _ = await claim.rehearsal.reach(done - SECOND)
    assert state.archive_ref is None or await claim.now() >= done
    await claim.rehearsal.reach(done + SECOND)
    ended = await claim.handle.result()
    assert ended["status"] == "withdrawn"
    assert await bench.archived(claim.handle.id) is not None


async def test_a_refused_mail_is_tried_again_after_its_pause(tmp_path: Path) -> None:
    """Refused for now: again 5 minutes later, 10 after that, 15 after that, until it is taken."""
    relay = ScriptedServer({"RCPT": "450 later"})
    async with listening(relay.serve) as port:
        smtp: dict[str, Any] = {"smtp_host": "127.0.0.1", "smtp_port": port}
        async with a_bench(tmp_path, smtp_security="none", **smtp) as own:
            claim = await own.begin(a_case())
            state = await claim.reach("1d", 1)
            for tries, pause in enumerate((5, 10, 15), start=1):
                refused = instants(state, "message_refused:deescalate")
                assert len(refused) == tries
                again = refused[-1] + timedelta(minutes=pause)
                early = (await claim.rehearsal.reach(again - SECOND))[0]
                assert len(instants(early, "message_refused:deescalate")) == tries or (
                    await claim.now() >= again
                )
                relay.script["RCPT"] = "250 ok" if pause == 15 else "450 later"
                state = (await claim.rehearsal.reach(again + SECOND))[0]
    assert len(instants(state, "message_refused:deescalate")) == 3
    assert len(instants(state, "message_sent:deescalate")) == 1
    assert relay.commands.count("DATA") == 1


# A reply one second before, and one second after ------------------------------------------------


async def around(
    bench: Bench, span: str, event: Callable[[], ev.Event]
) -> tuple[CaseState, CaseState]:
    """The same event one second before this span and one second after, in two claims.

    Both states as they are a minute later.
    """
    ends: list[CaseState] = []
    for seconds in (-1, 1):
        claim = await bench.begin(a_case())
        await claim.reach(span, seconds)
        await claim.take(event())
        ends.append(await claim.reach(span, 60))
    return ends[0], ends[1]


async def test_photos_just_before_the_request_make_it_pointless(bench: Bench) -> None:
    """One second before it is skipped, one second after it is out; the appeal goes in both."""
    before, later = await around(bench, "3d", photos)
    assert in_time(before, "3d")
    assert instants(before, "message_sent:request_photos") == []
    assert len(instants(before, "step_skipped")) == 1
    assert len(instants(before, "appeal_drafted")) == 1
    assert len(instants(later, "message_sent:request_photos")) == 1
    assert len(instants(later, "appeal_drafted")) == 1


async def test_a_wish_for_silence_just_before_a_mail_stops_it(bench: Bench) -> None:
    """One second before the first mail it is never sent; one second after it was."""
    before, later = await around(bench, "1d", lambda: reply("Stop.", "stop_contact"))
    assert in_time(before, "1d")
    assert instants(before, "message_sent") == []
    assert len(instants(later, "message_sent")) == 1


async def test_a_withdrawal_just_before_the_appeal_holds_it(bench: Bench) -> None:
    """One second before the appeal holds it for two days; one second after it is written already."""
    before, later = await around(bench, "4d", lambda: reply("I withdrew it.", "says_withdrawn"))
    assert in_time(before, "4d")
    assert instants(before, "appeal_drafted") == []
    assert instants(later, "appeal_drafted") != []


async def test_a_decision_just_before_a_mail_ends_all_mail(bench: Bench) -> None:
    """One second before the second mail it never goes; one second after it went."""
    before, later = await around(bench, "3d", lambda: decision("denied"))
    assert in_time(before, "3d")
    assert instants(before, "message_sent:request_photos") == []
    assert len(instants(later, "message_sent:request_photos")) == 1
    assert instants(later, "appeal_drafted") == []


def in_time(state: CaseState, span: str) -> bool:
    """Whether what arrived did so before the instant: a stalled machine proves nothing."""
    arrived: list[datetime] = [
        *instants(state, "reply_received"),
        *instants(state, "decision_received"),
    ]
    end = Claim.instant(state.file.claim.notified_at, span)
    if arrived[0] >= end:
        pytest.skip("the machine stalled for a second at the wrong moment")
    return True
