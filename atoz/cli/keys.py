"""The verbs for the key ring. None of them prints a key."""

from typing import Annotated, Any

import typer

from atoz.cli.answer import Answer
from atoz.cli.groups import KEYS, Groups
from atoz.cli.verbs import Call, register
from atoz.service import keys


async def new(call: Call) -> Answer:
    """Make the key ring where there is none yet."""
    document = await keys.new(call.settings, call.now)
    made = "new keys are in" if document["made"] else "there are keys already in"
    return _answer(document, f"{made} {document['file']}: back them up, apart from the claims")


async def list_(call: Call) -> Answer:
    """The keys of the ring, newest first: their names, never the keys."""
    return _answer(keys.listed(call.settings))


async def rotate(call: Call) -> Answer:
    """Seal with a new key from now on, and wrap the keys of all claims by it."""
    document = await keys.rotate(call.settings, call.now)
    if document["without"]:
        names = ", ".join(f"{each['what']} on {each['host']}" for each in document["without"])
        return _answer(
            document,
            f"nothing is wrapped by it yet, since these have a copy of the ring without it: {names}; hand "
            "the file out, start them anew, and retire the old key, which wraps the rest",
        )
    return _answer(document, f"data keys wrapped anew: {document['rewrapped']}")


async def retire(
    call: Call,
    key: Annotated[str, typer.Argument(metavar="KEY", help="its name in `keys list`")],
    despite: Annotated[
        str | None,
        typer.Option(metavar="WHY", help="why not to wait for a process without the new key"),
    ] = None,
) -> Answer:
    """Drop an old key, what it wraps being wrapped anew; backups from before need it still."""
    return _answer(
        await keys.retire(call.settings, key, call.now, despite=despite), f"{key} is no more"
    )


async def strict(call: Call) -> Answer:
    """Refuse what comes from the server unsealed, once no open claim is from before there were keys."""
    document = await keys.strict(await call.service())
    said = f"{document['looked_at']} open workflows go on; start the workers anew to have it so"
    return _answer(document, said)


def _answer(document: dict[str, Any], said: str = "") -> Answer:
    rows = [
        f"{key['id']}  made {key['made_at']}{'  seals' if key['seals'] else ''}"
        for key in document["keys"]
    ]
    return Answer(document, [*([said] if said else []), *rows])


def add_to(groups: Groups) -> None:
    """Register these verbs."""
    ring = groups["keys"]
    register(ring, new, KEYS, server=False, acts="keys new", on=("file", "made"))
    register(ring, list_, KEYS, server=False)
    register(ring, rotate, KEYS, server=False, acts="keys rotate", on=("rewrapped",))
    on = ("key", "despite", "rewrapped")
    register(ring, retire, KEYS, server=False, acts="keys retire", on=on)
    register(ring, strict, KEYS, acts="keys strict", on=("looked_at",))
