"""The forms of a claim's pages: each is an act of the service, by the same rules as over the API."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Annotated, Any, NamedTuple
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response

from atoz.access.people import Person
from atoz.claims.status import Status
from atoz.errors import BadFields, BadInput, Refused
from atoz.evidence.intake import Given
from atoz.evidence.limits import LARGEST_FILE
from atoz.service import acting, erasing, looking, reporting, starting
from atoz.service.base import Service, claim_id
from atoz.service.problems import PROBLEMS
from atoz.web.amending import amended, instant_in
from atoz.web.api.acts import ACTS, Act
from atoz.web.api.keyed import held, key_of
from atoz.web.api.shapes import Order
from atoz.web.gate import FILES, board_of, needs
from atoz.web.pages import stale
from atoz.web.pages.leading import lead
from atoz.web.pages.render import looks_of
from atoz.web.typed import Typed, Typing

router = APIRouter()


@dataclass(frozen=True)
class Sent:
    """A form that was sent about a claim: by whom, and what was typed."""

    request: Request
    service: Service
    order: str
    who: Person
    typed: Typed

    @property
    def key(self) -> str:
        """What makes the form act once, however often it is sent."""
        return key_of(self.typed.key, self.who, self.request)

    @property
    def told_as(self) -> str | None:
        """The Message-ID of what others said, where the form has a key; else it is made of the words."""
        return f"<{self.key}@atoz.invalid>" if self.typed.key else None

    def word(self, name: str) -> str | None:
        """A field, None where it was left empty."""
        return self.typed.words.get(name, "").strip() or None

    def instant(self, name: str) -> datetime | None:
        """An instant that was typed in the reader's zone (UTC), None for none. Raises BadInput."""
        word = self.word(name)
        return (
            datetime.fromisoformat(instant_in(looks_of(self.request).zone, word)) if word else None
        )

    async def files(self) -> list[Given]:
        """What was attached."""
        return [
            Given(file.filename or "file", await file.read(LARGEST_FILE + 1))
            for file in self.typed.files
        ]


Do = Callable[[Sent], Awaitable[object]]


class Form(NamedTuple):
    """A form: the act of the policy that it is, its address, and what it does."""

    act: str
    path: str
    do: Do
    then: str
    """Where it leads."""
    files: bool = False
    """Whether files are sent with it."""


async def _act(act: Act, sent: Sent) -> object:
    if act.name in WHY and sent.word("why") is None:
        raise BadFields([("why", PROBLEMS(WHY[act.name]))])
    values: Mapping[str, Any] = {name: word for name, word in sent.typed.words.items() if word}
    if act.name in _READERS:
        values = await _READERS[act.name](sent)
    known = {name: value for name, value in values.items() if name in act.event.model_fields}
    task = sent.request.path_params.get("task")
    named = {"task": task} if task else {}
    document = {**known, **named, "by": sent.who.name, "key": sent.key}
    return await acting.do(sent.service, sent.order, act.event, **document)


async def _amended(sent: Sent) -> dict[str, Any]:
    state, _ = await looking.standing(sent.service, sent.order)
    return {"values": amended(state.file, sent.typed.words)}


async def _due(sent: Sent) -> dict[str, Any]:
    zone = looks_of(sent.request).zone
    return {**sent.typed.words, "due": instant_in(zone, sent.word("due") or "")}


_READERS: Mapping[str, Callable[[Sent], Awaitable[dict[str, Any]]]] = {
    "amend": _amended,
    "due": _due,
}
"""Forms whose fields are not the act's own values."""

WHY = {"reject": "why_reject", **dict.fromkeys(("pause", "skip", "due"), "why_override")}
"""Acts that a page takes only with a reason, and how it asks for one."""


async def _reply(sent: Sent) -> object:
    return await reporting.reply(
        sent.service,
        sent.order,
        sent.typed.words.get("text", ""),
        photos=await sent.files(),
        language=sent.word("language"),
        message_id=sent.told_as,
        arrived_at=sent.instant("arrived_at"),
        by=sent.who.name,
    )


async def _decide(sent: Sent) -> object:
    status = sent.word("status")
    if status not in set(Status):
        raise BadInput(PROBLEMS("choose_decision"))
    counts = sent.word("odr_counts")
    return await reporting.decide(
        sent.service,
        sent.order,
        Status(status),
        funded_by=sent.word("funded_by"),
        odr_counts=None if counts is None else counts == "yes",
        replaces=sent.word("replaces"),
        message_id=sent.told_as,
        arrived_at=sent.instant("arrived_at"),
        by=sent.who.name,
    )


async def _ask(sent: Sent) -> object:
    return await reporting.request_information(
        sent.service,
        sent.order,
        sent.instant("due"),
        message_id=sent.told_as,
        arrived_at=sent.instant("arrived_at"),
        by=sent.who.name,
    )


async def _add_file(sent: Sent) -> object:
    given = await sent.files()
    if not given:
        raise BadInput(PROBLEMS("choose_file"))
    key = sent.key
    for number, file in enumerate(given):
        own = key if number == 0 else f"{key}-{number}"
        why = sent.word("why") or ""
        await acting.add_evidence(
            sent.service, sent.order, file, by=sent.who.name, key=own, why=why
        )
    return None


async def _go_on(sent: Sent) -> object:
    """A claim that somebody stopped on the server goes on as it stood: no other data are needed."""
    known = await looking.whole_case(sent.service, sent.order)
    return await starting.start(sent.service, known.file, by=sent.who.name)


async def _erase(sent: Sent) -> object:
    if sent.word("order_id") != sent.order:
        raise BadInput(PROBLEMS("type_order"))
    return await erasing.erase(sent.service, sent.order, by=sent.who.name)


_CLAIM = "/claims/{order}"
_LEADS = dict.fromkeys(("edit", "reject"), f"{_CLAIM}/approve")
"""Where acts lead that do not lead back to the claim."""

FORMS = (
    *(Form(act.name, act.path, partial(_act, act), _LEADS.get(act.name, _CLAIM)) for act in ACTS),
    Form("reply", f"{_CLAIM}/reply-with-photos", _reply, _CLAIM, files=True),
    Form("decide", f"{_CLAIM}/decide", _decide, _CLAIM),
    Form("request-information", f"{_CLAIM}/request-information", _ask, _CLAIM),
    Form("add-evidence", f"{_CLAIM}/evidence", _add_file, _CLAIM, files=True),
    Form("start", f"{_CLAIM}/start", _go_on, _CLAIM),
    Form("erase", f"{_CLAIM}/erase", _erase, "/queue/closed-month"),
)


def _add(form: Form) -> None:
    async def sent(
        request: Request, order: Order, who: Annotated[Person, needs(form.act)], typed: Typing
    ) -> Response:
        return await _done(form, Sent(request, board_of(request).service, order, who, typed))

    router.add_api_route(
        form.path,
        sent,
        methods=["POST"],
        name=f"form-{form.act}",
        dependencies=[FILES] if form.files else [],
    )


async def _done(form: Form, sent: Sent) -> Response:
    """Do it once, then lead on; a text that changed meanwhile is shown beside what was typed."""
    request, service, order = sent.request, sent.service, sent.order
    try:
        async with AsyncExitStack() as stack:
            if sent.typed.key:
                await stack.enter_async_context(held(request, claim_id(order), sent.key))
            await form.do(sent)
    except Refused:
        if form.act not in stale.ACTS:
            raise
        changed = await stale.page(request, service, order, sent.typed)
        if changed is None:
            raise
        return changed
    return lead(request, f"{form.then.format(order=quote(order, safe=''))}?did={form.act}")


for _form in FORMS:
    _add(_form)
