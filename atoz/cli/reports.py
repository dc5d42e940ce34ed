"""The verbs that tell a claim what outsiders said: the buyer, the marketplace."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from atoz.claims.base import instant_text
from atoz.claims.status import Status
from atoz.cli import given
from atoz.cli.answer import Answer
from atoz.cli.groups import OTHERS, Groups
from atoz.cli.verbs import Call, register
from atoz.cli.words import line
from atoz.service import reporting

MessageId = Annotated[
    str | None, typer.Option(metavar="ID", help="the mail's own; else made from the content")
]

At = Annotated[
    datetime | None,
    typer.Option(parser=given.instant, metavar="T", help="when it came; else now"),
]


async def reply(
    call: Call,
    order: given.Order,
    *,
    text: Annotated[str, typer.Option(metavar="T", help="the buyer's own words")] = "",
    photo: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="image, PDF or text; repeatable")
    ] = None,
    message_id: MessageId = None,
    language: Annotated[str | None, typer.Option(metavar="L", help="like de")] = None,
    at: At = None,
) -> Answer:
    """Hand a buyer's reply to its claim; for a claim that is over, to the desk."""
    uploads = [given.upload(path) for path in photo or []]
    document = await reporting.reply(
        await call.service(),
        order,
        text,
        photos=uploads,
        language=language,
        message_id=message_id,
        arrived_at=at,
        by=call.by,
    )
    where = "the claim" if document["delivered_to"] == "claim" else "the desk (the claim is over)"
    read = ", ".join(document["intents"]).replace("_", " ")
    said = (f"reply {_came(at)}handed to", where + ";", "read as:", read)
    return Answer(document, [line(order, *said)])


async def decide(
    call: Call,
    order: given.Order,
    *,
    status: Annotated[Status, typer.Option(help="what the marketplace says")],
    funded_by: Annotated[
        Literal["seller", "amazon", "nobody"] | None, typer.Option(help="who pays, if it says so")
    ] = None,
    odr_counts: Annotated[
        given.YesNo | None, typer.Option(help="whether the order defect rate counts it")
    ] = None,
    replaces: Annotated[
        str | None,
        typer.Option(
            metavar="WHY", help="why it replaces a decision from which it does not follow"
        ),
    ] = None,
    message_id: MessageId = None,
    at: At = None,
) -> Answer:
    """Record the marketplace's decision."""
    document = await reporting.decide(
        await call.service(),
        order,
        status,
        funded_by=funded_by,
        odr_counts=given.yes(odr_counts),
        message_id=message_id,
        arrived_at=at,
        by=call.by,
        replaces=replaces,
    )
    said = (f"decision {_came(at)}recorded:", status.value.replace("_", " "))
    return Answer(document, [line(order, *said)])


async def request_information(
    call: Call,
    order: given.Order,
    due: Annotated[
        datetime | None,
        typer.Option(parser=given.instant, metavar="T", help="else by the marketplace's policy"),
    ] = None,
    message_id: MessageId = None,
    at: At = None,
) -> Answer:
    """Record that the marketplace asks for information until T."""
    document = await reporting.request_information(
        await call.service(), order, due, message_id=message_id, arrived_at=at, by=call.by
    )
    until = f"due {instant_text(due)}" if due else "due by the marketplace's policy"
    return Answer(document, [line(order, f"information request {_came(at)}recorded,", until)])


def _came(at: datetime | None) -> str:
    return f"of {instant_text(at)} " if at else ""


def add_to(groups: Groups) -> None:
    """Register these verbs."""
    register(groups.root, reply, OTHERS, acts=True)
    register(groups.root, decide, OTHERS, acts=True)
    register(groups.root, request_information, OTHERS, acts=True)
