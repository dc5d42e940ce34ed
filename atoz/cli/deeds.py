"""Acts on the installation: whether whoever calls may, and the line that each leaves in the journal.

They are asked and recorded in the state folder that they are about, by its own users.
"""

import contextlib
import os
import pwd
import shlex
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

from atoz.access.journal import Entry, Journal, Outcome
from atoz.access.people import User, Users
from atoz.cli.verbs import Where
from atoz.errors import AtozError, BadInput, NotAllowed
from atoz.service.policy import demand


class Actor(NamedTuple):
    """Who acts: the name that is recorded, whether it was given by `--as`, and the machine's account."""

    name: str
    named: bool
    account: str


class Deed:
    """One act under way. `about` says on what, for the journal."""

    def __init__(
        self, act: str, actor: Actor, now: Callable[[], datetime], about: Mapping[str, str]
    ) -> None:
        self._act, self._actor, self._now = act, actor, now
        self._entry: Entry | None = None
        self._about = dict(about)
        self._where: Where | None = None
        self._told = False

    def begin(self, where: Where, else_in: Path) -> None:
        """Ask the policy, and record that it begins. Raises NotAllowed, recorded as well.

        `else_in`: the journal that tells of a refusal where the act's own is not there yet. Raises
        BadInput where the journal cannot be written: nothing is done unrecorded.
        """
        if not where.fresh:
            _leaves_no_locked_files(self._act, where.journal.parent)
        self._where, self._entry = where, self._new("begun")
        try:
            self._demand(Users(where.users).all())
        except NotAllowed:
            told = else_in if where.fresh else where.journal
            if told.exists():
                Journal(told).append(self._new("refused"))
            self._entry = None
            raise
        # Nothing makes a state folder but an act that is done: a slip in ATOZ_STATE leaves no journal.
        self._told = not where.fresh and where.journal.parent.exists()
        if self._told:
            Journal(where.journal).append(self._entry)

    def end(self, outcome: Outcome, about: Mapping[str, str]) -> None:
        """Record how it ended; nothing where it did not begin, or failed where no installation is."""
        begun, where = self._entry, self._where
        if begun is None or where is None:
            return
        change = {
            "outcome": outcome,
            "ended_at": self._now().replace(microsecond=0),
            "on": {**begun.on, **about},
        }
        ended = begun.model_copy(update=change)
        if outcome != "done":
            # What went wrong is being told: a journal that fails as well is no news beside it.
            with contextlib.suppress(BadInput):
                if self._told:
                    Journal(where.journal).append(ended)
            return
        try:
            Journal(where.journal).append(ended)
        except BadInput as fault:
            raise AtozError(f"`{self._act}` was done, but not recorded: {fault}") from fault

    def _new(self, outcome: Outcome) -> Entry:
        name, _, account = self._actor
        return Entry(
            id=uuid4().hex[:16],
            at=self._now(),
            act=self._act,
            by=name,
            account=account,
            on=self._about,
            outcome=outcome,
        )

    def _demand(self, users: Mapping[str, User]) -> None:
        """Raise NotAllowed by the role of the name and of the account, so that `--as` raises nobody.

        An account of the machine that is no user may do all: it owns the files, and somebody must
        be able to add the first user, and the next approver when the last one has gone.
        """
        name, named, account = self._actor
        for each in dict.fromkeys((account, name)):
            if each in users:
                demand(users[each].role, self._act, each)
        if named and users and name not in users:
            raise NotAllowed(
                f"`{self._act}`: {name} is none of the users here: name one with --as, or add them with "
                f"`atoz users add {name} --role …`"
            )


def _leaves_no_locked_files(act: str, state: Path) -> None:
    """Raise BadInput where root works in another account's state folder.

    What it writes there is its own: users, keys or a journal that the running service could not open.
    """
    try:
        owner = state.stat().st_uid
    except OSError:
        return  # not there yet, or told by whoever opens what is in it
    if os.geteuid() == 0 != owner:
        name = _name_of(owner)
        raise BadInput(
            f"{state} belongs to {name}, who could not read what root writes there: "
            f"`sudo -u {shlex.quote(name)} atoz {act} …`"
        )


def account() -> str:
    """The account of this machine that runs the command, whatever its environment says."""
    return _name_of(os.getuid())


def _name_of(uid: int) -> str:
    """The name of an account of this machine, or `#` and its number, as sudo takes it."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"#{uid}"
