"""The form that starts a claim, and the ways back to a form, without a server."""

from __future__ import annotations

import json
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx2
import pytest

from atoz.claims.claim import ClaimFile
from atoz.errors import BadFields, BadInput
from atoz.harness.samples import sample_cases
from atoz.service import starting
from atoz.service.arriving import begun_by_now
from atoz.service.policy import Role
from atoz.web.filling import NEEDED, document_of, words_of
from atoz.web.looks import Looks
from atoz.web.words import words_of as catalogue
from tests.support.board import Clock, a_stand, csrf_in
from tests.support.board_claims import Desk
from tests.support.cases import DAY, HOUR, Play

BERLIN = ZoneInfo("Europe/Berlin")
ORDER = "111-0000102-0000102"
SAMPLES = Path(__file__).resolve().parents[3] / "samples"
MAIL = (SAMPLES / "mail" / "01_claim_opened_us.eml").read_bytes()
CASE = (SAMPLES / "cases" / "buyer-silent.json").read_text("utf-8")
FILLED = {
    "claim.order_id": f" {ORDER} ",
    "claim.marketplace": "US",
    "claim.amount": "58.00",
    "claim.notified_at": "2026-09-08T11:00",
    "shipment.signature": "yes",
}


class Begun:
    """What would have been started."""

    def __init__(self) -> None:
        self.files: list[ClaimFile] = []
        self.refuses = ""

    async def start(self, _: object, file: ClaimFile, **more: Any) -> dict[str, Any]:
        """Remember it, with who did."""
        if self.refuses:
            raise BadInput(self.refuses)
        known = file in self.files
        self.files.append(file)
        self.by = more["by"]
        return {"workflow_id": "w", "run_id": "r", "already_running": known}


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> Begun:
    """Stands where the server is asked to begin a claim."""
    made = Begun()
    monkeypatch.setattr(starting, "start", made.start)
    return made


def shown(page: str, name: str) -> str:
    """The value of a field of the form."""
    field = page.partition(f'name="{name}"')[2]
    if "<textarea" in page.partition(f'name="{name}"')[0].rpartition("\n")[2]:
        return unescape(field.partition(">\n")[2].partition("</textarea>")[0])
    if field.lstrip().startswith(">"):
        chosen = field.partition("</select>")[0].partition(" selected")[0]
        return chosen.rpartition('value="')[2].partition('"')[0]
    return unescape(field.partition('value="')[2].partition('"')[0])


# Filling --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", list(sample_cases()))
def test_a_claim_file_goes_through_the_form_and_back(name: str) -> None:
    """Nothing of it is lost: what has no field stands in the rest; seconds stay, whatever the zone."""
    case = sample_cases()[name].model_dump(mode="json", by_alias=True)
    document = {part: case[part] for part in ("claim", "buyer", "shipment", "return", "messages")}
    words = words_of(document, BERLIN)
    back = document_of(words, BERLIN, {})
    assert ClaimFile.model_validate(back) == ClaimFile.model_validate(document)


def test_the_marketplace_says_the_currency_where_nobody_did() -> None:
    """What somebody typed counts; without a marketplace nothing is guessed."""
    currencies = {"US": "USD"}
    assert document_of(FILLED, BERLIN, currencies)["claim"]["currency"] == "USD"
    typed = {**FILLED, "claim.currency": "EUR"}
    assert document_of(typed, BERLIN, currencies)["claim"]["currency"] == "EUR"
    assert "currency" not in document_of({}, BERLIN, currencies)["claim"]


def test_what_no_field_can_show_stands_in_the_rest_as_it_was_written() -> None:
    """An instant beyond the calendar, half a letter; what is deep is not made wider than it is."""
    claim = {"notified_at": "0001-01-01T00:00:00Z", "buyer_comment": "\ud800"}
    words = words_of({"claim": claim}, ZoneInfo("America/New_York"))
    assert (list(words), words["rest"].isascii()) == (["rest"], True)
    assert json.loads(words["rest"]) == {"claim": claim}
    deep = json.loads('{"a":' * 900 + str([1] * 20_000) + "}" * 900)
    assert len(words_of(deep, BERLIN)["rest"]) < 100_000


@pytest.mark.parametrize(
    ("field", "word"),
    [
        ("claim.notified_at", "soon"),
        ("rest", "{"),
        ("rest", "[1]"),
        ("rest", "[" * 5_000),
        ("rest", " " * 500_001),
    ],
)
def test_what_cannot_be_read_is_told_by_its_field(field: str, word: str) -> None:
    """So that the page can say it beside the field."""
    with pytest.raises(BadFields) as told:
        document_of({**FILLED, field: word}, BERLIN, {})
    assert [path for path, _ in told.value.found] == [field]


# The page -------------------------------------------------------------------------------------------


async def form(browser: httpx2.AsyncClient) -> dict[str, str]:
    """The hidden fields of the form."""
    page = (await browser.get("/start")).text
    return {"csrf": csrf_in(page), "key": shown(page, "key")}


async def test_a_claim_is_started_by_what_was_typed(desk: Desk, begun: Begun) -> None:
    """Times are the reader's own; the claim knows who did it; sent again it leads there all the same."""
    browser = desk.stand.browser(Role.AGENT)
    browser.cookies.set("atoz-zone", "Europe/Berlin")
    sent = {**await form(browser), **FILLED}
    answers = [await browser.post("/start", data=sent) for _ in range(2)]
    assert [answer.headers["location"] for answer in answers] == [
        f"/claims/{ORDER}?did=start",
        f"/claims/{ORDER}?did=known",
    ]
    file = begun.files[0]
    assert file.claim.notified_at.isoformat() == "2026-09-08T09:00:00+00:00"
    assert (file.claim.currency, file.shipment and file.shipment.signature) == ("USD", True)
    assert file.missing == ("claim.reason", "buyer.relay", "shipment.status")
    assert begun.by == "approver-1"


async def test_each_value_that_is_wrong_is_told_by_its_name(desk: Desk, begun: Begun) -> None:
    """All at once, with how to write it, and everything that was typed; in the reader's language."""
    browser = desk.stand.browser()
    wrong = {**FILLED, "claim.amount": "much", "claim.order_id": "111", "buyer.language": "English"}
    sent = {**await form(browser), **wrong}
    page = (await browser.post("/start", data=sent)).text
    for said in ("like 58.00", "three, seven and seven digits", "Write two small letters"):
        assert said in page
    assert shown(page, "claim.amount") == "much"
    part = await browser.post("/start?lang=zh", data=sent, headers={"HX-Request": "true"})
    assert (part.status_code, "<html" in part.text) == (422, False)
    assert 'data-field="buyer.language"' in part.text
    assert "请写两个小写字母" in part.text
    empty = (await browser.post("/start?lang=en", data=await form(browser))).text
    # In the list, and beside the field; a currency comes with the marketplace.
    assert empty.count("This is needed.") == 2 * len(NEEDED)
    assert begun.files == []


async def test_without_a_script_each_problem_stands_beside_its_field(
    desk: Desk, begun: Begun
) -> None:
    """The form again with all that was typed, to be sent again; the list above leads to each field."""
    browser = desk.stand.browser()
    wrong = {**FILLED, "claim.amount": "much", "claim.marketplace": "XX", "rest": "[1]"}
    for sent, field in ((wrong, "rest"), ({**wrong, "rest": ""}, "claim.amount")):
        answer = await browser.post("/start", data={**await form(browser), **sent})
        assert answer.status_code == 422
        assert 'id="form-start"' in answer.text
        assert f'<a href="#start-{field}">' in answer.text
        tag = answer.text.partition(f'id="start-{field}"')[2].partition(">")[0]
        assert f'aria-invalid="true" aria-errormessage="start-{field}-wrong"' in tag
        assert f'class="wrong" id="start-{field}-wrong"' in answer.text
        assert shown(answer.text, "claim.amount") == "much"
    fixed = {**await form(browser), **FILLED}
    assert (await browser.post("/start", data=fixed)).status_code == 303
    assert len(begun.files) == 1


async def test_a_claim_that_would_come_later_than_now_is_refused_at_its_field(desk: Desk) -> None:
    """A slip in a year hides a deadline; by the board's own clock, in the reader's language."""
    browser = desk.stand.browser()
    ahead = f"{desk.service.now() + timedelta(days=365):%Y-%m-%dT10:00}"
    sent = {**await form(browser), **FILLED, "claim.notified_at": ahead}
    for query, said in (("?lang=zh", "请检查年份"), ("?lang=en", "Look at the year, the month")):
        answer = await browser.post(f"/start{query}", data=sent)
        assert answer.status_code == 422
        beside = answer.text.partition('id="start-claim.notified_at-wrong"')[2].partition(
            "</span>"
        )[0]
        assert said.lower() in beside.lower()
        assert shown(answer.text, "claim.notified_at") == ahead


async def test_a_program_is_refused_the_same(desk: Desk) -> None:
    """With the path of the value and the instant that it is; nothing was sought on the server."""
    api = desk.stand.client(headers=desk.stand.token())
    document = json.loads(CASE)
    document["claim"] |= {"notified_at": "2199-09-08T11:00:00Z", "response_due": None}
    refused = await api.post("/api/claims", json={"claim": document["claim"]})
    assert refused.status_code == 422
    [found] = refused.json()["errors"]
    assert found["path"] == "claim.notified_at"
    assert f"it is {desk.service.now().year}-" in found["message"]


async def test_clocks_may_be_a_little_apart_and_a_claim_that_is_there_is_known(desk: Desk) -> None:
    """A minute ahead is now; the file of a claim that runs already is no new claim."""
    play = Play()
    desk.add(play)
    come = play.state.file.claim
    for ahead, there in ((timedelta(minutes=1), "claim-none"), (300 * DAY, play.state.workflow_id)):
        claim = come.model_copy(update={"notified_at": desk.service.now() + ahead})
        await begun_by_now(desk.service, there, ClaimFile(claim=claim))
    claim = come.model_copy(update={"notified_at": desk.service.now() + timedelta(minutes=2)})
    with pytest.raises(BadFields, match="it cannot have come at"):
        await begun_by_now(desk.service, "claim-none", ClaimFile(claim=claim))
    # A mail's receipt is told by the clock of its server: it is never lost by that.
    by_mail = await begun_by_now(desk.service, "claim-none", ClaimFile(claim=claim), by_mail=True)
    assert by_mail.claim == claim.model_copy(update={"notified_at": desk.service.now()})


async def test_an_order_that_has_a_claim_leads_to_it(desk: Desk, begun: Begun) -> None:
    """Started with other data, it is corrected by its own form, and that is one click away."""
    begun.refuses = f"order {ORDER} has a claim: correct it with `atoz amend {ORDER} FILE`"
    browser = desk.stand.browser()
    page = (await browser.post("/start", data={**await form(browser), **FILLED})).text
    assert f'<a href="/claims/{ORDER}#amend">Complete or correct the claim</a>' in page
    assert f'value="{FILLED["claim.amount"]}"' in page


async def test_a_notice_fills_the_form(desk: Desk, begun: Begun) -> None:
    """As a file or as bare text; what it does not say stays as it was typed; nothing is started."""
    browser = desk.stand.browser()
    browser.cookies.set("atoz-zone", "Europe/Berlin")
    typed = {**await form(browser), "claim.reason": "damaged", "claim.amount": "1.00"}
    mail = {"file": ("notice.eml", MAIL, "message/rfc822")}
    page = (await browser.post("/start", data=typed, files=mail)).text
    for name, word in (
        ("claim.order_id", ORDER),
        ("claim.marketplace", "US"),
        ("claim.amount", "58.00"),
        ("claim.currency", "USD"),
        ("claim.notified_at", "2026-09-08T11:00:11"),
        ("claim.reason", "damaged"),
    ):
        assert shown(page, name) == word, name
    assert "no authserv-id configured" in page
    text = "We received an A-to-z Guarantee claim of $58.00 on the order 111-0000102-0000102."
    page = (await browser.post("/start/read", data={**typed, "pasted": text})).text
    assert (shown(page, "claim.order_id"), shown(page, "claim.notified_at")) == (ORDER, "")
    nothing = (await browser.post("/start/read", data=typed)).text
    assert "Paste something or choose a file first." in nothing
    assert shown(nothing, "claim.amount") == "1.00"
    assert begun.files == []


async def test_a_claim_file_fills_the_form_whole(desk: Desk, begun: Begun) -> None:
    """What has no field of its own goes with it; a file that is no JSON says where, and is kept."""
    browser, document = desk.stand.browser(), json.loads(CASE)
    sent = await form(browser)
    page = (await browser.post("/start/read", data={**sent, "pasted": CASE})).text
    assert "events" not in shown(page, "rest")
    names = [*FILLED, "claim.currency", "claim.reason", "claim.response_due", "rest"]
    again = {**sent, **{name: shown(page, name) for name in names}}
    assert (await browser.post("/start", data=again)).status_code == 303
    assert begun.files[0].claim.order_id == document["claim"]["order_id"]
    assert len(begun.files[0].messages) == len(document.get("messages", []))
    broken = await browser.post("/start/read", data={**sent, "pasted": '{"claim": '})
    assert (broken.status_code, "line 1, column" in broken.text) == (422, True)
    assert '{"claim": ' in unescape(broken.text)


async def test_only_who_may_start_sees_the_form(desk: Desk) -> None:
    """The queue leads there; an order that somebody looked for in vain stands in it."""
    viewer, agent = desk.stand.browser(Role.VIEWER), desk.stand.browser(Role.AGENT)
    assert (await viewer.get("/start")).status_code == 403
    gone = (await agent.get(f"/claims/{ORDER}")).text
    assert f'href="/start?order={ORDER}"' in gone
    assert shown((await agent.get(f"/start?order={ORDER}")).text, "claim.order_id") == ORDER
    assert shown((await agent.get("/start?order=<b>")).text, "claim.order_id") == ""


# Back to a form -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent_to", "page"),
    [
        ("/queue/needs-you/pause", "/queue/needs-you"),
        (f"/claims/{ORDER}/pause", f"/claims/{ORDER}"),
        (f"/claims/{ORDER}/tasks/submit-appeal/edit", f"/claims/{ORDER}"),
        ("/desk/desk-1/attach", "/desk/desk-1"),
        ("/playbooks/documented/migrate", "/playbooks/documented"),
        ("/start/read?lang=zh", "/start?lang=zh"),
        ("/logout", "/"),
    ],
)
async def test_a_look_at_an_address_of_a_form_leads_to_its_page(
    desk: Desk, sent_to: str, page: str
) -> None:
    """By a reload, by going back, from a login in another tab; a program is told that it is none."""
    browser = desk.stand.browser()
    answer = await browser.get(sent_to)
    assert (answer.status_code, answer.headers["location"]) == (303, page)
    assert (await browser.head("/")).status_code == 405, "who asks otherwise is led in no circle"
    api = desk.stand.client(headers=desk.stand.token())
    assert (await api.get(f"/api/claims/{ORDER}/pause")).status_code == 405


async def test_every_form_of_the_board_gives_back_what_was_typed(tmp_path: Path) -> None:
    """Also where the session ended before it was sent, and whatever was chosen more than once."""
    clock = Clock()
    stand = a_stand(tmp_path, clock=clock)
    browser = stand.browser()
    clock.move(timedelta(days=1))
    for path in ("/queue/needs-you/pause", "/desk/desk-1/discard", "/playbooks/x/migrate"):
        data = {"why": "The carrier is on strike.", "chosen": ["111-1", "111-2"]}
        gone = await browser.post(path, data=data)
        assert gone.status_code == 401
        for word in ("The carrier is on strike.", "111-1", "111-2"):
            assert f'value="{word}"' in gone.text, path


# Commands that a text names -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "link"),
    [
        (f"there is no claim for order {ORDER}: `atoz start FILE`", f"/start?order={ORDER}"),
        (f"`atoz done {ORDER} approve-appeal-2`", f"/claims/{ORDER}#task-approve-appeal-2"),
        (f"`atoz skip {ORDER} appeal` leaves it out", f"/claims/{ORDER}#skip-appeal"),
        (f"`atoz approve {ORDER} t --digest d`", f"/claims/{ORDER}/approve"),
        ("`atoz keys rotate` first", None),
        ("`atoz amend FILE`", None),
        ("<b>`atoz report`</b>", "/figures"),
    ],
)
def test_a_command_in_a_text_is_a_link_to_its_form(said: str, link: str | None) -> None:
    """Where the board has one; the text around it is text and nothing else."""
    looks = Looks(catalogue("en"), BERLIN, Clock()())
    html = str(looks.led(said))
    assert (f'href="{link}"' in html) == (link is not None)
    assert ("`" in html) == (link is None)
    assert "<b>" not in html


async def test_a_claim_that_was_stopped_has_a_button_that_lets_it_go_on(
    desk: Desk, begun: Begun
) -> None:
    """With the data that the claim has: nobody looks for its file."""
    play = Play().to(HOUR)
    order = desk.add(play)
    browser = desk.stand.browser(Role.AGENT)
    done = await browser.post(f"/claims/{order}/start", data={"key": "k"})
    assert done.headers["location"] == f"/claims/{order}?did=start"
    assert begun.files == [play.state.file]
