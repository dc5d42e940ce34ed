"""The verbs of whoever looks after an installation: what each prints, and what it ends with.

One server with its claims in a file and one worker, called by the command alone.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import typer.main
from temporalio import workflow

from atoz import wiring
from atoz.access.journal import Journal
from atoz.access.people import Users
from atoz.cli.app import VERBS, build, main
from atoz.harness.devserver import database_of
from atoz.joining import note_keys
from atoz.service import deploying, desk
from atoz.service.base import claim_id
from atoz.service.policy import Role
from atoz.wiring import build_worker
from tests.support.changed import BREAKING, SAFE, changed
from tests.support.commanding import Captured, Command, command_of, ran, surroundings
from tests.support.server import Bench, a_bench
from tests.support.service import NOBODY, begun, eventually, over, service_of
from workflows import names
from workflows.desk import DeskItem, DeskState, DeskWorkflow

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="module")]

SECRET = "Ottilie-Housekeeping-Words"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shop(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Bench]:
    """A server of its own, since its keys are rotated and its builds promoted."""
    state = tmp_path_factory.mktemp("shop") / "state"
    async with a_bench(state, database=database_of(state)) as made:
        yield made


@pytest.fixture
def command(shop: Bench, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> Command:
    """The command beside this server."""
    return command_of(shop, monkeypatch, capsys)


# verify -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "breaks"), [(SAFE, False), (BREAKING, True)], ids=["safe", "breaking"]
)
async def test_verify_tells_a_breaking_change_from_a_safe_one(
    shop: Bench, command: Command, tmp_path: Path, change: str, breaks: bool
) -> None:
    """Exit 0 where every open claim goes on under the code that asks, else 1 with the list of those that
    do not; both for programs and for people.
    """
    order = await begun(service_of(shop))
    code, found = await command("verify")
    assert (code, found["ok"], found["broken"]) == (0, True, [])
    assert found["claims"] >= 1
    program = changed(tmp_path / "program", change)
    line = ["verify", "-o", "json"]
    ended = await asyncio.to_thread(ran, *line, environment=surroundings(shop), program=program)
    assert ended.stdout, f"it ended with {ended.returncode}: {ended.stderr}"
    there = json.loads(ended.stdout)
    assert there["build"] != found["build"]
    assert there["claims"] == found["claims"]
    assert (ended.returncode, there["ok"]) == ((1, False) if breaks else (0, True)), ended.stderr
    orders = [each["order_id"] for each in there["broken"]]
    assert (order in orders, len(orders)) == (breaks, found["claims"] if breaks else 0)
    assert all(each["why"].startswith("[TMPRL1100] Nondeterm") for each in there["broken"])


async def test_exported_histories_are_replayed_with_the_keys_of_their_server(
    shop: Bench, command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Whatever their files are called; without the keys nothing is said of claims that would break."""
    order = await begun(service_of(shop))
    history = await shop.server.client.get_workflow_handle(claim_id(order)).fetch_history()
    file = tmp_path / "export" / "of-today.json"
    await asyncio.to_thread(file.parent.mkdir)
    await asyncio.to_thread(file.write_text, history.to_json(), "utf-8")
    code, found = await command("verify", "--histories", str(file.parent))
    assert (code, found["ok"], found["claims"]) == (0, True, 1)
    monkeypatch.setenv("ATOZ_STATE", str(tmp_path / "elsewhere"))
    code, refused = await command("verify", "--histories", str(file.parent))
    assert code == 1
    assert f"{file}: the keys here do not open it: set ATOZ_STATE" in refused["error"]


# deploy -----------------------------------------------------------------------------------------

OWN_QUEUE = {"ATOZ_DEPLOYMENT": "atoz", "ATOZ_BUILD": "one", "ATOZ_TASK_QUEUE": "builds"}


@workflow.defn(name=names.DESK_WORKFLOW, sandboxed=False)
class SlowDesk(DeskWorkflow):
    """Deliberately broken for the desk that runs: a timer more at the beginning."""

    @workflow.init
    def __init__(self, state: DeskState) -> None:
        super().__init__(state)

    @workflow.run
    async def run(self, state: DeskState) -> None:
        """As the real one, a second later."""
        await workflow.sleep(1)
        await super().run(state)


async def test_no_build_is_promoted_that_the_desk_would_break_under(
    shop: Bench, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It goes over to each new build at once, so it is replayed first."""
    service = service_of(shop)
    await desk.put(service, DeskItem(key="<1@mail.example>", title="A mail"))
    await eventually(lambda: desk.tasks(service))
    for name, value in OWN_QUEUE.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(wiring, "WORKFLOWS", (SlowDesk,))
    code, refused = await command("deploy", "promote")
    assert code == 1
    assert "desk would not go on under this code: [TMPRL1100]" in refused["error"]


async def test_a_build_is_promoted_by_the_command(
    shop: Bench, command: Command, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    """Nothing without a deployment's name, a worker of it, and one of the build; then it is current."""
    monkeypatch.setattr(deploying, "WORKER_PATIENCE", deploying._LOOK_AGAIN)
    code, refused = await command("deploy", "status")
    assert (code, refused["exit"]) == (1, 1)
    assert "set ATOZ_DEPLOYMENT" in refused["error"]
    for name, value in OWN_QUEUE.items():
        monkeypatch.setenv(name, value)
    code, refused = await command("deploy", "status")
    assert (code, "was ever seen: start one" in refused["error"]) == (1, True)
    code, refused = await command("deploy", "promote", "two")
    assert (code, "no worker of build two is seen" in refused["error"]) == (1, True)

    own: dict[str, Any] = {"deployment": "atoz", "build": "one", "task_queue": "builds"}
    settings = shop.settings.model_copy(update=own)
    client = shop.server.client
    async with build_worker(client, settings, rules=shop.rules, deployed=True):
        monkeypatch.setattr(deploying, "WORKER_PATIENCE", 240 * deploying._LOOK_AGAIN)
        code, promoted = await command("deploy", "promote", "--as", "approver-1")
        assert code == 0
        assert promoted.keys() == {"deployment", "current", "previous", "replayed"}
        assert (promoted["current"], promoted["previous"]) == ("one", None)
        (entry,) = Journal(shop.settings.access_folder).newest(1).entries
        assert (entry.by, entry.outcome) == ("approver-1", "done")
        assert entry.on == {"deployment": "atoz", "current": "one"}
        assert (await command("deploy", "promote", "one"))[1]["previous"] == "one"
        await begun(service_of(shop, **own))

        async def counted() -> bool:
            (row,) = (await command("deploy", "status"))[1]["builds"]
            return bool(row["open_claims"] == 1)

        await eventually(counted)
        code, found = await command("deploy", "status")
        assert (code, found["deployment"], found["current"]) == (0, "atoz", "one")
        (row,) = found["builds"]
        assert row.keys() == {"build", "state", "current", "since", "open_claims"}
        assert (row["build"], row["state"], row["current"]) == ("one", "current", True)
    assert await asyncio.to_thread(main, ["deploy", "status"]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown[0] == "deployment atoz"
    assert shown[1].split() == ["build", "state", "open", "claims", "since"]
    assert shown[2].split()[:2] == ["one", "current"]


# keys -------------------------------------------------------------------------------------------


async def test_keys_are_rotated_retired_and_made_strict(shop: Bench, command: Command) -> None:
    """What is refused changes nothing; every open claim goes on after each."""
    order = await begun(service_of(shop), {"claim": {"buyer_comment": SECRET}})
    code, before = await command("keys", "list")
    (old,) = [key["id"] for key in before["keys"]]
    assert (code, before["unsealed"], before["retired"]) == (0, "refuse", [])
    assert (await command("keys", "new"))[1]["made"] is False
    code, refused = await command("keys", "retire", old)
    assert (code, "seals what is new: `atoz keys rotate` first" in refused["error"]) == (1, True)
    code, refused = await command("keys", "retire", "nobody's")
    assert (code, f"it has {old}" in refused["error"]) == (1, True)
    code, rotated = await command("keys", "rotate")
    assert (code, rotated["rewrapped"] >= 2) == (0, True)
    assert [key["seals"] for key in rotated["keys"]] == [True, False]
    code, left = await command("keys", "retire", old)
    assert (code, len(left["keys"]), left["retired"]) == (0, 1, [old])
    code, strict = await command("keys", "strict")
    assert (code, strict["unsealed"], strict["looked_at"] >= 1) == (0, "refuse", True)
    assert (await command("keys", "list"))[1]["unsealed"] == "refuse"
    assert (await command("verify"))[0] == 0
    assert (await command("status", order))[0] == 0
    secret = (shop.settings.ring_file).read_text("utf-8")
    keys = [key["key"] for key in json.loads(secret)["keys"]]
    assert keys
    assert not [key for key in keys if key in str((before, rotated, left, strict))]


# erase ------------------------------------------------------------------------------------------


async def test_a_claim_is_erased_by_the_command(
    shop: Bench, command: Command, tmp_path: Path
) -> None:
    """Refused while it is open; then every verb says that it was erased, and it is still counted."""
    service = service_of(shop)
    order = await begun(service)
    assert (await command("reply", order, "--text", f"I am {SECRET}."))[0] == 0
    code, refused = await command("erase", order)
    assert (code, "is open: it can be erased once" in refused["error"]) == (1, True)
    assert (await command("status", order))[0] == 0
    assert (await command("erase", NOBODY))[0] == 3
    await over(shop.server, service, order)
    assert SECRET in str(await command("timeline", order))
    counted = (await command("report"))[1]["decided"]
    assert counted["claims"] >= 1

    code, done = await command("erase", order, "--as", "approver-1")
    assert (code, done["already"], done["keys"], done["order_id"]) == (0, False, 1, order)
    assert done["files"] >= 1
    assert done["remains"]
    for line in (
        ["status", order],
        ["timeline", order],
        ["why", order, "appeal"],
        ["packet", order, "--to", str(tmp_path)],
        ["reply", order, "--text", "Hello?"],
        ["tasks", order],
    ):
        code, refused = await command(*line)
        assert (code, "was erased at" in refused["error"]) == (1, True), line
    assert not await asyncio.to_thread(os.listdir, tmp_path)
    code, page = await command("list", "--closed", "--limit", "1000")
    (row,) = [row for row in page["claims"] if row["order_id"] == order]
    assert SECRET not in str(row)
    # Only whether a deadline was missed is not among what stays.
    now_counted = {**(await command("report"))[1]["decided"], "breaches_unknown": 0}
    assert now_counted == counted
    code, again = await command("erase", order)
    assert (code, again["already"], again["keys"]) == (0, True, 0)
    assert again["erased_at"] == done["erased_at"]


# backup and restore -----------------------------------------------------------------------------


async def test_a_backup_is_taken_and_put_back_by_the_command(
    shop: Bench, command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """While everything runs; what is in use is refused on both ways; the copy has the same keys."""
    data, keys, state = (tmp_path / name for name in ("data", "keys", "back"))
    kept = ("--keys", str(keys))
    code, done = await command("backup", str(data), *kept)
    assert (code, done["data"], done["keys"]) == (0, str(data), str(keys))
    assert done["files"] >= 1
    code, refused = await command("backup", str(data), "--keys", str(tmp_path / "more"))
    assert (code, f"{data} is not empty" in refused["error"]) == (1, True)
    code, refused = await command("restore", str(data), *kept, "--state", str(shop.settings.state))
    assert (code, "is not empty" in refused["error"]) == (1, True)
    code, refused = await command("restore", str(keys), *kept, "--state", str(tmp_path / "no"))
    assert (code, "no whole backup" in refused["error"]) == (1, True)
    code, back = await command("restore", str(data), *kept, "--state", str(state))
    assert (code, back["state"], back["taken_at"]) == (0, str(state), done["taken_at"])
    here = (await command("keys", "list"))[1]
    monkeypatch.setenv("ATOZ_STATE", str(state))
    there = (await command("keys", "list"))[1]
    assert there["keys"] == here["keys"]
    assert there["file"] != here["file"]
    assert (state / "restored.json").exists()


# who, and what is asked -------------------------------------------------------------------------


async def test_roles_hold_where_the_server_says_where_its_state_is(
    shop: Bench, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody names the state folder: it is found through the server, and so are the users in it."""
    await note_keys(shop.server.client, shop.settings, state=shop.settings.state)
    monkeypatch.delenv("ATOZ_STATE")
    users, now = Users(shop.settings.access_folder), datetime.now(UTC)
    users.add("viewer-1", Role.VIEWER, None, now)
    users.add("agent-1", Role.AGENT, None, now)
    order = await begun(service_of(shop))
    code, refused = await command("pause", order, "--as", "viewer-1")
    assert (code, "viewer-1" in refused["error"], "agent" in refused["error"]) == (1, True, True)
    assert (await command("status", order))[1]["paused"] is False
    assert (await command("pause", order, "--as", "agent-1"))[0] == 0
    code, refused = await command("erase", order, "--as", "agent-1")
    assert (code, "approver" in refused["error"]) == (1, True)
    assert (await command("status", order))[1]["paused"]
    for verb in ("keys strict", "deploy promote"):
        code, refused = await command(*verb.split(), "--as", "agent-1")
        assert (code, "needs the role approver" in refused["error"]) == (1, True)
        (entry,) = Journal(shop.settings.access_folder).newest(1).entries
        assert (entry.act, entry.by, entry.outcome) == (verb, "agent-1", "refused")
    users.remove("viewer-1")
    assert (await command("resume", order, "--as", "viewer-1"))[0] == 0


def asking(order: str, file: Path) -> Iterator[list[str]]:
    """Every verb that asks for an order first, with all that it needs besides."""
    whole: Any = typer.main.get_command(build())
    for verb in (verb for verbs in VERBS.values() for verb in verbs):
        command = whole
        for word in verb.split():
            command = command.commands[word]
        needed = [each for each in command.params if each.required or each.name == "text"]
        if "order" in [each.name for each in needed[:1]]:
            given = {
                each.name: [*each.opts[:1]] if each.opts[0][0] == "-" else [] for each in needed
            }
            value = {**VALUES, "order": order, "file": str(file), "text_file": str(file)}
            yield [*verb.split(), *(word for n, o in given.items() for word in (*o, value[n]))]


VALUES = {
    "amount": "1",
    "at": "2099-01-01T00:00:00Z",
    "clock": "response",
    "digest": "0" * 64,
    "due": "2099-01-01T00:00:00Z",
    "status": "denied",
    "step": "appeal",
    "task": "approve-appeal",
    "text": "Hello?",
    "why": "to try it",
}
"""Good values of what verbs ask for beside an order."""


async def test_what_is_no_order_id_is_a_slip_and_an_order_without_a_claim_is_none(
    shop: Bench, command: Command, tmp_path: Path
) -> None:
    """Every verb that asks for an order first: exit 2 and how to write one, or exit 3. None leaves a key."""
    file = tmp_path / "file.txt"
    file.write_text('{"buyer": {"language": "de"}}', "utf-8")
    slips = list(asking("17-", file))
    assert len(slips) >= 15
    for line in slips:
        code, said = await command(*line)
        assert (code, said.get("exit")) == (2, 2), (line, said)
        assert "write it like 111-0000102-0000102" in said["error"], line
    for line in asking(NOBODY, file):
        code, said = await command(*line)
        assert (code, said.get("exit")) == (3, 3), (line, said)
    kept = await asyncio.to_thread(lambda: [*Path(shop.settings.store).rglob("*")])
    assert kept
    assert not [path for path in kept if NOBODY in str(path)]
