"""What other systems post, signed: a claim to start, a reply of a buyer. Off without a secret.

The scheme is that of our own webhooks (`atoz/webhook.py`): who holds the secret signs timestamp and
body; a signature is taken once, and not after five minutes.
"""

import inspect
from collections import OrderedDict
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request
from fastapi.responses import JSONResponse
from pydantic import ConfigDict, Field

from atoz import meters
from atoz.access.access import NotKnown
from atoz.claims.claim import ClaimFile
from atoz.playbook.events import MessageId
from atoz.service import reporting, starting
from atoz.service.claim_files import read_claim, read_document, validated
from atoz.web.api import shapes
from atoz.web.api.examples import CLAIM_FILE, ORDER
from atoz.web.board import Board
from atoz.web.gate import OPEN, board_of
from atoz.web.problems import Replayed
from atoz.web.refusing import Refusing
from atoz.webhook import TOLERANCE, doubted

router = APIRouter(prefix="/inbound")

SENDER = "webhook"
"""Who did it, on the timeline."""

_MOST = 100_000

Timestamp = Annotated[str, Header(alias="Atoz-Timestamp", max_length=20)]
Signature = Annotated[str, Header(alias="Atoz-Signature", max_length=100)]


class InboundReply(shapes.ReplyBody):
    """A buyer's reply, with its order and its Message-ID, by which a repeat is known."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "order_id": ORDER,
                    "text": "It works now.",
                    "message_id": "<m1@shop.example>",
                }
            ]
        }
    )

    order_id: Annotated[str, Field(max_length=60)]
    message_id: MessageId


class SeenSignatures:
    """Signatures that were taken, as long as their timestamps would still be believed."""

    def __init__(self) -> None:
        self._seen: OrderedDict[str, datetime] = OrderedDict()

    def take(self, signature: str, now: datetime) -> None:
        """Remember it. Raises Replayed where it was taken before."""
        while self._seen and (next(iter(self._seen.values())) < now or len(self._seen) > _MOST):
            self._seen.popitem(last=False)
        if signature in self._seen:
            raise Replayed
        self._seen[signature] = now + 2 * TOLERANCE


async def signed(request: Request, timestamp: Timestamp = "", signature: Signature = "") -> bytes:
    """The body, once it is shown who sent it. Raises NotKnown, Replayed."""
    board: Board = board_of(request)
    secret, refusing = board.settings.inbound_secret, refusing_of(request)
    if secret is None:
        why = "nothing is taken here: ATOZ_INBOUND_SECRET is not set"
        await refusing.tell("off", why, request.url.path)
        raise NotKnown(why)
    body = await request.body()
    doubt = doubted(secret, timestamp, signature, body, board.now())
    if doubt is not None:
        await refusing.tell(doubt.code, doubt.why, request.url.path)
        raise NotKnown(doubt.why)
    try:
        request.app.state.signatures.take(signature, board.now())
    except Replayed as fault:
        await refusing.tell("replayed", str(fault), request.url.path)
        raise
    return body


def refusing_of(request: Request) -> Refusing:
    """What tells of refused webhooks."""
    found: Refusing = request.app.state.refusing
    return found


Signed = Annotated[bytes, Depends(signed)]


def _takes(model: dict[str, Any]) -> dict[str, Any]:
    """The description of a body that is read only after its signature."""
    content = {"application/json": {"schema": model}}
    return {"requestBody": {"required": True, "content": content}}


@router.post(
    "/claims",
    dependencies=[OPEN],
    responses={200: {"model": shapes.Started}, 201: {"model": shapes.Started}},
    openapi_extra=_takes(
        {
            "type": "object",
            "description": inspect.cleandoc(ClaimFile.__doc__ or ""),
            "examples": [CLAIM_FILE],
        }
    ),
    operation_id="inbound-claim",
)
async def claim(request: Request, body: Signed) -> JSONResponse:
    """Start a claim by its claim file; the same claim again changes nothing."""
    board = board_of(request)
    async with refusing_of(request).watched(request.url.path, body):
        file = read_claim(body, board.service.library.policies)
        document = await starting.start(board.service, file, by=SENDER)
    if document["already_running"]:
        board.tally.add(meters.REPEATS, by="claim")
    return JSONResponse(document, 200 if document["already_running"] else 201)


@router.post(
    "/replies",
    dependencies=[OPEN],
    responses={200: {"model": shapes.Told}},
    openapi_extra=_takes(InboundReply.model_json_schema()),
    operation_id="inbound-reply",
)
async def reply(request: Request, body: Signed) -> dict[str, Any]:
    """Hand a buyer's reply to its claim; for a claim that is over, to the desk."""
    async with refusing_of(request).watched(request.url.path, body):
        said = validated(InboundReply, read_document(body))
        return await reporting.reply(
            board_of(request).service,
            said.order_id,
            said.text,
            language=said.language,
            message_id=said.message_id,
            arrived_at=said.arrived_at,
            by=SENDER,
        )
