"""The playbooks folder is read whole or refused whole, and its files fit each other."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from atoz.claims.clocks import ClockName
from atoz.errors import AtozError, BadInput, NoServer, NoSuchClaim, NoWorker, Usage
from atoz.library import (
    Library,
    default_folder,
    load_library,
    phrasebook_problems,
    pinned_policy,
    refuse_unproved,
)
from atoz.playbook.load import PlaybookRefused

MARKETPLACES = ["DE", "ES", "FR", "IT", "JP", "UK", "US"]


@pytest.fixture(scope="module")
def library() -> Library:
    """The shipped folder."""
    return load_library()


@pytest.fixture
def folder(root: Path, tmp_path: Path) -> Path:
    """A copy of the shipped playbooks, policies and words of appeals that may be broken."""
    copy = tmp_path / "playbooks"
    copy.mkdir()
    for path in (root / "playbooks").glob("*.yaml"):
        shutil.copy(path, copy)
    for name in ("policies", "appeal"):
        shutil.copytree(root / "playbooks" / name, copy / name)
    return copy


def change(path: Path, old: str, new: str) -> None:
    """Replace a text in a file."""
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def problems(folder: Path) -> list[str]:
    """What is wrong with a folder as `file: message`, without folder, line and column."""
    with pytest.raises(PlaybookRefused) as caught:
        load_library(folder)
    return [
        f"{problem.file.removeprefix(f'{folder}/')}: {problem.message}"
        for problem in caught.value.problems
    ]


def test_the_shipped_folder_is_good(library: Library) -> None:
    """The order of choice, the seven marketplaces, and phrases in their languages."""
    assert [playbook.name for playbook in library.playbooks] == [
        "refund-first",
        "delivered-proof",
        "documented",
        "short-limit",
        "hand-over",
    ]
    assert sorted(library.policies) == MARKETPLACES
    assert {"en", "de", "ja"} <= set(library.phrases)


@pytest.mark.parametrize("marketplace", MARKETPLACES)
def test_every_marketplace_has_every_clock_today(library: Library, marketplace: str) -> None:
    """A notice that states nothing still has its limits: 7 d, 72 h, 24 h, 30 d, with a source."""
    start = datetime(2026, 9, 8, 9, tzinfo=UTC)
    limits: dict[ClockName, timedelta] = {
        "response": timedelta(days=7),
        "information_request": timedelta(hours=72),
        "buyer_reply": timedelta(hours=24),
        "post_decision_appeal": timedelta(days=30),
    }
    for clock, limit in limits.items():
        found = library.policy(marketplace).due(clock, start)
        assert found is not None
        assert found.due == start + limit
        assert found.source.startswith(f"policy {marketplace}: ")


@pytest.mark.parametrize(
    ("marketplace", "clock", "year", "limit"),
    [
        ("US", "response", 2019, timedelta(days=3)),
        ("FR", "response", 2019, None),
        ("DE", "information_request", 2021, timedelta(hours=48)),
        ("DE", "information_request", 2019, None),
    ],
)
def test_superseded_limits_hold_for_claims_of_their_time(
    library: Library, marketplace: str, clock: ClockName, year: int, limit: timedelta | None
) -> None:
    """Both readings stand in the data, each with its days."""
    start = datetime(year, 6, 1, tzinfo=UTC)
    found = library.policy(marketplace).due(clock, start)
    assert (found and found.due - start) == limit


def test_no_two_limits_of_a_clock_hold_on_the_same_day(library: Library) -> None:
    """Which rule holds never depends on the order of a file."""
    for policy in library.policies.values():
        for limit in policy.limits:
            others = [o for o in policy.limits if o.clock == limit.clock and o is not limit]
            assert not [o for o in others if o.in_force(limit.effective)]


@pytest.mark.parametrize("marketplace", MARKETPLACES)
def test_no_unverified_address_counts_as_verified(library: Library, marketplace: str) -> None:
    """Addresses from the FAQ are described in a text, never written."""
    contacts = library.policy(marketplace).contacts
    assert {contact.purpose for contact in contacts} == {"late_withdrawal", "metric_restoration"}
    assert not any(contact.verified for contact in contacts)


def test_appeals_are_written_in_the_language_of_the_marketplace(library: Library) -> None:
    """English by default, the marketplace's own where its policy says so."""
    languages = {code: library.policy(code).appeal_language for code in MARKETPLACES}
    assert languages == {
        "DE": "de",
        "ES": "es",
        "FR": "fr",
        "IT": "it",
        "JP": "ja",
        "UK": "en",
        "US": "en",
    }


def test_a_name_that_is_not_there_is_told_with_the_nearest(library: Library) -> None:
    """One line that says what to write instead."""
    with pytest.raises(BadInput, match="did you mean `documented`"):
        library.playbook("documentd")
    with pytest.raises(BadInput, match="write one of: DE, ES"):
        library.policy("XX")


def test_a_folder_is_read_again_once_it_has_changed(folder: Path) -> None:
    """And not before: by its texts, whatever their instants and sizes are."""
    before = load_library(folder)
    assert load_library(folder) is before
    file = folder / "documented.yaml"
    text = file.read_text("utf-8")
    file.write_text(text.replace("name: documented", "name: documented-too"), "utf-8")
    assert (
        load_library(folder).playbook("documented-too").rank == before.playbook("documented").rank
    )
    file.write_text(text, "utf-8")
    assert load_library(folder).playbooks == before.playbooks


def test_every_problem_of_every_file_is_told_at_once(folder: Path) -> None:
    """Three files, three problems, one error."""
    change(folder / "documented.yaml", "rank: 30", "rank: high")
    change(folder / "policies" / "US.yaml", "zone: America", "zone: Amerika")
    (folder / "policies" / "FR.yaml").write_bytes(b"name: \xe9")
    told = problems(folder)
    assert told[0].startswith("documented.yaml: `high` is no whole number")
    assert told[1] == "policies/FR.yaml: not UTF-8 text: save the file as UTF-8"
    assert told[2].startswith("policies/US.yaml: `Amerika/Los_Angeles` is no time zone")
    assert len(told) == 3


def test_two_playbooks_share_neither_name_nor_rank(folder: Path) -> None:
    """The order of choice is total."""
    change(folder / "short-limit.yaml", "name: short-limit", "name: documented")
    change(folder / "short-limit.yaml", "rank: 40", "rank: 30")
    assert problems(folder) == [
        "short-limit.yaml: documented.yaml is called `documented` too: rename one",
        "short-limit.yaml: documented.yaml has rank 30 too: give each its own",
    ]


def test_the_last_playbook_hands_over_to_a_person_at_once(folder: Path) -> None:
    """Without it a claim could fit nothing."""
    (folder / "hand-over.yaml").unlink()
    (problem,) = problems(folder)
    assert problem.startswith("short-limit.yaml: the playbook of the highest rank takes what no")
    assert "its first step is `at: 0h` and `ask: handle-claim`" in problem


def test_the_last_playbook_applies_to_every_claim(folder: Path) -> None:
    """A condition on it would leave claims without any."""
    change(folder / "hand-over.yaml", "limit: 7d", "applies: {reasons: [damaged]}\nlimit: 7d")
    (problem,) = problems(folder)
    assert problem.endswith("leave `applies` out, so that it fits every claim")


def test_a_playbook_names_only_marketplaces_that_have_a_policy(folder: Path) -> None:
    """The third reader of a name is the second file."""
    change(folder / "short-limit.yaml", "limit: 48h", "applies: {marketplaces: [GB]}\nlimit: 48h")
    (problem,) = problems(folder)
    assert problem.startswith("short-limit.yaml: `GB` has no policy: write one of: DE, ES")


def test_a_policy_stands_in_the_file_of_its_name(folder: Path) -> None:
    """So no marketplace has two."""
    (folder / "policies" / "US.yaml").rename(folder / "policies" / "USA.yaml")
    assert problems(folder) == ["policies/USA.yaml: `US` stands in USA.yaml: call the file US.yaml"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("language: de", "language: en", "`en` stands in de.yaml: call the file en.yaml"),
        (
            '"{when}: Die Bestellung ging ein."',
            '"{when}: eingegangen, {wann}."',
            "{wann} is not known",
        ),
        ('"{when}: Wir schrieben dem Käufer."', '"{when}: Der Käufer ist ein Lügner."', "'Lügner'"),
        ('"{when}: Wir schrieben dem Käufer."', '"{when}: WIRKLICH WAHR."', "without capitals"),
        ('  weight: "Das Paket wog beim Versand {weight}."\n', "", "`weight` is missing"),
    ],
)
def test_words_of_appeals_that_do_not_fit_are_refused(
    folder: Path, old: str, new: str, said: str
) -> None:
    """When a worker starts, with their place; never in the middle of a claim."""
    change(folder / "appeal" / "de.yaml", old, new)
    told = problems(folder)
    assert any(said in problem for problem in told), told
    assert any(said in problem.message for problem in phrasebook_problems(folder))


def test_every_marketplace_has_the_words_of_its_language(folder: Path) -> None:
    """A policy whose language has no phrasebook is refused, and so is a folder without the English one."""
    (folder / "appeal" / "ja.yaml").unlink()
    (folder / "appeal" / "en.yaml").unlink()
    told = problems(folder)
    assert told[0] == "appeal/en.yaml: no such file: appeals fall back to it, restore it"
    assert (
        "policies/JP.yaml: no appeal can be written in `ja`: write one of: de, es, fr, it" in told
    )


def test_templates_are_known_where_the_folder_holds_some(folder: Path) -> None:
    """A misspelled template is told at load, not on the day of the message."""
    (folder / "templates" / "en").mkdir(parents=True)
    for name in ("deescalate", "request_photo", "withdraw_help"):
        (folder / "templates" / "en" / f"{name}.txt").touch()
    assert len(problems(folder)) == 2
    assert problems(folder)[0].endswith(
        "no template `request_photos`: did you mean `request_photo`?"
    )


def test_only_yaml_files_directly_in_the_folder_are_playbooks(folder: Path) -> None:
    """Notes, hidden files of editors and folders are left alone."""
    (folder / "notes.txt").write_text("x", "utf-8")
    (folder / ".documented.yaml").write_text("x", "utf-8")
    (folder / "old").mkdir()
    (folder / "old" / "documented.yaml").write_text("x", "utf-8")
    assert len(load_library(folder).playbooks) == 5


def test_a_file_that_cannot_be_read_is_a_problem(folder: Path) -> None:
    """A folder that is called like a playbook, for one."""
    (folder / "new.yaml").mkdir()
    (problem,) = problems(folder)
    assert problem.startswith("new.yaml: cannot be read (")


def test_a_missing_folder_says_how_to_name_one(tmp_path: Path) -> None:
    """The setting stands in the message."""
    with pytest.raises(BadInput, match="set ATOZ_PLAYBOOKS"):
        load_library(tmp_path / "none")
    assert problems(tmp_path) == [f"{tmp_path}: no playbook here: add at least one that hands over"]


def test_the_folder_is_beside_the_code_or_where_the_setting_says(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ATOZ_PLAYBOOKS wins; empty counts as absent."""
    assert default_folder() == root / "playbooks"
    monkeypatch.setenv("ATOZ_PLAYBOOKS", str(tmp_path))
    assert default_folder() == tmp_path
    monkeypatch.setenv("ATOZ_PLAYBOOKS", "")
    assert default_folder() == root / "playbooks"


def test_holidays_are_pinned_only_where_they_are_skipped(library: Library) -> None:
    """Default: messages go on every day."""
    policy = library.policy("DE")
    assert pinned_policy(policy, date(2026, 12, 1), date(2027, 1, 31)) == policy
    sending = policy.sending.model_copy(update={"holidays": "skip"})
    skips = policy.model_copy(update={"sending": sending, "closed_days": (date(2026, 12, 24),)})
    pinned = pinned_policy(skips, date(2026, 12, 1), date(2027, 1, 31))
    christmas = (24, 25, 26)
    assert pinned.closed_days == (*(date(2026, 12, d) for d in christmas), date(2027, 1, 1))


def test_a_day_that_is_closed_sends_the_next_morning(library: Library) -> None:
    """Pinned holidays reach the sending hours."""
    policy = library.policy("US")
    sending = policy.sending.model_copy(update={"holidays": "skip"})
    skips = policy.model_copy(update={"sending": sending})
    pinned = pinned_policy(skips, date(2026, 12, 1), date(2026, 12, 31))
    christmas_noon = datetime(2026, 12, 25, 20, tzinfo=UTC)
    assert pinned.sending_hours.next_open(christmas_noon) == datetime(2026, 12, 26, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("error", "code", "permanent"),
    [
        (AtozError, 1, True),
        (BadInput, 1, True),
        (Usage, 2, True),
        (NoSuchClaim, 3, True),
        (NoServer, 4, False),
        (NoWorker, 5, False),
    ],
)
def test_each_error_says_how_the_command_ends(
    error: type[AtozError], code: int, permanent: bool
) -> None:
    """The exit codes of the command's contract; the docstring is the message."""
    assert error.exit_code == code
    assert error.permanent is permanent
    assert str(error()) == (error.__doc__ or "").split("\n\n")[0]
    assert str(error("no such order")) == "no such order"


def test_a_worker_refuses_a_playbook_that_is_late_for_its_own_limit(folder: Path) -> None:
    """Told at the place of the wait to shorten, with the dates of the path; the shipped ones are in time."""
    day = date(2026, 11, 23)
    refuse_unproved(load_library(folder), folder, day)
    change(folder / "short-limit.yaml", "limit: 48h", "limit: 47h")
    with pytest.raises(PlaybookRefused) as caught:
        refuse_unproved(load_library(folder), folder, day)
    (problem,) = caught.value.problems
    assert problem.file == str(folder / "short-limit.yaml")
    assert problem.message.endswith("write `request-photos.at: 15h` instead of 16h")
