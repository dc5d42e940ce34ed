"""The verbs about messages to the buyer that need no server: rendered from a case, and checked."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import RenderableType
from rich.text import Text

from atoz.cli import given
from atoz.cli.answer import Answer
from atoz.cli.appeals import PANEL
from atoz.cli.verbs import Call, register
from atoz.errors import BadInput
from atoz.mail.lint import Message, lint
from atoz.mail.plain import one_line
from atoz.mail.templates_folder import load_templates
from atoz.playbook.parts import Finding
from atoz.playbook.state import open_claim
from atoz.service.claim_files import read_case
from workflows import names

_LINE = 2_000
_LONGEST = 200_000

Language = Annotated[
    str | None, typer.Option("--language", metavar="L", help="like de; else the buyer's")
]


async def render(
    call: Call,
    template: Annotated[str, typer.Argument(metavar="TEMPLATE", help="like deescalate")],
    case: given.Case,
    language: Language = None,
) -> Answer:
    """Fill a template in for the order of a case, and check the message."""
    file = read_case(given.content(case))
    policy = call.library.policy(file.claim.marketplace)
    state = open_claim(
        names.claim_workflow_id(file.claim.order_id), file.claim_file, file.claim.notified_at
    ).model_copy(update={"policy": policy})
    wanted = language or (file.buyer.language if file.buyer else None) or policy.language
    values = {**state.values(), "seller_name": call.settings.seller_name}
    templates = load_templates(call.settings.playbooks / "templates")
    rendered = templates.render(template.replace("-", "_"), wanted, values)
    found = lint(
        Message(
            text=rendered.text,
            subject=rendered.subject,
            language=rendered.language,
            order_id=file.claim.order_id,
            template=template.replace("-", "_"),
        ),
        call.library.bans,
    )
    document = {**rendered._asdict(), "template": template, "findings": _documents(found)}
    shown = [Text(f"Subject: {rendered.subject}"), Text(""), Text(rendered.text), *_look(found)]
    return Answer(document, shown, code=_code(found))


async def lint_(
    call: Call,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="the text; - is stdin")],
    case: Annotated[
        Path | None, typer.Option("--case", metavar="CASE.json", help="the order it is about")
    ] = None,
    template: Annotated[
        str | None, typer.Option(metavar="NAME", help="the template it was made from")
    ] = None,
    language: Language = None,
) -> Answer:
    """Check a message to a buyer; a first line `subject: …` is its subject."""
    text = given.text(file)
    if len(text) > _LONGEST:
        raise BadInput(f"{file}: {len(text):,} characters are no message: it has at most 2,000")
    subject, body = _parts(text)
    read = read_case(given.content(case)) if case else None
    buyer = read.buyer.language if read and read.buyer else None
    found = lint(
        Message(
            text=body.strip(),
            subject=subject,
            language=language or buyer,
            order_id=read.claim.order_id if read else None,
            template=template and template.replace("-", "_"),
        ),
        call.library.bans,
    )
    return Answer({"findings": _documents(found)}, _look(found), code=_code(found))


def _parts(text: str) -> tuple[str, str]:
    first, _, rest = text.partition("\n")
    if first.lower().startswith("subject:"):
        return first.partition(":")[2].strip(), rest
    return "", text


def _documents(found: tuple[Finding, ...]) -> list[dict[str, Any]]:
    return [finding.model_dump(mode="json") for finding in found]


def _code(found: tuple[Finding, ...]) -> int:
    return 1 if any(finding.severity == "block" for finding in found) else 0


def _look(found: tuple[Finding, ...]) -> list[RenderableType]:
    lines = [
        f"{finding.severity}: {finding.rule}, "
        f"{'subject or whole' if finding.sentence is None else f'sentence {finding.sentence + 1}'}: "
        f"{one_line(finding.message, _LINE)}"
        for finding in found
    ]
    return [Text(line) for line in lines or ["nothing found"]]


def add_to(messages: typer.Typer) -> None:
    """Register these verbs, all of the form `message VERB`."""
    register(messages, render, PANEL, server=False)
    register(messages, lint_, PANEL, server=False)
