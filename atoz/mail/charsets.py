"""Bytes as text: in any charset that mails use, without signs that nobody sees, never raising.

It exists because a charset is an outsider's word: Python knows codecs that are no charsets, some of
them quadratic, and an unknown one must not cost the mail.
"""

import binascii
import re

from atoz.mail.mime import Mail, attempt
from atoz.mail.plain import one_line

_LONGEST_SUBJECT = 500
_CHARSETS = re.compile(
    r"(?:us-)?ascii|utf-?8|iso-8859-[0-9]{1,2}|latin-?1|windows-125[0-8]|cp125[0-8]|iso-2022-jp"
    r"|shift_jis|cp932|windows-31j|euc-jp|euc-kr|gb2312|gbk|gb18030|big5|koi8-r|utf-16(?:le|be)?"
)
_BREAK = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
# Controls, zero widths, marks of direction, tags; joiners stay: scripts and emoji need them.
_UNSEEN = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    r"\ud800-\udfff\U000e0000-\U000e007f]"
)
# The same for ASCII, which most text is: a table is ten times as fast as the patterns.
_ASCII = {sign: "\n" if chr(sign) in "\r\v\f" else None for sign in (*range(32), 127)}
_ASCII |= {ord(kept): kept for kept in "\t\n"}
_ENCODED = re.compile(r"=\?([^?\s]{1,40})\?([bBqQ])\?([^?]{0,2000})\?=")
_BETWEEN = re.compile(r"(?<=\?=)\s+(?==\?)")


def decoded(found: bytes, charset: str) -> str:
    """Bytes as text by the declared charset, where mails use it; else as UTF-8, even slightly
    damaged, else as Western text.

    Other codecs that Python knows are no charsets of mails, and some take quadratic time.
    """
    named = charset.strip().strip("\"'").lower()
    for name in (named, "utf-8"):
        text = _by(found, name) if _CHARSETS.fullmatch(name) else None
        if text is not None:
            return text
    damaged = found.decode("utf-8", "replace")
    if damaged.count("\ufffd") * 20 <= len(damaged):
        return damaged
    return found.decode("cp1252", "replace")


def _by(found: bytes, charset: str) -> str | None:
    return attempt(lambda: found.decode(charset), None)


def scrubbed(text: str) -> str:
    """Text without signs that nobody sees; every line ends with a line feed."""
    if text.isascii():
        return text.replace("\r\n", "\n").translate(_ASCII)
    return _UNSEEN.sub("", _BREAK.sub("\n", text))


def subject_of(mail: Mail) -> str:
    """The subject on one line, at most 500 characters, encoded words decoded (RFC 2047)."""
    return one_line(scrubbed(words_of(mail.header("Subject") or "")), _LONGEST_SUBJECT)


def words_of(header: str) -> str:
    """A header's text with its encoded words decoded; what cannot be decoded stays as it is."""
    return _ENCODED.sub(_word, _BETWEEN.sub("", header))


def _word(found: re.Match[str]) -> str:
    charset, way, text = found.groups()
    raw = text.encode("utf-8", "replace")
    if way in "qQ":
        return decoded(binascii.a2b_qp(raw, header=True), charset)
    padded = raw + b"=" * (-len(raw) % 4)
    found_bytes = attempt(lambda: binascii.a2b_base64(padded), None)
    return found.group() if found_bytes is None else decoded(found_bytes, charset)
