"""What the page of a packet shows, as one document of plain values: the only thing the template sees. Pure.

Texts of anybody are made fit to be shown here (`shown`), long ones are cut with a mark that says how
much follows.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from atoz.appeal.packet.dossier import Cited, Dossier, Exhibit
from atoz.appeal.packet.sections import Section, sections_of
from atoz.appeal.packet.shown import shown
from atoz.appeal.packet.speech import Speech
from atoz.claims.base import instant_text

LONGEST_TEXT, MOST_LINES = 3_000, 50
"""Signs and lines of a text exhibit that the page shows: about a page."""
LONGEST_LINE = 5_000
"""Signs of one sentence that the page shows: a person may write one of 20,000."""

_SHORT = 44
"""Signs of a value that stands beside its name, not below it."""
_LETTER = frozenset({"US", "CA", "MX"})


class View(NamedTuple):
    """How a file can be shown: `state` is photo, text, pages, file or lost."""

    state: str
    name: str = ""
    path: str = ""
    width: float = 0.0
    pages: int = 0
    pages_left: int = 0
    text: str = ""


def page_of(dossier: Dossier, speech: Speech, views: Mapping[int, View]) -> dict[str, Any]:
    """The document that the template shows."""
    sections = sections_of(dossier)
    days = [len(line.day) for section in sections for line in section.lines]
    return {
        "language": dossier.language,
        "paper": "us-letter" if dossier.marketplace in _LETTER else "a4",
        "words": _words(speech),
        "title": _title(dossier, speech),
        "order": dossier.order_id,
        "digest": dossier.digest,
        "fields": _fields(dossier, speech),
        "notes": [speech.own.notes.facts_only] if dossier.facts_only else [],
        "day-width": 8.0 if max(days, default=0) > 10 else 5.4,
        "sections": [_section(section, speech) for section in sections]
        or [_whole(dossier, speech)],
        "exhibits": [_exhibit(each, speech, views, dossier.zone) for each in dossier.exhibits],
        "sources": list(_sources(dossier, speech)),
    }


def _words(speech: Speech) -> dict[str, str]:
    return {
        **speech.book.headings.model_dump(),
        **speech.own.labels.model_dump(),
        "note": speech.own.notes.sources,
    }


def _title(dossier: Dossier, speech: Speech) -> str:
    if "appeal" in dossier.kind:
        return speech.book.headings.title
    return str(getattr(speech.own.titles, dossier.kind.replace("-", "_")))


def _fields(dossier: Dossier, speech: Speech) -> list[dict[str, Any]]:
    labels, headings = speech.own.labels, speech.book.headings
    reason = next((text for r, text in speech.own.reasons.items() if r == dossier.reason), None)
    found = (
        (headings.order, dossier.order_id, False),
        (labels.marketplace, dossier.marketplace, False),
        (labels.claim, reason, False),
        (headings.amount, dossier.amount, False),
        (
            headings.prepared,
            instant_text(dossier.as_of).replace("T", " ").replace("Z", " UTC"),
            False,
        ),
        (labels.zone, dossier.zone, False),
        (labels.revision, dossier.revision, False),
        (labels.digest, dossier.digest, True),
    )
    return [{"label": k, "value": shown(str(v)), "mono": m} for k, v, m in found if v]


def _section(section: Section, speech: Speech) -> dict[str, Any]:
    heading = getattr(speech.book.headings, section.heading) if section.heading else ""
    lines = [
        {"number": line.number, "day": line.day, "text": speech.cut(line.text, LONGEST_LINE)}
        for line in section.lines
    ]
    return {"heading": heading, "lines": lines}


def _whole(dossier: Dossier, speech: Speech) -> dict[str, Any]:
    """A text of which no sentence was taken apart, as it stands."""
    lines = [line for line in dossier.text.splitlines() if line.strip()]
    texts = [speech.cut(line, LONGEST_LINE) for line in lines]
    return {
        "heading": "",
        "lines": [{"number": n, "day": "", "text": text} for n, text in enumerate(texts, start=1)],
    }


def _exhibit(
    exhibit: Exhibit, speech: Speech, views: Mapping[int, View], zone: str
) -> dict[str, Any]:
    view = views.get(exhibit.number, View("record"))
    notes = speech.own.notes
    said = {"lost": notes.lost, "file": notes.not_shown}.get(view.state)
    left = notes.pages_left.format(n=view.pages_left) if view.pages_left else None
    return {
        "number": exhibit.number,
        "caption": speech.cut(exhibit.caption, LONGEST_LINE),
        "file": _file(exhibit, view),
        "sha256": (exhibit.file and exhibit.file.sha256) or "",
        "state": view.state,
        "path": view.path,
        "width": round(view.width, 2),
        "pages": view.pages,
        "text": speech.cut(*_beginning(view.text)),
        "notes": [each for each in (said, left) if each],
        "record": [
            {"label": speech.name(fact), "value": speech.value(fact, zone)}
            for fact in exhibit.record
        ],
    }


def _beginning(text: str) -> tuple[str, int]:
    """The text, and how many of its signs are shown."""
    lines = text[:LONGEST_TEXT].splitlines(keepends=True)[:MOST_LINES]
    return text, sum(map(len, lines))


def _file(exhibit: Exhibit, view: View) -> str:
    """`exhibit-3.jpg (glass.jpg), 180 KB`: what it is called here and by whom it came."""
    if exhibit.file is None:
        return ""
    return f"{view.name} ({shown(exhibit.file.name)}), {_sized(exhibit.file.size)}"


def _sized(size: int) -> str:
    for unit, name in ((1_000_000, "MB"), (1_000, "KB")):
        if size >= unit:
            return f"{size / unit:.1f} {name}"
    return f"{size} bytes"


def _sources(dossier: Dossier, speech: Speech) -> Sequence[dict[str, Any]]:
    facts = {fact.id: fact for fact in dossier.facts}
    said: dict[str, int] = {}
    rows: list[dict[str, Any]] = []
    for number, sentence in enumerate(dossier.sentences, start=1):
        cited = [facts[each] for each in sentence.facts if each in facts]
        found = [_source(fact, speech, dossier.zone, said.get(fact.id)) for fact in cited]
        found = found or [_unsourced("" if sentence.facts else speech.own.notes.unsourced)]
        said = {**{fact.id: number for fact in cited}, **said}
        rows += [{"number": number, "first": place == 0, **row} for place, row in enumerate(found)]
    return rows


def _source(fact: Cited, speech: Speech, zone: str, said: int | None) -> dict[str, Any]:
    """A fact's row; what it says stands there once, then only at which sentence (`said`)."""
    value = f"↑ {said}" if said else speech.value(fact, zone)
    return {
        "fact": fact.id,
        "kind": speech.name(fact),
        "at": instant_text(fact.at).replace("T", " ").removesuffix(":00Z").removesuffix("Z"),
        "source": speech.source(fact),
        "value": value,
        "said": said is not None,
        "short": len(value) <= _SHORT and "\n" not in value,
    }


def _unsourced(value: str) -> dict[str, Any]:
    """The row of a sentence that a person answers for; empty where its facts are not here any more."""
    return {
        "fact": "",
        "kind": "",
        "at": "",
        "source": "",
        "value": value,
        "said": True,
        "short": True,
    }
