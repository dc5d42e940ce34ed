"""A packet is one function of facts and files: the same bytes again, whatever a stranger wrote into it."""

from __future__ import annotations

import hashlib
import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pypdf import PdfReader

from atoz.appeal.packet.dossier import Cited, Exhibit, completed, exhibits_of
from atoz.appeal.packet.folder import read_packet, write_packet, zip_of
from atoz.appeal.packet.fonts import NO_GLYPH, Fonts
from atoz.appeal.packet.make import Kit, make_packet
from atoz.appeal.packet.pages import MOST_PAGES
from atoz.appeal.packet.speech import Speech
from atoz.claims.facts import Fact
from atoz.errors import BadInput
from atoz.evidence.store import open_store
from atoz.playbook.parts import Sentence
from tests.support.cases import library
from tests.support.packets import (
    FONTS,
    claim_with,
    dossier_of,
    drafted,
    file_data,
    kit,
    packet_of,
    photo,
)
from tests.support.pdfs import pdf_of, text_of

HOSTILE = (
    'Order 111-0000199-0000199: #import "x.typ": * $x^2$ *bold* _it_ `raw` #panic("no") @label '
    "<script>alert(1)</script> \\u{0} // not a comment"
)


async def test_what_a_packet_holds() -> None:
    """Text, PDF, exhibits by the numbers that the text gives them, and a manifest of all of it."""
    state, store = await claim_with(photo("glass.jpg"), photo("../../box.png", "image/png"))
    packet = await packet_of(state, store)
    names = ["appeal.txt", "evidence.pdf", "exhibit-2.jpg", "exhibit-3.png", "manifest.json"]
    assert list(packet.files) == names
    assert packet.warnings == ()
    assert state.appeal is not None
    assert packet.files["appeal.txt"].decode() == state.appeal.text + "\n"
    assert "Exhibit 2: the picture glass.jpg, attached." in state.appeal.text
    manifest = json.loads(packet.files["manifest.json"])
    for each in manifest["files"]:
        content = packet.files[each["name"]]
        assert (each["size"], each["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
    assert [each["name"] for each in manifest["files"]] == names[:-1]
    assert manifest["digest"] == state.appeal.digest
    cited = {fact for sentence in manifest["sentences"] for fact in sentence["facts"]}
    assert cited == {fact["id"] for fact in manifest["facts"]}
    assert [each["file"] for each in manifest["exhibits"]] == [None, *names[2:4]]


async def test_the_same_facts_make_the_same_bytes(tmp_path: Path) -> None:
    """Folder and zip, with fonts that were loaded anew."""
    state, store = await claim_with(photo("glass.jpg"))
    one = await packet_of(state, store)
    other = await make_packet(dossier_of(state), store, Kit(kit().words, Fonts()))
    assert one.files == other.files
    folders = [
        write_packet(tmp_path / name, dossier_of(state), files)
        for name, files in (("one", one.files), ("other", other.files), ("one", one.files))
    ]
    assert len({zip_of(folder).read_bytes() for folder in folders}) == 1
    assert read_packet(folders[0]).files == one.files
    assert {path.name for path in folders[0].parent.iterdir()} == {
        folders[0].name,
        zip_of(folders[0]).name,
    }


async def test_what_the_pdf_shows() -> None:
    """Order, claim, amount, digest, as of; dated lines; exhibits; where each sentence comes from."""
    state, store = await claim_with(photo("glass.jpg"))
    assert state.appeal is not None
    text = text_of((await packet_of(state, store)).files["evidence.pdf"])
    for wanted in (
        "Answer to an A-to-z Guarantee claim",
        "111-0000199-0000199",
        "item not as described",
        "58.00 USD",
        state.appeal.digest,
        "Text written 2026-09-09 19:00:00 UTC",
        "What happened",
        "Exhibit 2",
        "glass.jpg",
        "Where each sentence comes from",
        "tracking number",
    ):
        assert wanted in text, wanted


async def test_a_sentence_of_the_shops_own_is_called_stated() -> None:
    """The marketplace is not handed our doubts about it; the manifest keeps that no fact carries it."""
    state, store = await claim_with()
    assert state.appeal is not None
    own = "The lamp left our shop whole."
    state = drafted(state, 2, text=f"{state.appeal.text}\n{own}", edited_by="approver-1")
    packet = await packet_of(state, store)
    text = text_of(packet.files["evidence.pdf"])
    assert "stated by the seller" in text
    assert "no recorded fact" not in text
    said = json.loads(packet.files["manifest.json"])["sentences"][-1]
    assert said == {"text": own, "facts": []}


async def test_an_exhibit_without_a_file_shows_the_record() -> None:
    """A tracking record shows the parcel's way in the time zone of the text, a proof what it proves."""
    state, store = await claim_with(shipment={"signature": "A. Byer", "buy_shipping": True})
    packet = await packet_of(state, store)
    text = text_of(packet.files["evidence.pdf"])
    way = "carrier UPS tracking number 1Z0000000300000199"
    scans = "shipped 2026-08-11 first scan by the carrier 2026-08-11"
    delivered = "delivered 2026-08-15 12:02"
    for wanted in (
        f"tracking record 1Z0000000300000199. {way} {scans} {delivered}",
        f"signature on delivery A. Byer {way} {delivered}",
        f"postage bought through Buy Shipping yes {way} {delivered}",
    ):
        assert wanted in text, wanted
    exhibits = json.loads(packet.files["manifest.json"])["exhibits"]
    assert [len(each["record"]) for each in exhibits] == [5, 4, 4]


async def test_the_pdf_uses_a_readers_words() -> None:
    """No names for programs: of reasons, of sources, of kinds of facts, of decisions."""
    state, store = await claim_with(photo("glass.jpg"))
    text = text_of((await packet_of(state, store)).files["evidence.pdf"])
    assert "reason of the claim item not as described" in text
    assert "seller’s record" in text
    assert "<m1@mail.example>" in text
    for raw in (
        "not_as_described",
        "claim file",
        "shipment ·",
        "claim ·",
        "evidence added",
        "T19:",
    ):
        assert raw not in text, raw


@pytest.mark.parametrize("source", ["claim file", "playbook", "approver-1", "order book"])
def test_who_of_ours_recorded_a_fact_stays_with_us(source: str) -> None:
    """The marketplace reads that it is the seller's record, not by which person or program."""
    fact = Cited(id="f1", at=datetime(2026, 9, 8, tzinfo=UTC), kind="message_sent", source=source)
    words = library()
    speech = Speech(words.appeal_words.book("en"), words.packets["en"])
    assert speech.source(fact) == "seller’s record"


def test_an_exhibit_that_may_be_a_file_elsewhere_shows_no_record() -> None:
    """Nor does a sentence of a person's that names a proof for which there is none."""
    tracking = Fact(
        id="f1",
        at=datetime(2026, 9, 8, tzinfo=UTC),
        kind="shipment.tracking_number",
        source="claim file",
        data={"value": "1Z0000000300000199"},
    )
    said = [
        Sentence(text=f"Exhibit {n}: what it is.", facts=facts)
        for n, facts in enumerate([("f1",), ("f1", "f9"), ()], start=1)
    ]
    assert [len(each.record) for each in exhibits_of(said, [tracking])] == [1, 0, 0]


async def test_a_rewritten_text_has_two_instants_that_do_not_collide() -> None:
    """When the wording was made stands on the cover; as of when it states the records, in the text."""
    state, store = await claim_with()
    assert state.appeal is not None
    state = drafted(state, 30, text=state.appeal.text, edited_by="approver-1")
    text = text_of((await packet_of(state, store)).files["evidence.pdf"])
    assert "Text written 2026-09-11 00:00:00 UTC" in text
    assert "show as of 2026-09-09 12:00" in text
    assert "As of" not in text


async def test_markup_of_a_stranger_stays_text() -> None:
    """In a person's own text and in the recorded facts: shown as it was written, run by nothing."""
    state, store = await claim_with(reply=HOSTILE, claim={"buyer_comment": HOSTILE})
    state = drafted(state, 2, text=HOSTILE + "\nIt was sent.", edited_by="approver-1")
    text = text_of((await packet_of(state, store)).files["evidence.pdf"])
    for wanted in ('#import "x.typ": * $x^2$ *bold* _it_ `raw`', '#panic("no")', "<script>"):
        assert wanted in text


async def test_unseen_signs_are_not_shown() -> None:
    """Direction overrides go, controls become a mark; the pasted text stays what was approved."""
    words = "Order 111-0000199-0000199 \u202egnp.exe\u202c was\x07 sent."
    state, store = await claim_with()
    state = drafted(state, 2, text=words, edited_by="approver-1")
    packet = await packet_of(state, store)
    text = text_of(packet.files["evidence.pdf"])
    assert "gnp.exe was\ufffd sent." in text
    assert "\u202e" not in text
    assert packet.files["appeal.txt"].decode() == words + "\n"


async def test_a_text_without_an_end_is_cut_with_a_count() -> None:
    """A hundred thousand characters of a buyer make no book of the PDF."""
    state, store = await claim_with(reply="Where is it? " * 7_700)
    packet = await packet_of(state, store)
    text = " ".join(text_of(packet.files["evidence.pdf"]).split())
    assert "99,500 more characters on record]" in text
    assert len(PdfReader(io.BytesIO(packet.files["evidence.pdf"])).pages) <= 4


async def test_signs_without_a_glyph_are_told() -> None:
    """No empty boxes for an investigator: a mark, a note on the page, and a word to the operator."""
    state, store = await claim_with(reply="สวัสดี 😀 Guten Tag, 日本語, привет")
    packet = await packet_of(state, store)
    (warning,) = packet.warnings
    assert "U+1F600" in warning
    assert "ATOZ_FONTS" in warning
    text = text_of(packet.files["evidence.pdf"])
    assert "Guten Tag, 日本語, привет" in text
    assert f"{NO_GLYPH} stands for a character" in text


async def test_a_lost_picture_is_said_to_be_lost() -> None:
    """Clearly, on the page, in the manifest and to the operator; nothing else is lost with it."""
    state, _ = await claim_with(photo("glass.jpg"))
    packet = await packet_of(state, open_store("memory:"))
    assert list(packet.files) == ["appeal.txt", "evidence.pdf", "manifest.json"]
    assert packet.warnings[0].startswith("exhibit-2.jpg is missing: the store has lost it")
    assert "could not be read from the store" in text_of(packet.files["evidence.pdf"])
    assert json.loads(packet.files["manifest.json"])["exhibits"][1]["lost"] is True


async def test_a_document_is_shown_page_by_page() -> None:
    """Its first pages, with a word about the rest; a broken one and a text go along."""
    long, log = pdf_of(*[f"page {n} of the proof" for n in range(1, MOST_PAGES + 3)]), b"Log *x*\n"
    broken = b"%PDF-1.7 nothing more"
    state, store = await claim_with(
        (long, file_data("proof.pdf", "application/pdf", long)),
        (broken, file_data("broken.pdf", "application/pdf", broken)),
        (log, file_data("log.txt", "text/plain", log)),
    )
    packet = await packet_of(state, store)
    text = text_of(packet.files["evidence.pdf"])
    assert "page 1 of the proof" in text
    assert f"page {MOST_PAGES} of the proof" in text
    assert f"page {MOST_PAGES + 1} of the proof" not in text
    assert "2 more pages are in the file that goes with the packet." in text
    assert "This file cannot be shown here." in text
    assert "Log *x*" in text
    assert [packet.files[f"exhibit-{n}"] for n in ("2.pdf", "3.pdf", "4.txt")] == [
        long,
        broken,
        log,
    ]


async def test_a_picture_that_cannot_be_decoded_goes_along() -> None:
    """The store keeps what was decoded once; a later library may think otherwise."""
    odd = b"\xff\xd8\xff no picture"
    state, store = await claim_with((odd, file_data("odd.jpg", "image/jpeg", odd)))
    packet = await packet_of(state, store)
    assert packet.files["exhibit-2.jpg"] == odd
    assert "This file cannot be shown here." in text_of(packet.files["evidence.pdf"])


def test_exhibits_are_numbered_as_the_text_numbers_them() -> None:
    """A record without a file has its number, too; files that the text leaves out come last."""
    known = [
        Fact(
            id=f"f{n}",
            at=datetime(2026, 9, 8, tzinfo=UTC),
            kind="evidence_added",
            source="m",
            data=d,
        )
        for n, d in ((4, photo("a.jpg")[1]), (5, photo("b.jpg")[1]))
    ]
    said = (
        Sentence(text="2026-09-08: it was sent.", facts=("f1",)),
        Sentence(text="Pièce 1 : le suivi.", facts=("f2",)),
        Sentence(text="資料2：写真b.jpg（添付）。", facts=("f2", "f5")),
    )
    found = exhibits_of(said, known)
    assert [(each.number, each.fact, each.caption) for each in found] == [
        (1, None, "le suivi."),
        (2, "f5", "写真b.jpg（添付）。"),
        (3, "f4", ""),
    ]


async def test_facts_that_left_the_claim_are_taken_back() -> None:
    """The dossier with them is the dossier that had them all along."""
    state, _ = await claim_with(photo("a.jpg"), photo("b.jpg"))
    old = [fact for fact in state.facts if fact.kind in ("evidence_added", "reply_received")][:2]
    left = tuple(fact for fact in state.facts if fact not in old)
    short = dossier_of(state.model_copy(update={"facts": left}))
    assert set(short.missing) == {fact.id for fact in old}
    assert completed(short, [*old, *left[:1]]) == dossier_of(state)


def test_a_font_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    """With the setting's name."""
    with pytest.raises(BadInput, match="ATOZ_FONTS"):
        _ = Fonts(tmp_path / "nowhere").loaded


def test_what_the_fonts_have() -> None:
    """Latin, Greek, Cyrillic and Japanese; a joiner is no lack, an emoji and Hangul are."""
    assert FONTS.lacking("aéßΩжツ漢字、「」…“”→") == frozenset()
    assert FONTS.lacking("aé😀한") == frozenset("😀한")


def test_exhibits_without_files_are_records() -> None:
    """They have no name in the packet."""
    assert Exhibit(number=1, caption="the tracking record").file is None
