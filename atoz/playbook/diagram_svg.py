"""A playbook as a drawing (SVG): its steps on a line of time, the ways off them, replies and decisions.

A pure function of the playbook and, where one is given, of a claim: then each step shows how it stands.
It stands alone (no script, no font, nothing to fetch), in light and in dark, and says everything without
colour, too.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import NamedTuple

from atoz.playbook import ink
from atoz.playbook.diagram import notes, when
from atoz.playbook.model import Playbook
from atoz.playbook.pictured import SAY, Say, day, deed, deeds
from atoz.playbook.said import Said, plain, word
from atoz.playbook.standing import Stands, standing
from atoz.playbook.state import CaseState
from atoz.playbook.transitions import Drawn, Transitions, transitions
from atoz.playbook.vocabulary import DRAWN

WIDTH = 1000
_EDGE, _RAIL, _CARD, _CARD_WIDTH, _NOTE = 24, 116, 148, 330, 512
_HALF = WIDTH - _NOTE - _EDGE
"""The room of what stands beside the cards, and of each of the two tables."""
_LINE, _ROW, _GAP = 18, 24, 26
_SIZE = 13
_BOLD = 1.08
"""By how much bold words are wider."""
_SHAPES = (
    ".h{font-size:19px;font-weight:600}.b{font-weight:600}.t{font-weight:600;text-anchor:end}"
    ".l{font-size:11px;font-weight:600;letter-spacing:.06em}path{fill:none}.w{stroke-width:2}"
)


class Look(NamedTuple):
    """How a step stands in a claim: its words, and the tone in which it is drawn."""

    words: str
    tone: str


_PLAN = Look("", "plain")
_LOOKS: Mapping[Stands, Look] = {
    "done": Look("done", "done"),
    "left": Look("left out", "plain"),
    "drop": Look("to be left out", "plain"),
    "now": Look("now: a person", "open"),
    "next": Look("next", "next"),
    "held": Look("held", "held"),
    "bad": Look("did not arrive", "bad"),
    "over": Look("not reached", "plain"),
    "later": Look("to come", "plain"),
}


def svg(
    playbook: Playbook,
    state: CaseState | None = None,
    now: datetime | None = None,
    say: Say = str,
    zone: tzinfo = UTC,
) -> str:
    """The drawing, a document of its own; with a claim and an instant (UTC), as that claim stands.

    `say` puts it into words, `zone` is the reader's.
    """
    page = _Page(transitions(playbook), say)
    looks = _looks(state, now, zone) if state is not None and now is not None else {}
    y, body = 96.0, list[str]()
    for height, parts in (*page.flow(looks), page.tables()):
        body += [f'<g transform="translate(0 {y:g})">', *parts, "</g>"]
        y += height
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y + 16:g}" width="{WIDTH}" '
        f'height="{y + 16:g}" role="img" aria-labelledby="title desc">\n'
        + "\n".join([*page.head(state), *body])
        + "\n</svg>\n"
    )


def _looks(state: CaseState, now: datetime, zone: tzinfo) -> dict[str, Look]:
    """How each step stands."""
    looks: dict[str, Look] = {}
    for step in standing(state, now):
        look, at = _LOOKS[step.stands], step.answer["acts_at"]
        words = word("stands", step.stands, look.words)
        looks[step.id] = look._replace(words=_acts(words, at, zone) if at else words)
    return looks


def _acts(stands: Said, at: str, zone: tzinfo) -> Said:
    acts = datetime.fromisoformat(at).astimezone(zone)
    return SAY("acts", stands=stands, at=SAY("instant", date=day(acts), time=f"{acts:%H:%M %Z}"))


Part = tuple[float, list[str]]
"""A height, and what is drawn in it from its own top."""


class _Page:
    """One drawing from the top down."""

    def __init__(self, seen: Transitions, say: Say) -> None:
        self._seen, self._say = seen, say

    def head(self, state: CaseState | None) -> Iterator[str]:
        """Title, description, style and ground."""
        book, say = self._seen.playbook, self._say
        within = self._seen.answered_by
        said = SAY("book", name=book.name, version=book.version, wait=within)
        if state is not None:
            said = SAY("of_claim", book=said, order=state.file.claim.order_id)
        told = say(said)
        title = say(book.title)
        yield f'<title id="title">{ink.text(title)}</title>'
        yield f'<desc id="desc">{ink.text(told)} {ink.text(self._story())}</desc>'
        yield ink.style(_SIZE, _SHAPES)
        yield '<rect class="ground" width="100%" height="100%"/>'
        yield _said(_EDGE, 40, ink.fitted(title, WIDTH - 2 * _EDGE, 19), "h")
        yield _said(_EDGE, 64, ink.fitted(told, WIDTH - 2 * _EDGE, _SIZE), "quiet")

    def _story(self) -> str:
        """The steps in order, for who cannot see the drawing."""
        say = self._say
        return ". ".join(
            f"{self._named(step)}: {say(deed(step.act))}, {say(when(step))}; "
            + "; ".join(map(say, notes(step)))
            for step in self._seen.steps
        )

    def _named(self, step: Drawn) -> str:
        return self._say(word("step", step.id))

    def _span(self, span: timedelta | None) -> str:
        return self._say(DRAWN("never") if span is None else SAY("span", wait=span))

    def flow(self, looks: Mapping[str, Look]) -> Iterator[Part]:
        """The line of time: arrival, steps by the instant at which they act, margin and limit."""
        seen, say = self._seen, self._say
        yield _mark(self._span(timedelta(0)), say(SAY("arrives")), 14, 44)
        for step in sorted(seen.steps, key=lambda step: step.at or timedelta(0)):
            yield self._step(step, looks.get(step.id, _PLAN))
        yield _mark(self._span(seen.answered_by), say(SAY("answered")), 0, 44)
        yield _mark(self._span(seen.limit), say(SAY("limit")), 0, 14)

    def _step(self, step: Drawn, look: Look) -> Part:
        """A card on the line, and the ways off it beside it."""
        say = self._say
        lines = [line for note in notes(step) for line in _bulleted(say(note))]
        words = [say(deed(step.act)), say(when(step)), say(look.words)]
        card = 42 + _LINE * sum(map(bool, words))
        height = max(card, len(lines) * _LINE + 10)
        middle, tone, room = card / 2, look.tone, _CARD_WIDTH - 28
        box = f'x="{_CARD}" y="0" width="{_CARD_WIDTH}" height="{card}" rx="8"'
        parts = [
            _rail(0, height + _GAP),
            f'<path class="{tone} w" d="M{_RAIL} {middle:g}H{_CARD}"/>',
            f'<circle class="{tone} {tone}-fill w" cx="{_RAIL}" cy="{middle:g}" r="6"/>',
            f'<rect class="{tone} {tone}-fill" {box} stroke-width="1.5"/>',
            _time(self._span(step.at), middle + 5),
            _said(_CARD + 14, 25, ink.fitted(self._named(step), room, _SIZE), "b"),
        ]
        for number, (said, kind) in enumerate(
            zip(words, ("", "quiet", f"b {tone}-ink"), strict=True)
        ):
            fits = ink.fitted(said, room, _SIZE)
            parts.append(_said(_CARD + 14, 46 + number * _LINE, fits, kind))
        if lines:
            beside = f"M{_CARD + _CARD_WIDTH} {middle:g}H{_NOTE - 12}"
            parts.append(f'<path class="line" d="{beside}" stroke-dasharray="4 3"/>')
        for number, line in enumerate(lines):
            inset = 0 if line.startswith("•") else 10
            parts.append(_said(_NOTE + inset, 18 + number * _LINE, line, "quiet"))
        return height + _GAP, parts

    def tables(self) -> Part:
        """What replies do and what decisions open, side by side."""
        seen, say = self._seen, self._say
        replies = [
            (say(word("intent", intent, plain(intent))), say(deeds(does)))
            for intent, does in seen.replies
        ]
        decided = [
            (
                say(word("status", status.value, plain(status.value))),
                say(deeds(f"task {kind}" for kind in kinds)),
            )
            for status, kinds in seen.decisions
        ]
        left = _table(_EDGE, say(SAY("replies")), replies)
        right = _table(_NOTE, say(SAY("decisions")), decided)
        return 60 + max(left[0], right[0]), [*left[1], *right[1]]


def _mark(time: str, words: str, top: float, bottom: float) -> Part:
    """An instant on the line at which no step acts."""
    dot = f'<circle class="line ground w" cx="{_RAIL}" cy="14" r="6"/>'
    return 44, [_rail(top, bottom), dot, _time(time, 19), _said(_CARD, 19, words, "b")]


def _rail(top: float, bottom: float) -> str:
    return f'<path class="line w" d="M{_RAIL} {top:g}V{bottom:g}"/>'


def _bulleted(note: str) -> Iterator[str]:
    first, *more = ink.lines(note, _HALF - 20, _SIZE)
    yield f"• {first}"
    yield from more


def _table(x: float, title: str, rows: list[tuple[str, str]]) -> Part:
    """Names and what each does, as wide as the longest name needs, at most half of the room."""
    widest = max((ink.width(name, _SIZE) for name, _ in rows), default=0)
    inset = min(widest * _BOLD + 20, _HALF / 2)
    parts = [_said(x, 40, title.upper(), "l quiet")]
    parts.append(f'<path class="faint" d="M{x} 48H{x + _HALF}"/>')
    y = 68.0
    for name, does in rows:
        told = (
            _column(x, y, name, (inset - 16) / _BOLD, "b"),
            _column(x + inset, y, does, _HALF - inset, "quiet"),
        )
        parts += [line for column in told for line in column]
        y += (max(map(len, told)) - 1) * _LINE + _ROW
    return y - 68, parts


def _column(x: float, y: float, words: str, room: float, kind: str) -> list[str]:
    """The words in lines under each other."""
    lines = ink.lines(words, room, _SIZE)
    return [_said(x, y + number * _LINE, line, kind) for number, line in enumerate(lines)]


def _time(time: str, y: float) -> str:
    return f'<text class="t next-ink" x="{_RAIL - 18}" y="{y:g}">{ink.text(time)}</text>'


def _said(x: float, y: float, words: str, kind: str = "") -> str:
    styled = f'class="{kind}" ' if kind else ""
    return f'<text {styled}x="{x:g}" y="{y:g}">{ink.text(words)}</text>'
