"""Everything that decides who gets in, over one folder: what the board and the command work with."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from atoz.access.attempts import Attempts
from atoz.access.journal import SESSION, Entry, Journal, Outcome, about
from atoz.access.links import Links
from atoz.access.people import Person, Users
from atoz.access.secret import named
from atoz.access.sessions import Session, Sessions
from atoz.access.tokens import Tokens
from atoz.errors import AtozError
from atoz.service.policy import Role
from atoz.service.problems import PROBLEMS

_LOG = logging.getLogger("atoz.access")

Told = Callable[[str, str], None]
"""Is told of each try that was refused: by which way, and why (`unknown`, `too_many`)."""


class NotKnown(AtozError):  # noqa: N818 - named for what happened
    """Nobody knows who you are: log in, or send a token that is valid."""


class TooMany(AtozError):  # noqa: N818 - named for what happened
    """There were too many tries that failed: wait a little."""

    permanent = False

    def __init__(self, wait: timedelta) -> None:
        self.wait = wait
        minutes = max(1, round(wait.total_seconds() / 60))
        super().__init__(PROBLEMS("too_many", minutes=minutes))


class Access:
    """Users, tokens, links and sessions of one state folder, and how often somebody failed here."""

    def __init__(
        self,
        folder: Path,
        session_lasts: timedelta,
        attempts: Attempts | None = None,
        told: Told = lambda _way, _why: None,
        server: str = "board",
    ) -> None:
        self._told = told
        self._server = server
        self.journal = Journal(folder)
        self.noting: set[asyncio.Task[None]] = set()
        self.users = Users(folder)
        self.tokens = Tokens(folder)
        self.links = Links(folder)
        self.sessions = Sessions(folder, self.users, session_lasts)
        self._attempts = attempts or Attempts()
        self._refused = Attempts()
        # Argon2 takes 64 MB for each check: one at a time.
        self._turn = asyncio.Lock()

    async def by_password(
        self, name: str, password: str, address: str, now: datetime
    ) -> tuple[str, Session]:
        """A session for a name and its password. Raises NotKnown, TooMany."""
        keys = (f"name:{name[:100]}", f"from:{address}")
        async with self._turn:
            self._may_try("password", keys, now)
            user = await asyncio.to_thread(self.users.with_password, name, password)
            if user is None:
                self._failed("password", keys, now)
                self._note_failed(name, address, now)
                raise NotKnown(PROBLEMS("password"))
        # What failed from this address before still counts: else a name of one's own would buy guesses.
        self._attempts.succeeded(keys[:1])
        return self._begun(Person(name, user.role, "password"), address, now)

    def by_link(self, secret: str, address: str, now: datetime) -> tuple[str, Session]:
        """A session for a one-time link. Raises NotKnown, TooMany."""
        keys = (f"from:{address}",)
        self._may_try("link", keys, now)
        person = self.links.used(secret, now)
        if person is None:
            self._failed("link", keys, now)
            raise NotKnown(PROBLEMS("link"))
        return self._begun(person, address, now)

    def link(self, name: str, now: datetime) -> str:
        """The secret of a one-time link: with this user's own role, or for whoever runs the machine."""
        user = self.users.all().get(name)
        return self.links.new(name, now, user.role if user else Role.APPROVER)

    def by_token(self, text: str, address: str, now: datetime) -> Person:
        """Whose token it is. Raises NotKnown, TooMany.

        A token that is valid is never held up by what others send from its address: nobody guesses
        256 bits, and of those who try only the noise is to be kept down.
        """
        keys = (f"token:{address}",)
        person = self.tokens.holder(text, now)
        if person is None:
            self._may_try("token", keys, now)
            self._failed("token", keys, now)
            raise NotKnown("this token is unknown, revoked or expired: `atoz tokens new` makes one")
        return person

    def did(self, act: str, person: Person, now: datetime, outcome: Outcome = "done") -> None:
        """Tell the journal of an act on the installation. Raises BadInput where it cannot be written.

        Of the same refusal, again and again, it has the first ten of five minutes: else a token that may
        look would fill the disk.
        """
        if outcome == "refused":
            same = (f"{act} {person.name}",)
            if self._refused.wait(same, now) is not None:
                return
            self._refused.failed(same, now)
        on = about(("way", "server"), {"way": person.via, "server": self._server})
        entry = Entry(id=named(), at=now, act=act, by=person.name, on=on, outcome=outcome)
        self.journal.append(entry)

    def _begun(self, person: Person, address: str, now: datetime) -> tuple[str, Session]:
        begun = self.sessions.begin(person, now)
        self._note(person.name, person.via, address, now, "done")
        return begun

    def _note_failed(self, name: str, address: str, now: datetime) -> None:
        """What a stranger types is nobody's name, sometimes a password, and fills no disk.

        Nobody waits for the disk: the time of an answer would tell which names there are.
        """
        if name in self.users.all():
            noted = asyncio.to_thread(self._note, name, "password", address, now, "refused")
            task = asyncio.create_task(noted)
            self.noting.add(task)
            task.add_done_callback(self._noted)

    def _noted(self, task: asyncio.Task[None]) -> None:
        self.noting.discard(task)
        if not task.cancelled() and (fault := task.exception()) is not None:
            _LOG.warning("a refused login is not in the journal: %s", fault)

    def _note(self, name: str, way: str, address: str, now: datetime, outcome: Outcome) -> None:
        on = about(("way", "server", "from"), {"way": way, "server": self._server, "from": address})
        entry = Entry(id=named(), at=now, act=SESSION, by=name, on=on, outcome=outcome)
        self.journal.append(entry)

    def _may_try(self, way: str, keys: tuple[str, ...], now: datetime) -> None:
        wait = self._attempts.wait(keys, now)
        if wait is not None:
            self._told(way, "too_many")
            raise TooMany(wait)

    def _failed(self, way: str, keys: tuple[str, ...], now: datetime) -> None:
        self._attempts.failed(keys, now)
        self._told(way, "unknown")
