"""What the page of a packet shows, as one document of plain values: the only thing the template sees. Pure.

Texts of anybody are made fit to be shown here (`shown`), long ones are cut with a mark that says how
much follows.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from atoz.appeal.packet.dossier import Cited, Dossier, Exhibit
from atoz.appeal.packet.sections import Section, sections_of
from atoz.appeal.packet.shown import shown
from atoz.appeal.packet.words import PacketWords
from atoz.appeal.phrasebook import Phrasebook
from atoz.claims.base import instant_text

LONGEST_TEXT = 3_000
"""Signs of a text exhibit that the page shows."""
LONGEST_LINE = 5_000
"""Signs of one sentence that the page shows: a person may write one of 20,000."""

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


class Speech(NamedTuple):
    """The words of one language: the phrasebook's headings and the packet's own."""

    book: Phrasebook
    own: PacketWords

    def cut(self, text: str, longest: int, more: int = 0) -> str:
        """The text for the page, cut with a mark that counts what follows."""
        more += max(0, len(text) - longest)
        mark = " " + self.own.notes.cut.format(n=f"{more:,}") if more else ""
        return shown(text[:longest]) + mark


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
        "exhibits": [_exhibit(each, speech, views) for each in dossier.exhibits],
        "sources": list(_sources(dossier, speech)),
    }


def _words(speech: Speech) -> dict[str, str]:
    return {
        **speech.book.headings.model_dump(),
        **speech.own.labels.model_dump(),
        "note": speech.own.notes.sources,
    }


def _title(dossier: Dossier, speech: Speech) -> str:
    if dossier.kind == "appeal":
        return speech.book.headings.title
    return str(getattr(speech.own.titles, dossier.kind.replace("-", "_")))


def _fields(dossier: Dossier, speech: Speech) -> list[dict[str, Any]]:
    labels, headings = speech.own.labels, speech.book.headings
    reason = speech.book.reasons.get(dossier.reason or "")  # type: ignore[call-overload] # any text may be asked for
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


def _exhibit(exhibit: Exhibit, speech: Speech, views: Mapping[int, View]) -> dict[str, Any]:
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
        "text": speech.cut(view.text, LONGEST_TEXT),
        "notes": [each for each in (said, left) if each],
    }


def _file(exhibit: Exhibit, view: View) -> str:
    """`exhibit-3.jpg (glass.jpg), 180 KB`: what it is called here and by whom it came."""
    if exhibit.file is None:
        return ""
    size = exhibit.file.size
    sized = f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{max(1, round(size / 1e3))} KB"
    return f"{view.name} ({shown(exhibit.file.name)}), {sized}"


def _sources(dossier: Dossier, speech: Speech) -> Sequence[dict[str, Any]]:
    facts = {fact.id: fact for fact in dossier.facts}
    rows: list[dict[str, Any]] = []
    for number, sentence in enumerate(dossier.sentences, start=1):
        cited = [facts[each] for each in sentence.facts if each in facts]
        found = [_source(fact, speech) for fact in cited] or [_unsourced(speech)]
        rows += [{"number": number, "first": place == 0, **row} for place, row in enumerate(found)]
    return rows


def _source(fact: Cited, speech: Speech) -> dict[str, str]:
    return {
        "fact": fact.id,
        "kind": shown(fact.kind.replace(".", " · ").replace("_", " ")),
        "at": instant_text(fact.at).replace("T", " ").removesuffix(":00Z").removesuffix("Z"),
        "source": shown(fact.source[:80]),
        "value": speech.cut(fact.value, len(fact.value), fact.more),
    }


def _unsourced(speech: Speech) -> dict[str, str]:
    return {"fact": "", "kind": "", "at": "", "source": "", "value": speech.own.notes.unsourced}
