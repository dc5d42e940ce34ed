"""Every template held against the rules on messages before any claim needs it.

A worker that starts with a template that would be stopped at the first send would find out a day
later; so the folder is refused at the start, with file, line and rule.
"""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from atoz.mail.lint import lint
from atoz.mail.message import Message, sentences
from atoz.mail.plain import one_line
from atoz.mail.render import BadTemplate, Rendered, Template
from atoz.mail.writing import Order, Writing
from atoz.playbook.parts import Finding
from atoz.playbook.problems import Problem
from atoz.words.bans import Bans

_ORDER = "111-0000102-0000102"
_FULL = {
    "order_id": _ORDER,
    "marketplace": "Amazon US",
    "carrier": "UPS",
    "tracking_number": "1Z0000000300000102",
}
_BARE = {**_FULL, "carrier": None, "tracking_number": None}
_LONG = {**_FULL, "carrier": "Ups " * 60, "tracking_number": "1Z" * 120}
_CASES = (("Lamp Shop", _FULL), ("", _BARE), ("Lamp shop " * 10, _LONG))
"""Sellers' names with facts: all known, as few as an order can have, each as long as it can be."""


def check_templates(writing: Writing, languages: Sequence[str]) -> None:
    """Raise BadTemplate with a line for each template that breaks a rule or lacks a language."""
    faults = template_problems(writing, languages)
    if faults:
        raise BadTemplate.of(faults)


def template_problems(writing: Writing, languages: Sequence[str]) -> list[Problem]:
    """What would stop a template at its first send, on any marketplace; and texts that are missing."""
    found = [problem for key in sorted(writing.templates) for problem in _stopped(writing, *key)]
    return [*dict.fromkeys(found), *_missing(writing, languages)]


def check_seller_name(name: str, bans: Bans) -> None:
    """Raise BadTemplate where every message would be stopped for the name under it."""
    for finding in lint(Message(f"{name}\n" if name else "-"), bans):
        if finding.severity == "block":
            said = f"ATOZ_SELLER_NAME stops every message: {finding.rule}: {finding.message}"
            raise BadTemplate(f"{said}. Write another name, or none")


def _stopped(writing: Writing, language: str, name: str) -> Iterator[Problem]:
    """The findings that block, for each marketplace and each kind of values."""
    template = writing.templates[language, name]
    for marketplace in _marketplaces(writing, template, language):
        for seller, values in _CASES:
            try:
                written = writing.write(name, Order(marketplace, language, values), seller)
            except BadTemplate as fault:
                said = f"{fault}: not known of every order; write {{% if … %}} around it"
                yield Problem(template.file, 1, 1, said)
                return
            for finding in written.blocks:
                yield _where(template, finding, written.rendered)


def _marketplaces(writing: Writing, template: Template, language: str) -> Iterator[str]:
    """Those between which the text of a template differs: by the names of pages, where it has any."""
    if "page_" not in template.source or not writing.pages:
        yield next(iter(sorted(writing.pages)), "")
        return
    names = {tuple(pages.values(language).values()): key for key, pages in writing.pages.items()}
    yield from sorted(names.values())


def _where(template: Template, finding: Finding, rendered: Rendered) -> Problem:
    """The finding at the line of the file that most resembles its sentence; else at the first line."""
    line = 1
    if finding.sentence is not None:
        said = sentences(rendered.text)[finding.sentence]
        lines = enumerate(template.source.split("\n"), 1)
        line = max(lines, key=lambda each: _likeness(each[1], said))[0]
    message = f"{finding.rule}: {one_line(finding.message, 300)}"
    return Problem(template.file, line, 1, message)


def _likeness(line: str, sentence: str) -> float:
    blocks = SequenceMatcher(None, line, sentence, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks if block.size > 2)


def _missing(writing: Writing, languages: Sequence[str]) -> Iterator[Problem]:
    """A buyer whose language has only some of the messages would get none of the others."""
    names = sorted({name for _, name in writing.templates})
    for language in sorted(set(languages)):
        for name in names:
            if (language, name) not in writing.templates:
                said = f"is missing: a marketplace writes in {language}"
                yield Problem(f"templates/{language}/{name}.txt", 1, 1, said)
        if writing.bans.languages and language not in writing.bans.languages:
            said = f"is missing: messages are written in {language}, and no word of it is checked"
            yield Problem(f"bans/{language}.yaml", 1, 1, said)
