"""Nobody reaches what they may not: every address of the board, tried by every role.

The table below is what the router itself must come to. A new address without a policy does not
start; one with a policy stands in this table or fails here, so that somebody has looked at it.
"""

from __future__ import annotations

import re
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI

from atoz.errors import AtozError
from atoz.service.policy import LEAST, Role, permitted
from atoz.web.app import addresses, check
from atoz.web.gate import Need, need_of
from tests.support.board import Stand, a_stand
from tests.support.summaries import Record, Summary, table

TABLE = Path(__file__).with_name("roles.txt")
HEAD = f"{'address':<56} {'act':<20} stranger viewer agent approver"
PLACES = {"order": "111-0000102-0000102", "task": "t1", "step": "s", "view": "needs-you"}
SHUT = {401: "401", 403: "403"}

Row = tuple[str, ...]
"""An address, its act, and what each visitor came to."""


async def test_every_address_lets_in_whom_it_should(
    tmp_path: Path, record_property: Record
) -> None:
    """401 for strangers, 403 for a role that is too small; `in` is any other answer."""
    stand = a_stand(tmp_path)
    browsers = {role: stand.browser(role, role.value) for role in Role}
    rows: list[Row] = []
    for route in addresses(stand.app):
        for method in sorted(route.methods or ()):
            need = need_of(route)
            act = need.act if isinstance(need, Need) else "open"
            answers = [await _outcome(stand.client(), method, str(route.path))]
            # Who logs out would be a stranger from then on.
            for role in Role:
                out = str(route.path) == "/logout"
                browser = stand.browser(role) if out else browsers[role]
                answers.append(await _outcome(browser, method, str(route.path)))
            rows.append((f"{method} {route.path}", act, *answers))
    _summary(rows).tell(record_property)
    assert [HEAD, *map(_line, rows)] == TABLE.read_text("utf-8").splitlines()


def _line(row: Row) -> str:
    address, act, stranger, viewer, agent, approver = row
    return f"{address:<56} {act:<20} {stranger:<8} {viewer:<6} {agent:<5} {approver}"


def _summary(rows: list[Row]) -> Summary:
    """What each role came to, for the proof."""
    shut = sum(answer in SHUT.values() for row in rows for answer in row)
    result = (
        f"{len(rows)} addresses by {len(Role) + 1} visitors, {shut} times shut: as the policy says"
    )
    lines = table([tuple(HEAD.split()), *rows])
    return Summary("role-crawl", "What each role reaches", result, lines)


async def _outcome(client: httpx2.AsyncClient, method: str, path: str) -> str:
    sha = "0" * 64
    address = re.sub(r"{(\w+)}", lambda found: PLACES.get(found[1], sha), path)
    answer = await client.request(method, address)
    to_login = answer.headers.get("location", "").startswith("/login") and path != "/logout"
    return "401" if to_login else SHUT.get(answer.status_code, "in")


async def test_the_table_says_what_the_policy_says() -> None:
    """The table is no second truth: it follows from the acts."""
    for line in TABLE.read_text("utf-8").splitlines()[1:]:
        _, _, act, stranger, *by_role = line.split()
        if act != "open":
            assert stranger == "401"
            assert by_role == ["in" if permitted(role, act) else "403" for role in Role]


def test_an_address_without_a_policy_does_not_start(tmp_path: Path) -> None:
    """Nothing is open because somebody forgot it."""
    app = a_stand(tmp_path).app
    check(app)

    @app.get("/forgotten")
    async def forgotten() -> str:
        return ""

    with pytest.raises(AtozError, match="/forgotten"):
        check(app)


def test_a_bare_application_has_nothing_to_check() -> None:
    """Guards the gate itself: the addresses are found at all."""
    assert list(addresses(FastAPI(openapi_url=None, docs_url=None, redoc_url=None))) == []


def test_every_act_of_the_policy_has_an_address(tmp_path: Path) -> None:
    """What the command can do to a claim, the API can."""
    found = {need_of(route) for route in addresses(a_stand(tmp_path).app)}
    acts = {need.act for need in found if isinstance(need, Need)}
    assert acts == LEAST.keys()


async def test_a_token_does_only_what_it_was_made_for(tmp_path: Path) -> None:
    """Its acts narrow its role."""
    stand: Stand = a_stand(tmp_path)
    narrow = stand.token(Role.APPROVER, acts=["pause"])
    client = stand.client(headers=narrow)
    assert (await client.get("/api/me")).status_code == 403
    assert (await client.post("/api/claims/111-0000102-0000102/resume")).status_code == 403
    assert (await client.post("/api/claims/111-0000102-0000102/pause")).status_code == 503
