"""A look into the mailbox now, for programs: it is started, and how it stands is asked for after that."""

from typing import Annotated, Any

from fastapi import APIRouter, Request

from atoz.access.people import Person
from atoz.service import mailbox
from atoz.web.api import shapes
from atoz.web.gate import Who, board_of, needs

router = APIRouter()

Looker = Annotated[Person, needs("mail-sync")]


@router.post(
    "/mail/sync",
    status_code=202,
    responses={202: {"model": shapes.Started}},
    operation_id="mail-sync",
)
async def look_now(request: Request, who: Looker) -> dict[str, Any]:
    """Read the mailbox now. A look that runs already is enough: a second one is not started."""
    board = board_of(request)
    started = await mailbox.look_now(board.service, by=who.name)
    board.access.did("mail-sync", who, board.now())
    return started


@router.get(
    "/mail/sync", responses={200: {"model": shapes.Looked}}, operation_id="mail-sync-progress"
)
async def progress(request: Request, _: Who) -> dict[str, Any]:
    """How the newest look stands, and what was done with the mails."""
    return await mailbox.progress(board_of(request).service)
