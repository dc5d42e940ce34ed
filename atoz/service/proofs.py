"""What the proofs say of playbooks, as documents: the same for the command, the API and the board."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

from atoz.claims.base import instant_text, parse_span, span_text
from atoz.claims.calendar import SendingHours
from atoz.errors import AtozError, BadInput
from atoz.library import load_policies, proved_hours
from atoz.playbook.checking import Checked, meant
from atoz.playbook.model import Playbook
from atoz.playbook.problems import PlaybookRefused, Problem
from atoz.playbook.proof import Proof, prove
from atoz.playbook.walking import Year
from atoz.service import books
from atoz.service.problems import PROBLEMS
from atoz.yaml_folder import fingerprint

_EVERY_PROBLEM = 20
"""Of one file, on a page: `playbook check` names them all."""


def check_document(checked: Checked) -> dict[str, Any]:
    """The document of `playbook check`: `{ok, errors, worst_case}`."""
    return {
        "ok": checked.ok,
        "errors": [problem._asdict() for problem in checked.problems],
        "worst_case": worst_case(checked.proof, checked.year) if checked.proof else None,
    }


def worst_case(proof: Proof, year: Year | None = None) -> dict[str, Any]:
    """The arrival whose answer takes longest, its path, and how many arrivals were looked at.

    `left` is what remains before limit less margin, None where the proof does not hold; `over` then
    is how much too long it takes.
    """
    worst = proof.worst
    return {
        "path": [
            {"step": leg.step, "begins": instant_text(leg.begins), "over": instant_text(leg.over)}
            for leg in worst.case.legs
        ],
        "marketplace": worst.marketplace,
        "arrives_at": instant_text(worst.arrives_at),
        "finishes_at": instant_text(worst.case.finishes_at),
        "finishes_after": span_text(worst.finishes_after),
        "limit": span_text(proof.limit),
        "margin": span_text(proof.margin),
        "left": span_text(-proof.over) if proof.holds else None,
        "over": None if proof.holds else span_text(proof.over),
        "arrivals": proof.arrivals,
        "cases": proof.cases,
        "latest": _latest(year) if year else None,
    }


def _latest(year: Year) -> dict[str, Any]:
    """The latest path through the engine itself, and how far the walk went."""
    walked, arrival = year.walked, year.latest_at
    path = [{"at": instant_text(m.at), "what": m.words} for m in walked.latest_path]
    return {
        "after": span_text(walked.latest) if walked.latest is not None else None,
        "marketplace": arrival.marketplace if arrival else None,
        "arrives_at": instant_text(arrival.at) if arrival else None,
        "path": path,
        "arrivals_walked": year.arrivals,
        "states": walked.states,
        "moves": walked.moves,
    }


class Shelved(NamedTuple):
    """A playbook of the folder: read, and proved for each marketplace that it applies to."""

    name: str
    playbook: Playbook | None
    problems: tuple[Problem, ...]
    worst: tuple[dict[str, Any], ...]
    """`worst_case` of each marketplace, the one with the least time left first."""

    @property
    def ok(self) -> bool:
        """Whether its text can be read and every answer is in time; `playbook check` finds more."""
        return not self.problems and all(each["left"] is not None for each in self.worst)

    @property
    def document(self) -> dict[str, Any]:
        """As the API gives it."""
        book = self.playbook
        return {
            "name": self.name,
            "title": book.title if book else None,
            "version": book.version if book else None,
            "digest": book.digest if book else None,
            "ok": self.ok,
            "errors": [problem._asdict() for problem in self.problems],
            "worst_cases": list(self.worst),
        }


def limit_of(span: str) -> timedelta:
    """A limit as a person writes it, like 72h. Raises BadInput."""
    try:
        limit = parse_span(span)
    except ValueError as fault:
        raise BadInput(str(fault)) from fault
    if limit <= timedelta(0):
        raise BadInput(PROBLEMS("no_limit"))
    return limit


class Shelf:
    """The playbooks as they lie in the folder now. What was proved is kept until a file changes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._kept: dict[tuple[object, ...], tuple[Shelved, ...]] = {}
        self._checked: dict[tuple[object, ...], dict[str, Any]] = {}
        self._turn = Lock()

    def look(self, now: datetime, limit: timedelta | None = None) -> tuple[Shelved, ...]:
        """Every playbook by its rank, proved for its own limit or this one. Raises BadInput.

        It calculates for some tenths of a second where something changed: call it off the loop.
        """
        with self._turn:
            key = (fingerprint(self._folder), now.date(), limit)
            if key not in self._kept:
                same = {old: found for old, found in self._kept.items() if old[:2] == key[:2]}
                self._kept = dict(list(same.items())[-5:])
                self._kept[key] = _looked(self._folder, now.date(), limit)
            return self._kept[key]

    def check(self, name: str, now: datetime, limit: timedelta | None = None) -> dict[str, Any]:
        """The document of `playbook check` for a playbook of the folder. Raises BadInput.

        It walks through the engine for seconds: one at a time, and once for each state of the folder.
        """
        with self._turn:
            key = (fingerprint(self._folder), now.date(), name, limit)
            if key not in self._checked:
                same = {old: found for old, found in self._checked.items() if old[:2] == key[:2]}
                self._checked = dict(list(same.items())[-20:])
                _, text = books.read(self._folder, name)
                checked = books.checked_text(self._folder, text, f"{name}.yaml", now, limit)
                self._checked[key] = check_document(checked)
            return self._checked[key]


def _looked(folder: Path, today: date, limit: timedelta | None) -> tuple[Shelved, ...]:
    hours = proved_hours(load_policies(folder), today)
    found = [_one(folder, name, hours, today, limit) for name in books.names(folder)]
    return tuple(sorted(found, key=lambda each: each.playbook.rank if each.playbook else 0))


def _one(
    folder: Path,
    name: str,
    hours: Mapping[str, SendingHours],
    today: date,
    limit: timedelta | None,
) -> Shelved:
    try:
        playbook = books.loaded(folder, name)
    except PlaybookRefused as refused:
        # Whoever reads this need not know where the folder lies.
        found = refused.problems[:_EVERY_PROBLEM]
        return Shelved(name, None, tuple(p._replace(file=f"{name}.yaml") for p in found), ())
    except AtozError as fault:
        return Shelved(name, None, (Problem(name, 1, 1, str(fault)),), ())
    proofs = [
        prove(playbook, {market: own}, today, limit)
        for market, own in meant(playbook, hours).items()
    ]
    ranked = sorted(proofs, key=lambda proof: proof.over, reverse=True)
    return Shelved(name, playbook, (), tuple(worst_case(proof) for proof in ranked))
