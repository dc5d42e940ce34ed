"""Holds the reader to the manifest beside the sample mails, and to what it says of the hostile ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from atoz.mail.read import open_mail, read, reading_document
from tests.support.incoming import RULES, said

FOLDER = Path(__file__).resolve().parents[3] / "samples" / "mail"
MANIFEST: dict[str, Any] = json.loads((FOLDER / "manifest.json").read_text("utf-8"))
SERVER: str = MANIFEST["authserv_id"]
ABOUT_THE_SAMPLE = {"file", "bytes", "note", "must", "duplicate_of"}
# Keys of the contract that a program may rely on, besides those of the manifest.
CONTRACT = {
    "kind",
    "trusted",
    "reason_untrusted",
    "order_id",
    "marketplace",
    "amount",
    "currency",
    "language",
    "text",
    "intents",
    "attachments",
    "due",
    "status",
    "funded_by",
    "odr_counts",
    "message_id",
}


def document(file: str) -> dict[str, Any]:
    """The reading of a sample as the command prints it, through JSON."""
    printed = json.dumps(reading_document(said((FOLDER / file).read_bytes(), SERVER)))
    parsed: dict[str, Any] = json.loads(printed)
    return parsed


@pytest.mark.parametrize("expected", MANIFEST["files"], ids=lambda entry: entry["file"][:2])
def test_a_sample_is_read_as_its_manifest_says(expected: dict[str, Any]) -> None:
    """Every key that the manifest gives; of attachments their names."""
    found = document(expected["file"])
    found["attachments"] = [file["name"] for file in found["attachments"]]
    wanted = {key: value for key, value in expected.items() if key not in ABOUT_THE_SAMPLE}
    assert {key: found[key] for key in wanted} == wanted


def test_the_manifest_lists_every_sample() -> None:
    """With its size: a sample that changed by the way would be read as something else."""
    sizes = {path.name: path.stat().st_size for path in FOLDER.glob("*.eml")}
    assert sizes == {entry["file"]: entry["bytes"] for entry in MANIFEST["files"]}


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*/*.eml")), ids=lambda path: path.stem)
def test_a_mail_of_a_case_is_read_as_its_name_says(path: Path) -> None:
    """The mails that the demo brings: trusted, of the kind that the file's name says."""
    kinds = {"notice": "claim_opened", "reply": "buyer_message", "decision": "claim_decision"}
    found = said(path.read_bytes(), SERVER)
    assert (found.kind, found.trusted) == (kinds[path.stem.partition("-")[2]], True)
    assert found.order_id is not None


@pytest.mark.parametrize("expected", MANIFEST["files"], ids=lambda entry: entry["file"][:2])
def test_the_document_has_every_key_of_the_contract(expected: dict[str, Any]) -> None:
    """Stable keys, whatever the mail."""
    assert set(document(expected["file"])) >= CONTRACT


def test_both_photos_of_a_buyer_are_kept_and_can_be_had() -> None:
    """The contents come apart from the reading, by the file."""
    raw = (FOLDER / "04_buyer_photos_uk.eml").read_bytes()
    mail = open_mail(raw, rules=RULES, authserv_id=SERVER)
    assert mail.reading.intents == ("photos",)
    jpeg, png = mail.reading.attachments
    assert (jpeg.type, png.type) == ("image/jpeg", "image/png")
    assert mail.content(jpeg).startswith(b"\xff\xd8\xff")
    assert len(mail.content(png)) == png.size


def test_the_hostile_attachments_are_refused_and_the_words_kept() -> None:
    """Long header, declared size, cut image, path in a name, a program that says it is a picture."""
    raw = (FOLDER / "10_hostile_giant_attachment_header.eml").read_bytes()
    mail = open_mail(raw, rules=RULES, authserv_id=SERVER)
    cut, program = mail.reading.attachments
    assert mail.reading.text == "Anbei die Fotos."
    assert (cut.name, cut.size, cut.accepted) == ("A" * 100, 12, False)
    assert program.name == "photo.jpg.exe"
    assert program.reason == "it says image/jpeg, its content is no picture"
    # No photo was sent, whatever the words say.
    assert "photos" not in mail.reading.intents
    with pytest.raises(ValueError, match="refused"):
        mail.content(program)


def test_the_look_alike_shows_no_link_and_no_foreign_address() -> None:
    """What it says may be shown: words without targets, and no address of its own to answer to."""
    found = document("12_phishing_lookalike.eml")
    assert found["reason_untrusted"] == "amazon.com.claims-center.example is no sender domain of US"
    assert found["reply_to"] is None
    assert "http" not in found["text"]


def test_without_an_authserv_id_nothing_is_trusted() -> None:
    """A seller who has not configured it is told so."""
    raw = (FOLDER / "01_claim_opened_us.eml").read_bytes()
    found = read(raw, rules=RULES, authserv_id=None)
    assert (found.trusted, found.reason_untrusted) == (False, "no authserv-id configured")
    assert found.kind == "claim_opened"
