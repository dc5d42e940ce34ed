"""Where files and documents lie: a folder, or any object store that obstore knows.

Files are kept under the sha256 of their content, so the same file is kept once for its owner and a
changed one is noticed. Documents (JSON that this program wrote) have a path of checked components: no
outsider's word can become a way out of the store. With a vault everything is sealed before it lies
here: a claim's files and documents (`of`) with the claim's own key, all others with the shop's.
"""

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import obstore
from obstore.store import LocalStore, MemoryStore, from_url

from atoz.claims.claim import claim_id_of
from atoz.errors import AtozError, BadInput
from atoz.vault.data_keys import SHOP
from atoz.vault.sealed import Unsealable
from atoz.vault.vault import Vault, owner_of

ObjectStore = obstore.store.ObjectStore

_PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9._=@+-]{0,127}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_TYPE = re.compile(r"[a-z0-9][\w.+-]{0,60}/[\w.+-]{1,60}", re.ASCII)
_DEEPEST = 8
_FILES = "files"
_DOCUMENTS = "documents"
_CLAIMS = "claims"


class NotStored(BadInput):
    """The store does not hold this file."""


class StoredFileError(AtozError):
    """A stored file no longer has the content that its name promises: restore it from a backup."""


class EvidenceStore:
    """Files by sha256 and documents by path. Failures of the store itself are raised as OSError
    or as obstore's own errors: they may pass, and the caller retries.
    """

    def __init__(self, store: ObjectStore, vault: Vault | None = None, owner: str = SHOP) -> None:
        self._store = store
        self._vault = vault
        self._owner = owner

    def of(self, workflow_id: str) -> Self:
        """The same store for what belongs to a claim; for another workflow, the shop's."""
        return type(self)(self._store, self._vault, owner_of(workflow_id))

    def of_order(self, order_id: str | None) -> Self:
        """The same store for what belongs to the claim of an order, whether or not there is one yet."""
        return self.of(claim_id_of(order_id or ""))

    async def put(self, content: bytes, type: str) -> str:  # noqa: A002 - as in a reference
        """Keep a file of the MIME type `type` and give its sha256; the same file again is harmless.

        Raises BadInput for something that is no MIME type.
        """
        if not _TYPE.fullmatch(type):
            raise BadInput(f"not a MIME type: {type[:80]!r}")
        sha256 = hashlib.sha256(content).hexdigest()
        # A folder cannot keep attributes; there the type lives in the reference only.
        plain = self._vault is None and not isinstance(self._store, LocalStore)
        attributes = {"Content-Type": type} if plain else None
        kept = await self._sealed(content)
        path = _file_path(sha256, self._owner)
        await obstore.put_async(self._store, path, kept, attributes=attributes)
        return sha256

    async def get(self, sha256: str) -> bytes:
        """A file's content, of this owner or of the shop.

        Raises NotStored, StoredFileError, Erased; BadInput for what is no sha256.
        """
        content = await self._read(_file_path(sha256, self._owner))
        if content is None and self._owner != SHOP:
            content = await self._read(_file_path(sha256, SHOP))
        if content is None:
            raise NotStored(f"the store does not hold the file {sha256}")
        if hashlib.sha256(content).hexdigest() != sha256:
            raise StoredFileError(f"the stored file {sha256} has another content; restore it")
        return content

    async def put_document(self, path: str, content: bytes) -> None:
        """Keep a document, whole or not at all; an earlier one at this path is replaced."""
        await obstore.put_async(self._store, _document_path(path), await self._sealed(content))

    async def create_document(self, path: str, content: bytes) -> bool:
        """Keep a document where there is none at this path; False where there is. Of many who try it
        at the same instant one is first.
        """
        sealed = await self._sealed(content)
        try:
            await obstore.put_async(self._store, _document_path(path), sealed, mode="create")
        except obstore.exceptions.AlreadyExistsError:
            return False
        return True

    async def get_document(self, path: str) -> bytes | None:
        """A document, whosever it is, or None where there is none. Raises StoredFileError, Erased."""
        return await self._read(_document_path(path))

    async def remove_document(self, path: str) -> bool:
        """Let go of a document; False where it is known that there was none."""
        return await self._remove(_document_path(path))

    async def list(self, prefix: str = "") -> list[str]:
        """The paths of all documents below the folder `prefix`, sorted."""
        below = _document_path(prefix) if prefix else _DOCUMENTS
        return [path.removeprefix(f"{_DOCUMENTS}/") for path in await self._below(below)]

    async def remove_files(self) -> int:
        """Let go of every file of this claim: how many. The shop's files stay."""
        assert self._owner != SHOP, "only a claim's files are let go of"
        paths = await self._below(f"{_CLAIMS}/{self._owner}")
        for path in paths:
            await self._remove(path)
        return len(paths)

    async def _below(self, prefix: str) -> Sequence[str]:
        batches = obstore.list(self._store, prefix=prefix)
        return sorted([meta["path"] async for batch in batches for meta in batch])

    async def _remove(self, path: str) -> bool:
        try:
            await obstore.delete_async(self._store, path)
        except FileNotFoundError:
            return False
        return True

    async def _sealed(self, content: bytes) -> bytes:
        return await self._vault.seal(self._owner, content) if self._vault else content

    async def _read(self, path: str) -> bytes | None:
        try:
            result = await obstore.get_async(self._store, path)
        except FileNotFoundError:
            return None
        content = bytes(await result.bytes_async())
        try:
            return await self._vault.open(content) if self._vault else content
        except Unsealable as fault:
            raise StoredFileError(f"{path} in the store was altered; restore it") from fault


def open_store(place: str | Path, vault: Vault | None = None) -> EvidenceStore:
    """The store at a place (see `open_objects`), sealed where there is a vault."""
    return EvidenceStore(open_objects(place), vault)


def open_objects(place: str | Path) -> ObjectStore:
    """The objects of a folder (made where absent, for its owner only) or at a URL such as `s3://…`.

    Credentials of a cloud come from its own environment variables. Raises BadInput for a bad place.
    """
    text = str(place)
    try:
        if text.startswith("memory:"):
            return MemoryStore()
        if "://" in text and not text.startswith("file://"):
            return from_url(text)
        folder = Path(text.removeprefix("file://")).absolute()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return LocalStore(folder)
    except OSError as fault:
        advice = "write a folder, or an address like s3://bucket/folder"
        raise BadInput(f"no store can be opened at {text}: {fault.strerror}; {advice}") from fault
    except (ValueError, obstore.exceptions.BaseError):
        # Without its cause, which quotes the whole address.
        raise BadInput(
            "ATOZ_STORE_URL: write a folder, or an address like s3://bucket/folder"
        ) from None


def _file_path(sha256: str, owner: str) -> str:
    if not _SHA256.fullmatch(sha256):
        raise BadInput(f"not a sha256: {sha256[:80]!r}")
    if owner == SHOP:
        return f"{_FILES}/{sha256[:2]}/{sha256}"
    return f"{_CLAIMS}/{owner}/{sha256}"


def _document_path(path: str) -> str:
    parts = path.split("/")
    if len(parts) > _DEEPEST or not all(_PART.fullmatch(part) for part in parts):
        raise BadInput(f"not a document's path: {path[:80]!r}; write it like claims/name.json")
    return "/".join((_DOCUMENTS, *parts))
