"""Packets of claims on the real server: what a person posts is what the claim makes, also years later."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from atoz.appeal.packet.folder import packet_in, read_packet, write_files, zip_of
from atoz.appeal.packet.verify import Claimed, claimed
from atoz.errors import NoSuchClaim
from atoz.evidence.intake import Given
from atoz.playbook import events as ev
from atoz.service import acting, looking, reporting
from atoz.service.base import Service, claim_id
from atoz.service.kept_packets import content_of, packets
from atoz.service.packets import verify
from tests.support.cases import PROVEN
from tests.support.packets import photo
from tests.support.server import Bench
from tests.support.service import NOBODY, begun, eventually, over, service_of

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="session")]


async def differences(service: Service, path: Path) -> list[str]:
    """What is found wrong with the packet there."""
    found = read_packet(path)
    says = claimed(found)
    assert isinstance(says, Claimed)
    return [f"{each.file}: {each.what}" for each in await verify(service, found, says)]


async def task_of(service: Service, order: str, kind: str) -> dict[str, Any]:
    """The claim's open task of this kind."""

    async def there() -> list[dict[str, Any]]:
        tasks: list[dict[str, Any]] = (await looking.status(service, order))["tasks"]
        return [task for task in tasks if task["kind"] == kind and task.get("packet")]

    await eventually(there)
    return (await there())[0]


async def fetched(service: Service, order: str, to: Path) -> Path:
    """The folder that a person gets of the packet to post."""
    ((name, content),) = (await packets(service, order)).items()
    return write_files(to / name, packet_in(io.BytesIO(content), name).files)


async def handed_over(bench: Bench, service: Service) -> str:
    """A claim whose appeal waits to be posted."""
    order = await begun(service, PROVEN)
    content, _ = photo("door.jpg")
    await acting.add_evidence(service, order, Given("door.jpg", content), by="approver-1", key="k1")
    handle = bench.server.client.get_workflow_handle(claim_id(order))
    await bench.server.jump(handle, datetime.now(UTC) + timedelta(hours=3))
    task = await task_of(service, order, "submit-appeal")
    assert task["packet"].startswith(f"packets/claim-{order}/appeal-1-")
    return order


async def test_what_a_person_fetches_is_whole(bench: Bench, tmp_path: Path) -> None:
    """While the claim runs, and from the archive when it is over; the folder as well as the zip."""
    service = service_of(bench)
    order = await handed_over(bench, service)
    assert not (bench.settings.state / "packets").exists(), "nothing lies readable"
    folder = await fetched(service, order, tmp_path)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.name for path in folder.iterdir()} >= {"appeal.txt", "evidence.pdf"}
    assert any(path.suffix == ".jpg" for path in folder.iterdir())
    assert await content_of(service, str(folder)) == zip_of(folder).read_bytes(), "older editions"
    for path in (folder, zip_of(folder)):
        assert await differences(service, path) == []
    await over(bench.server, service, order)
    assert await differences(service, folder) == []
    assert await differences(service, await fetched(service, order, tmp_path / "again")) == []
    (folder / "appeal.txt").write_bytes(b"Another text.\n")
    (found,) = await differences(service, folder)
    assert found.startswith("appeal.txt: line 1 is “Another text.” instead of “")


async def test_a_packet_that_nobody_kept_is_no_packet(bench: Bench) -> None:
    """A claim before its appeal has none; a name that it does not have is told with those that it has."""
    service = service_of(bench)
    order = await handed_over(bench, service)
    with pytest.raises(NoSuchClaim, match=r"has no packet 'appeal-9'; it has appeal-1-"):
        await packets(service, order, "appeal-9")
    with pytest.raises(NoSuchClaim, match="no packet yet"):
        await packets(service, await begun(service))


async def test_a_letter_is_fetched_like_an_appeal(bench: Bench, tmp_path: Path) -> None:
    """The answer to an information request: a draft, its evidence, its manifest."""
    service = service_of(bench)
    order = await begun(service)
    due = datetime.now(UTC) + timedelta(days=2)
    await reporting.request_information(service, order, due)
    await task_of(service, order, "answer-information")
    folder = await fetched(service, order, tmp_path)
    assert (folder / "letter.txt").read_text("utf-8").count(order) > 1
    assert await differences(service, folder) == []
    await acting.do(service, order, ev.Refunded, amount="5.00", by="approver-1", key="k2")
    assert await differences(service, folder) == []


async def test_a_packet_of_no_claim(bench: Bench, tmp_path: Path) -> None:
    """Said like everywhere: there is no such claim."""
    (tmp_path / "manifest.json").write_text(f'{{"order_id": "{NOBODY}"}}')
    with pytest.raises(NoSuchClaim):
        await differences(service_of(bench), tmp_path)
