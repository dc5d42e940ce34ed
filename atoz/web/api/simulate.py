"""What if, for programs: a case or a running claim, with what else happens, as a timeline that would come.

Nothing is touched and nothing is kept. How much one question may ask for is bounded.
"""

import asyncio
import json
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import ConfigDict, Field

from atoz.claims.base import Strict
from atoz.claims.case import Happenings
from atoz.errors import BadInput
from atoz.harness.bounds import Bounds
from atoz.harness.carried_on import carried_on
from atoz.harness.play import Played, simulated
from atoz.service.claim_files import read_case, validated
from atoz.web.api import shapes
from atoz.web.api.examples import ORDER
from atoz.web.board import Board
from atoz.web.gate import Who, board_of

router = APIRouter()

BOUNDS = Bounds()

_EXAMPLE: dict[str, Any] = {
    "order": ORDER,
    "events": [{"type": "operator", "at": "2030-01-28T09:00:00Z", "do": "pause"}],
    "operator": {"approve": "2h", "submit_appeal": "3h"},
}


class Asked(Strict):
    """A case file, or the order of a running claim; and what happens besides, as a case file writes it."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    case: dict[str, Any] | None = None
    order: Annotated[str, Field(max_length=60)] | None = None
    playbook: Annotated[str, Field(max_length=60)] | None = None
    events: list[Any] = []
    operator: dict[str, Any] | None = None
    world: dict[str, Any] | None = None


@router.post("/simulate", responses={200: {"model": shapes.Simulated}}, operation_id="simulate")
async def simulate(request: Request, _: Who, asked: Asked) -> dict[str, Any]:
    """What becomes of it: the document of a timeline, and from when on it is simulated."""
    if (asked.case is None) is (asked.order is None):
        raise BadInput("name either a case or the order of a running claim")
    board = board_of(request)
    played: Played = await request.app.state.simulations.play(lambda: _played(board, asked))
    return {"simulated_from": None, **played.document}


async def _played(board: Board, asked: Asked) -> Played:
    playbook = _known(board, asked.playbook)
    # Floods and long texts are weighed before they are written out, but reading them takes time, too.
    if asked.case is None:
        happens = await asyncio.to_thread(_happens, asked)
        return await carried_on(board.service, str(asked.order), happens, playbook, bounds=BOUNDS)
    return await asyncio.to_thread(_case, board, asked, playbook)


def _case(board: Board, asked: Asked, playbook: str | None) -> Played:
    case, more = read_case(json.dumps(asked.case).encode()), _happens(asked)
    changes: dict[str, Any] = {"events": (*case.events, *more.events)}
    changes |= {"operator": more.operator} if asked.operator is not None else {}
    changes |= {"world": more.world} if asked.world is not None else {}
    whole = case.model_copy(update=changes)
    return simulated(board.settings, whole, playbook, bounds=BOUNDS)


def _happens(asked: Asked) -> Happenings:
    said = {"events": asked.events, "operator": asked.operator, "world": asked.world}
    return validated(Happenings, {name: value for name, value in said.items() if value is not None})


def _known(board: Board, name: str | None) -> str | None:
    """A playbook by its name alone: a path of the caller's opens nothing here. Raises BadInput."""
    return board.service.library.playbook(name).name if name else None
