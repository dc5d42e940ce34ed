"""The board's door: every way in and every way in which it stays shut, without any server behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from html import escape, unescape
from pathlib import Path
from urllib.parse import quote

import pytest

from atoz.access.attempts import MOST
from atoz.access.sessions import IDLE
from atoz.errors import BadInput
from atoz.service.policy import Role
from atoz.settings import Settings
from atoz.web.alone import Showing
from atoz.web.api.examples import ORDER
from atoz.web.serve import login_link
from atoz.web.shield import HEADERS, ORDINARY, STRANGERS, WITH_FILES
from tests.support.board import Clock, Stand, a_stand, csrf_in

ACT = f"/api/claims/{ORDER}/pause"
WORDS = "four plain words here"
OPEN = 503
"""What an act that is let in comes to here, where no server is."""


async def test_a_link_lets_a_browser_in_once(tmp_path: Path) -> None:
    """Its cookie is for this site alone; the second try says how to get another."""
    stand = a_stand(tmp_path)
    link = login_link(stand.board, "approver-1")
    assert link
    browser = stand.client()
    answer = await browser.get(link)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("atoz-9233=")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert (await browser.get("/api/me")).json()["name"] == "approver-1"
    again = await stand.client().get(link)
    assert again.status_code == 401
    assert "atoz login" in again.text


async def test_a_password_lets_in_and_logging_out_ends_it(tmp_path: Path) -> None:
    """Also for whoever has a copy of the cookie. A wrong one keeps the name that was typed."""
    stand = a_stand(tmp_path)
    stand.board.access.users.add("approver-1", Role.AGENT, WORDS, stand.board.now())
    browser = stand.client()
    wrong = await browser.post("/login", data={"name": "approver-1", "password": "not this one"})
    assert wrong.status_code == 401
    assert 'value="approver-1"' in wrong.text
    assert (
        await browser.post("/login", data={"name": "approver-1", "password": WORDS})
    ).status_code == 303
    assert (await browser.get("/api/me")).json() | {"acts": []} == {
        "name": "approver-1",
        "role": "agent",
        "via": "password",
        "acts": [],
    }
    copy = stand.client(cookies=dict(browser.cookies))
    page = await copy.get("/queue/needs-you")
    out = await browser.post("/logout", data={"csrf": csrf_in(page.text)})
    assert out.headers["location"] == "/login"
    assert (await copy.get("/api/me")).status_code == 401


async def test_a_session_that_ended_leads_to_the_login(tmp_path: Path) -> None:
    """A page is a redirect, a program gets a problem document."""
    clock = Clock()
    stand = a_stand(tmp_path, clock=clock)
    browser = stand.browser()
    assert (await browser.post(ACT)).status_code == OPEN
    clock.move(IDLE)
    page = await browser.get("/queue/needs-you")
    assert (page.status_code, page.headers["location"]) == (303, "/login?next=/queue/needs-you")
    act = await browser.post(ACT)
    assert act.status_code == 401
    assert act.headers["content-type"] == "application/problem+json"


CAME = "/claims/111-0000102-0000102?did=pause&lang=en"


async def test_whoever_logs_in_comes_back_to_the_page_that_they_wanted(tmp_path: Path) -> None:
    """By password and by link, with what was asked of the page; a picture of a page is no page."""
    stand = a_stand(tmp_path)
    stand.board.access.users.add("approver-1", Role.AGENT, WORDS, stand.board.now())
    words = {"name": "approver-1", "password": WORDS}
    browser = stand.client(follow=True)
    form = await browser.get(CAME)
    place = unescape(form.text.partition('name="next" value="')[2].partition('"')[0])
    assert place == CAME
    wrong = await browser.post("/login", data={**words, "password": "no", "next": place})
    assert f'value="{escape(CAME)}"' in wrong.text
    browser.follow_redirects = False
    came = await browser.post("/login", data={**words, "next": place})
    assert (came.status_code, came.headers["location"]) == (303, CAME)
    assert (await browser.get(f"/login?next={quote(CAME)}")).headers["location"] == CAME

    by_link = stand.client(follow=True)
    await by_link.get(CAME)
    by_link.follow_redirects = False
    link = login_link(stand.board, "approver-1")
    assert link
    assert (await by_link.get(link)).headers["location"] == CAME
    picture = await stand.client().get(CAME, headers={"Sec-Fetch-Dest": "image"})
    assert picture.headers["location"] == "/login"


@pytest.mark.parametrize(
    "place",
    [
        "https://evil.example/",
        "//evil.example/queue/needs-you",
        "/\\evil.example",
        "/\t/evil.example",
        "/queue/needs-you\r\nX: y",
        "javascript:alert(1)",
        "queue/needs-you",
        "/%2F/evil.example",
        "/..//evil.example",
        "/login",
        "/login/secret",
        "/api/me",
        "/logout",
        "/no-such-page",
        "/queue/ä",
    ],
)
async def test_the_login_leads_nobody_off_the_board(tmp_path: Path, place: str) -> None:
    """What is no page of the board leads to its beginning; logged in already or not."""
    stand = a_stand(tmp_path)
    stand.board.access.users.add("approver-1", Role.AGENT, WORDS, stand.board.now())
    words = {"name": "approver-1", "password": WORDS, "next": place}
    answer = await stand.client().post("/login", data=words)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    known = await stand.browser().get("/login", params={"next": place})
    assert known.headers["location"] == "/"


async def test_an_act_needs_the_token_of_its_page(tmp_path: Path) -> None:
    """None, a wrong one or another session's is refused; a header or a field of a form will do."""
    stand = a_stand(tmp_path)
    browser, other = stand.browser(), stand.browser(name="agent-2")
    token = browser.headers.pop("X-CSRF-Token")
    for wrong in ({}, {"X-CSRF-Token": "x"}, {"X-CSRF-Token": other.headers["X-CSRF-Token"]}):
        assert (await browser.post(ACT, headers=wrong)).status_code == 403
    assert (await browser.post(ACT, headers={"X-CSRF-Token": token})).status_code == OPEN
    form = "/claims/111-0000102-0000102/pause"
    assert (await browser.post(form, data={"why": "x"})).status_code == 403
    assert (await browser.post(form, data={"why": "x", "csrf": token})).status_code == OPEN


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "http://127.0.0.1:9233"}, OPEN),
        ({"Origin": "http://localhost:9233"}, OPEN),
        ({"Origin": "http://localhost:9234"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
    ],
)
async def test_another_sites_page_makes_nobody_act(
    tmp_path: Path, headers: dict[str, str], status: int
) -> None:
    """What the browser says of where a request comes from is believed."""
    assert (await a_stand(tmp_path).browser().post(ACT, headers=headers)).status_code == status


@pytest.mark.parametrize("host", ["evil.example", "evil.example:9233", "127.0.0.1", "127.0.0.1:80"])
async def test_a_foreign_name_is_not_answered(tmp_path: Path, host: str) -> None:
    """A page of elsewhere whose name was bent to this machine gets nothing, logged in or not."""
    answer = await a_stand(tmp_path).browser().get("/api/me", headers={"Host": host})
    assert answer.status_code == 421
    assert "not known under the name" in answer.json()["detail"]


@pytest.mark.parametrize("path", ["/login", "/api/me", "/nothing", "/static/board.css", "/"])
async def test_every_answer_is_sealed(tmp_path: Path, path: str) -> None:
    """Errors and redirects, too: no script or style but our own files, no frame, no sniffing."""
    answer = await a_stand(tmp_path).client().get(path)
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    assert "unsafe" not in answer.headers["content-security-policy"]


async def test_no_markup_of_ours_needs_what_the_policy_forbids(tmp_path: Path) -> None:
    """No inline script, handler or style stands in any page."""
    page = (await a_stand(tmp_path).browser().get("/login", follow_redirects=True)).text
    for forbidden in ("<script>", " onclick", " onload", " style=", "<style", "javascript:"):
        assert forbidden not in page


async def test_a_surprise_tells_nothing_of_itself(tmp_path: Path) -> None:
    """No trace leaves; the answer is sealed like every other."""
    stand = a_stand(tmp_path)

    def broken() -> None:
        raise RuntimeError("the password is hunter2")

    stand.app.add_api_route("/api/broken", broken)
    answer = await stand.client().get("/api/broken")
    assert answer.status_code == 500
    assert "hunter2" not in answer.text
    assert "Traceback" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("announced", [True, False])
async def test_what_is_too_large_is_refused(tmp_path: Path, announced: bool) -> None:
    """By its announced length, and by what comes all the same; a stranger may send less."""
    stand = a_stand(tmp_path)
    whole = b'{"why": "' + b"x" * 1_000_000 + b'"}'

    form = "application/x-www-form-urlencoded"
    for client, path, content, kind in (
        (stand.browser(), ACT, whole, "application/json"),
        (stand.client(), "/login", whole[: STRANGERS + 1], form),
    ):
        body = content if announced else _in_parts(content)
        answer = await client.post(path, content=body, headers={"Content-Type": kind})
        assert answer.status_code == 413, path


@pytest.mark.parametrize(
    ("path", "most"),
    [
        (f"/claims/{ORDER}/start", ORDINARY),
        (f"/claims/{ORDER}/pause", ORDINARY),
        (f"/api/claims/{ORDER}/reply", ORDINARY),
        ("/api/nothing/evidence", ORDINARY),
        (f"/claims/{ORDER}/evidence", WITH_FILES),
        (f"/api/claims/{ORDER}/evidence", WITH_FILES),
        (f"/api/claims/{ORDER}/reply-with-photos", WITH_FILES),
        ("/start", WITH_FILES),
        ("/start/read", WITH_FILES),
    ],
)
async def test_only_where_files_are_sent_a_body_may_be_large(
    tmp_path: Path, path: str, most: int
) -> None:
    """What an address takes is said where it is made: no other becomes one by its name's ending."""
    stand = a_stand(tmp_path)
    headers = {"Content-Type": "text/plain", "Content-Length": str(most + 1)}
    answer = await stand.browser().post(path, content=b"", headers=headers)
    assert answer.status_code == 413
    assert f"{most:,}" in answer.text
    headers["Content-Length"] = str(most)
    assert (await stand.browser().post(path, content=b"", headers=headers)).status_code != 413


async def _in_parts(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), 50_000):
        yield content[start : start + 50_000]


async def test_a_bad_token_is_refused_and_guessing_is_slow(tmp_path: Path) -> None:
    """Wrong, revoked and expired ones alike; after ten whoever guesses waits, and nobody who need not."""
    clock = Clock()
    stand = a_stand(tmp_path, clock=clock)
    good = stand.token(lasts=timedelta(days=1))
    assert (await stand.client(headers=good).get("/api/me")).status_code == 200
    for _ in range(MOST):
        bad = await stand.client().get("/api/me", headers={"Authorization": "Bearer atoz_1_2"})
        assert (bad.status_code, bad.headers["www-authenticate"]) == (401, "Bearer")
    wrong = {"Authorization": "Bearer atoz_1_2"}
    slow = await stand.client().get("/api/me", headers=wrong)
    assert slow.status_code == 429
    assert int(slow.headers["retry-after"]) == 300
    elsewhere = await stand.client(address="10.0.0.9").get("/api/me", headers=wrong)
    assert elsewhere.status_code == 401
    # What others send from the same address, as from behind one proxy, keeps out no program.
    assert (await stand.client(headers=good).get("/api/me")).status_code == 200
    clock.move(timedelta(days=1))
    assert (await stand.client(headers=good).get("/api/me")).status_code == 401


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:10.0.0.1", "10.0.0.1", True),
        ("10.0.0.1", "10.0.0.2", False),
    ],
)
async def test_guesses_are_counted_against_who_can_make_them(
    tmp_path: Path, one: str, other: str, alike: bool
) -> None:
    """Whoever has an address of IPv6 has a network of them."""
    stand, wrong = a_stand(tmp_path), {"Authorization": "Bearer atoz_1_2"}
    for _ in range(MOST):
        assert (await stand.client(address=one).get("/api/me", headers=wrong)).status_code == 401
    last = await stand.client(address=other).get("/api/me", headers=wrong)
    assert last.status_code == (429 if alike else 401)


@pytest.mark.parametrize("written", ["10.0.0.1:{port}", "[2001:db8::1]:{port}", "x, 10.0.0.1"])
async def test_the_proxy_may_write_a_port_behind_the_address(tmp_path: Path, written: str) -> None:
    """Which is another one for each try, and so no part of whom it is counted against."""
    stand = behind(tmp_path)
    client = stand.client(address="10.0.0.5")
    answers = []
    for number in range(MOST + 1):
        named = {"X-Forwarded-For": written.format(port=4000 + number)}
        answer = await client.get("/api/me", headers={"Authorization": "Bearer x", **named})
        answers.append(answer.status_code)
    assert answers == [*[401] * MOST, 429]


async def test_a_new_login_ends_the_session_that_the_browser_had(tmp_path: Path) -> None:
    """A cookie that somebody left or planted there opens nothing any more."""
    stand = a_stand(tmp_path)
    link = stand.board.access.links.new("support-1", stand.board.now())
    browser = stand.browser()
    before = dict(browser.cookies)
    assert (await stand.client(cookies=before).get("/api/me")).status_code == 200
    assert (await browser.get(f"/login/{link}")).status_code == 303
    assert (await stand.client(cookies=before).get("/api/me")).status_code == 401


async def test_a_token_is_no_cookie(tmp_path: Path) -> None:
    """It needs no token of a form, and a bad one is not covered by a good session."""
    stand = a_stand(tmp_path)
    assert (await stand.client(headers=stand.token()).post(ACT)).status_code == OPEN
    browser = stand.browser()
    assert (await browser.get("/api/me", headers={"Authorization": "Bearer x"})).status_code == 401
    assert (await browser.get("/api/me", headers={"Authorization": "Basic x"})).status_code == 401


# Behind a reverse proxy -----------------------------------------------------------------------------


def behind(folder: Path, **more: object) -> Stand:
    """A board behind a proxy at 10.0.0.5 that names users and groups."""
    settings = Settings.model_validate(
        {
            "state": folder,
            "board_host": "0.0.0.0",  # noqa: S104 - what is tested
            "board_url": "https://claims.shop.example",
            "board_proxies": "10.0.0.5",
            "board_user_header": "X-Forwarded-User",
            "board_roles_header": "X-Forwarded-Groups",
            **more,
        }
    )
    return a_stand(folder, settings=settings)


PROXIED = {"X-Forwarded-User": "approver-1@shop.example", "X-Forwarded-Groups": "staff, atoz-agent"}


async def test_the_proxy_vouches_for_people(tmp_path: Path) -> None:
    """Only from its own address; the first page begins a session that guards their forms."""
    stand = behind(tmp_path)
    stranger = stand.client(address="10.0.0.6", headers=PROXIED)
    assert (await stranger.get("/api/me")).status_code == 401
    browser = stand.client(address="10.0.0.5", headers=PROXIED)
    me = (await browser.get("/api/me")).json()
    assert (me["name"], me["role"], me["via"]) == ("approver-1@shop.example", "agent", "proxy")
    assert (await browser.post(ACT)).status_code == 403
    page = await browser.get("/queue/needs-you")
    cookie = page.headers["set-cookie"]
    assert cookie.startswith("__Host-atoz=")
    assert "Secure" in cookie
    guarded = {"X-CSRF-Token": csrf_in(page.text)}
    assert (await browser.post(ACT, headers=guarded)).status_code == OPEN
    # Her session is of no use to anybody whom the proxy names otherwise, or who goes around it.
    other = {"X-Forwarded-User": "agent-2@shop.example"}
    assert (await browser.post(ACT, headers=guarded | other)).status_code == 403
    around = stand.client(address="10.0.0.6", cookies=dict(browser.cookies))
    assert (await around.get("/api/me")).status_code == 401


async def test_a_user_of_the_proxy_needs_a_role(tmp_path: Path) -> None:
    """The users file beats the groups; who has neither is told how to get one."""
    stand = behind(tmp_path)
    browser = stand.client(address="10.0.0.5", headers=PROXIED | {"X-Forwarded-Groups": "staff"})
    answer = await browser.get("/api/me")
    assert answer.status_code == 401
    assert "users add" in answer.json()["detail"]
    stand.board.access.users.add("approver-1@shop.example", Role.VIEWER, None, stand.board.now())
    browser = stand.client(address="10.0.0.5", headers=PROXIED)
    assert (await browser.get("/api/me")).json()["role"] == "viewer"


async def test_links_are_off_beyond_this_machine(tmp_path: Path) -> None:
    """Whoever gets hold of one gets nowhere."""
    stand = behind(tmp_path)
    assert login_link(stand.board, "approver-1") is None
    secret = stand.board.access.links.new("approver-1", stand.board.now())
    assert (await stand.client().get(f"/login/{secret}")).status_code == 401


async def test_a_board_that_nobody_can_enter_yet_says_how_to_add_the_first_user(
    tmp_path: Path,
) -> None:
    """It answers, or there were no container to add one in; it is not ready until somebody can get in."""
    settings = Settings.model_validate(
        {"state": tmp_path, "board_host": "10.0.0.1", "board_url": "https://claims.shop.example"}
    )
    stand = a_stand(tmp_path, settings=settings)
    page = (await stand.client().get("/login")).text
    assert "atoz users add NAME --role approver" in page
    assert 'name="password"' not in page
    assert not (await Showing(stand.board).ready())["people"]
    stand.board.access.users.add("approver-1", Role.AGENT, WORDS, stand.board.now())
    page = (await stand.client().get("/login")).text
    assert "atoz users add" not in page
    assert 'name="password"' in page
    assert (await Showing(stand.board).ready())["people"]


def test_beyond_this_machine_only_https_will_do(tmp_path: Path) -> None:
    """A password would travel readable otherwise."""
    for url in (None, "http://claims.shop.example"):
        with pytest.raises(BadInput, match="ATOZ_BOARD_URL"):
            Settings.model_validate(
                {"state": tmp_path, "board_host": "0.0.0.0", "board_url": url}  # noqa: S104 - what is tested
            )
