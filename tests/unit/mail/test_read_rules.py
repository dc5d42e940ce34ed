"""The rules of the mail reader are data: a new marketplace is two files, and a bad file is told at once."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from atoz.library import load_library
from atoz.mail.notices import NoticeRules
from atoz.mail.read import opened
from atoz.playbook.load import PlaybookRefused
from tests.support.incoming import RULES, SERVER, Incoming, passed

NL_MARKET = """
marketplace: NL
id: A1805IZSGTT6HS
senders: [amazon.nl]
relays: [marketplace.amazon.nl]
signs: ['€', EUR]
date_order: dmy
source: a test
"""
NL_WORDS = """
language: nl
requests: ['Actie vereist:']
subjects:
  claim_opened: [claim ... ontvangen]
amounts: [claim van]
rulings:
  withdrawn: [koper heeft ... ingetrokken]
deadlines:
  before: [binnen]
  days: [kalenderdagen, dagen]
  until: [vóór, uiterlijk op]
  months: {september: 9}
  duties: [reageren, moet]
  conditions: [als, indien]  # codespell:ignore
message: {begins: [Bericht], ends: [Einde bericht]}
"""


@pytest.fixture
def folder(root: Path, tmp_path: Path) -> Path:
    """A copy of the playbooks folder that may be changed."""
    copy = tmp_path / "playbooks"
    shutil.copytree(root / "playbooks", copy)
    return copy


@pytest.fixture
def dutch(folder: Path) -> NoticeRules:
    """The rules with one more marketplace."""
    policy = (folder / "policies" / "DE.yaml").read_text("utf-8")
    policy = policy.replace("marketplace: DE", "marketplace: NL")
    # Appeals can be written there in a language that has a phrasebook.
    policy = policy.replace("appeal_language: de", "appeal_language: en")
    policy = policy.replace("\nlanguage: de", "\nlanguage: nl")
    (folder / "policies" / "NL.yaml").write_text(policy, "utf-8")
    (folder / "notices" / "NL.yaml").write_text(NL_MARKET, "utf-8")
    (folder / "notices" / "words" / "nl.yaml").write_text(NL_WORDS, "utf-8")
    return load_library(folder).notices


def problems(folder: Path) -> list[str]:
    """What is wrong with the folder as `file: message`, without line and column."""
    with pytest.raises(PlaybookRefused) as caught:
        load_library(folder)
    return [f"{Path(problem.file).name}: {problem.message}" for problem in caught.value.problems]


def change(file: Path, old: str, new: str) -> None:
    """Replace a text in a file."""
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


NOTICE = Incoming(
    sender="no-reply@amazon.nl", results=passed("amazon.nl"), marketplace_header=False
)
ORDER = "171-0000130-0000130"


def test_a_new_market_needs_no_code(dutch: NoticeRules) -> None:
    """Its id, senders, money and words are read from its files."""
    text = "Claim van € 1.249,00. U moet binnen 3 kalenderdagen reageren."
    mail = replace(NOTICE, subject=f"Actie vereist: claim ontvangen {ORDER}", text=text)
    found = opened(mail.raw(), dutch, SERVER).reading
    assert (found.kind, found.marketplace, found.trusted) == ("information_request", "NL", True)
    assert (str(found.amount), found.currency, found.response_days) == ("1249.00", "EUR", 3)
    assert found.language == "nl"
    header = (("X-Marketplace-ID", "A1805IZSGTT6HS"),)
    opening = replace(NOTICE, subject=f"Claim {ORDER} ontvangen", extra=header)
    assert opened(opening.raw(), dutch, SERVER).reading.kind == "claim_opened"


def test_a_new_kind_of_notice_is_a_line_in_a_file(folder: Path) -> None:
    """The header's map is data."""
    file = folder / "notices" / "headers" / "amazon.yaml"
    file.write_text(file.read_text("utf-8") + "  A_Z_NEW: claim_decision\n", "utf-8")
    rules = load_library(folder).notices
    mail = Incoming("We denied the claim.", "x", extra=(("X-Space-Notification-Type", "A_Z_NEW"),))
    assert opened(mail.raw(), rules, SERVER).reading.status == "denied"


def test_rules_without_any_data_read_without_knowing_anything() -> None:
    """An empty folder is no fault of the mail."""
    found = opened(Incoming("Hello", "x", kind="claim_opened").raw(), NoticeRules(), SERVER).reading
    assert (found.kind, found.trusted, found.marketplace) == ("other", False, None)


def test_every_market_has_its_own_id_and_senders() -> None:
    """No sender speaks for two marketplaces, and every market has a policy and words."""
    markets = RULES.markets.values()
    assert len({market.id for market in markets}) == len(RULES.markets) == 7
    domains = [domain for market in markets for domain in market.domains]
    assert len(set(domains)) == len(domains)
    assert {RULES.policies[code].language for code in RULES.markets} == set(RULES.words)


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("US.yaml", "id: ATVPDKIKX0DER", "id: a1", "US.yaml: "),
        ("US.yaml", "[amazon.com]", "[Amazon.com]", "US.yaml: "),
        ("US.yaml", "[amazon.com]", "[]", "US.yaml: "),
        (
            "US.yaml",
            "date_order: mdy",
            "date_order: myd",
            "US.yaml: `myd` is not known in `date_order`",
        ),
        ("US.yaml", "marketplace: US", "marketplace: CA", "US.yaml: `CA` stands in US.yaml"),
        ("UK.yaml", "A1F83G8C2ARO7P", "ATVPDKIKX0DER", "UK.yaml has the id"),
        ("words/de.yaml", "language: de", "language: en", "`en` stands in de.yaml"),
        ("words/de.yaml", "januar: 1,", "januar: 13,", "de.yaml: "),  # codespell:ignore januar
        (
            "words/de.yaml",
            "<claim> ... (abgelehnt",
            "<clam> ... (abgelehnt",
            "there is no set <clam>",
        ),
        ("words/de.yaml", "failed: [", "failed: ['a (b', ", "a bracket is open"),
        ("words/de.yaml", "  claim_decision: [", "  claim_decided: [", "claim_decided"),
        ("headers/amazon.yaml", ": claim_opened", ": claim_open", "claim_open"),
    ],
)
def test_a_bad_file_is_told_at_load(folder: Path, file: str, old: str, new: str, said: str) -> None:
    """Never in the middle of a mail."""
    change(folder / "notices" / file, old, new)
    assert said in "\n".join(problems(folder))


def test_a_market_without_a_policy_is_told(folder: Path) -> None:
    """Zone, language and currency are its policy's."""
    (folder / "notices" / "NL.yaml").write_text(NL_MARKET, "utf-8")
    (told,) = problems(folder)
    assert told.startswith("NL.yaml: `NL` has no policy: write one of: DE, ES")
