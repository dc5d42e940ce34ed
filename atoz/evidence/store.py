"""Where files and documents lie: a folder, or any object store that obstore knows.

Files are kept under the sha256 of their content, so the same file is kept once and a changed one is
noticed. Documents (JSON that this program wrote) have a path of checked components: no outsider's
word can become a way out of the store.
"""

import hashlib
import re
from pathlib import Path

import obstore
from obstore.store import LocalStore, MemoryStore, from_url

from atoz.errors import AtozError, BadInput

ObjectStore = obstore.store.ObjectStore

_PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9._=@+-]{0,127}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_TYPE = re.compile(r"[a-z0-9][\w.+-]{0,60}/[\w.+-]{1,60}", re.ASCII)
_DEEPEST = 8
_FILES = "files"
_DOCUMENTS = "documents"


class NotStored(BadInput):
    """The store does not hold this file."""


class StoredFileError(AtozError):
    """A stored file no longer has the content that its name promises: restore it from a backup."""


class EvidenceStore:
    """Files by sha256 and documents by path. Failures of the store itself are raised as OSError
    or as obstore's own errors: they may pass, and the caller retries.
    """

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    async def put(self, content: bytes, type: str) -> str:  # noqa: A002 - as in a reference
        """Keep a file of the MIME type `type` and give its sha256; the same file again is harmless.

        Raises BadInput for something that is no MIME type.
        """
        if not _TYPE.fullmatch(type):
            raise BadInput(f"not a MIME type: {type[:80]!r}")
        sha256 = hashlib.sha256(content).hexdigest()
        # A folder cannot keep attributes; there the type lives in the reference only.
        plain = isinstance(self._store, LocalStore)
        attributes = None if plain else {"Content-Type": type}
        await obstore.put_async(self._store, _file_path(sha256), content, attributes=attributes)
        return sha256

    async def get(self, sha256: str) -> bytes:
        """A file's content. Raises NotStored, StoredFileError; BadInput for what is no sha256."""
        content = await self._read(_file_path(sha256))
        if content is None:
            raise NotStored(f"the store does not hold the file {sha256}")
        if hashlib.sha256(content).hexdigest() != sha256:
            raise StoredFileError(f"the stored file {sha256} has another content; restore it")
        return content

    async def put_document(self, path: str, content: bytes) -> None:
        """Keep a document, whole or not at all; an earlier one at this path is replaced."""
        await obstore.put_async(self._store, _document_path(path), content)

    async def get_document(self, path: str) -> bytes | None:
        """A document, or None where there is none."""
        return await self._read(_document_path(path))

    async def remove_document(self, path: str) -> None:
        """Let go of a document; one that is gone already is no fault."""
        try:
            await obstore.delete_async(self._store, _document_path(path))
        except FileNotFoundError:
            return

    async def list(self, prefix: str = "") -> list[str]:
        """The paths of all documents below the folder `prefix`, sorted."""
        below = _document_path(prefix) if prefix else _DOCUMENTS
        found: list[str] = []
        async for batch in obstore.list(self._store, prefix=below):
            found.extend(meta["path"].removeprefix(f"{_DOCUMENTS}/") for meta in batch)
        return sorted(found)

    async def _read(self, path: str) -> bytes | None:
        try:
            result = await obstore.get_async(self._store, path)
        except FileNotFoundError:
            return None
        return bytes(await result.bytes_async())


def open_store(place: str | Path) -> EvidenceStore:
    """The store at a folder (made where absent, for its owner only) or at a URL such as `s3://…`.

    Credentials of a cloud come from its own environment variables. Raises BadInput for a bad place.
    """
    text = str(place)
    try:
        if text.startswith("memory:"):
            return EvidenceStore(MemoryStore())
        if "://" in text and not text.startswith("file://"):
            return EvidenceStore(from_url(text))
        folder = Path(text.removeprefix("file://")).absolute()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return EvidenceStore(LocalStore(folder))
    except (OSError, ValueError, obstore.exceptions.BaseError) as fault:
        raise BadInput(
            f"no store can be opened there; write a folder or s3://…: {fault}"
        ) from fault


def _file_path(sha256: str) -> str:
    if not _SHA256.fullmatch(sha256):
        raise BadInput(f"not a sha256: {sha256[:80]!r}")
    return f"{_FILES}/{sha256[:2]}/{sha256}"


def _document_path(path: str) -> str:
    parts = path.split("/")
    if len(parts) > _DEEPEST or not all(_PART.fullmatch(part) for part in parts):
        raise BadInput(f"not a document's path: {path[:80]!r}; write it like claims/name.json")
    return "/".join((_DOCUMENTS, *parts))
