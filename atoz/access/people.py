"""A person or a program that is let in, and the users of the board with their passwords.

Passwords are kept as argon2id hashes. A user without one gets in through the reverse proxy alone,
which vouches for the name; the role still stands here.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Literal

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from atoz.access.ledger import Ledger
from atoz.claims.base import Instant, Record
from atoz.errors import BadInput
from atoz.service.policy import Role, permitted

Via = Literal["password", "link", "token", "proxy", "webhook"]

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 200

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,99}")


@dataclass(frozen=True)
class Person:
    """Who acts: the name that is recorded, the role, and how it was shown who it is.

    `acts` narrows what a token may do beyond its role; None narrows nothing.
    """

    name: str
    role: Role
    via: Via
    acts: frozenset[str] | None = None

    def may(self, act: str) -> bool:
        """Whether this person may do the act."""
        return permitted(self.role, act) and (self.acts is None or act in self.acts)


class User(Record):
    """A user: the role, and the hash of the password where there is one."""

    role: Role
    password: str | None = None
    added_at: Instant


class UserList(Record):
    """All users by their names."""

    users: dict[str, User] = {}


class Users:
    """The users file."""

    def __init__(self, folder: Path) -> None:
        self._ledger = Ledger(folder / "users.json", UserList())
        self._hasher = PasswordHasher()

    def all(self) -> Mapping[str, User]:
        """Every user by name. Raises BadInput where the file cannot be read."""
        return self._ledger.read().users

    def add(self, name: str, role: Role, password: str | None, now: datetime) -> User:
        """Add a user, or give a known one this role and password. Raises BadInput for a bad one.

        A new password ends every session that the old one began.
        """
        if not _NAME.fullmatch(name):
            raise BadInput(f"{name[:60]!r} is no user's name: letters, digits and . _ @ + - only")
        hashed = None if password is None else self._hasher.hash(_fit(name, password))
        user = User(role=role, password=hashed, added_at=now)
        self._ledger.change(lambda old: UserList(users={**old.users, name: user}))
        return user

    def remove(self, name: str) -> None:
        """Remove a user, whose sessions end with it. Raises BadInput where there is none."""

        def without(old: UserList) -> UserList:
            if name not in old.users:
                known = ", ".join(sorted(old.users)) or "none"
                raise BadInput(f"there is no user {name[:60]!r}; known: {known}")
            return UserList(users={key: user for key, user in old.users.items() if key != name})

        self._ledger.change(without)

    def with_password(self, name: str, password: str) -> User | None:
        """The user whose password this is, or None. It takes as long for a name that is unknown."""
        user = self.all().get(name)
        known = user.password if user and user.password else _nobodys()
        try:
            self._hasher.verify(known, password[:LONGEST_PASSWORD])
        except (VerificationError, InvalidHashError):
            return None
        return user if user and user.password else None


def _fit(name: str, password: str) -> str:
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise BadInput(
            f"a password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} signs: a few words will do"
        )
    if password.casefold() in (name.casefold() * 4) or len(set(password)) < 5:
        raise BadInput("this password is guessed at once: take a few words")
    return password


@cache
def _nobodys() -> str:
    """What an unknown name is checked against, so that the time of an answer tells no names."""
    return PasswordHasher().hash("of nobody")
