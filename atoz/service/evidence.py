"""The files of a claim, for whoever may look at the claim: never by their name alone."""

import asyncio
from collections.abc import Mapping
from typing import Any, NamedTuple

from atoz.errors import NoSuchClaim
from atoz.evidence.images import clean_image
from atoz.service import looking
from atoz.service.base import Service, claim_id
from atoz.service.problems import PROBLEMS

_SUFFIXES = {"application/pdf": ".pdf", "text/plain": ".txt"}


class Served(NamedTuple):
    """A file as it leaves: its bytes and its type."""

    content: bytes
    type: str

    @property
    def suffix(self) -> str:
        """A suffix that fits the type."""
        return _SUFFIXES.get(self.type, "")


async def words(service: Service, order_id: str, reply: Mapping[str, Any]) -> str:
    """A buyer's reply (the data of its fact) to its last word. Raises NotStored where it is gone."""
    ref = reply.get("text_ref")
    if not ref:
        return str(reply["text"])
    content = await service.store.of(claim_id(order_id)).get(ref)
    return content.decode("utf-8", "replace")


async def file(service: Service, order_id: str, sha256: str) -> Served:
    """A file that is on the claim's record; an image is decoded and written anew once more.

    Raises NoSuchClaim for a file of another claim, too: that it exists elsewhere is not told.
    """
    entries = (await looking.timeline(service, order_id))["timeline"]
    kept = [entry["data"] for entry in entries if entry["kind"] == "evidence_added"]
    found = next((data for data in kept if data.get("sha256") == sha256), None)
    if found is None:
        raise NoSuchClaim(PROBLEMS("no_file", order=order_id[:60], file=f"{sha256[:12]}…"))
    content = await service.store.of(claim_id(order_id)).get(sha256)
    if found["type"].startswith("image/"):
        # What lies in the store may have been put there by an older program, or by hand.
        image = await asyncio.to_thread(clean_image, content)
        return Served(image.content, image.type)
    return Served(
        content, found["type"] if found["type"] in _SUFFIXES else "application/octet-stream"
    )
