"""A packet that anybody changed is told from the one that the claim's facts make, file by file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from atoz.appeal.packet.compare import Difference
from atoz.appeal.packet.folder import Found, read_packet, write_packet, zip_of, zipped
from atoz.appeal.packet.verify import Claimed, claimed, verified
from atoz.errors import BadInput
from atoz.evidence.store import EvidenceStore, open_store
from atoz.playbook.state import CaseState
from tests.support.packets import changed, claim_with, dossier_of, drafted, kit, packet_of, photo

FIRST, SECOND = photo("glass.jpg"), photo("box.png", "image/png")
Files = dict[str, bytes]


@pytest.fixture
async def claim() -> tuple[CaseState, EvidenceStore]:
    """A claim with two photos."""
    return await claim_with(FIRST, SECOND)


@pytest.fixture
async def files(claim: tuple[CaseState, EvidenceStore]) -> Files:
    """The files of its packet."""
    return (await packet_of(*claim)).files


async def check(
    claim: tuple[CaseState, EvidenceStore], files: Files, *, ordered: bool = False
) -> list[Difference]:
    """What is found wrong with these files."""
    found = Found(files, ordered)
    says = claimed(found)
    return [says] if isinstance(says, Difference) else await verified(found, says, *claim, kit())


def rewritten(files: Files, change: Callable[[dict[str, Any]], Any]) -> Files:
    """The files with another manifest."""
    document = json.loads(files["manifest.json"])
    change(document)
    content = (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode()
    return {**files, "manifest.json": content}


async def test_what_was_made_is_found_whole(
    claim: tuple[CaseState, EvidenceStore], files: Files, tmp_path: Path
) -> None:
    """The folder and the zip, read back from a disk."""
    folder = write_packet(tmp_path, dossier_of(claim[0]), files)
    for path in (folder, zip_of(folder)):
        found = read_packet(path)
        assert await check(claim, found.files, ordered=found.ordered) == []


async def test_a_changed_word_of_the_text(
    claim: tuple[CaseState, EvidenceStore], files: Files
) -> None:
    """The line is named, with both readings."""
    text = files["appeal.txt"].replace(b"58.00 USD", b"85.00 USD")
    (found,) = await check(claim, changed(files, appeal__txt=text))
    assert found.file == "appeal.txt"
    assert found.what.startswith("line 1 is “")
    assert "85.00 USD" in found.what
    assert "58.00 USD" in found.what


async def test_a_changed_picture(claim: tuple[CaseState, EvidenceStore], files: Files) -> None:
    """Another picture under the same name; the PDF, made from the right one, is not blamed."""
    (name,) = [name for name in files if name.endswith(".png")]
    (found,) = await check(claim, {**files, name: SECOND[0][:-1] + b"x"})
    assert found.file == name
    assert "is another file" in found.what


async def test_a_changed_pdf(claim: tuple[CaseState, EvidenceStore], files: Files) -> None:
    """One byte is enough."""
    pdf = files["evidence.pdf"].replace(b"%%EOF", b"%%EOf")
    (found,) = await check(claim, changed(files, evidence__pdf=pdf))
    assert found.file == "evidence.pdf"


@pytest.mark.parametrize("name", ["appeal.txt", "evidence.pdf", "exhibit-2.jpg"])
async def test_a_missing_file(
    claim: tuple[CaseState, EvidenceStore], files: Files, name: str
) -> None:
    """It is named."""
    left = {key: content for key, content in files.items() if key != name}
    assert await check(claim, left) == [Difference(name, "is missing")]


async def test_an_extra_file(claim: tuple[CaseState, EvidenceStore], files: Files) -> None:
    """Nothing may be slipped in, in no folder below either."""
    found = await check(claim, {**files, "more/exhibit-9.jpg": FIRST[0]})
    assert found == [Difference("more/exhibit-9.jpg", "does not belong to the packet")]


async def test_exhibits_in_another_order(
    claim: tuple[CaseState, EvidenceStore], files: Files
) -> None:
    """The manifest's order counts, since the text counts on the numbers."""
    other = rewritten(files, lambda document: document["exhibits"].reverse())
    (found,) = await check(claim, other)
    assert found == Difference("manifest.json", "exhibits stand in another order")


async def test_pictures_that_changed_places(
    claim: tuple[CaseState, EvidenceStore], files: Files
) -> None:
    """Two right files under each other's name are two differences."""
    jpg, png = (name for name in files if name.startswith("exhibit-"))
    found = await check(claim, {**files, jpg: files[png], png: files[jpg]})
    assert {each.file for each in found} == {jpg, png}


async def test_a_zip_in_another_order(
    claim: tuple[CaseState, EvidenceStore], files: Files, tmp_path: Path
) -> None:
    """A zip is one file: another order is another zip."""
    path = tmp_path / "other.zip"
    path.write_bytes(zipped(dict(reversed(files.items()))))
    found = read_packet(path)
    (other,) = await check(claim, found.files, ordered=found.ordered)
    assert other.file == "the zip"


async def test_a_sentence_with_another_fact(
    claim: tuple[CaseState, EvidenceStore], files: Files
) -> None:
    """The map from sentences to facts is part of what is checked."""
    other = rewritten(files, lambda document: document["sentences"][2].update(facts=["f2"]))
    found = await check(claim, other)
    assert [each.file for each in found] == ["manifest.json"] * len(found)
    assert found[0].what.startswith("sentences.3.facts.1 is “f2” instead of “f")


async def test_a_fact_with_another_value(
    claim: tuple[CaseState, EvidenceStore], files: Files
) -> None:
    """Its place in the manifest is named."""
    other = rewritten(files, lambda document: document["facts"][0].update(value="somewhen"))
    (found,) = await check(claim, other)
    assert found.what.startswith("facts.1.value is “somewhen” instead of “")


async def test_a_manifest_in_another_form(
    claim: tuple[CaseState, EvidenceStore], files: Files
) -> None:
    """Equal in meaning, other bytes: still told."""
    flat = json.dumps(json.loads(files["manifest.json"])).encode()
    (found,) = await check(claim, changed(files, manifest__json=flat))
    assert found == Difference("manifest.json", "says the same in another form")


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (None, "is missing: without it nobody can tell what this is of"),
        (b"{", "cannot be read as JSON"),
        (b"[" * 100_000, "cannot be read as JSON"),
        (b"[]", "does not name an order"),
    ],
)
async def test_without_a_manifest_nothing_can_be_told(
    claim: tuple[CaseState, EvidenceStore], files: Files, content: bytes | None, what: str
) -> None:
    """Said as a difference, not as a fault."""
    found = await check(claim, changed(files, manifest__json=content))
    assert found == [Difference("manifest.json", what)]


async def test_a_text_that_the_claim_never_had(
    claim: tuple[CaseState, EvidenceStore], files: Files
) -> None:
    """An approval of another claim, or of nothing, opens no door."""
    other = rewritten(files, lambda document: document.update(digest="0" * 32))
    (found,) = await check(claim, other)
    assert found.what == f"its digest {'0' * 32} is of no text of this claim"


async def test_an_older_revision_stays_what_it_was(
    claim: tuple[CaseState, EvidenceStore], files: Files
) -> None:
    """A newer text changes nothing about the packet that was posted."""
    state, store = claim
    edited = drafted(
        state, 2, text="Another text of order 111-0000199-0000199.", edited_by="approver-1"
    )
    assert await check((edited, store), files) == []


async def test_a_whole_packet_needs_no_store(
    claim: tuple[CaseState, EvidenceStore], files: Files
) -> None:
    """Its own files are taken where they are the recorded ones."""
    assert await check((claim[0], open_store("memory:")), files) == []


async def test_a_lost_picture_is_a_difference() -> None:
    """A packet that was made without a picture is not what was approved."""
    state, _ = await claim_with(FIRST)
    empty = open_store("memory:")
    packet = await packet_of(state, empty)
    found = await check((state, empty), packet.files)
    assert found == [Difference("exhibit-2.jpg", "is missing, and the store has lost it")]


def test_what_is_no_packet_is_refused(tmp_path: Path) -> None:
    """One line each, no traceback."""
    (tmp_path / "text.zip").write_bytes(b"no zip at all")
    for path in (tmp_path / "nowhere", tmp_path / "text.zip"):
        with pytest.raises(BadInput, match=path.name):
            read_packet(path)


def test_the_claim_is_the_one_that_the_manifest_names(files: Files) -> None:
    """By its order id and digest."""
    says = claimed(Found(files, ordered=False))
    assert isinstance(says, Claimed)
    assert (says.order_id, len(says.digest)) == ("111-0000199-0000199", 32)
