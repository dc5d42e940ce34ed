"""One-time links: how whoever may write into the state folder gets a browser in, without a password."""

from datetime import datetime, timedelta
from pathlib import Path

from atoz.access.ledger import Ledger
from atoz.access.people import Person
from atoz.access.secret import digest, drawn
from atoz.claims.base import Instant, Record
from atoz.service.policy import Role

LASTS = timedelta(hours=12)
"""Long enough for a terminal that waits for its owner; it works once, whatever happens."""


class Link(Record):
    """For whom a link is, and until when."""

    name: str
    role: Role
    ends_at: Instant


class LinkList(Record):
    """Links that were not used yet, by the digests of their secrets."""

    links: dict[str, Link] = {}
    address: str = ""
    """Where the board that takes them answers."""


class Links:
    """The file of links."""

    def __init__(self, folder: Path) -> None:
        self._ledger = Ledger(folder / "links.json", LinkList())

    @property
    def address(self) -> str:
        """Where the board answers that was started last over this folder; empty where none was."""
        return self._ledger.read().address

    def serve_at(self, address: str) -> None:
        """Remember where the board answers, for whoever prints a link."""
        if address != self.address:
            self._ledger.change(lambda old: old.model_copy(update={"address": address}))

    def new(self, name: str, now: datetime, role: Role = Role.APPROVER) -> str:
        """A secret that lets its bearer in once, as this person."""
        secret = drawn()
        link = Link(name=name, role=role, ends_at=now + LASTS)
        self._ledger.change(
            lambda old: old.model_copy(
                update={"links": {**_fresh(old.links, now), digest(secret): link}}
            )
        )
        return secret

    def used(self, secret: str, now: datetime) -> Person | None:
        """Whom the secret lets in, this once; None for one that was used, is too old, or is none."""
        found: list[Link] = []

        def without(old: LinkList) -> LinkList:
            links = _fresh(old.links, now)
            link = links.pop(digest(secret), None)
            found.extend([link] if link else [])
            return old.model_copy(update={"links": links})

        if digest(secret) not in self._ledger.read().links:
            return None  # a stranger's guesses write nothing
        self._ledger.change(without)
        return Person(found[0].name, found[0].role, "link") if found else None


def _fresh(links: dict[str, Link], now: datetime) -> dict[str, Link]:
    return {key: link for key, link in links.items() if link.ends_at > now}
