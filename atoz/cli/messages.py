"""The verbs about messages to the buyer that need no server: rendered from a case, and checked."""

import mimetypes
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import RenderableType
from rich.text import Text

from atoz.claims.claim import claim_id_of
from atoz.cli import given
from atoz.cli.answer import Answer
from atoz.cli.groups import TEXTS, Groups
from atoz.cli.verbs import Call, register
from atoz.errors import BadInput
from atoz.mail.lint import lint
from atoz.mail.message import File, Message
from atoz.mail.plain import one_line
from atoz.mail.render import Rendered
from atoz.mail.templates_folder import load_templates
from atoz.mail.writing import Order, Writing
from atoz.playbook.parts import Finding
from atoz.playbook.state import open_claim
from atoz.service.claim_files import read_case

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
        claim_id_of(file.claim.order_id), file.claim_file, file.claim.notified_at
    ).model_copy(update={"policy": policy})
    wanted = language or (file.buyer.language if file.buyer else None) or policy.language
    order = Order(file.claim.marketplace, wanted, state.values())
    rendered, found = _writing(call).write(
        template.replace("-", "_"), order, call.settings.seller_name
    )
    document = {**rendered._asdict(), "template": template, "findings": _documents(found)}
    shown = [Text(f"Subject: {rendered.subject}"), Text(""), Text(rendered.text), *_look(found)]
    return Answer(document, shown, code=_code(found))


async def lint_(
    call: Call,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="the text; - is stdin")],
    *,
    case: Annotated[
        Path | None, typer.Option("--case", metavar="CASE.json", help="the order it is about")
    ] = None,
    template: Annotated[
        str | None, typer.Option(metavar="NAME", help="the template it was made from")
    ] = None,
    attach: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="a file that goes with it; repeatable")
    ] = None,
    language: Language = None,
) -> Answer:
    """Check a message to a buyer; a first line `subject: …` is its subject."""
    text = given.text(file)
    if len(text) > _LONGEST:
        raise BadInput(f"{file}: {len(text):,} characters are no message: it has at most 2,000")
    subject, body = _parts(text)
    message = Message(
        text=body,
        subject=subject,
        language=language,
        template=template and template.replace("-", "_"),
        files=tuple(map(_file, attach or ())),
    )
    found = lint(_known_from(case, message, call) if case else message, call.library.bans)
    return Answer({"findings": _documents(found)}, _look(found), code=_code(found))


def _writing(call: Call) -> Writing:
    return call.library.writing(load_templates(call.settings.playbooks / "templates"))


def _known_from(case: Path, message: Message, call: Call) -> Message:
    """The message with what its case tells: the order, the buyer's language, what was written before."""
    file = read_case(given.content(case))
    policy = call.library.policy(file.claim.marketplace)
    values = {
        "order_id": file.claim.order_id,
        "tracking_number": file.shipment.tracking_number if file.shipment else None,
    }
    language = message.language or (file.buyer.language if file.buyer else None) or policy.language
    order = Order(file.claim.marketplace, language, values, file.claim.status)
    known = _writing(call).message(
        Rendered(message.subject, message.text, language), message.template, order
    )
    ours = [each.text for each in file.messages if each.sender == "seller"]
    asked = any(call.library.bans.find("withdrawal", text) for text in ours)
    return replace(known, files=message.files, asked_before=asked)


def _file(path: Path) -> File:
    """A file as its rule looks at it: its kind by its name, as a mail would declare it."""
    upload = given.upload(path)
    kind = mimetypes.guess_type(upload.name)[0] or "application/octet-stream"
    return File(upload.name, kind, len(upload.content))


def _parts(text: str) -> tuple[str, str]:
    """The subject, and the text."""
    first, _, rest = text.partition("\n")
    if first.lower().startswith("subject:"):
        return first.partition(":")[2].strip(), rest.strip()
    return "", text.strip()


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


def add_to(groups: Groups) -> None:
    """Register these verbs, all of the form `message VERB`."""
    register(groups["message"], render, TEXTS, server=False)
    register(groups["message"], lint_, TEXTS, server=False)
