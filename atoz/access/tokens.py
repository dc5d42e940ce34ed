"""Tokens for programs: shown once, kept as digests, with a role, an end, and acts where narrowed."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from atoz.access.ledger import Ledger
from atoz.access.people import Person
from atoz.access.secret import digest, drawn, named, same
from atoz.claims.base import Instant, Record
from atoz.errors import BadInput
from atoz.mail.plain import one_line
from atoz.service.policy import LEAST, Role, permitted

PREFIX = "atoz_"
"""So that a scanner for leaked secrets knows one when it sees it."""

LASTS = timedelta(days=90)
LONGEST = timedelta(days=730)


class Token(Record):
    """A token: for whom, what it may do, until when, and the digest of its secret."""

    name: str
    role: Role
    acts: tuple[str, ...] | None = None
    digest: str
    made_at: Instant
    ends_at: Instant


class TokenList(Record):
    """All tokens by their public ids; one that ended stays until it is revoked, to be seen."""

    tokens: dict[str, Token] = {}


class Tokens:
    """The tokens file."""

    def __init__(self, folder: Path) -> None:
        self._ledger = Ledger(folder / "tokens.json", TokenList())

    def all(self) -> Mapping[str, Token]:
        """Every token by its id."""
        return self._ledger.read().tokens

    def new(
        self,
        name: str,
        role: Role,
        now: datetime,
        *,
        lasts: timedelta = LASTS,
        acts: Collection[str] | None = None,
    ) -> tuple[str, str]:
        """Make a token: its id, and the text that is shown this once. Raises BadInput."""
        name = one_line(name, 100)
        if not name:
            raise BadInput("a token has a name: the program's, as it is recorded")
        if not timedelta(minutes=1) <= lasts <= LONGEST:
            raise BadInput(f"a token lasts from a minute to {LONGEST.days} days")
        _check(role, acts)
        key, secret = named(), drawn()
        token = Token(
            name=name,
            role=role,
            acts=None if acts is None else tuple(sorted(acts)),
            digest=digest(secret),
            made_at=now,
            ends_at=now + lasts,
        )
        self._ledger.change(lambda old: TokenList(tokens={**old.tokens, key: token}))
        return key, f"{PREFIX}{key}_{secret}"

    def revoke(self, key: str) -> None:
        """Revoke a token at once. Raises BadInput where there is none of this id."""

        def without(old: TokenList) -> TokenList:
            if key not in old.tokens:
                known = ", ".join(sorted(old.tokens)) or "none"
                # No more than an id has: it may be a whole token, which is no log's business.
                raise BadInput(f"there is no token {key[:12]!r}; known: {known}")
            return TokenList(tokens={k: token for k, token in old.tokens.items() if k != key})

        self._ledger.change(without)

    def holder(self, text: str, now: datetime) -> Person | None:
        """Whose token this is; None for what is none, or none any more."""
        key, _, secret = text.removeprefix(PREFIX).partition("_")
        token = self.all().get(key) if text.startswith(PREFIX) else None
        if token is None or not same(token.digest, digest(secret)) or token.ends_at <= now:
            return None
        acts = None if token.acts is None else frozenset(token.acts)
        return Person(token.name, token.role, "token", acts)


def _check(role: Role, acts: Collection[str] | None) -> None:
    for act in acts or ():
        if act not in LEAST:
            raise BadInput(f"{act[:40]!r} is no act; known: {', '.join(LEAST)}")
        if not permitted(role, act):
            raise BadInput(f"a token with the role {role} cannot `{act}`: that needs {LEAST[act]}")
