"""What a mail carries: attachments with a safe name, their real type and size, kept or refused.

It exists so that nothing an outsider wrote about a file is believed: the name becomes a base name,
the declared size is not looked at, and the type is what the content begins with. Nothing is opened
or decoded as a picture here; what is accepted is decoded with limits where evidence is stored.
"""

import re
import unicodedata
from collections.abc import Sequence

from atoz.evidence.kinds import IMAGES, KEPT_AS_THEY_ARE, is_plain_text, kind_of
from atoz.evidence.limits import LARGEST_FILE, LONGEST_NAME, MOST_FILES
from atoz.mail.charsets import words_of
from atoz.mail.mime import Part, attempt, content_type, payload
from atoz.mail.reading import MailFile
from atoz.playbook.stored import FILES

_SLASHES = str.maketrans("\u2044\u2215\u29f8\uff0f\uff3c\\", "//////")
_UNSAFE = re.compile(r'[<>:"|?*]+')


def files_of(parts: Sequence[Part]) -> tuple[MailFile, ...]:
    """The attachments among these leaves, each kept or refused with a reason; `number` counts leaves."""
    return tuple(_file(number, part, count) for count, (number, part) in enumerate(_listed(parts)))


def is_file(part: Part) -> bool:
    """Whether a leaf is an attachment and no text of the mail itself."""
    if content_type(part) not in {"text/plain", "text/html"}:
        return True
    named = attempt(part.get_filename, None)
    return bool(named) or attempt(part.get_content_disposition, None) == "attachment"


def content(part: Part) -> bytes:
    """An attachment's bytes, at most as many as are kept."""
    return payload(part, _longest_encoded())[0]


def _listed(parts: Sequence[Part]) -> list[tuple[int, Part]]:
    return [(number, part) for number, part in enumerate(parts) if is_file(part)]


def _longest_encoded() -> int:
    return LARGEST_FILE * 3 // 2


def _file(number: int, part: Part, count: int) -> MailFile:
    declared = content_type(part)
    name = safe_name(words_of(attempt(part.get_filename, None) or ""), f"file-{number}")
    found, size, refused = b"", 0, _refused_unread(part, declared, count)
    if refused is None:
        found, whole = payload(part, _longest_encoded())
        size = len(found)
        refused = _refused(found, whole=whole, declared=declared)
    return MailFile(
        number=number,
        name=name,
        type=sniffed(found, declared),
        declared=declared,
        size=size,
        accepted=refused is None,
        reason=refused,
    )


def _refused_unread(part: Part, declared: str, count: int) -> str | None:
    """Why a file is not even decoded, or None."""
    if count >= MOST_FILES:
        return FILES("only", most=MOST_FILES)
    if declared.startswith("message/") or not isinstance(held := part.get_payload(), str):
        return FILES("mail")
    if len(held) > _longest_encoded():
        return FILES("over", most=LARGEST_FILE // 1_000_000)
    return None


def _refused(found: bytes, *, whole: bool, declared: str) -> str | None:
    """Why a decoded file is not kept, or None."""
    kind = sniffed(found, declared)
    if len(found) > LARGEST_FILE:
        return FILES("over", most=LARGEST_FILE // 1_000_000)
    if not found:
        return FILES("nothing")
    if declared.startswith("image/") and not kind.startswith("image/"):
        return FILES("no_picture", type=declared)
    if kind not in IMAGES | KEPT_AS_THEY_ARE:
        return FILES("kind", type=kind)
    if kind in IMAGES and _cut_off(found, kind):
        return FILES("cut_off")
    return None if whole else FILES("encoding")


def sniffed(found: bytes, declared: str) -> str:
    """The type that the content has by its first bytes; a declared type alone proves nothing."""
    kind = kind_of(found)
    if kind is None and declared == "text/plain" and found and is_plain_text(found):
        return "text/plain"
    return kind or "application/octet-stream"


def _cut_off(found: bytes, kind: str) -> bool:
    """Whether a picture's end is missing; bytes behind the end are harmless."""
    if kind == "image/webp":
        return len(found) < int.from_bytes(found[4:8], "little") + 8
    if kind == "image/bmp":
        return len(found) < int.from_bytes(found[2:6], "little")
    end = {"image/jpeg": b"\xff\xd9", "image/png": b"IEND", "image/gif": b"\x3b"}[kind]
    return found.find(end, 3) < 0


def safe_name(name: str | None, otherwise: str) -> str:
    """A base name for showing and storing: no path, no control or direction sign, no hidden file.

    At most 100 characters, with its ending kept.
    """
    plain = unicodedata.normalize("NFKC", (name or "")[:2_000]).translate(_SLASHES)
    base = plain.rpartition("/")[2]
    shown = "".join(sign for sign in base if not unicodedata.category(sign).startswith("C"))
    kept = " ".join(_UNSAFE.sub("_", shown).split()).strip(". ")
    if len(kept) > LONGEST_NAME:
        stem, dot, ending = kept.rpartition(".")
        tail = dot + ending if stem and len(ending) <= 10 else ""
        kept = kept[: LONGEST_NAME - len(tail)].rstrip(". ") + tail
    return kept or otherwise
