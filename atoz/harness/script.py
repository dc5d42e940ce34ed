"""A case file's events as the engine's events, with the intents read as the mail reader would."""

from collections.abc import Callable, Mapping

from atoz.claims.case import CaseFile, ReplyEvent
from atoz.mail.intents import read_intents
from atoz.mail.phrases import Phrases
from atoz.playbook import events as ev

MakeFile = Callable[[str, str, int], ev.Attachment]
"""Makes the attachment that a case names: (name, type, about how many bytes)."""


def reference(name: str, kind: str, size: int) -> ev.Attachment:
    """An attachment that is only named: enough where nobody looks inside."""
    return ev.Attachment(name=name, type=kind, size=size)


def script_of(
    case: CaseFile, phrases: Mapping[str, Phrases], make_file: MakeFile = reference
) -> list[ev.Event]:
    """The case's events in order of time."""
    script = [_event(case, number, phrases, make_file) for number in range(len(case.events))]
    return sorted(script, key=lambda event: event.at)


def _event(
    case: CaseFile, number: int, phrases: Mapping[str, Phrases], make_file: MakeFile
) -> ev.Event:
    event = case.events[number]
    match event.type:
        case "buyer_reply":
            return _reply(event, phrases, make_file)
        case "duplicate_notice":
            return ev.DuplicateNoticed(at=event.at, message_id=event.message_id)
        case "information_request":
            return ev.InformationRequested(at=event.at, message_id=event.message_id, due=event.due)
        case "decision":
            return ev.MarketplaceDecided(
                at=event.at,
                message_id=event.message_id,
                status=event.status,
                funded_by=event.funded_by,
                odr_counts=event.odr_counts,
            )
        case "operator":
            return ev.Refunded(
                at=event.at, by="persona", key=f"event-{number}", amount=event.amount
            )


def _reply(
    event: ReplyEvent, phrases: Mapping[str, Phrases], make_file: MakeFile
) -> ev.BuyerReplied:
    files = tuple(make_file(file.name, file.type, file.bytes) for file in event.attachments)
    photos = sum(file.is_photo for file in files)
    intents = read_intents(event.text, language=event.language, phrases=phrases, photos=photos)
    return ev.BuyerReplied(
        at=event.at,
        message_id=event.message_id,
        language=event.language,
        text=event.text,
        intents=intents,
        attachments=files,
    )
