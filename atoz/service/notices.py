"""Mails read by the seller's own rules, and what a notice says of a claim that a person starts by hand."""

import asyncio
from typing import Any

from atoz.claims.base import instant_text
from atoz.mail.read import OpenMail, open_mail
from atoz.mail.reading import Reading
from atoz.service.base import Service


def opened(service: Service, raw: bytes) -> OpenMail:
    """A mail with its files within reach. Raises nothing: what cannot be read is `other`."""
    rules, authserv_id = service.library.notices, service.settings.authserv_id
    return open_mail(raw, rules=rules, authserv_id=authserv_id)


async def read(service: Service, raw: bytes) -> Reading:
    """What a mail says, or the bare text of one, which has no sender and is never trusted."""
    return (await asyncio.to_thread(opened, service, raw)).reading


def claim_values(reading: Reading) -> dict[str, Any]:
    """What a mail says of a claim, nested as a claim file is; a value that it does not state is left out.

    The clock begins with the mail's own date, where it has one.
    """
    stated = {
        "order_id": reading.order_id,
        "marketplace": reading.marketplace,
        "amount": None if reading.amount is None else str(reading.amount),
        "currency": reading.currency,
        "notified_at": reading.date and instant_text(reading.date),
        "response_due": reading.due and instant_text(reading.due),
    }
    return {"claim": {name: value for name, value in stated.items() if value is not None}}
