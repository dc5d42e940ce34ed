"""Rotating and retiring where the ring is handed out as copies: nobody is left with one of no use."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import obstore
import pytest
from obstore.store import ObjectStore

from atoz.errors import BadInput
from atoz.evidence.store import open_objects
from atoz.keeping import make_keys, open_vault
from atoz.service import holding, keys
from atoz.settings import Settings
from atoz.vault.data_keys import DataKeys
from atoz.vault.holders import FOLDER, Holder, say, seen
from atoz.vault.ring import Ring
from atoz.vault.vault import Vault

NOW = datetime(2026, 9, 1, tzinfo=UTC)
CLAIM = "claim-111-0000102-0000102"
WORDS = b"what a buyer wrote"
MOMENT = timedelta(milliseconds=20)


def now() -> datetime:
    """It stands still: what counts here is what lies in the files."""
    return NOW


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for seconds."""
    monkeypatch.setattr(holding, "LOOK", MOMENT)
    monkeypatch.setattr(holding, "AFTER_TROUBLE", MOMENT)
    monkeypatch.setattr(keys, "PAUSE", MOMENT)
    monkeypatch.setattr(keys, "PATIENCE", 10 * MOMENT)


@pytest.fixture
async def shop(tmp_path: Path) -> Settings:
    """A shop with keys and one claim."""
    settings = Settings(state=tmp_path / "state")
    await make_keys(settings, NOW)
    vault = open_vault(settings)
    assert vault is not None
    await vault.seal(CLAIM, WORDS)
    return settings


def copy_of(settings: Settings, folder: Path) -> Settings:
    """The same shop as another process has it: its ring is a copy of the file as it is now."""
    file = folder / "ring.json"
    file.parent.mkdir()
    file.write_bytes(settings.ring_file.read_bytes())
    file.chmod(0o600)
    return settings.model_copy(update={"keys_file": file})


def first(settings: Settings) -> str:
    """The key that seals."""
    return Ring(settings.ring_file).first


async def test_who_reads_the_same_file_stands_in_nobodys_way(shop: Settings) -> None:
    """It says within moments that it has the new key, and all is wrapped at once; then it is gone."""
    old = first(shop)
    async with holding.holding(shop, "worker", now):
        rotated = await keys.rotate(shop, NOW)
        assert (rotated["rewrapped"], rotated["without"]) == (1, [])
        (holder,) = await seen(open_objects(shop.store), NOW)
        assert holder.keys == (first(shop), old)
        await keys.retire(shop, old, NOW)
    assert await seen(open_objects(shop.store), NOW) == ()


async def test_a_copy_without_the_new_key_keeps_the_old_one(shop: Settings, tmp_path: Path) -> None:
    """Nothing is wrapped by a key that a running worker lacks, and its own is not dropped under it."""
    old, worker = first(shop), copy_of(shop, tmp_path / "pod")
    async with holding.holding(worker, "worker", now):
        rotated = await keys.rotate(shop, NOW)
        assert rotated["rewrapped"] == 0
        assert [each["what"] for each in rotated["without"]] == ["worker"]
        with pytest.raises(BadInput, match=r"worker on .* is a copy without .*--despite WHY"):
            await keys.retire(shop, old, NOW)
        running = Vault(DataKeys(open_objects(worker.store), Ring(worker.ring_file)))
        assert await running.open(await running.seal(CLAIM, WORDS)) == WORDS
        # The file is handed out: as far as this process is concerned, by writing its copy over.
        worker.ring_file.write_bytes(shop.ring_file.read_bytes())
        retired = await keys.retire(shop, old, NOW)
    assert (retired["rewrapped"], retired["retired"]) == (1, [old])


async def test_a_reason_lets_it_be_dropped_all_the_same(shop: Settings, tmp_path: Path) -> None:
    """Such as that the machine is gone; spaces are none."""
    old, worker = first(shop), copy_of(shop, tmp_path / "pod")
    async with holding.holding(worker, "board", now):
        await keys.rotate(shop, NOW)
        with pytest.raises(BadInput, match="copy"):
            await keys.retire(shop, old, NOW, despite="  ")
        done = await keys.retire(shop, old, NOW, despite="that machine burned down")
    assert done["retired"] == [old]
    assert [each["what"] for each in done["without"]] == ["board"]


async def test_who_died_without_a_word_counts_for_a_quarter_of_an_hour(shop: Settings) -> None:
    """And is forgotten after a day."""
    old, store = first(shop), open_objects(shop.store)
    dead = Holder(what="worker", host="pod-1", process=1, keys=(old,), seen_at=NOW)
    await say(store, dead)
    await keys.rotate(shop, NOW)
    with pytest.raises(BadInput, match="worker on pod-1"):
        await keys.retire(shop, old, NOW + timedelta(minutes=15))
    await keys.retire(shop, old, NOW + timedelta(minutes=16))
    assert await files(store) == [dead.path]
    await seen(store, NOW + timedelta(days=2))
    assert await files(store) == []


async def test_a_store_that_was_away_at_the_start_is_told_soon(
    shop: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not only when the note would be renewed: until then a key could be dropped under the process."""
    tries, taken = 0, asyncio.Event()

    async def unsteady(store: ObjectStore, holder: Holder) -> None:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise OSError("the store is away")
        await say(store, holder)
        taken.set()

    monkeypatch.setattr("atoz.vault.holders.say", unsteady)
    async with holding.holding(shop, "worker", now):
        assert await seen(open_objects(shop.store), NOW) == ()
        await asyncio.wait_for(taken.wait(), 5)
        assert len(await seen(open_objects(shop.store), NOW)) == 1


async def test_nobody_waits_for_a_store_that_does_not_answer(
    shop: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The board starts without it, and ends without it."""

    async def silent(*_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(holding, "PATIENCE", MOMENT)
    monkeypatch.setattr("atoz.vault.holders.say", silent)
    monkeypatch.setattr("atoz.vault.holders.forget", silent)
    async with asyncio.timeout(5), holding.holding(shop, "board", now):
        assert await seen(open_objects(shop.store), NOW) == ()


async def files(store: ObjectStore) -> list[str]:
    """What lies in the store of them."""
    batches = obstore.list(store, prefix=FOLDER)
    return [meta["path"] async for batch in batches for meta in batch]


async def test_who_has_the_new_key_and_still_seals_by_the_old_one_stands_in_the_way(
    shop: Settings,
) -> None:
    """What it makes would be wrapped by the key that is dropped."""
    old, store = first(shop), open_objects(shop.store)
    await keys.rotate(shop, NOW)
    both = Holder(what="worker", host="pod", process=1, keys=(old, first(shop)), seen_at=NOW)
    await say(store, both)
    with pytest.raises(BadInput, match="worker on pod"):
        await keys.retire(shop, old, NOW)


async def test_a_rotation_that_ended_in_the_middle_is_ended_by_retiring(
    shop: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of nine claims four were wrapped anew when the machine went down: the rest are, and no key is made."""
    vault = open_vault(shop)
    assert vault is not None
    owners = [f"claim-111-000010{number}-0000000" for number in range(8)]
    sealed = [await vault.seal(owner, WORDS) for owner in owners]
    old, kept = first(shop), DataKeys._keep_existing
    done: list[str] = []

    async def dies(self: DataKeys, name: str, before: bytes, plain: bytes) -> bool:
        if len(done) == 4:
            raise asyncio.CancelledError
        done.append(name)
        return await kept(self, name, before, plain)

    with monkeypatch.context() as patch:
        patch.setattr(DataKeys, "_keep_existing", dies)
        with pytest.raises(asyncio.CancelledError):
            await keys.rotate(shop, NOW)
    retired = await keys.retire(shop, old, NOW)
    assert (retired["rewrapped"], len(retired["keys"])) == (5, 1)
    fresh = Vault(DataKeys(open_objects(shop.store), Ring(shop.ring_file)))
    await fresh.keys.check()
    assert [await fresh.open(each) for each in sealed] == [WORDS] * 8
