"""Starting a claim: by what a person fills in, by a claim file, or by the mail of its notice.

What is pasted or uploaded is never started unseen: it fills the form, and a person sends it.
"""

from collections.abc import Collection, Mapping
from contextlib import AsyncExitStack
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from atoz.access.people import Person
from atoz.claims.claim import ORDER_ID, ClaimFile
from atoz.errors import BadFields, BadInput
from atoz.evidence.limits import LARGEST_FILE
from atoz.mail.reading import Reading
from atoz.service import notices, starting
from atoz.service.base import Service, claim_id
from atoz.service.claim_files import claim_document, claim_of
from atoz.web.amending import SECTIONS
from atoz.web.api.keyed import held, key_of
from atoz.web.filling import NEEDED, REST, document_of, words_of
from atoz.web.gate import FILES, board_of, needs
from atoz.web.pages.leading import by_script, lead
from atoz.web.pages.render import looks_of, render
from atoz.web.problems import status_of
from atoz.web.typed import KNOWN, Typed, Typing

router = APIRouter()

PASTED = "pasted"
"""The field for a claim file or a notice as text."""
_FIELDS = frozenset(
    (PASTED, REST, *(value.path for section in SECTIONS.values() for value in section))
)

_CURRENCY = "claim.currency"

Starter = Annotated[Person, needs("start")]
Wanted = Annotated[str, Query(max_length=60)]


@router.get("/start")
async def form(request: Request, _: Starter, order: Wanted = "") -> Response:
    """The empty form; for an order that somebody came with, with its id."""
    known = {"claim.order_id": order.strip()} if ORDER_ID.fullmatch(order.strip()) else {}
    return _shown(request, known)


@router.post("/start/read", dependencies=[FILES])
async def read(request: Request, _: Starter, typed: Typing) -> Response:
    """The form filled with what was pasted or uploaded. What it does not say stays as it was typed."""
    return await _read(request, typed)


@router.post("/start", dependencies=[FILES])
async def start(request: Request, who: Starter, typed: Typing) -> Response:
    """Start the claim and lead to it; what nobody has looked at yet is shown first."""
    if typed.files or typed.words.get(PASTED, "").strip():
        return await _read(request, typed)
    try:
        return await _start(request, who, typed)
    except BadInput as fault:
        return _wrong(request, typed, fault)


async def _start(request: Request, who: Person, typed: Typed) -> Response:
    service, zone = board_of(request).service, looks_of(request).zone
    policies = service.library.policies
    currencies = {name: policy.currency for name, policy in policies.items()}
    file = _claim_of(document_of(typed.words, zone, currencies), policies)
    order = file.claim.order_id
    async with AsyncExitStack() as stack:
        if typed.key:
            key = key_of(typed.key, who, request)
            await stack.enter_async_context(held(request, claim_id(order), key))
        document = await starting.start(service, file, by=who.name)
    did = KNOWN if document["already_running"] else "start"
    return lead(request, f"/claims/{quote(order, safe='')}?did={did}")


def _claim_of(document: dict[str, Any], policies: Collection[str]) -> ClaimFile:
    """The claim of a form. A currency that was left empty is the marketplace's: nobody is asked for it."""
    try:
        return claim_of(document, policies)
    except BadFields as fault:
        asked = [(path, said) for path, said in fault.found if path != _CURRENCY]
        if "currency" in document["claim"] or not asked:
            raise
        raise BadFields(asked) from fault


async def _read(request: Request, typed: Typed) -> Response:
    content = await _content(typed)
    if not content.strip():
        return _shown(request, typed.words, nothing=True)
    try:
        document, reading = await _understood(board_of(request).service, content)
    except BadInput as fault:
        return _wrong(request, typed, BadFields([(PASTED, str(fault))]))
    found = words_of(document, looks_of(request).zone)
    stated = {name: word for name, word in found.items() if word}
    typed_before = {name: word for name, word in typed.words.items() if name != PASTED}
    return _shown(request, {**typed_before, **stated}, filled=True, reading=reading)


async def _understood(service: Service, content: bytes) -> tuple[Mapping[str, Any], Reading | None]:
    """A claim file, or what a mail says of a claim."""
    if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return claim_document(content), None
    reading = await notices.read(service, content)
    return notices.claim_values(reading), reading


def _wrong(request: Request, typed: Typed, fault: BadInput) -> Response:
    """The form once more, with what is wrong beside its field; a script marks them by itself."""
    if by_script(request):
        raise fault
    found = dict(fault.found) if isinstance(fault, BadFields) else {}
    return _shown(request, typed.words, wrong=found, problem=str(fault), status=status_of(fault))


async def _content(typed: Typed) -> bytes:
    """What is to be read: the file that was chosen, else what was pasted."""
    for file in typed.files:
        return await file.read(LARGEST_FILE + 1)
    return typed.words.get(PASTED, "").encode("utf-8", "replace")


def _shown(
    request: Request,
    words: Mapping[str, str],
    *,
    filled: bool = False,
    nothing: bool = False,
    reading: Reading | None = None,
    wrong: Mapping[str, str] | None = None,
    problem: str = "",
    status: int = 200,
) -> Response:
    values: dict[str, Any] = {
        "sections": SECTIONS,
        "needed": NEEDED,
        "words": words,
        "rest": words.get(REST, ""),
        "pasted": words.get(PASTED, ""),
        "marketplaces": _marketplaces(board_of(request).service),
        "filled": filled,
        "nothing": nothing,
        "reading": reading,
        "wrong": wrong or {},
        "fields": _FIELDS,
        "problem": problem,
        "status": status,
    }
    return render(request, "start.html", values, status=status)


def _marketplaces(service: Service) -> list[tuple[str, str]]:
    """Those that have rules here."""
    return [(name, f"{name} – {policy.name}") for name, policy in service.library.policies.items()]
