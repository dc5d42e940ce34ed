"""Every shipped template held against the rules on messages before any claim needs it.

A worker that starts with a template that would be stopped at the first send would find out a day
later; so the folder is refused at the start, with file and rule.
"""

from collections.abc import Iterator, Sequence

from atoz.mail.lint import Message, lint
from atoz.mail.render import BadTemplate, Templates
from atoz.words.bans import Bans

_ORDER = "111-0000102-0000102"
_VALUES = {
    "order_id": _ORDER,
    "marketplace": "Amazon US",
    "carrier": "UPS",
    "tracking_number": "1Z0000000300000102",
    "seller_name": "Lamp Shop",
}


def check_templates(templates: Templates, bans: Bans, languages: Sequence[str]) -> None:
    """Raise BadTemplate with a line for each template that breaks a rule or lacks a language."""
    faults = [*_blocked(templates, bans), *_missing(templates, languages)]
    if faults:
        raise BadTemplate("\n".join(faults))


def _blocked(templates: Templates, bans: Bans) -> Iterator[str]:
    for (language, name), template in sorted(templates.items()):
        rendered = templates.render(name, language, _VALUES)
        message = Message(rendered.text, rendered.subject, language, _ORDER, name)
        for finding in lint(message, bans):
            if finding.severity == "block":
                yield f"{template.file}: {finding.rule}: {finding.message}"


def _missing(templates: Templates, languages: Sequence[str]) -> Iterator[str]:
    """A buyer whose language has only some of the messages would get none of the others."""
    for language in sorted(set(languages)):
        for name in sorted({name for _, name in templates}):
            if (language, name) not in templates:
                yield f"templates/{language}/{name}.txt is missing: a marketplace writes in {language}"
