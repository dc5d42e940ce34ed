"""A case file's events as the engine's events, with the intents read as the mail reader would."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

from pydantic import ValidationError

from atoz.claims import case as cs
from atoz.errors import BadInput
from atoz.mail.intents import read_intents
from atoz.mail.phrases import Phrases
from atoz.playbook import events as ev
from atoz.playbook.check import problems
from atoz.playbook.simulate import DESPITE, PERSONA

MakeFile = Callable[[str, str, int], ev.Attachment]
"""Makes the attachment that a case names: (name, type, about how many bytes)."""


def reference(name: str, kind: str, size: int) -> ev.Attachment:
    """An attachment that is only named: enough where nobody looks inside."""
    return ev.Attachment(name=name, type=kind, size=size)


def script_of(
    case: cs.CaseFile, phrases: Mapping[str, Phrases], make_file: MakeFile = reference
) -> list[ev.Event]:
    """The case's events in order of time. Raises BadInput naming every one that cannot happen."""
    return scripted(case.events, phrases, make_file)


def scripted(
    events: Sequence[cs.CaseEvent], phrases: Mapping[str, Phrases], make_file: MakeFile = reference
) -> list[ev.Event]:
    """These events in order of time. Raises BadInput naming every one that cannot happen."""
    script: list[ev.Event] = []
    wrong: list[str] = []
    for number, event in enumerate(events):
        try:
            if isinstance(event, cs.FloodEvent):
                script += _flood(event, phrases, make_file)
            else:
                script.append(_event(event, number, phrases, make_file))
        except ValidationError as error:
            wrong += [f"events.{number}.{problem}" for problem in problems(error)]
    if wrong:
        raise BadInput("; ".join(wrong))
    return sorted(script, key=_when)


def _when(event: ev.Event) -> datetime:
    return event.at


def _event(
    event: cs.OneEvent, number: int, phrases: Mapping[str, Phrases], make_file: MakeFile
) -> ev.Event:
    match event:
        case cs.ReplyEvent():
            return _reply(event, phrases, make_file)
        case cs.DuplicateEvent():
            return ev.DuplicateNoticed(at=event.at, message_id=event.message_id)
        case cs.InformationEvent():
            return ev.InformationRequested(
                at=event.at,
                arrived_at=event.arrived_at,
                message_id=event.message_id,
                due=event.due,
            )
        case cs.DecisionEvent():
            return ev.MarketplaceDecided(
                at=event.at,
                arrived_at=event.arrived_at,
                message_id=event.message_id,
                status=event.status,
                funded_by=event.funded_by,
                odr_counts=event.odr_counts,
            )
        case cs.BounceEvent():
            return ev.MessageBounced(
                at=event.at,
                message_id=event.message_id,
                original=event.original,
                opted_out=event.opted_out,
            )
        case _:
            return _act(event, event.key or f"event-{number}", make_file)


def _flood(
    event: cs.FloodEvent, phrases: Mapping[str, Phrases], make_file: MakeFile
) -> Iterator[ev.BuyerReplied | ev.InformationRequested]:
    """Every mail of a flood: the first one is read, the others say the same."""
    known = {name: getattr(event, name) for name in ("at", "message_id", "language", "intents")}
    text = (_SAID * (event.letters // len(_SAID) + 1))[: event.letters]
    first = _reply(cs.ReplyEvent(type="buyer_reply", text=text, **known), phrases, make_file)
    for number in range(event.mails):
        at = event.at + number * event.every
        message_id = event.message_id if event.same else f"{number}.{event.message_id}"
        if event.due is not None:
            due = at + event.due / (1 + number % 2)
            yield ev.InformationRequested(at=at, message_id=message_id, due=due)
        else:
            yield first.model_copy(update={"at": at, "message_id": message_id})


_SAID = "Hello, is anybody there? "


def _reply(
    event: cs.ReplyEvent, phrases: Mapping[str, Phrases], make_file: MakeFile
) -> ev.BuyerReplied:
    files = tuple(make_file(file.name, file.type, file.bytes) for file in event.attachments)
    photos = sum(file.is_photo for file in files)
    intents: Sequence[str] = event.intents or read_intents(
        event.text, language=event.language, phrases=phrases, photos=photos
    )
    return ev.BuyerReplied(
        at=event.at,
        arrived_at=event.arrived_at,
        message_id=event.message_id,
        language=event.language,
        text=event.text,
        intents=tuple(intents),  # type: ignore[arg-type] # unknown ones are refused by the model
        attachments=files,
    )


_APPEAL = {"task": "approve-appeal"}
"""Which task is meant is known when the act happens: here it is named by its kind."""

_ACTS: Mapping[type[cs.Doing], tuple[type[ev.OperatorEvent], Mapping[str, object]]] = {
    cs.DoRefund: (ev.Refunded, {}),
    cs.DoPause: (ev.Paused, {}),
    cs.DoResume: (ev.Resumed, {}),
    cs.DoSkip: (ev.StepSkippedByHand, {}),
    cs.DoDue: (ev.DueSet, {}),
    cs.DoAmend: (ev.Amended, {}),
    cs.DoEvidence: (ev.EvidenceAdded, {}),
    cs.DoTask: (ev.TaskDone, {}),
    cs.DoApprove: (ev.Approved, {**_APPEAL, "digest": "", "despite": DESPITE}),
    cs.DoReject: (ev.Rejected, _APPEAL),
    cs.DoEdit: (ev.Edited, _APPEAL),
}


def _act(event: cs.OperatorEvent, key: str, make_file: MakeFile) -> ev.OperatorEvent:
    """A person's act: the event of the same name with the case's values."""
    made, fixed = _ACTS[type(event)]
    values = {name: getattr(event, name) for name in type(event).model_fields if name != "type"}
    if isinstance(event, cs.DoEvidence):
        values["file"] = make_file(event.file.name, event.file.type, event.file.bytes)
    return made.model_validate({**fixed, **values, "by": PERSONA, "key": key})
