"""manifest.json: what the packet holds, by sha256, and which facts carry each sentence. Pure."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from atoz.appeal.packet.dossier import Dossier, Exhibit
from atoz.claims.base import instant_text

NAME = "manifest.json"
FORMAT = 1

_OTHERWISE = {
    *("text", "as_of", "sentences", "facts", "exhibits", "reason", "amount"),
    "own_files",
}
"""What is written in another form: which files go is in their list."""
_TYPES = {"txt": "text/plain", "pdf": "application/pdf", "jpg": "image/jpeg", "png": "image/png"}


def manifest_of(
    dossier: Dossier,
    files: Mapping[str, bytes],
    names: Mapping[int, str],
    warnings: Sequence[str],
    made_with: Mapping[str, str],
) -> bytes:
    """The manifest of these files; `names` are those of the exhibits by number."""
    own = dossier.model_dump(mode="json", exclude=_OTHERWISE)
    document = {
        "format": FORMAT,
        **own,
        "claim": {"reason": dossier.reason, "amount": dossier.amount},
        "as_of": instant_text(dossier.as_of),
        "files": [entry(name, content) for name, content in files.items()],
        "exhibits": [_exhibit(each, names.get(each.number), files) for each in dossier.exhibits],
        "sentences": [{"text": s.text, "facts": list(s.facts)} for s in dossier.sentences],
        "facts": [fact.model_dump(mode="json") for fact in dossier.facts],
        "warnings": list(warnings),
        "made_with": dict(made_with),
    }
    return (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode()


def entry(name: str, content: bytes) -> dict[str, Any]:
    """A file as the manifest lists it."""
    kind = _TYPES.get(name.rpartition(".")[2], "application/octet-stream")
    sha256 = hashlib.sha256(content).hexdigest()
    return {"name": name, "type": kind, "size": len(content), "sha256": sha256}


def _exhibit(exhibit: Exhibit, name: str | None, files: Mapping[str, bytes]) -> dict[str, Any]:
    """What the text says of it, and the file as it was kept."""
    known = exhibit.file.model_dump(mode="json") if exhibit.file else {}
    lost = {"lost": True} if name is not None and name not in files else {}
    return {
        "number": exhibit.number,
        "caption": exhibit.caption,
        "file": name,
        "fact": exhibit.fact,
        "record": [fact.model_dump(mode="json") for fact in exhibit.record],
        **known,
        **lost,
    }
