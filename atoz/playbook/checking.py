"""`playbook check`: everything that can be known of a playbook before it touches a claim.

The text is read like any other; then the proof in time, and what no single value shows: steps that
can never act, a message that could go twice, paths on which nobody answers the claim.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from atoz.claims.base import span_text
from atoz.claims.calendar import SendingHours
from atoz.playbook.load import load_playbook, problem_at
from atoz.playbook.mending import smallest_mend
from atoz.playbook.model import Playbook
from atoz.playbook.problems import PlaybookRefused, Problem
from atoz.playbook.proof import Proof, Worst, prove
from atoz.playbook.prove import worst_case
from atoz.playbook.structure import flaws
from atoz.playbook.tree import Path
from atoz.playbook.walking import Year, flaws_of, walk_year


class Checked(NamedTuple):
    """What was found: every problem, and the proof where the text could be read."""

    problems: tuple[Problem, ...]
    playbook: Playbook | None = None
    proof: Proof | None = None
    year: Year | None = None
    """The walk through the engine, where text, structure and time left nothing to say."""

    @property
    def ok(self) -> bool:
        """Whether the playbook may be used."""
        return not self.problems


def check_playbook(
    text: str,
    file: str,
    markets: Mapping[str, SendingHours],
    first_day: date,
    *,
    templates: frozenset[str] | None = None,
    limit: timedelta | None = None,
) -> Checked:
    """Read, prove and look through one playbook. `limit` else its own; never raises for its text."""
    try:
        playbook = load_playbook(text, file, templates)
    except PlaybookRefused as refused:
        return Checked(refused.problems)
    looked = look_at(playbook, meant(playbook, markets), first_day, limit)
    problems = [problem_at(text, file, path, said) for path, said in looked.found]
    ranked = tuple(sorted(problems, key=lambda problem: problem[1:3]))
    return Checked(ranked, playbook, looked.proof, looked.year)


def untimely(
    playbook: Playbook, text: str, file: str, markets: Mapping[str, SendingHours], first_day: date
) -> Iterator[Problem]:
    """What a worker refuses at its start: a playbook that is not in time for its own limit."""
    chosen = meant(playbook, markets)
    proof = prove(playbook, chosen, first_day)
    for path, said in _too_long(playbook, proof, chosen, first_day):
        yield problem_at(text, file, path, said)


class Looked(NamedTuple):
    """What is wrong with a playbook, at which of its values; the sum, and the walk if there was one."""

    found: list[tuple[Path, str]]
    proof: Proof
    year: Year | None


def look_at(
    playbook: Playbook,
    markets: Mapping[str, SendingHours],
    first_day: date,
    limit: timedelta | None = None,
) -> Looked:
    """The proof in these marketplaces: the sum and the structure, and where they hold the walk."""
    proof = prove(playbook, markets, first_day, limit)
    found = [*_too_long(playbook, proof, markets, first_day), *flaws(playbook)]
    if found:
        return Looked(found, proof, None)
    year = walk_year(playbook, markets, first_day, limit)
    return Looked(list(flaws_of(playbook, year)), proof, year)


def load_sound(text: str, file: str, templates: frozenset[str] | None = None) -> Playbook:
    """A playbook without a flaw in its structure; what the clock says of it is proved elsewhere.

    Raises PlaybookRefused with every problem of the text.
    """
    playbook = load_playbook(text, file, templates)
    found = _flawed(playbook, text, file)
    if found:
        raise PlaybookRefused(found)
    return playbook


def _flawed(playbook: Playbook, text: str, file: str) -> list[Problem]:
    problems = [problem_at(text, file, path, said) for path, said in flaws(playbook)]
    return sorted(problems, key=lambda problem: problem[1:3])


def meant(playbook: Playbook, markets: Mapping[str, SendingHours]) -> Mapping[str, SendingHours]:
    """The marketplaces that the playbook applies to; all where it names none that is known."""
    named = playbook.applies.marketplaces
    chosen = {name: hours for name, hours in markets.items() if named is None or name in named}
    return chosen or markets


def _too_long(
    playbook: Playbook, proof: Proof, markets: Mapping[str, SendingHours], first_day: date
) -> Iterator[tuple[Path, str]]:
    """The path that takes too long, with dates, and the smallest change that mends it."""
    if proof.holds:
        return
    mend = smallest_mend(
        playbook,
        holds=lambda p: prove(p, markets, first_day, proof.limit).holds,
        likely=lambda p: _fits(p, proof, markets),
    )
    latest = max(proof.worst.case.legs, key=lambda leg: leg.over).step
    last = next(n for n, step in enumerate(playbook.steps) if step.id == latest)
    advice = mend.advice if mend else "no single span can be shortened enough: leave steps out"
    said = (
        f"may answer as late as {span_text(proof.worst.finishes_after)} after the claim arrives, "
        f"{span_text(proof.over)} more than the limit of {span_text(proof.limit)} less the margin "
        f"of {span_text(proof.margin)} allows. {told(proof.worst, markets)}: {advice}"
    )
    yield (mend.path if mend else ("steps", last, "id")), said


def _fits(playbook: Playbook, proof: Proof, markets: Mapping[str, SendingHours]) -> bool:
    """Whether a changed playbook fits the arrival that was worst for the one it was made from."""
    at = proof.worst.arrives_at
    return worst_case(playbook, at, at, at + proof.limit, markets[proof.worst.marketplace]).fits


def told(worst: Worst, markets: Mapping[str, SendingHours]) -> str:
    """The worst path in words, in the marketplace's own time."""
    zone = ZoneInfo(markets[worst.marketplace].zone)
    arrives = worst.arrives_at.astimezone(zone)
    steps = ", ".join(
        f"{leg.step} {leg.begins.astimezone(zone):%a %d %b %H:%M} "
        f"(over {leg.over.astimezone(zone):%a %d %b %H:%M})"
        for leg in worst.case.legs
    )
    return f"A claim that reaches {worst.marketplace} on {arrives:%a %d %b %Y %H:%M}: {steps}"
