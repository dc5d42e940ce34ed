"""Any bytes as a mail: headers of bounded length, a bounded number of parts, nothing that raises.

It exists because the standard parser reads whatever it is given: it copies headers of megabytes,
nests until the stack ends, and raises where a value is odd. Here each header is cut before it is
parsed, feeding stops at the last part that counts, and every access answers with plain text.
"""

import binascii
import email.policy
import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.feedparser import BytesFeedParser
from email.message import Message
from typing import Any, TypeAlias, TypeVar

MAX_MAIL = 60_000_000
MAX_LINES = 1_000_000
"""A mail of MAX_MAIL with lines of a usual length has fewer; each costs the parser a text of its own."""
MAX_HEADER = 4_000
MAX_PARTS = 200
MAX_NESTING = 20
_CHUNK = 1 << 16
_NESTED = re.compile(rb"content-type:\s*(?:multipart|message)/", re.IGNORECASE)
_BLANK = re.compile(rb"\r?\n\r?\n|\r\r")

T = TypeVar("T")


def attempt(work: Callable[[], T], otherwise: T) -> T:
    """What `work` gives, or `otherwise` where it raises: hostile input raises in the library's depths."""
    try:
        return work()
    except Exception:  # noqa: BLE001 - the parser's own bugs on hostile mails are of any type
        return otherwise


class _Capped(email.policy.Compat32):
    """Headers cut to a length at which every look-up in them is cheap, and always plain text."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse([line[: 2 * MAX_HEADER] for line in sourcelines])
        return name[:100], value[:MAX_HEADER]

    def header_fetch_parse(self, name: str, value: str) -> str:  # noqa: ARG002 - the policy's signature
        return _bytes(value).decode("utf-8", "replace")


Part: TypeAlias = "Message[Any, Any]"


@dataclass(frozen=True)
class Mail:
    """A parsed mail: what stands in it, and what was left out."""

    root: Part
    notes: tuple[str, ...] = ()

    def header(self, name: str) -> str | None:
        """The first header of this name on one line, None where there is none."""
        return next(iter(self.headers(name)), None)

    def headers(self, name: str) -> tuple[str, ...]:
        """Every header of this name, topmost first, each unfolded."""
        return tuple(unfolded(value) for value in header_values(self.root, name))

    def only(self, name: str) -> str | None:
        """The header of this name where there is one, or several that say the same."""
        values = {value.strip() for value in self.headers(name)}
        return values.pop() if len(values) == 1 else None

    def parts(self) -> Iterator[Part]:
        """The first leaves in order; a mail inside the mail is one leaf and is not entered."""
        return itertools.islice(_leaves(self.root), MAX_PARTS)


def parse(raw: bytes) -> Mail:
    """The mail that the bytes hold. Raises nothing: at worst it has no part that says anything."""
    if len(raw) > MAX_MAIL:
        return _headers_only(raw, f"over {MAX_MAIL // 1_000_000} MB: only its headers are read")
    if max(raw.count(b"\n"), raw.count(b"\r")) > MAX_LINES:
        return _headers_only(raw, f"over {MAX_LINES:,} lines: only its headers are read")
    nested = sum(1 for _, _ in zip(range(MAX_NESTING + 1), _NESTED.finditer(raw), strict=False))
    if nested > MAX_NESTING:
        return _headers_only(raw, "mails inside mails too deeply: only its headers are read")
    broken = "its parts cannot be read: only its headers are"
    return attempt(lambda: _parsed(raw), None) or _headers_only(raw, broken)


def _parsed(raw: bytes) -> Mail:
    made = 0

    def factory(policy: Any = None) -> Part:
        nonlocal made
        made += 1
        return Message(policy)

    parser: BytesFeedParser[Part] = BytesFeedParser(factory, policy=_Capped())
    for start in range(0, len(raw), _CHUNK):
        parser.feed(raw[start : start + _CHUNK])
        if made > MAX_PARTS:
            return Mail(parser.close(), (f"more than {MAX_PARTS} parts: the rest is not read",))
    return Mail(parser.close())


def _headers_only(raw: bytes, note: str) -> Mail:
    end = _BLANK.search(raw, 0, 1_000_000)
    parser: BytesFeedParser[Part] = BytesFeedParser(Message, policy=_Capped())
    kept = re.sub(rb"(?im)^content-type:", b"X-Content-Type:", raw[: end.start() if end else 0])
    attempt(lambda: parser.feed(kept + b"\n\n"), None)
    return Mail(attempt(parser.close, Message(_Capped())), (note,))


def _leaves(root: Part) -> Iterator[Part]:
    stack = [root]
    while stack:
        part = stack.pop()
        children = _children(part)
        if children is None:
            yield part
        else:
            stack += reversed(children)


def _children(part: Part) -> list[Part] | None:
    """The parts of a container, None for a leaf; a mail inside the mail counts as one."""
    inside = part.get_payload()
    if content_type(part).startswith("message/") or not isinstance(inside, list):
        return None
    return [child for child in inside if isinstance(child, Message)]


def header_values(part: Part, name: str) -> list[str]:
    """Every header of this name as it stands in the part, topmost first."""
    return [str(value) for value in attempt(lambda: part.get_all(name), None) or []]


def content_type(part: Part) -> str:
    """The declared type such as `image/jpeg`, in small letters; nothing is trusted about it."""
    declared = attempt(part.get_content_type, "application/octet-stream")
    return declared if re.fullmatch(r"[\w.+-]{1,60}/[\w.+-]{1,60}", declared) else "unknown/unknown"


def payload(part: Part, longest: int) -> tuple[bytes, bool]:
    """A leaf's bytes, decoded, and whether they are whole; at most `longest` characters are decoded.

    Broken base64 gives what can be read of it.
    """
    held = part.get_payload()
    if not isinstance(held, str):
        return b"", False
    coding = (next(iter(header_values(part, "Content-Transfer-Encoding")), "")).strip().lower()
    kept = _bytes(held[:longest])
    if coding == "base64":
        found, whole = _base64(kept)
        return found, whole and len(held) <= longest
    if coding == "quoted-printable":
        kept = binascii.a2b_qp(kept)
    return kept, len(held) <= longest


def _base64(text: bytes) -> tuple[bytes, bool]:
    found = attempt(lambda: binascii.a2b_base64(text), None)
    if found is not None:
        return found, True
    signs = re.sub(rb"[^A-Za-z0-9+/]+", b"", text)
    usable = signs[: len(signs) - len(signs) % 4]
    return attempt(lambda: binascii.a2b_base64(usable), b""), False


def unfolded(value: str) -> str:
    """A header on one line."""
    return re.sub(r"[\r\n]+[ \t]?", " ", value).strip()


def _bytes(text: str) -> bytes:
    """The bytes that the parser made this text of."""
    return attempt(lambda: text.encode("ascii", "surrogateescape"), text.encode("utf-8", "replace"))
