"""Sessions of browsers: each ends by itself, at logout, and with the user or password that began it."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from atoz.access.ledger import Ledger
from atoz.access.people import Person, Users, Via
from atoz.access.secret import digest, drawn
from atoz.claims.base import Instant, Record
from atoz.service.policy import Role

IDLE = timedelta(hours=4)
SEEN_EVERY = timedelta(minutes=1)
"""How exactly it is kept when a session was last used: not every look is written down."""

MOST = 1_000
MOST_OF_ONE = 50
"""Of one person: whoever begins them without end ends their own, and nobody else's."""


class Session(Record):
    """A browser's session. `role` is its own only where no users file says it (links, the proxy)."""

    name: str
    via: Via
    role: Role
    proof: str = ""
    """A digest of the password's hash that began it: another password ends it."""
    csrf: str
    began_at: Instant
    seen_at: Instant


class SessionList(Record):
    """Sessions by the digests of their secrets."""

    sessions: dict[str, Session] = {}


class Sessions:
    """The file of sessions: they survive a restart of the board, so nobody loses what they typed."""

    def __init__(self, folder: Path, users: Users, lasts: timedelta) -> None:
        self._ledger = Ledger(folder / "sessions.json", SessionList())
        self._users = users
        self._lasts = lasts

    def begin(self, person: Person, now: datetime) -> tuple[str, Session]:
        """Begin a session: the secret for the cookie, and what is known of it."""
        secret = drawn()
        session = Session(
            name=person.name,
            via=person.via,
            role=person.role,
            proof=self._proof(person),
            csrf=drawn(),
            began_at=now,
            seen_at=now,
        )
        self._change(lambda old: {**self._live(old, now), digest(secret): session})
        return secret, session

    def find(self, secret: str, now: datetime) -> tuple[Session, Person] | None:
        """The session of a cookie and whose it is; None where it ended or never was."""
        key = digest(secret)
        session = self._ledger.read().sessions.get(key)
        if session is None or not self._lives(session, now):
            return None
        person = self._person(session)
        if person is not None and now - session.seen_at > SEEN_EVERY:
            seen = session.model_copy(update={"seen_at": now})
            # One that was ended meanwhile is not brought back.
            self._change(lambda old: {**old, key: seen} if key in old else old)
        return (session, person) if person is not None else None

    def end(self, secret: str) -> None:
        """End a session; one that is over already is no fault."""
        key = digest(secret)
        if key in self._ledger.read().sessions:
            self._change(lambda old: {k: session for k, session in old.items() if k != key})

    def _person(self, session: Session) -> Person | None:
        person = Person(session.name, session.role, session.via)
        if session.via != "password":
            return person
        user = self._users.all().get(session.name)
        if user is None or self._proof(person) != session.proof:
            return None
        return Person(session.name, user.role, session.via)

    def _proof(self, person: Person) -> str:
        user = self._users.all().get(person.name) if person.via == "password" else None
        return digest(user.password)[:32] if user and user.password else ""

    def _lives(self, session: Session, now: datetime) -> bool:
        return now - session.seen_at < IDLE and now - session.began_at < self._lasts

    def _live(self, sessions: dict[str, Session], now: datetime) -> dict[str, Session]:
        newest: dict[str, Session] = {}
        of_one: Counter[tuple[str, Via]] = Counter()
        for key, each in sorted(sessions.items(), key=lambda pair: pair[1].began_at, reverse=True):
            owner = each.name, each.via
            if self._lives(each, now) and of_one[owner] < MOST_OF_ONE and len(newest) < MOST:
                of_one[owner] += 1
                newest[key] = each
        return newest

    def _change(self, edit: Callable[[dict[str, Session]], dict[str, Session]]) -> None:
        self._ledger.change(lambda old: SessionList(sessions=edit(old.sessions)))
