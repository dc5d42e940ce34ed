"""The playbooks folder as one frozen value: what a seller edits, read whole or refused whole.

`*.yaml` directly in the folder are the playbooks, `policies/*.yaml` the marketplaces,
`phrases/*.yaml` the words of buyers, `notices` how incoming mails are read, `appeal/*.yaml` the words
of appeals. Everything is checked at once and against each other, so that a folder that loads has no
surprise left for a running claim.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property, lru_cache
from pathlib import Path

import holidays

from atoz.appeal.lint_words import Carriers, LintFile, LintWords
from atoz.appeal.packet.words import PacketWords
from atoz.appeal.phrasebook import Phrasebook
from atoz.appeal.words import AppealWords
from atoz.claims.calendar import SendingHours
from atoz.claims.policy import Policy
from atoz.errors import BadInput
from atoz.mail.notice_words import NoticeWords
from atoz.mail.notices import Headers, Market, NoticeRules
from atoz.mail.pages import Pages
from atoz.mail.phrases import Phrases
from atoz.mail.render import Templates
from atoz.mail.templates_folder import load_templates
from atoz.mail.writing import Writing
from atoz.phrasebooks import beside_others, read_phrasebooks
from atoz.playbook.checking import load_sound, untimely
from atoz.playbook.load import load_policy, read_yaml
from atoz.playbook.model import Applies, Playbook
from atoz.playbook.problems import PlaybookRefused, Problem, instead
from atoz.playbook.proof import AHEAD
from atoz.words.bans import Bans, WordList
from atoz.yaml_folder import File, Loaded, fingerprint, read_folder, read_text

FOLDER_VARIABLE = "ATOZ_PLAYBOOKS"

RULES_AHEAD = timedelta(days=120)
"""Holidays are pinned this far ahead of the claim's arrival: further than any claim runs."""


@dataclass(frozen=True)
class Library:
    """Playbooks by rank, policies by marketplace, phrase lists by language, rules for mails."""

    playbooks: tuple[Playbook, ...]
    policies: dict[str, Policy]
    phrases: dict[str, Phrases]
    notices: NoticeRules = field(default_factory=NoticeRules)
    bans: Bans = field(default_factory=Bans)
    pages: dict[str, Pages] = field(default_factory=dict)
    lint: LintWords = field(default_factory=LintWords)
    appeals: dict[str, Phrasebook] = field(default_factory=dict)
    packets: dict[str, PacketWords] = field(default_factory=dict)

    @cached_property
    def appeal_words(self) -> AppealWords:
        """What appeals are made of and checked with."""
        return AppealWords(self.bans, self.lint, self.appeals, self.phrases, self.packets)

    def writing(self, templates: Templates) -> Writing:
        """What messages to buyers are written with."""
        return Writing(templates, self.bans, self.pages, _verified(self.policies))

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
    every file. Problems between files are told once each file is sound by itself. A folder that
    has not changed is not read again.
    """
    folder = folder or default_folder()
    if not folder.is_dir():
        raise BadInput(f"no playbooks folder at {folder}: set {FOLDER_VARIABLE} to the folder")
    return _loaded(folder, fingerprint(folder))


@lru_cache(maxsize=2)
def _loaded(folder: Path, _fingerprint: str) -> Library:
    templates = frozenset(path.stem for path in folder.glob("templates/*/*.txt")) or None
    playbooks = read_folder(folder, lambda text, file: load_sound(text, file, templates))
    policies = read_folder(folder / "policies", load_policy)
    phrases = read_folder(folder / "phrases", lambda text, file: read_yaml(text, file, Phrases))
    bans = read_folder(folder / "bans", lambda text, file: read_yaml(text, file, WordList))
    pages = read_folder(folder / "pages", lambda text, file: read_yaml(text, file, Pages))
    lint = read_folder(folder / "lint", lambda text, file: read_yaml(text, file, LintFile))
    links = read_folder(folder / "lint/links", lambda text, file: read_yaml(text, file, Carriers))
    books = read_phrasebooks(folder)
    packets = read_folder(folder / "packet", lambda text, file: read_yaml(text, file, PacketWords))
    notices = _notices(folder / "notices")
    _refuse(
        [
            *playbooks.problems,
            *policies.problems,
            *phrases.problems,
            *notices.problems,
            *bans.problems,
            *pages.problems,
            *lint.problems,
            *links.problems,
            *books.problems,
            *packets.problems,
        ]
    )
    _refuse([*_between(folder, playbooks.files, policies.files), *_named(policies, phrases)])
    banned = Bans(file.value for file in bans.files)
    spoken = beside_others(folder, books.files, policies.files, banned)
    _refuse([*_of_mails(notices, policies), *_of_pages(pages, policies), *spoken])
    by_marketplace = {file.value.marketplace: file.value for file in policies.files}
    by_language = {file.value.language: file.value for file in phrases.files}
    return Library(
        playbooks=tuple(sorted((f.value for f in playbooks.files), key=lambda p: p.rank)),
        policies=by_marketplace,
        phrases=by_language,
        notices=notices.rules(by_marketplace, by_language),
        bans=banned,
        pages={file.value.marketplace: file.value for file in pages.files},
        lint=LintWords(
            (file.value for file in lint.files),
            (carrier for file in links.files for carrier in file.value.carriers),
        ),
        appeals={file.value.language: file.value for file in books.files},
        packets={file.value.language: file.value for file in packets.files},
    )


def phrasebook_problems(folder: Path) -> tuple[Problem, ...]:
    """What is wrong with the words of appeals, as a worker would refuse them when it starts."""
    books, policies = read_phrasebooks(folder), read_folder(folder / "policies", load_policy)
    bans = read_folder(folder / "bans", lambda text, file: read_yaml(text, file, WordList))
    if books.problems or policies.problems or bans.problems:
        return books.problems
    banned = Bans(file.value for file in bans.files)
    return tuple(beside_others(folder, books.files, policies.files, banned))


def load_policies(folder: Path) -> dict[str, Policy]:
    """The policies alone, by marketplace: what a proof needs. Raises PlaybookRefused."""
    policies = read_folder(folder / "policies", load_policy)
    _refuse(policies.problems)
    if not policies.files:
        raise BadInput(f"no policies in {folder}: set {FOLDER_VARIABLE} to the playbooks folder")
    return {file.value.marketplace: file.value for file in policies.files}


def load_writing(folder: Path) -> tuple[Writing, list[str]]:
    """What messages are written with, and the languages of the marketplaces; no playbook is read.

    Raises PlaybookRefused, and BadTemplate for the templates.
    """
    policies = load_policies(folder)
    bans = read_folder(folder / "bans", lambda text, file: read_yaml(text, file, WordList))
    pages = read_folder(folder / "pages", lambda text, file: read_yaml(text, file, Pages))
    _refuse([*bans.problems, *pages.problems])
    writing = Writing(
        load_templates(folder / "templates"),
        Bans(file.value for file in bans.files),
        {file.value.marketplace: file.value for file in pages.files},
        _verified(policies),
    )
    return writing, [policy.language for policy in policies.values()]


def _verified(policies: dict[str, Policy]) -> dict[str, frozenset[str]]:
    return {
        name: frozenset(each.address.lower() for each in policy.contacts if each.verified)
        for name, policy in policies.items()
    }


def refuse_unproved(library: Library, folder: Path, first_day: date) -> None:
    """Hold each playbook to its own limit, for every arrival of the year from `first_day` on.

    Raises PlaybookRefused with the path that takes too long, its dates and what to write instead.
    """
    hours = proved_hours(library.policies, first_day)
    problems: list[Problem] = []
    for playbook in library.playbooks:
        path = folder / (playbook.written.file if playbook.written else f"{playbook.name}.yaml")
        problems += untimely(playbook, read_text(path), str(path), hours, first_day)
    _refuse(problems)


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


def proved_hours(policies: Mapping[str, Policy], first_day: date) -> dict[str, SendingHours]:
    """The sending hours that a proof of the year from `first_day` on looks at, holidays included."""
    last_day = first_day + AHEAD
    return {
        name: pinned_policy(policy, first_day, last_day).sending_hours
        for name, policy in policies.items()
    }


@dataclass(frozen=True)
class _Notices:
    """The files by which mails are read."""

    headers: Loaded[Headers]
    markets: Loaded[Market]
    words: Loaded[NoticeWords]

    @property
    def problems(self) -> tuple[Problem, ...]:
        return self.headers.problems + self.markets.problems + self.words.problems

    def rules(self, policies: dict[str, Policy], phrases: dict[str, Phrases]) -> NoticeRules:
        return NoticeRules(
            headers=tuple(file.value for file in self.headers.files),
            markets={file.value.marketplace: file.value for file in self.markets.files},
            words={file.value.language: file.value for file in self.words.files},
            phrases=phrases,
            policies=policies,
        )


def _notices(folder: Path) -> _Notices:
    return _Notices(
        headers=read_folder(folder / "headers", lambda text, file: read_yaml(text, file, Headers)),
        markets=read_folder(folder, lambda text, file: read_yaml(text, file, Market)),
        words=read_folder(folder / "words", lambda text, file: read_yaml(text, file, NoticeWords)),
    )


def _refuse(problems: Sequence[Problem]) -> None:
    if problems:
        raise PlaybookRefused(problems)


def _between(
    folder: Path, playbooks: Sequence[File[Playbook]], policies: Sequence[File[Policy]]
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


def _twice(playbooks: Sequence[File[Playbook]]) -> Iterator[Problem]:
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


def _hand_over(last: File[Playbook]) -> Iterator[Problem]:
    """The last playbook takes every claim that no other can keep: a person, at once."""
    first = last.value.steps[0]
    why = "the playbook of the highest rank takes what no other can: "
    if last.value.applies != Applies():
        yield last.problem(("applies",), f"{why}leave `applies` out, so that it fits every claim")
    if first.ask is None or first.at != timedelta(0) or first.skip_if or first.only_if:
        said = f"{why}its first step is `at: 0h` and `ask: handle-claim`, without conditions"
        yield last.problem(("steps", 0), said)


def _named(policies: Loaded[Policy], phrases: Loaded[Phrases]) -> Iterator[Problem]:
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


def _of_pages(pages: Loaded[Pages], policies: Loaded[Policy]) -> Iterator[Problem]:
    """Names of pages are found by their marketplace, which has a policy."""
    known = [file.value.marketplace for file in policies.files]
    for file in pages.files:
        name = file.value.marketplace
        if file.path.stem != name:
            said = f"`{name}` stands in {file.path.name}: call the file {name}.yaml"
            yield file.problem(("marketplace",), said)
        if name not in known:
            said = f"`{name}` has no policy: {instead(name, known)}"
            yield file.problem(("marketplace",), said)


def _of_mails(notices: _Notices, policies: Loaded[Policy]) -> Iterator[Problem]:
    """A market has a policy, its id alone, and the file of its name; so has a language its file."""
    known = [file.value.marketplace for file in policies.files]
    ids: dict[str, Path] = {}
    for market in notices.markets.files:
        name, own_id = market.value.marketplace, market.value.id
        if market.path.stem != name:
            said = f"`{name}` stands in {market.path.name}: call the file {name}.yaml"
            yield market.problem(("marketplace",), said)
        if name not in known:
            yield market.problem(
                ("marketplace",), f"`{name}` has no policy: {instead(name, known)}"
            )
        if own_id in ids:
            said = f"{ids[own_id].name} has the id {own_id} too: give each its own"
            yield market.problem(("id",), said)
        ids.setdefault(own_id, market.path)
    for words in notices.words.files:
        language = words.value.language
        if words.path.stem != language:
            said = f"`{language}` stands in {words.path.name}: call the file {language}.yaml"
            yield words.problem(("language",), said)
