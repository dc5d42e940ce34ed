"""The playbooks folder as one frozen value: what a seller edits, read whole or refused whole.

`*.yaml` directly in the folder are the playbooks, `policies/*.yaml` the marketplaces,
`phrases/*.yaml` the words of buyers. Everything is checked at once and against each other, so that
a folder that loads has no surprise left for a running claim.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Generic, TypeVar

import holidays
from pydantic import BaseModel

from atoz.claims.policy import Policy
from atoz.errors import BadInput
from atoz.mail.phrases import Phrases
from atoz.playbook.load import load_playbook, load_policy, problem_at, read_yaml
from atoz.playbook.model import Applies, Playbook
from atoz.playbook.problems import PlaybookRefused, Problem, instead
from atoz.playbook.tree import Path as Keys

FOLDER_VARIABLE = "ATOZ_PLAYBOOKS"


@dataclass(frozen=True)
class Library:
    """Playbooks by rank, policies by marketplace, phrase lists by language."""

    playbooks: tuple[Playbook, ...]
    policies: dict[str, Policy]
    phrases: dict[str, Phrases]

    def playbook(self, name: str) -> Playbook:
        """The playbook of this name. Raises BadInput with the nearest known name."""
        found = next((playbook for playbook in self.playbooks if playbook.name == name), None)
        if found is None:
            known = [playbook.name for playbook in self.playbooks]
            raise BadInput(f"no playbook is called {name}: {instead(name, known)}")
        return found

    def policy(self, marketplace: str) -> Policy:
        """The policy of this marketplace. Raises BadInput with the known ones."""
        found = self.policies.get(marketplace)
        if found is None:
            known = sorted(self.policies)
            raise BadInput(f"no marketplace is called {marketplace}: {instead(marketplace, known)}")
        return found


def default_folder() -> Path:
    """The folder that ATOZ_PLAYBOOKS names, else `playbooks` beside the code."""
    named = os.environ.get(FOLDER_VARIABLE)
    return Path(named) if named else Path(__file__).resolve().parent.parent / "playbooks"


def load_library(folder: Path | None = None) -> Library:
    """Everything that the folder holds.

    Raises BadInput where there is no such folder, and one PlaybookRefused with every problem of
    every file. Problems between files are told once each file is sound by itself.
    """
    folder = folder or default_folder()
    if not folder.is_dir():
        raise BadInput(f"no playbooks folder at {folder}: set {FOLDER_VARIABLE} to the folder")
    templates = frozenset(path.stem for path in folder.glob("templates/*/*.txt")) or None
    playbooks = _read(folder, lambda text, file: load_playbook(text, file, templates))
    policies = _read(folder / "policies", load_policy)
    phrases = _read(folder / "phrases", lambda text, file: read_yaml(text, file, Phrases))
    _refuse([*playbooks.problems, *policies.problems, *phrases.problems])
    _refuse([*_between(folder, playbooks.files, policies.files), *_named(policies, phrases)])
    return Library(
        playbooks=tuple(sorted((f.value for f in playbooks.files), key=lambda p: p.rank)),
        policies={file.value.marketplace: file.value for file in policies.files},
        phrases={file.value.language: file.value for file in phrases.files},
    )


def pinned_policy(policy: Policy, first_day: date, last_day: date) -> Policy:
    """The policy with the public holidays between two days (both included) in `closed_days`.

    Only where the policy skips holidays: local days of its country, national ones, as the
    installed edition of the `holidays` package has them. Pinned with the claim, so that a later
    edition changes nothing for it.
    """
    if policy.sending.holidays == "send":
        return policy
    years = range(first_day.year, last_day.year + 1)
    public = holidays.country_holidays(policy.sending.country, years=years)
    days = {day for day in public if first_day <= day <= last_day} | set(policy.closed_days)
    # Not a copy: a copy would keep the hours that were computed without these days.
    return Policy.model_validate(
        {**policy.model_dump(by_alias=True), "closed_days": tuple(sorted(days))}
    )


T = TypeVar("T", bound=BaseModel)


@dataclass(frozen=True)
class _File(Generic[T]):
    """A file that is sound by itself."""

    path: Path
    text: str
    value: T

    def problem(self, keys: Keys, message: str) -> Problem:
        return problem_at(self.text, str(self.path), keys, message)


@dataclass(frozen=True)
class _Read(Generic[T]):
    """The sound files of one folder, and the problems of the others."""

    files: tuple[_File[T], ...]
    problems: tuple[Problem, ...]


def _read(folder: Path, load: Callable[[str, str], T]) -> _Read[T]:
    files: list[_File[T]] = []
    problems: list[Problem] = []
    for path in sorted(folder.glob("[!.]*.yaml")):
        try:
            text = path.read_bytes().decode("utf-8")
            files.append(_File(path, text, load(text, str(path))))
        except UnicodeDecodeError as error:
            problems.append(_not_utf8(path, error))
        except OSError as error:
            said = f"cannot be read ({error.strerror}): check the file"
            problems.append(Problem(str(path), 1, 1, said))
        except PlaybookRefused as refused:
            problems += refused.problems
    return _Read(tuple(files), tuple(problems))


def _not_utf8(path: Path, error: UnicodeDecodeError) -> Problem:
    before = error.object[: error.start].decode("utf-8", "replace")
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    return Problem(str(path), line, column, "not UTF-8 text: save the file as UTF-8")


def _refuse(problems: Sequence[Problem]) -> None:
    if problems:
        raise PlaybookRefused(problems)


def _between(
    folder: Path, playbooks: Sequence[_File[Playbook]], policies: Sequence[_File[Policy]]
) -> Iterator[Problem]:
    """Problems of playbooks beside each other and beside the policies."""
    if not playbooks:
        yield Problem(str(folder), 1, 1, "no playbook here: add at least one that hands over")
        return
    yield from _twice(playbooks)
    yield from _hand_over(max(playbooks, key=lambda file: file.value.rank))
    known = [file.value.marketplace for file in policies]
    for file in playbooks:
        for number, name in enumerate(file.value.applies.marketplaces or ()):
            if name not in known:
                said = f"`{name}` has no policy: {instead(name, known)}"
                yield file.problem(("applies", "marketplaces", number), said)


def _twice(playbooks: Sequence[_File[Playbook]]) -> Iterator[Problem]:
    """Names and ranks tell playbooks apart."""
    names: dict[str, Path] = {}
    ranks: dict[int, Path] = {}
    for file in playbooks:
        name, rank = file.value.name, file.value.rank
        if name in names:
            yield file.problem(("name",), f"{names[name].name} is called `{name}` too: rename one")
        if rank in ranks:
            said = f"{ranks[rank].name} has rank {rank} too: give each its own"
            yield file.problem(("rank",), said)
        names.setdefault(name, file.path)
        ranks.setdefault(rank, file.path)


def _hand_over(last: _File[Playbook]) -> Iterator[Problem]:
    """The last playbook takes every claim that no other can keep: a person, at once."""
    first = last.value.steps[0]
    why = "the playbook of the highest rank takes what no other can: "
    if last.value.applies != Applies():
        yield last.problem(("applies",), f"{why}leave `applies` out, so that it fits every claim")
    if first.ask is None or first.at != timedelta(0) or first.skip_if or first.only_if:
        said = f"{why}its first step is `at: 0h` and `ask: handle-claim`, without conditions"
        yield last.problem(("steps", 0), said)


def _named(policies: _Read[Policy], phrases: _Read[Phrases]) -> Iterator[Problem]:
    """Files are found by name: a policy by its marketplace, a phrase list by its language."""
    for policy in policies.files:
        marketplace, country = policy.value.marketplace, policy.value.sending.country
        if policy.path.stem != marketplace:
            said = f"`{marketplace}` stands in {policy.path.name}: call the file {marketplace}.yaml"
            yield policy.problem(("marketplace",), said)
        if country not in holidays.list_supported_countries():
            said = f"no holidays are known for `{country}`: write a country code such as GB"
            yield policy.problem(("sending", "country"), said)
    for listed in phrases.files:
        language = listed.value.language
        if listed.path.stem != language:
            said = f"`{language}` stands in {listed.path.name}: call the file {language}.yaml"
            yield listed.problem(("language",), said)
