"""How operators are told that a task waits or a clock runs out: log, e-mail, webhook, all at once.

A notice is no promise: each channel is tried once, what failed is named, and the claim goes on. The
engine tells again later.
"""

import asyncio
import hashlib
import json
import logging
from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol

from pydantic import SecretStr

from atoz.claims.base import Instant, Record, instant_text
from atoz.mail.outgoing import Mailer, build_message
from atoz.mail.plain import one_line
from atoz.webhook import signed_post

_LOG = logging.getLogger("atoz.notices")
_LONGEST_SUBJECT = 200
_ALONE = 10
"""Notices of one minute that go each alone."""
_TOGETHER = 2.0
"""Seconds in which those of a flood are gathered. A worker has a hundred hands for local work, and each of
these notices holds one: two thousand claims take less than a minute and some twenty mails."""
_LONGEST_DIGEST = 300
"""Lines of one mail."""


class Notice(Record):
    """What operators should know. Instants in UTC; `due` is when it is too late.

    `at` is when it was raised: take the same instant for every retry, then `key` stays the same and
    a receiver can drop the repeat.
    """

    subject: str
    lines: tuple[str, ...] = ()
    order_id: str | None = None
    due: Instant | None = None
    at: Instant
    notices: tuple["Notice", ...] = ()
    """Those that this one tells together, each whole: a program that reads it misses none."""

    @property
    def key(self) -> str:
        """The same for the same notice, different for every other."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:32]

    def text(self) -> str:
        """The notice for people, in English, each value on a line of its own."""
        facts = [("Order", self.order_id), ("Due", instant_text(self.due) if self.due else None)]
        head = [f"{name}: {value}" for name, value in facts if value]
        body = [one_line(line, 1_000) for line in self.lines]
        return "\n".join([*head, *([""] if head and body else []), *body]) + "\n"


class Notifier(Protocol):
    """A way to reach operators."""

    @property
    def name(self) -> str:
        """What to call this channel when it fails."""
        ...

    async def tell(self, notice: Notice) -> list[str]:
        """Try once. The names of the channels that did not certainly take it; empty is good."""
        ...


class LogNotifier:
    """Writes to the log that there is something to do: always there, so nothing is told nowhere.

    What it says of a buyer stays out: logs are kept and copied where no key seals them.
    """

    name = "log"

    async def tell(self, notice: Notice) -> list[str]:
        """Log it as a warning."""
        known = notice.model_dump(mode="json", exclude={"lines", "notices"})
        _LOG.warning("operator notice", extra={"notice": known})
        return []


class EmailNotifier:
    """Mails the notice to each recipient."""

    name = "email"

    def __init__(
        self, mailer: Mailer, *, sender: str, recipients: Sequence[str], id_domain: str
    ) -> None:
        self._mailer = mailer
        self._sender = sender
        self._recipients = tuple(recipients)
        self._id_domain = id_domain

    async def tell(self, notice: Notice) -> list[str]:
        """One message per recipient; the channel failed if one of them was not taken."""
        taken = [await self._send(notice, to) for to in self._recipients]
        return [] if all(taken) else [self.name]

    async def _send(self, notice: Notice, to: str) -> bool:
        recipient = hashlib.sha256(to.encode()).hexdigest()[:8]
        message = build_message(
            sender=self._sender,
            to=to,
            subject=one_line(notice.subject, _LONGEST_SUBJECT),
            text=notice.text(),
            message_id=f"<notice.{notice.key}.{recipient}@{self._id_domain}>",
            date=notice.at,
        )
        result = await self._mailer.send(message, to)
        if not result.sent:
            _LOG.error("notice not mailed", extra=result.logged)
        return result.sent


class Gathering:
    """Lets a channel tell the first notices at once, each alone, and those of a flood together.

    After an outage hundreds of claims have something to say in one minute: a mail each would bury what is
    urgent, and use up the account by which buyers are written to; a post each is what the receiving side
    refuses. Nobody waits longer than `pause`
    seconds for it, and a claim knows of its notice whether it arrived. `clock` counts seconds.
    """

    def __init__(
        self,
        notifier: Notifier,
        *,
        pause: float = _TOGETHER,
        clock: Callable[[], float] = lambda: asyncio.get_running_loop().time(),
    ) -> None:
        self.name = notifier.name
        self._notifier = notifier
        self._pause = pause
        self._clock = clock
        self._lately: deque[float] = deque()
        self._waiting: list[Notice] = []
        self._sending: asyncio.Task[list[str]] | None = None

    async def tell(self, notice: Notice) -> list[str]:
        """Try once, alone or together with others."""
        if self._sending is None and self._is_calm():
            self._lately.append(self._clock())
            return await self._notifier.tell(notice)
        self._waiting.append(notice)
        if self._sending is None:
            self._sending = asyncio.create_task(self._together())
        # One claim that gives up does not take the mail from the others.
        return await asyncio.shield(self._sending)

    def _is_calm(self) -> bool:
        while self._lately and self._lately[0] <= self._clock() - 60:
            self._lately.popleft()
        return len(self._lately) < _ALONE

    async def _together(self) -> list[str]:
        await asyncio.sleep(self._pause)
        notices, self._waiting, self._sending = self._waiting, [], None
        return await self._notifier.tell(notices[0] if len(notices) == 1 else digest(notices))


def digest(notices: Sequence[Notice]) -> Notice:
    """Many notices as one, what is due first at the top; what each asks is in `atoz tasks`."""
    ranked = sorted(notices, key=lambda each: (each.due is None, each.due or each.at, each.subject))
    first = f", the first by {instant_text(ranked[0].due)}" if ranked[0].due else ""
    lines = [
        f"{instant_text(each.due) if each.due else 'no date':<20}  {each.subject}"
        for each in ranked[:_LONGEST_DIGEST]
    ]
    rest = len(ranked) - len(lines)
    more = [f"and {rest} more"] if rest else []
    return Notice(
        subject=f"{len(notices)} notices at once{first}",
        lines=(*lines, *more, "What each of them asks: `atoz tasks`, or the board."),
        due=ranked[0].due,
        at=max(each.at for each in notices),
        notices=tuple(ranked),
    )


class WebhookNotifier:
    """Posts the notice as signed JSON: subject, lines, order_id, due, at, key, text; and `notices`, where it
    tells several together.
    """

    name = "webhook"

    def __init__(self, url: str, secret: SecretStr) -> None:
        self._url = url
        self._secret = secret

    async def tell(self, notice: Notice) -> list[str]:
        """One POST."""
        result = await signed_post(self._url, self._secret, _body(notice), notice.key)
        if not result.sent:
            _LOG.error("notice not posted", extra=result.logged)
        return [] if result.sent else [self.name]


class AllNotifiers:
    """Tells every channel at the same time; one that fails or breaks does not keep the others."""

    name = "all"

    def __init__(self, notifiers: Sequence[Notifier]) -> None:
        self._notifiers = tuple(notifiers)

    async def tell(self, notice: Notice) -> list[str]:
        """The names of all channels that failed."""
        asked = [notifier.tell(notice) for notifier in self._notifiers]
        answers = await asyncio.gather(*asked, return_exceptions=True)
        failed: list[str] = []
        for notifier, answer in zip(self._notifiers, answers, strict=True):
            if isinstance(answer, BaseException):
                _LOG.error("channel %s broke", notifier.name, exc_info=answer)
                failed.append(notifier.name)
            else:
                failed.extend(answer)
        return failed


def _body(notice: Notice) -> bytes:
    extra = {"key": notice.key, "text": notice.text()}
    shown = notice.model_dump(mode="json", exclude={"notices": {"__all__": {"notices"}}})
    if not notice.notices:
        del shown["notices"]
    return json.dumps({**shown, **extra}, sort_keys=True).encode()
