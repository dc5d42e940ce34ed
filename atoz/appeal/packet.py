"""The packet of an appeal: a folder that a person pastes from, named by claim and revision.

Today: `appeal.txt` ready to paste and `manifest.json` with the digest that was approved, the
exhibits by name and sha256. Writing the same revision again gives the same bytes.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from atoz.claims.facts import Fact


class Packet(Protocol):
    """What a packet is made of."""

    @property
    def workflow_id(self) -> str: ...  # noqa: D102 # the names say it
    @property
    def order_id(self) -> str: ...  # noqa: D102
    @property
    def text(self) -> str: ...  # noqa: D102
    @property
    def digest(self) -> str: ...  # noqa: D102
    @property
    def attachments(self) -> Sequence[Fact]: ...  # noqa: D102


def write_packet(root: Path, packet: Packet) -> Path:
    """Write the packet below `root` and return its folder.

    The folder is named by the digest, so that a person can never paste another text than the one
    that was approved.
    """
    folder = root / packet.workflow_id / packet.digest[:12]
    folder.mkdir(parents=True, exist_ok=True)
    manifest = {
        "order_id": packet.order_id,
        "digest": packet.digest,
        "exhibits": [
            {"number": number, **fact.data}
            for number, fact in enumerate(packet.attachments, start=1)
        ],
    }
    (folder / "appeal.txt").write_text(packet.text + "\n", "utf-8")
    (folder / "manifest.json").write_text(
        json.dumps(manifest, indent=1, ensure_ascii=False), "utf-8"
    )
    return folder
