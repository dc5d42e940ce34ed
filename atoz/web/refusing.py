"""Webhooks that were not taken stay in sight: each is counted, the desk and the log are told, in bounds.

Who holds the secret has something to say: what he posted in vain is kept with a task of its own. A
stranger may post without end and is told apart by the signature: of him nothing is kept but one task a
day for each reason, and one line of the log a minute.
"""

import contextlib
import hashlib
import logging
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta

from atoz import meters
from atoz.claims.claim import ORDER_ID
from atoz.errors import AtozError, BadInput, NoSuchClaim
from atoz.mail.plain import one_line
from atoz.mail.sentences import DESK
from atoz.service import desk
from atoz.web.board import Board
from workflows.desk import DeskItem

TITLE = DESK("webhook")
QUIET = timedelta(minutes=1)
MOST_KEPT = 20
"""Tasks a day and board for what holders of the secret posted in vain: the desk is for others, too."""
_TASKLESS = frozenset({"off", "unsigned"})
"""Nobody who means us sends this: whoever tries every door of the world does."""
_KEY = "webhook."
_EXCERPT = 250
_FAR = 10_000
"""Bytes in which the order is looked for."""

_LOG = logging.getLogger("atoz.inbound")


class Refusing:
    """Tells of refused webhooks; what it told lately is remembered in this process."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._logged: dict[str, datetime] = {}
        self._day: date | None = None
        self._told: set[str] = set()
        """Keys of today's tasks: the same again is nothing to ask the server for, and uses up no room."""

    async def tell(self, reason: str, why: str, address: str, body: bytes = b"") -> None:
        """Count a refusal and tell of it. `address` is ours, `body` what a holder of the secret sent.

        Never raises: the sender is refused all the same, and told so.
        """
        self._board.tally.add(meters.WEBHOOKS_REFUSED, reason=reason)
        now = self._board.now()
        if now - self._logged.get(reason, now - QUIET) >= QUIET:
            self._logged[reason] = now
            # What was posted stays out: logs are copied where no key seals them.
            _LOG.warning("a webhook to %s was refused: %s", address, reason)
        item = self.item(reason, why, address, body)
        if item is None:
            return
        self._told.add(item.key)
        try:
            await desk.put(self._board.service, item)
        except AtozError as fault:
            self._told.discard(item.key)
            _LOG.warning("the desk could not be told of a refused webhook: %s", fault)

    @contextlib.asynccontextmanager
    async def watched(self, address: str, body: bytes) -> AsyncIterator[None]:
        """What is refused while the block runs was signed, so that it is kept."""
        try:
            yield
        except (BadInput, NoSuchClaim) as fault:
            await self.tell("content", str(fault), address, body)
            raise

    def item(self, reason: str, why: str, address: str, body: bytes = b"") -> DeskItem | None:
        """The task that tells of it, if there is to be one that was not told today."""
        if reason in _TASKLESS:
            return None
        today, signed = self._board.now().date(), reason == "content"
        if self._day != today:
            self._day, self._told = today, set()
        end = hashlib.sha256(body).hexdigest()[:32] if signed else f"{reason}.{today}"
        key = f"{_KEY}{end}"
        if key in self._told:
            return None
        said = one_line(why, _EXCERPT).rstrip(".")
        if not signed:
            text = f"{address}: {said}. More of them today are counted, not kept."
            # Nothing of it could go to a claim.
            return DeskItem(key=key, title=TITLE, text=text, sort="other")
        if len(self._told) >= MOST_KEPT:
            return None
        words = body[:_FAR].decode("utf-8", "replace")
        order = ORDER_ID.search(words)
        return DeskItem(
            key=key,
            title=TITLE,
            text=f"{address}: {said}. It began: {one_line(words, _EXCERPT)}",
            # Sealed with the claim's key where it is about one, and gone with it.
            order_id=order.group() if order else "",
            sort="refused",
        )
