"""The payload codec: every payload sealed for its workflow, and none that cannot be opened raises."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.common import RawValue
from temporalio.converter import (
    ActivitySerializationContext,
    DataConverter,
    WorkflowSerializationContext,
)
from temporalio.exceptions import ApplicationError

from atoz.keeping import converter, open_vault
from atoz.settings import Settings
from atoz.vault.codec import UNREADABLE, Unopened
from atoz.vault.ring import Ring, make_ring
from tests.support.cases import ARRIVED
from tests.support.server import shop_settings

CLAIM = "claim-111-0000102-0000102"
OTHER = "claim-111-0000103-0000103"
WORDS = {"text": "Frau Lindqvist, Fernweg 7"}


@pytest.fixture
def keys(tmp_path: Path) -> DataConverter:
    """The converter of a shop."""
    return converter(shop_settings(tmp_path))


def of(keys: DataConverter, workflow_id: str) -> DataConverter:
    """The converter as a client or a worker uses it for one workflow."""
    return keys.with_context(WorkflowSerializationContext("default", workflow_id))


async def test_a_payload_is_sealed_whole(keys: DataConverter) -> None:
    """Neither its content nor its type shows; client, worker and activity open it."""
    (payload,) = await of(keys, CLAIM).encode([WORDS])
    assert b"Lindqvist" not in payload.SerializeToString()
    assert b"json" not in payload.SerializeToString()
    assert await of(keys, CLAIM).decode([payload]) == [WORDS]
    activity = ActivitySerializationContext("default", "1", "x", "q", CLAIM, "ClaimWorkflow", True)
    assert await keys.with_context(activity).decode([payload]) == [WORDS]
    assert await keys.decode([payload]) == [WORDS], "the codec server knows no workflow"


async def test_what_is_sealed_for_one_claim_is_refused_for_another(keys: DataConverter) -> None:
    """Who can write to the server cannot move a buyer's words between claims."""
    (payload,) = await of(keys, CLAIM).encode([WORDS])
    for foreign in (OTHER, "desk"):
        assert UNREADABLE in (await opened(keys, foreign, payload)).metadata


@pytest.mark.parametrize("data", [b"", b"ATZ1", b"\xff" * 100, b"ATZ1\x03a/0" + bytes(40)])
async def test_nothing_raises_for_what_was_never_sealed(keys: DataConverter, data: bytes) -> None:
    """It comes back marked with a reason."""
    forged = Payload(metadata={"encoding": b"binary/sealed"}, data=data)
    assert (await opened(keys, CLAIM, forged)).metadata[UNREADABLE]


async def test_an_altered_payload_is_marked(keys: DataConverter) -> None:
    """One bit is enough."""
    (payload,) = await of(keys, CLAIM).encode([WORDS])
    altered = bytearray(payload.data)
    altered[-1] ^= 1
    forged = Payload(metadata=payload.metadata, data=bytes(altered))
    assert (await opened(keys, CLAIM, forged)).metadata[UNREADABLE] == b"it was altered on its way"


async def test_a_failure_says_nothing_to_the_server(keys: DataConverter) -> None:
    """What went wrong quotes what was said: message, stack and details are sealed."""
    from temporalio.api.failure.v1 import Failure  # noqa: PLC0415 - for this test alone

    failure = Failure()
    await of(keys, CLAIM).encode_failure(ApplicationError("no to Lindqvist", "Fernweg 7"), failure)
    assert b"Lindqvist" not in failure.SerializeToString()
    assert b"Fernweg" not in failure.SerializeToString()
    found = await of(keys, CLAIM).decode_failure(failure)
    assert isinstance(found, ApplicationError)
    assert (found.message, found.details) == ("no to Lindqvist", ("Fernweg 7",))


async def test_switched_off_it_still_opens(tmp_path: Path) -> None:
    """For development: what was sealed is read, what comes stays readable."""
    settings = shop_settings(tmp_path)
    (payload,) = await of(converter(settings), CLAIM).encode([WORDS])
    off = of(converter(settings.model_copy(update={"encryption": "off"})), CLAIM)
    assert await off.decode([payload]) == [WORDS]
    assert b"Lindqvist" in (await off.encode([WORDS]))[0].data


async def opened(keys: DataConverter, workflow_id: str, payload: Payload) -> Payload:
    """The payload as a workflow's handler gets it."""
    codec: Any = of(keys, workflow_id).payload_codec
    (found,) = await codec.decode([payload])
    assert isinstance(found, Payload)
    return found


async def test_a_destroyed_key_marks_what_it_sealed(tmp_path: Path) -> None:
    """Nothing raises, so that nothing hangs."""
    settings = shop_settings(tmp_path)
    keys, vault = converter(settings), open_vault(settings)
    assert vault is not None
    (payload,) = await of(keys, CLAIM).encode([WORDS])
    await vault.keys.destroy(CLAIM)
    assert b"destroyed" in (await opened(keys, CLAIM, payload)).metadata[UNREADABLE]


PLAIN = Payload(metadata={"encoding": b"json/plain"}, data=json.dumps(WORDS).encode())


async def test_where_all_is_sealed_nothing_else_is_taken(tmp_path: Path) -> None:
    """It was written by somebody else: marked for a handler, an error with its reason for all others."""
    settings = shop_settings(tmp_path)
    strict = of(converter(settings), CLAIM)
    codec: Any = strict.payload_codec
    (found,) = await codec.decode([PLAIN])
    assert b"unsealed" in found.metadata[UNREADABLE]
    with pytest.raises(Unopened, match="it came unsealed"):
        await strict.decode([PLAIN])
    (raw,) = await strict.decode([PLAIN], [RawValue])
    assert UNREADABLE in raw.payload.metadata, "a handler records what it refuses"
    assert await strict.decode(await strict.encode([WORDS])) == [WORDS]


@pytest.mark.parametrize(
    ("ring", "setting", "taken"),
    [
        ("refuse", None, False),
        ("accept", None, True),
        ("refuse", "accept", True),
        ("accept", "refuse", False),
    ],
)
async def test_the_ring_says_what_is_taken_unless_a_setting_does(
    tmp_path: Path, ring: Any, setting: str | None, taken: bool
) -> None:
    """A new ring refuses; one that found claims from before it lets them go on."""
    settings = Settings.model_validate({"state": tmp_path, "unsealed": setting})
    make_ring(settings.ring_file, ARRIVED, unsealed=ring)
    found = of(converter(settings), CLAIM)
    if taken:
        assert await found.decode([PLAIN]) == [WORDS]
    else:
        with pytest.raises(Unopened):
            await found.decode([PLAIN])


def test_a_ring_from_before_the_choice_accepts(tmp_path: Path) -> None:
    """Its file says nothing; a rotation leaves it so, and `refuse_unsealed` ends it."""
    ring = make_ring(tmp_path / "ring.json", ARRIVED)
    document = json.loads(ring.file.read_text("utf-8"))
    del document["unsealed"]
    ring.file.write_text(json.dumps(document), "utf-8")
    old = Ring(ring.file)
    old.rotate(ARRIVED)
    assert Ring(ring.file).unsealed == "accept"
    old.refuse_unsealed()
    assert Ring(ring.file).unsealed == "refuse"
    assert len(Ring(ring.file).keys) == 2
