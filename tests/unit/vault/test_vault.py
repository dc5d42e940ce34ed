"""Sealing: what comes back, what does not, and what a rotation and a destroyed key change."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import obstore
import pytest
from obstore.store import LocalStore

from atoz.errors import AtozError, BadInput
from atoz.vault import data_keys
from atoz.vault.data_keys import SHOP, DataKeys, RingLacks, keys_used
from atoz.vault.ring import Ring, make_ring
from atoz.vault.sealed import Unsealable, taken_apart
from atoz.vault.vault import Erased, Vault, owner_of

NOW = datetime(2026, 9, 1, tzinfo=UTC)
CLAIM = "claim-111-0000102-0000102"
OTHER = "claim-111-0000103-0000103"
WORDS = b"Frau Lindqvist, Fernweg 7"


@pytest.fixture
def ring(tmp_path: Path) -> Ring:
    """A ring with one key."""
    return make_ring(tmp_path / "keys" / "ring.json", NOW)


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    """An empty store."""
    (tmp_path / "store").mkdir()
    return LocalStore(tmp_path / "store")


@pytest.fixture
def vault(ring: Ring, store: LocalStore) -> Vault:
    """A vault over both."""
    return Vault(DataKeys(store, ring))


async def test_a_ring_that_cannot_be_read_is_not_taken_for_the_one_of_before(
    ring: Ring, store: LocalStore
) -> None:
    """Each time that it is asked for: else a new claim's key would be wrapped by one that is retired."""
    keys = DataKeys(store, Ring(ring.file))
    ring.rotate(NOW)
    ring.file.chmod(0o644)
    for owner in (CLAIM, OTHER):
        with pytest.raises(BadInput, match="chmod 600"):
            await keys.sealing(owner)
    ring.file.chmod(0o600)
    await keys.sealing(OTHER)
    assert keys.ring.first == ring.first


async def test_what_is_sealed_opens_and_shows_nothing(vault: Vault) -> None:
    """The words come back whole and stand nowhere in what lies outside; twice is never the same."""
    sealed = await vault.seal(CLAIM, WORDS)
    assert await vault.open(sealed) == WORDS
    assert b"Lindqvist" not in sealed
    assert await vault.seal(CLAIM, WORDS) != sealed


@pytest.mark.parametrize(
    "content", [b"", b"A", b"ATZ1", b"ATZ1\xff", b'{"plain": true}', b"x" * 300_000]
)
async def test_what_was_never_sealed_stays_as_it_is(vault: Vault, content: bytes) -> None:
    """Stores and histories from before have readable content."""
    assert await vault.open(content) == content


async def test_a_large_file_is_sealed_like_a_small_one(vault: Vault) -> None:
    """Its cipher runs beside the loop."""
    large = WORDS * 20_000
    assert await vault.open(await vault.seal(CLAIM, large)) == large


@pytest.mark.parametrize("place", range(0, 60, 7))
async def test_a_changed_bit_is_noticed(vault: Vault, place: int) -> None:
    """In the key's name, the nonce or the content alike."""
    sealed = bytearray(await vault.seal(CLAIM, WORDS))
    sealed[5 + place] ^= 1
    with pytest.raises((Unsealable, Erased)):
        await vault.open(bytes(sealed))


async def test_a_name_from_outside_is_no_path(vault: Vault) -> None:
    """Whoever writes `../` into a sealed thing reads nothing of ours."""
    name = b"../../etc/passwd"
    with pytest.raises(Unsealable):
        await vault.open(b"ATZ1" + bytes([len(name)]) + name + bytes(40))


def test_whose_key_it_is() -> None:
    """A claim's own for a claim; the shop's for everything else, whatever it calls itself."""
    assert owner_of(CLAIM) == CLAIM
    for other in (
        "desk",
        "mailbox",
        None,
        "",
        "claim-",
        "claim-../../x",
        f"{CLAIM}/x",
        f"x{CLAIM}",
    ):
        assert owner_of(other) == SHOP


async def test_a_destroyed_key_opens_nothing_and_no_other_claim_loses(vault: Vault) -> None:
    """Erasure is of one claim; a key made later does not bring it back."""
    sealed, others = await vault.seal(CLAIM, WORDS), await vault.seal(OTHER, WORDS)
    assert await vault.keys.destroy(CLAIM) == 1
    with pytest.raises(Erased):
        await vault.open(sealed)
    assert await vault.open(others) == WORDS
    again = await vault.seal(CLAIM, b"a late mail")
    assert await vault.open(again) == b"a late mail"
    with pytest.raises(Erased):
        await vault.open(sealed)


async def test_another_process_forgets_a_destroyed_key(
    vault: Vault, ring: Ring, store: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker keeps an unwrapped key for a minute, no longer."""
    worker = Vault(DataKeys(store, ring))
    sealed = await worker.seal(CLAIM, WORDS)
    await vault.keys.destroy(CLAIM)
    assert await worker.open(sealed) == WORDS
    later = data_keys._seconds() + data_keys.KEPT_SECONDS + 1
    monkeypatch.setattr(data_keys, "_seconds", lambda: later)
    with pytest.raises(Erased):
        await worker.open(sealed)


async def test_a_rotation_reaches_a_running_worker(
    vault: Vault, ring: Ring, store: LocalStore
) -> None:
    """Old content opens, new data keys are under the new key, and once all are the old one may go."""
    sealed, old = await vault.seal(CLAIM, WORDS), ring.first
    worker = Vault(DataKeys(store, Ring(ring.file)))
    new = ring.rotate(NOW)
    assert [key.id for key in ring.keys] == [new, old]
    fresh = await vault.seal(OTHER, WORDS)
    assert await worker.open(fresh) == WORDS
    assert not await vault.keys.unused(old)
    assert await vault.keys.rewrap() == 1
    assert await vault.keys.rewrap() == 0
    assert await vault.keys.unused(old)
    ring.retire(old)
    assert await keys_used(store) == {new}
    assert await Vault(DataKeys(store, Ring(ring.file))).open(sealed) == WORDS


async def rotated_and_retired(store: LocalStore, file: Path) -> str:
    """What `keys rotate` and `keys retire` do in a process of their own: the id of the retired key."""
    keys = DataKeys(store, Ring(file))
    old = keys.ring.first
    keys.ring.rotate(NOW)
    await keys.rewrap()
    assert await keys.unused(old)
    keys.ring.retire(old)
    return old


async def test_a_process_that_runs_wraps_nothing_with_a_retired_key(
    vault: Vault, ring: Ring, store: LocalStore
) -> None:
    """A claim that a board starts after a rotation opens in every fresh process."""
    await vault.seal(CLAIM, WORDS)
    old = await rotated_and_retired(store, ring.file)
    fresh = await vault.seal(OTHER, WORDS)
    assert old not in await keys_used(store)
    another = Vault(DataKeys(store, Ring(ring.file)))
    await another.keys.check()
    assert await another.open(fresh) == WORDS


async def test_a_rotation_in_the_very_moment_of_wrapping_loses_nothing(
    vault: Vault, ring: Ring, store: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rotated and retired after the key was chosen and before it lies in the store."""
    put, retired = obstore.put_async, list[str]()

    async def late(place: LocalStore, path: str, content: bytes) -> object:
        if not retired and path.startswith(f"keys/{OTHER}/"):
            retired.append("")
            retired[0] = await rotated_and_retired(store, ring.file)
        return await put(place, path, content)

    await vault.seal(CLAIM, WORDS)
    monkeypatch.setattr(obstore, "put_async", late)
    fresh = await vault.seal(OTHER, WORDS)
    assert retired
    assert retired[0] not in await keys_used(store)
    another = Vault(DataKeys(store, Ring(ring.file)))
    await another.keys.check()
    assert await another.open(fresh) == WORDS


@pytest.mark.parametrize("dies", [False, True], ids=["goes on", "is killed"])
async def test_an_erasure_in_the_very_moment_of_wrapping_anew_stays(
    vault: Vault, ring: Ring, store: LocalStore, monkeypatch: pytest.MonkeyPatch, *, dies: bool
) -> None:
    """A rotation has read the key when it is destroyed, and puts it back: it is destroyed again, by the next
    rotation where this one is killed; who looks for a key meanwhile makes another.
    """
    sealed = await vault.seal(CLAIM, WORDS)
    (name,) = await vault.keys.names(CLAIM)
    put = obstore.put_async

    async def late(place: LocalStore, path: str, content: bytes) -> object:
        if path != f"keys/{name}":
            return await put(place, path, content)
        monkeypatch.setattr(obstore, "put_async", put)
        assert await DataKeys(store, Ring(ring.file)).destroy(CLAIM) == 1
        await put(place, path, content)
        if dies:
            raise Died
        return None

    ring.rotate(NOW)
    monkeypatch.setattr(obstore, "put_async", late)
    if dies:
        with pytest.raises(Died):
            await vault.keys.rewrap()
        assert await vault.keys.names(CLAIM) == []
        assert (await DataKeys(store, Ring(ring.file)).sealing(CLAIM))[0] != name
        ring.rotate(NOW)
    await vault.keys.rewrap()
    another = Vault(DataKeys(store, Ring(ring.file)))
    with pytest.raises(Erased):
        await another.open(sealed)


async def test_what_a_crash_left_of_a_retired_key_keeps_nobody_from_starting(
    vault: Vault, ring: Ring, store: LocalStore
) -> None:
    """Its record alone is let go of; a store from before its rotation needs the key, and says so."""
    await vault.seal(CLAIM, WORDS)
    name, _ = await vault.keys.sealing(CLAIM)
    before = bytes((await obstore.get_async(store, f"keys/{name}")).bytes())
    old = await rotated_and_retired(store, ring.file)
    await obstore.put_async(store, f"keys/ring/{old}", b"in use\n")
    keys = DataKeys(store, Ring(ring.file))
    await keys.check()
    assert old not in await keys_used(store)
    await obstore.put_async(store, f"keys/ring/{old}", b"in use\n")
    await obstore.put_async(store, f"keys/{name}", before)
    with pytest.raises(RingLacks, match=old):
        await keys.check()


class Died(Exception):  # noqa: N818 - named for what happened
    """The process is no more."""


@pytest.fixture
def dies_while_making(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Whoever makes a key for an owner is dead once it lies there, before anything looks again."""
    put = obstore.put_async

    def plan(owner: str) -> None:
        async def last(place: LocalStore, path: str, content: bytes) -> object:
            done = await put(place, path, content)
            if path.startswith(f"keys/{owner}/") and not path.endswith(".new"):
                monkeypatch.setattr(obstore, "put_async", put)
                raise Died
            return done

        monkeypatch.setattr(obstore, "put_async", last)

    return plan


async def test_a_key_that_a_crash_left_under_a_retired_one_locks_nobody_out(
    vault: Vault, ring: Ring, store: LocalStore, dies_while_making: Callable[[str], None]
) -> None:
    """Nothing was sealed with it: it is let go of, and the claim gets another one."""
    await vault.seal(CLAIM, WORDS)
    dies_while_making(OTHER)
    with pytest.raises(Died):
        await vault.seal(OTHER, WORDS)
    (name,) = await vault.keys.names(OTHER)
    before = bytes((await obstore.get_async(store, f"keys/{name}")).bytes())
    old = await rotated_and_retired(store, ring.file)
    # Whoever retired found nothing of it: it was put after they had looked.
    await obstore.put_async(store, f"keys/{name}", before)
    await obstore.put_async(store, f"keys/ring/{old}", b"in use\n")
    fresh = Vault(DataKeys(store, Ring(ring.file)))
    await fresh.keys.check()
    assert await fresh.keys._listed(OTHER) == []
    assert old not in await keys_used(store)
    assert await fresh.open(await fresh.seal(OTHER, WORDS)) == WORDS


async def test_a_key_that_another_process_began_is_taken_over(
    vault: Vault, ring: Ring, store: LocalStore, dies_while_making: Callable[[str], None]
) -> None:
    """Under the first key of today; from then on it counts as used, and no two are made."""
    dies_while_making(CLAIM)
    with pytest.raises(Died):
        await vault.seal(CLAIM, WORDS)
    ring.rotate(NOW)
    another = Vault(DataKeys(store, Ring(ring.file)))
    sealed = await another.seal(CLAIM, WORDS)
    (name,) = await another.keys._listed(CLAIM)
    wrapped = json.loads(bytes((await obstore.get_async(store, f"keys/{name}")).bytes()))
    assert wrapped["ring"] == ring.first
    assert await vault.open(sealed) == WORDS


async def test_what_was_sealed_with_is_never_let_go_of(vault: Vault, ring: Ring) -> None:
    """A key without the mark keeps its key of the ring, also where both are asked for together."""
    await vault.seal(CLAIM, WORDS)
    assert await vault.keys._listed(CLAIM) == await vault.keys.names(CLAIM)
    old = ring.first
    ring.rotate(NOW)
    assert not await vault.keys.unused(old)
    assert await vault.keys.destroy(CLAIM) == 1
    assert await vault.keys.unused(old)


def test_one_change_of_the_ring_does_not_undo_another(ring: Ring) -> None:
    """Two people rotate over the same file: whatever was sealed in between, both keys are there."""
    another = Ring(ring.file)
    first, second = ring.rotate(NOW), another.rotate(NOW)
    assert [key.id for key in Ring(ring.file).keys][:2] == [second, first]
    ring.retire(first)
    assert Ring(ring.file).knows(first)
    assert Ring(ring.file).cipher(first) is None


async def test_another_ring_is_not_this_stores(
    vault: Vault, store: LocalStore, tmp_path: Path
) -> None:
    """A worker with it would not start; what is asked of it all the same says what to do."""
    sealed = await vault.seal(CLAIM, WORDS)
    await vault.keys.check()
    foreign = DataKeys(store, make_ring(tmp_path / "foreign.json", NOW))
    with pytest.raises(RingLacks, match="restore the ring"):
        await foreign.check()
    with pytest.raises(RingLacks):
        await Vault(foreign).open(sealed)


async def test_a_data_key_is_bound_to_its_name(vault: Vault, store: LocalStore) -> None:
    """Copied to another claim's place it opens nothing."""
    name, _ = await vault.keys.sealing(CLAIM)
    wrapped = bytes((await obstore.get_async(store, f"keys/{name}")).bytes())
    await obstore.put_async(store, f"keys/{OTHER}/00", wrapped)
    with pytest.raises(AtozError, match="damaged"):
        await vault.keys.find(f"{OTHER}/00")


def test_the_ring_is_for_its_owners_eyes(ring: Ring) -> None:
    """0600 in a folder of 0700; its keys show in no repr."""
    assert ring.file.stat().st_mode & 0o777 == 0o600
    assert ring.file.parent.stat().st_mode & 0o777 == 0o700
    (written,) = json.loads(ring.file.read_text("utf-8"))["keys"]
    assert written["key"] not in repr(ring.keys) + str(ring.keys)


@pytest.mark.parametrize("mode", [0o644, 0o604, 0o622, 0o620, 0o602, 0o640, 0o440, 0o400])
def test_others_may_not_read_the_ring_and_nobody_else_write_it(ring: Ring, mode: int) -> None:
    """A group may read it, as a cluster hands a secret to its process; whoever writes it has the keys."""
    ring.file.chmod(mode)
    if mode in (0o640, 0o440, 0o400):
        assert Ring(ring.file).first == ring.first
        return
    with pytest.raises(BadInput, match="chmod 600"):
        Ring(ring.file)


@pytest.mark.parametrize("content", ["", "{}", '{"keys": []}', '{"keys": [{"id": "a"}]}', "\x00"])
def test_a_damaged_ring_is_named_and_not_quoted(tmp_path: Path, content: str) -> None:
    """One line that says what to do."""
    file = tmp_path / "ring.json"
    file.write_text(content, "utf-8")
    file.chmod(0o600)
    with pytest.raises(BadInput, match="restore it from your backup") as refused:
        Ring(file)
    assert "\n" not in str(refused.value)


def test_a_ring_is_made_once(ring: Ring) -> None:
    """What is there is never written over."""
    assert make_ring(ring.file, NOW).first == ring.first


async def test_the_name_of_the_key_stands_before_the_content(vault: Vault) -> None:
    """So that whoever opens it needs to know nothing else."""
    sealed = taken_apart(await vault.seal(CLAIM, WORDS))
    assert sealed is not None
    assert sealed.name.startswith(f"{CLAIM}/")


async def test_what_is_kept_in_memory_is_bounded(
    vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many claims a worker sees; what it let go of it reads again."""
    monkeypatch.setattr(data_keys, "MOST_KEPT", 3)
    owners = [f"claim-111-{number:07}-0000000" for number in range(9)]
    sealed = [await vault.seal(owner, WORDS) for owner in owners]
    assert len(vault.keys._held) == len(vault.keys._first) == 3
    assert [await vault.open(each) for each in sealed] == [WORDS] * 9
    assert await vault.keys.names(owners[0]) == [(await vault.keys.sealing(owners[0]))[0]]
