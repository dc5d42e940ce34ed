"""The readable text of a mail: the right part, decoded, HTML as text, nothing invisible left in it.

It exists because a notice may be HTML only and in any encoding, and because signs that nobody sees
must not change what a page shows or a phrase means.
"""

from collections.abc import Sequence
from typing import NamedTuple

from atoz.mail.charsets import decoded, scrubbed
from atoz.mail.files import is_file
from atoz.mail.markup import laid_out
from atoz.mail.mime import Part, attempt, content_type, payload

MAX_TEXT = 100_000
_MAX_ENCODED = 1_000_000
_WRAPPED = 55


class Body(NamedTuple):
    """A mail's text; `plain` where it was written as such and its lines may be wrapped."""

    text: str
    plain: bool
    whole: bool = True

    @property
    def unwrapped(self) -> str:
        """The text with lines joined that only a mail program broke."""
        return _unwrapped(self.text) if self.plain else self.text


def body_of(parts: Sequence[Part]) -> Body:
    """The plain part where it says something, else the HTML one; at most 100,000 characters of it."""
    texts = [part for part in parts if not is_file(part)]
    plain = _joined([part for part in texts if content_type(part) == "text/plain"])
    if plain.strip():
        return Body(plain[:MAX_TEXT], plain=True, whole=len(plain) <= MAX_TEXT)
    html = _joined([part for part in texts if content_type(part) == "text/html"])
    text, whole = _from_html(html)
    return Body(text[:MAX_TEXT], plain=False, whole=whole and len(text) <= MAX_TEXT)


def from_html(html: str) -> str:
    """HTML as text: links by their words and never by their targets."""
    return _from_html(html)[0]


def _from_html(html: str) -> tuple[str, bool]:
    page = laid_out(html)
    lines = scrubbed(page.text).split("\n")
    return "\n".join(" ".join(line.split()) for line in lines).strip(), page.whole


def _joined(parts: Sequence[Part]) -> str:
    return scrubbed("\n\n".join(_decoded(part) for part in parts))


def _decoded(part: Part) -> str:
    found, _ = payload(part, _MAX_ENCODED)
    return decoded(found, str(attempt(part.get_content_charset, None) or "utf-8"))


def _unwrapped(text: str) -> str:
    """A line that is nearly as long as mail programs write goes on in the next one."""
    joined: list[str] = []
    previous = ""
    for line in text.split("\n"):
        if joined and len(previous) >= _WRAPPED and line.strip():
            joined[-1] += f" {line.strip()}"
        else:
            joined.append(line)
        previous = line
    return "\n".join(joined)
