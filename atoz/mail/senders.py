"""Who a mail says it is from: addresses and ids out of headers that anybody may have written.

It exists so that one strict form counts as a sender: everything cleverer (two addresses, an address
in the display name, an encoded or international one) is no sender at all.
"""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from atoz.claims.base import utc
from atoz.mail.mime import Mail, attempt
from atoz.mail.plain import domain_of, plain_address

_NAMED = re.compile(r'(?:"(?:[^"\\]|\\.)*"|[^"<>@,;:\\]*)\s*<([^<>\s]{1,254})>')
# Mail servers write their own name like this.
_COMMENTED = re.compile(r"([^<>()\s]{1,254})\s+\([^<>()@]{0,200}\)")
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,250}>")
_MOST_REFERENCES = 20


def sender_of(mail: Mail) -> str | None:
    """The one plain address of the one From header, its domain in small letters, else None."""
    return _address(mail, "From")


def reply_address(mail: Mail) -> str | None:
    """Where an answer goes: Reply-To, else From; None where the one that counts is no plain address."""
    return _address(mail, "Reply-To" if mail.headers("Reply-To") else "From")


def _address(mail: Mail, header: str) -> str | None:
    values = mail.headers(header)
    if len(values) != 1:
        return None
    named = _NAMED.fullmatch(values[0]) or _COMMENTED.fullmatch(values[0])
    address = named[1] if named else values[0]
    plain = attempt(lambda: plain_address(address), None)
    return plain and f"{plain.rpartition('@')[0]}@{domain_of(plain).lower()}"


def message_ids(mail: Mail, header: str) -> tuple[str, ...]:
    """The ids in a header such as Message-ID, In-Reply-To or References, the newest few."""
    found = [each for value in mail.headers(header) for each in _MESSAGE_ID.findall(value)]
    return tuple(dict.fromkeys(found))[-_MOST_REFERENCES:]


def first_id(mail: Mail, header: str) -> str | None:
    """The first id in a header, None where there is none."""
    return next(iter(message_ids(mail, header)), None)


def date_of(mail: Mail) -> datetime | None:
    """The Date header as an instant (UTC); without a zone it counts as UTC, None where it is no date."""
    value = mail.header("Date")
    return attempt(lambda: _date(value), None) if value else None


def _date(value: str) -> datetime | None:
    found = parsedate_to_datetime(value[:100])
    aware = found if found.tzinfo else found.replace(tzinfo=UTC)
    return utc(aware) if 2000 <= aware.year < 2200 else None
