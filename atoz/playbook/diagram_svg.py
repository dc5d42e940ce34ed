"""A playbook as a drawing (SVG): its steps on a line of time, the ways off them, replies and decisions.

A pure function of the playbook and, where one is given, of a claim: then each step shows how it stands.
It stands alone (no script, no font, nothing to fetch), and says everything without colour, too.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from html import escape
from textwrap import wrap
from typing import NamedTuple

from atoz.claims.base import span_text
from atoz.playbook.diagram import notes, when
from atoz.playbook.model import Playbook
from atoz.playbook.standing import Stands, standing
from atoz.playbook.state import CaseState
from atoz.playbook.transitions import Drawn, Transitions, transitions

WIDTH = 1000
_RAIL, _CARD, _CARD_WIDTH, _NOTE = 116, 148, 330, 512
_LINE, _GAP = 18, 26
_NOTE_LETTERS, _TITLE_LETTERS, _TABLE_LETTERS = 68, 70, 40


class Look(NamedTuple):
    """How a step stands in a claim: its words, stroke and fill."""

    words: str
    stroke: str
    fill: str


_PLAN = Look("", "#4a5568", "#ffffff")
_LOOKS: dict[Stands, Look] = {
    "done": Look("done", "#1a7f4b", "#d7f0e2"),
    "left": Look("left out", "#4a5568", "#e6e9ee"),
    "drop": Look("to be left out", "#4a5568", "#f6f7f9"),
    "now": Look("now: a person", "#9a6700", "#fdefc8"),
    "next": Look("next", "#1d4ed8", "#dbe6fd"),
    "held": Look("held", "#6941c6", "#e9e0fb"),
    "bad": Look("did not arrive", "#b42318", "#fbdcd8"),
    "over": Look("not reached", "#4a5568", "#f6f7f9"),
    "later": Look("to come", "#4a5568", "#ffffff"),
}
_STYLE = (
    "text{font:13px system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;fill:#1f2733}"
    ".h{font-size:19px;font-weight:600}.b{font-weight:600}.s{fill:#525c6b}.t{font-weight:600;fill:#1d4ed8}"
    ".l{font-size:11px;font-weight:600;fill:#525c6b;letter-spacing:.06em}.n{font-size:12.5px;fill:#525c6b}"
    ".w{font-size:11.5px;font-weight:600}"
)


def svg(playbook: Playbook, state: CaseState | None = None, now: datetime | None = None) -> str:
    """The drawing, a document of its own; with a claim and an instant (UTC), as that claim stands."""
    seen = transitions(playbook)
    looks = _looks(state, now) if state is not None and now is not None else {}
    y, body = 96.0, list[str]()
    for height, parts in (*_flow(seen, looks), *_tables(seen)):
        body += [f'<g transform="translate(0 {y:g})">', *parts, "</g>"]
        y += height
    head = _head(seen, state)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y + 16:g}" width="{WIDTH}" '
        f'height="{y + 16:g}" role="img" aria-labelledby="title desc">\n'
        + "\n".join([*head, *body])
        + "\n</svg>\n"
    )


def _looks(state: CaseState, now: datetime) -> dict[str, Look]:
    """How each step stands."""
    looks: dict[str, Look] = {}
    for step in standing(state, now):
        look, at = _LOOKS[step.stands], step.answer["acts_at"]
        looks[step.id] = look._replace(words=f"{look.words}, acts {_short(at)}") if at else look
    return looks


def _short(instant: str) -> str:
    return f"{datetime.fromisoformat(instant):%d %b %H:%M} UTC"


Part = tuple[float, list[str]]
"""A height, and what is drawn in it from its own top."""


def _head(seen: Transitions, state: CaseState | None) -> Iterator[str]:
    book = seen.playbook
    claim = f" Claim {state.file.claim.order_id}." if state else ""
    said = (
        f"{book.name}, version {book.version}. In silence; times count from the claim's arrival. "
        f"Answered within {span_text(seen.answered_by)}.{claim}"
    )
    yield f'<title id="title">{escape(book.title)}</title>'
    yield f'<desc id="desc">{escape(said)} {escape(_story(seen))}</desc>'
    yield f"<style>{_STYLE}</style>"
    yield '<rect width="100%" height="100%" fill="#fff"/>'
    yield _said(24, 40, _cut(book.title, _TITLE_LETTERS), "h")
    yield _said(24, 64, said, "s")


def _story(seen: Transitions) -> str:
    """The steps in order, for who cannot see the drawing."""
    told = (f"{step.id}: {step.act}, {when(step)}; {'; '.join(notes(step))}" for step in seen.steps)
    return ". ".join(told)


def _flow(seen: Transitions, looks: dict[str, Look]) -> Iterator[Part]:
    """The line of time: arrival, steps by the instant at which they act, margin and limit."""
    yield _mark("0h", "The claim arrives", first=True)
    for step in sorted(seen.steps, key=lambda step: step.at or timedelta(0)):
        yield _step(step, looks.get(step.id, _PLAN))
    yield _mark(span_text(seen.answered_by), "The answer is in, or in a person's hands")
    yield _mark(span_text(seen.limit), "The limit: granted without an answer", last=True)


def _mark(time: str, words: str, *, first: bool = False, last: bool = False) -> Part:
    top, bottom = (14, 44) if first else (0, 14) if last else (0, 44)
    rail = f'<path d="M{_RAIL} {top}V{bottom}" stroke="#98a2b3" stroke-width="2"/>'
    dot = f'<circle cx="{_RAIL}" cy="14" r="6" fill="#fff" stroke="#98a2b3" stroke-width="2"/>'
    return 44, [rail, dot, _time(time, 19), _said(_CARD, 19, words, "b")]


def _step(step: Drawn, look: Look) -> Part:
    """A card on the line, and the ways off it beside it."""
    lines = [line for note in notes(step) for line in _bulleted(note)]
    card = 62 + (_LINE if look.words else 0)
    height = max(card, len(lines) * _LINE + 10)
    middle = card / 2
    ink = f'stroke="{look.stroke}"'
    box = f'width="{_CARD_WIDTH}" height="{card}" rx="8" fill="{look.fill}"'
    parts = [
        f'<path d="M{_RAIL} 0V{height + _GAP}" stroke="#98a2b3" stroke-width="2"/>',
        f'<path d="M{_RAIL} {middle}H{_CARD}" {ink} stroke-width="2"/>',
        f'<circle cx="{_RAIL}" cy="{middle}" r="6" fill="{look.fill}" {ink} stroke-width="2"/>',
        f'<rect x="{_CARD}" y="0" {box} {ink} stroke-width="1.5"/>',
        _time(span_text(step.at) if step.at is not None else "never", middle + 5),
        _said(_CARD + 14, 25, _cut(step.id, 34), "b"),
        _said(_CARD + 14, 46, _cut(f"{step.act} · {when(step)}", 50), "n"),
    ]
    if look.words:
        ink = f'class="w" style="fill:{look.stroke}"'
        parts.append(f'<text {ink} x="{_CARD + 14}" y="66">{escape(look.words)}</text>')
    if lines:
        beside = f"M{_CARD + _CARD_WIDTH} {middle}H{_NOTE - 12}"
        parts.append(f'<path d="{beside}" stroke="#98a2b3" stroke-dasharray="4 3"/>')
    for number, line in enumerate(lines):
        inset = 0 if line.startswith("•") else 10
        parts.append(_said(_NOTE + inset, 18 + number * _LINE, line, "n"))
    return height + _GAP, parts


def _bulleted(note: str) -> Iterator[str]:
    first, *more = wrap(note, _NOTE_LETTERS)
    yield f"• {first}"
    yield from more


def _tables(seen: Transitions) -> Iterator[Part]:
    """What replies do and what decisions open, side by side."""
    replies = [
        (intent.replace("_", " "), ", ".join(does) or "nothing") for intent, does in seen.replies
    ]
    decided = [
        (status.value.replace("_", " "), ", ".join(f"task {kind}" for kind in kinds) or "nothing")
        for status, kinds in seen.decisions
    ]
    left, right = (
        list(_table(24, "WHEN THE BUYER WRITES", replies, 168)),
        list(_table(_NOTE, "WHEN THE MARKETPLACE DECIDES", decided, 196)),
    )
    rows = max(len(left), len(right))
    parts = [part for row in (*left, *right) for part in row]
    yield 52 + rows * 24, parts


def _table(x: float, title: str, rows: list[tuple[str, str]], inset: float) -> Iterator[list[str]]:
    yield [_said(x, 40, title, "l"), f'<path d="M{x} 48H{x + 448}" stroke="#e7eaef"/>']
    for number, (name, does) in enumerate(rows):
        y = 68 + number * 24
        yield [_said(x, y, name, "b"), _said(x + inset, y, _cut(does, _TABLE_LETTERS), "s")]


def _time(time: str, y: float) -> str:
    return f'<text class="t" x="{_RAIL - 18}" y="{y:g}" text-anchor="end">{escape(time)}</text>'


def _said(x: float, y: float, words: str, kind: str) -> str:
    return f'<text class="{kind}" x="{x:g}" y="{y:g}">{escape(words)}</text>'


def _cut(words: str, letters: int) -> str:
    """Words that fit; a very long name is cut with a mark, and whole in the description."""
    return words if len(words) <= letters else f"{words[: letters - 1]}…"
