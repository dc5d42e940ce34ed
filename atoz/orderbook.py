"""The order book: what the seller's own systems know of an order, asked before a person is.

A folder with one JSON file per order (`111-0000102-0000102.json`, the shape of a claim file with
any part left out), or CSV files with a column `order_id` and one column per path
(`claim.reason`, `shipment.carrier`). It fills what a notice left open and overrides nothing.
"""

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from atoz.claims.base import merged
from atoz.claims.claim import ORDER_ID, ClaimFile


class OrderBook:
    """A folder of orders. A file that cannot be read counts as unknown and is named in `refused`."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self.refused: list[str] = []

    def complete(self, file: ClaimFile) -> tuple[ClaimFile, str | None]:
        """The claim file with its open values filled, and which file they came from (or None)."""
        values, source = self.find(file.claim.order_id)
        if not values or source is None:
            return file, None
        known = _known(file.model_dump(mode="json", by_alias=True))
        try:
            filled = ClaimFile.model_validate(merged(values, known))
        except ValidationError as error:
            self.refused.append(f"{source}: {error.errors()[0]['msg']}")
            return file, None
        return filled, None if filled == file else f"order book: {source}"

    def find(self, order_id: str) -> tuple[dict[str, Any], str | None]:
        """The values of an order and the name of the file that holds them."""
        if self.folder is None or not self.folder.is_dir() or not ORDER_ID.fullmatch(order_id):
            return {}, None
        single = self.folder / f"{order_id}.json"
        if single.is_file():
            return self._json(single), single.name
        for table in sorted(self.folder.glob("*.csv")):
            row = self._row(table, order_id)
            if row:
                return row, table.name
        return {}, None

    def _json(self, path: Path) -> dict[str, Any]:
        try:
            document = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError) as error:
            self.refused.append(f"{path.name}: {error}")
            return {}
        return document if isinstance(document, dict) else {}

    def _row(self, path: Path, order_id: str) -> dict[str, Any]:
        try:
            with path.open(encoding="utf-8-sig", newline="") as lines:
                for row in csv.DictReader(lines):
                    if row.get("order_id") == order_id:
                        return _nested(row)
        except (OSError, ValueError, csv.Error) as error:
            self.refused.append(f"{path.name}: {error}")
        return {}


def _nested(row: Mapping[str, str | None]) -> dict[str, Any]:
    """`{"shipment.carrier": "UPS"}` as `{"shipment": {"carrier": "UPS"}}`; empty cells say nothing."""
    out: dict[str, Any] = {}
    for path, value in row.items():
        section, _, name = (path or "").partition(".")
        if name and value:
            out.setdefault(section, {})[name] = value.strip()
    return out


def _known(node: Mapping[str, Any]) -> dict[str, Any]:
    """The mapping without its nulls, so that it lays over the order book without blotting it out."""
    return {
        key: _known(value) if isinstance(value, Mapping) else value
        for key, value in node.items()
        if value is not None and value != []
    }
