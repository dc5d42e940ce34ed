"""One claim: how it stands, its clocks, what is to do, its steps on a line, and everything that happened."""

from collections import defaultdict
from typing import Any, get_args
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse

from atoz.access.people import Person
from atoz.claims.clocks import STOPPED_BY
from atoz.claims.status import FundedBy, Status
from atoz.errors import NoSuchClaim
from atoz.playbook.diagram_svg import svg
from atoz.playbook.tasks import TASKS, TEXT_TASKS
from atoz.playbook.verdicts import Verdict
from atoz.playbook.why_parts import pause_of
from atoz.service import evidence
from atoz.service.policy import LEAST
from atoz.service.problems import PROBLEMS
from atoz.service.whole import Whole, whole
from atoz.web.amending import VALUES, written
from atoz.web.api.events import Seen, claim_events
from atoz.web.api.shapes import Order, TaskId
from atoz.web.gate import Who, board_of
from atoz.web.live import version_of
from atoz.web.pages.render import looks_of, render
from atoz.web.showing import refunding, steps
from atoz.web.timeline import rows
from atoz.web.typed import Did

router = APIRouter()

HANDED_IN = frozenset(kind for kind, rule in TASKS.items() if rule.receipt and rule.clock)
"""Tasks that end with the marketplace's receipt, which stops a clock."""
JUDGED = frozenset({"read-reply", "review-photos"})
"""Tasks that ask for nothing but for whom a buyer's words or pictures speak."""
_TO_TEXT = frozenset({*TEXT_TASKS, "submit-appeal"})
"""Tasks whose own card leads to the text of the appeal."""
DRAWING = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox"}
"""A drawing stands alone with its style inside; nothing else of it does anything."""


@router.get("/claims/{order}")
async def claim(request: Request, who: Who, order: Order, did: Did = None) -> Response:
    """Everything about one claim, for one query."""
    found = await whole(board_of(request).service, order)
    file = found.case.file if found.case else None
    values = {
        **shared(who, found),
        "did": did,
        "timeline": rows(found.timeline),
        "outcome": found.outcome,
        "steps": steps(found),
        "leads_to_text": any(task["kind"] in _TO_TEXT for task in found.status["tasks"]),
        "photos": _photos(found),
        "amendable": [(value, written(file, value.path)) for value in VALUES] if file else [],
        "missing": file.missing if file else (),
        "statuses": [status for status in Status if status is not Status.UNDER_REVIEW],
        "payers": get_args(FundedBy),
        "replied": {e["source"] for e in found.timeline if e["kind"] == "reply_received"},
        "clock_options": _clocks(request, found),
        "over": _is_over(found),
        "pause": pause_of(found.case) if found.case else None,
    }
    return render(request, "claim.html", values, now=found.now)


def shared(who: Person, found: Whole) -> dict[str, Any]:
    """What every page of a claim needs: the claim, who looks, and what they may do."""
    order = found.status["order_id"]
    return {
        "claim": found.status,
        "file": found.case.file if found.case else None,
        "base": f"/claims/{quote(order, safe='')}",
        "seen": version_of(found.version),
        "handed_in": HANDED_IN,
        "judged": JUDGED,
        "verdicts": get_args(Verdict),
        "refund": refunding(found.case) if found.case else None,
        "least": LEAST,
        "may": {act: who.may(act) for act in LEAST},
    }


def _photos(found: Whole) -> dict[str, list[dict[str, Any]]]:
    """The images on the claim's record by what brought them: a mail's Message-ID, or a person."""
    by_source: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for entry in found.timeline:
        data = entry["data"]
        if entry["kind"] == "evidence_added" and str(data.get("type")).startswith("image/"):
            by_source[entry["source"]] += [data] if data.get("sha256") else []
    return by_source


def _clocks(request: Request, found: Whole) -> list[tuple[str, str]]:
    """The clocks that a person may set: those that run, and before the decision those that may begin."""
    clocks, over = found.status["clocks"], _is_over(found)
    open_now = [each for each in clocks if not each["stopped_at"] and not (over and each["missed"])]
    others = [] if over else sorted(STOPPED_BY.keys() - {each["name"] for each in clocks})
    running = [each["name"] for each in open_now]
    words = looks_of(request).words
    return [(name, words.numbered("clock", name)) for name in [*running, *others]]


def _is_over(found: Whole) -> bool:
    """Whether the marketplace has decided: no step acts any more, so none is held or left out."""
    return found.case is not None and found.case.decided


@router.get("/claims/{order}/mails/{fact}")
async def mail(request: Request, who: Who, order: Order, fact: TaskId) -> Response:
    """A reply of the buyer's to its last word: a long one is cut where it stands among others."""
    service = board_of(request).service
    found = await whole(service, order)
    reply = found.facts.get(fact)
    if reply is None or reply.kind != "reply_received":
        raise NoSuchClaim(PROBLEMS("no_reply", fact=fact[:20], order=order[:60]))
    text = await evidence.words(service, order, reply.data)
    values = {**shared(who, found), "fact": reply, "text": text}
    return render(request, "mail.html", values, now=found.now)


@router.get("/claims/{order}/playbook.svg")
async def drawing(request: Request, _: Who, order: Order) -> Response:
    """The claim's playbook as a drawing, with how each step stands."""
    found = await whole(board_of(request).service, order)
    if found.case is None or found.case.playbook is None:
        raise NoSuchClaim(PROBLEMS("no_drawing"))
    looks = looks_of(request)
    drawn = svg(found.case.playbook, found.case, found.now, looks.drawn, looks.zone)
    return Response(drawn, media_type="image/svg+xml", headers=DRAWING)


@router.get("/claims/{order}/events")
async def events(request: Request, who: Who, order: Order, seen: Seen = None) -> StreamingResponse:
    """`changed` whenever something happens in the claim."""
    return await claim_events(request, who, order, seen)
