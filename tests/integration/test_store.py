"""Files under what they are, documents under checked paths, in a folder and in memory."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from atoz.errors import BadInput
from atoz.evidence.store import EvidenceStore, NotStored, StoredFileError, open_store

CONTENT = b"\x89PNG not really"
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture(params=["folder", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> EvidenceStore:
    """The same rules hold wherever the store lies."""
    return open_store(tmp_path / "store" if request.param == "folder" else "memory:///")


async def test_a_file_is_kept_under_its_sha256_once(store: EvidenceStore) -> None:
    """The same content again is the same file."""
    assert await store.put(CONTENT, "image/png") == SHA256
    assert await store.put(CONTENT, "image/jpeg") == SHA256
    assert await store.get(SHA256) == CONTENT
    assert await store.list() == []


async def test_a_file_that_is_not_there_is_named(store: EvidenceStore) -> None:
    """Not found is not empty."""
    with pytest.raises(NotStored, match=SHA256):
        await store.get(SHA256)


async def test_a_file_that_changed_is_noticed(tmp_path: Path) -> None:
    """Evidence that somebody touched is no evidence; the same file put again mends it."""
    store = open_store(tmp_path)
    await store.put(CONTENT, "image/png")
    (tmp_path / "files" / SHA256[:2] / SHA256).write_bytes(b"other")
    with pytest.raises(StoredFileError, match="another content"):
        await store.get(SHA256)
    await store.put(CONTENT, "image/png")
    assert await store.get(SHA256) == CONTENT


@pytest.mark.parametrize("name", ["", "../x", SHA256[:-1], SHA256.upper(), f"{SHA256}/.."])
async def test_only_a_sha256_names_a_file(store: EvidenceStore, name: str) -> None:
    """A reference comes from a message: it is checked before it is a path."""
    with pytest.raises(BadInput, match="not a sha256"):
        await store.get(name)


@pytest.mark.parametrize("kind", ["", "png", "image/png\r\nX: y", "IMAGE/PNG", "image/*"])
async def test_only_a_mime_type_is_a_type(store: EvidenceStore, kind: str) -> None:
    """It becomes a header of a cloud's answer."""
    with pytest.raises(BadInput, match="not a MIME type"):
        await store.put(CONTENT, kind)


async def test_documents_are_written_read_replaced_and_listed(store: EvidenceStore) -> None:
    """The newest is there whole; none is None; a prefix is a folder, not the start of a name."""
    assert await store.get_document("archive/claim-1.json") is None
    await store.put_document("archive/claim-1.json", b"{}")
    await store.put_document("archive/claim-1.json", b'{"a": 1}')
    await store.put_document("archive/2026/claim-2.json", b"{}")
    await store.put_document("archived.json", b"{}")
    assert await store.get_document("archive/claim-1.json") == b'{"a": 1}'
    assert await store.list("archive") == ["archive/2026/claim-2.json", "archive/claim-1.json"]
    assert await store.list() == [*await store.list("archive"), "archived.json"]
    assert await store.list("nothing") == []


ODD = [
    "",
    "/etc/passwd",
    "../x",
    "a/../b",
    "a//b",
    "a/",
    ".hidden",
    "a b",
    "ä",
    "a\0",
    "a\n",
    "a\\b",
]


@pytest.mark.parametrize("path", [*ODD, "x" * 129, "/".join("abcdefghi")])
async def test_a_document_stays_inside_the_store(store: EvidenceStore, path: str) -> None:
    """Every component is plain, so no word of an outsider leads out."""
    for attempt in (store.get_document(path), store.put_document(path, b"x")):
        with pytest.raises(BadInput, match="not a document's path"):
            await attempt


def test_a_folder_is_made_for_its_owner_only(tmp_path: Path) -> None:
    """Buyers' pictures are nobody else's business; a file:// address is a folder, too."""
    open_store(f"file://{tmp_path}/deep/store")
    assert (tmp_path / "deep" / "store").stat().st_mode & 0o777 == 0o700


def test_a_place_that_is_none_is_refused(tmp_path: Path) -> None:
    """With what to write instead."""
    (tmp_path / "taken").write_text("x")
    for place in ("gopher://x", str(tmp_path / "taken" / "below")):
        with pytest.raises(BadInput, match="write a folder, or an address like s3://"):
            open_store(place)
