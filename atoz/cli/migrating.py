"""The verbs for a playbook that changes under running claims: look, move what is safe, take it back."""

from typing import Annotated, Any

import typer
from rich.console import RenderableType
from rich.text import Text

from atoz.cli import books, given
from atoz.cli.answer import Answer
from atoz.cli.claims import Limit, PageToken
from atoz.cli.groups import PLAYBOOKS, Groups
from atoz.cli.verbs import Call, register
from atoz.cli.words import columns, line, local, plain, zone
from atoz.playbook.model import Playbook
from atoz.service import migrating
from atoz.service.books import proved

Order = Annotated[str | None, typer.Option(metavar="ORDER", help="only the claim of this order")]


async def preview(
    call: Call,
    playbook: books.Named,
    order: Order = None,
    *,
    limit: Limit = migrating.PAGE,
    page_token: PageToken = None,
) -> Answer:
    """Show what open claims would do under a changed playbook, and whether each may be moved.

    A page ends after some seconds, also with fewer claims than its limit.
    """
    new = _proved(call, playbook)
    stretch = migrating.Stretch(page_token, limit, migrating.PATIENCE)
    found = await migrating.preview(await call.service(), new, order, stretch)
    shown = [*_changes(found["changes"]), *_plans(found["claims"]), _sum(found)]
    return Answer(found, [*shown, *_more(found)])


async def apply(
    call: Call, playbook: books.Named, why: given.Why = "", order: Order = None
) -> Answer:
    """Move the claims that are safe to move to a changed playbook; all others stay as they are."""
    new = _proved(call, playbook)
    who: dict[str, Any] = {"by": call.by, "key": call.key, "why": why}
    return _answer(await migrating.apply(await call.service(), new, order, **who))


async def revert(
    call: Call,
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="the playbook that claims were moved to")
    ],
    why: given.Why = "",
    order: Order = None,
) -> Answer:
    """Move claims back to the playbook that each had before it was moved, where that is safe."""
    who: dict[str, Any] = {"by": call.by, "key": call.key, "why": why}
    return _answer(await migrating.revert(await call.service(), name, order, **who))


def _proved(call: Call, playbook: str) -> Playbook:
    """The playbook, where it passes `check`. Raises BadInput with every problem."""
    return proved(call.settings.playbooks, playbook, call.now)


def _answer(found: dict[str, Any]) -> Answer:
    moved, stayed = found["moved"], found["stayed"]
    head = line(f"moved: {len(moved)}, stayed with their playbook: {len(stayed)}")
    return Answer(found, [*_look([*moved, *stayed]), head])


def _sum(found: dict[str, Any]) -> RenderableType:
    following = f"; {found['following']} follow it already" if found["following"] else ""
    looked = f"looked at so far: {found['looked_at']}"
    return line(f"{looked}; safe to move: {found['safe']}, to stay: {found['unsafe']}{following}")


def _changes(editions: list[dict[str, Any]]) -> list[RenderableType]:
    """What `playbook diff` says of each edition that claims follow."""
    shown: list[RenderableType] = []
    for each in editions:
        old = each["old"]
        shown.append(line(f"What changed since version {old['version']}, {old['digest'][:8]}:"))
        shown += [line(f"  {change['sentence']}") for change in each["changes"]]
    return [*shown, line("")] if shown else []


def _plans(rows: list[dict[str, Any]]) -> list[RenderableType]:
    """Both plans of each claim side by side, a step a line; what differs is marked."""
    heads = ("order", f"now ({zone()})", "under the new one", "in at the latest", "may move")
    cells = [
        (
            Text(row["order_id"]),
            _plan(row["old"]),
            _plan(row["new"]),
            Text(local(row["finishes_at"])),
            Text(plain(_may(row) + _other_words(row))),
        )
        for row in rows
    ]
    return [columns(heads, cells)] if rows else []


def _plan(side: dict[str, Any]) -> Text:
    steps = [
        f"{'* ' if step['differs'] else '  '}{plain(step['step'])} {local(step['at'])}"
        + (f" ({step['kind'].replace('_', ' ')})" if step["kind"] == "step_skipped" else "")
        for step in side["plan"]
    ]
    return Text("\n".join(steps) or "nothing")


def _may(row: dict[str, Any]) -> str:
    return "yes" if row["safe"] else f"no: {'; '.join(row['reasons'])}"


def _other_words(row: dict[str, Any]) -> str:
    steps = ", ".join(text["step"] for text in row["texts"])
    return f"; other words: {steps}" if steps else ""


def _more(found: dict[str, Any]) -> list[RenderableType]:
    token = found["next_page_token"]
    return [Text(f"more: --page-token {token}")] if token else []


def _look(rows: list[dict[str, Any]]) -> list[RenderableType]:
    if not rows:
        return []
    heads = (
        "order",
        f"next now ({zone()})",
        "next under the new one",
        "in at the latest",
        "may move",
    )
    cells = [
        (
            row["order_id"],
            _next(row["old"]),
            _next(row["new"]),
            local(row["finishes_at"]),
            _may(row),
        )
        for row in rows
    ]
    return [columns(heads, cells)]


def _next(side: dict[str, Any]) -> str:
    return f"{side['next_step']} {local(side['next_at'])}" if side["next_step"] else "nothing"


def add_to(groups: Groups) -> None:
    """Register these verbs, all of the form `migrate VERB`."""
    register(groups["migrate"], preview, PLAYBOOKS)
    register(groups["migrate"], apply, PLAYBOOKS, acts="migrate")
    register(groups["migrate"], revert, PLAYBOOKS, acts="migrate")
