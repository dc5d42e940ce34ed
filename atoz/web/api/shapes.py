"""What the API takes and gives, for its description: the documents themselves come from the service."""

from typing import Annotated, Any, Literal

from fastapi import Depends, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from atoz.claims.base import Instant, Strict
from atoz.claims.status import FundedBy, Status
from atoz.playbook.events import MessageId
from atoz.playbook.parts import Words
from atoz.service.listing import LARGEST_PAGE, Attention, Wanted
from atoz.web.api.examples import ORDER

Order = Annotated[
    str, Path(max_length=60, description="the order id", examples=[ORDER], pattern=r"^[^/\x00]+$")
]
TaskId = Annotated[
    str, Path(max_length=100, description="as `tasks` lists it", pattern=r"^[^/\x00]+$")
]
Sha256 = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$", description="as the timeline names it")]
Limit = Annotated[int, Query(ge=1, le=LARGEST_PAGE, description="entries of one page")]
PageToken = Annotated[
    str | None, Query(max_length=2_000, description="`next_page_token` of the page before")
]


def wanted(
    status: Annotated[Status | None, Query(description="what the marketplace says")] = None,
    step: Annotated[str | None, Query(max_length=100, description="the last step")] = None,
    playbook: Annotated[str | None, Query(max_length=100, description="the pinned one")] = None,
    attention: Annotated[
        list[Attention] | None, Query(description="how urgently a person must look")
    ] = None,
    due_before: Annotated[
        Instant | None, Query(description="answer due before this instant")
    ] = None,
    *,
    closed: Annotated[bool, Query(description="archived ones, too")] = False,
) -> Wanted:
    """The filters of a list, as the command has them."""
    return Wanted(
        status=status,
        step=step,
        playbook=playbook,
        attention=tuple(attention or ()),
        due_before=due_before,
        closed=closed,
    )


Filters = Annotated[Wanted, Depends(wanted)]


# What is taken -----------------------------------------------------------------------------------


Came = Annotated[Instant | None, Field(description="when it came, where that was before now")]


class DecisionBody(Strict):
    """What the marketplace decided; what is left out is filled from the status table.

    `replaces`: why it takes the place of a decision from which it does not follow.
    """

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"status": "denied", "funded_by": "nobody"}]}
    )

    status: Status
    funded_by: FundedBy | None = None
    odr_counts: bool | None = None
    replaces: Words | None = None
    message_id: MessageId | None = None
    arrived_at: Came = None


class RequestBody(Strict):
    """The marketplace asks for information; without `due` its policy says until when."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"due": "2030-01-31T09:00:00Z"}]})

    due: Instant | None = None
    message_id: MessageId | None = None
    arrived_at: Came = None


class ReplyBody(Strict):
    """What a buyer wrote; with files it is a form of several parts (`reply-with-photos`)."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"text": "When will I get my money back?"}]}
    )

    text: Annotated[str, Field(max_length=1_000_000)] = ""
    language: Annotated[str, Field(max_length=20)] | None = None
    message_id: MessageId | None = None
    arrived_at: Came = None


class EraseBody(Strict):
    """The order once more, where somebody wants to be sure: nothing brings an erased claim back."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"order_id": ORDER}]})

    order_id: Annotated[str, Field(max_length=60)] | None = None


# What is given -----------------------------------------------------------------------------------


class Given(BaseModel):
    """A document of the service: more keys may come, none of these goes."""

    model_config = ConfigDict(extra="allow")


class Problem(Given):
    """What went wrong, and in `detail` what to do about it, in one line (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    code: str


class Started(Given):
    """What was started, a claim or a look into the mailbox, or was there already."""

    workflow_id: str
    run_id: str | None
    already_running: bool


class Recorded(Given):
    """What an act recorded: how many facts, and when; a repeat of its key gives the same."""

    workflow_id: str
    order_id: str
    recorded: int
    at: str


class Told(Given):
    """What was handed to a claim that others said."""

    workflow_id: str
    order_id: str
    message_id: str


class FirstClock(Given):
    """The clock of a claim that ends first: `response`, `buyer_reply`, `information_request-2` …"""

    name: str
    due: str


class Row(Given):
    """A claim in a list. `step` may have been skipped, `acted` is the last step that was not."""

    workflow_id: str
    order_id: str
    marketplace: str | None
    status: str | None
    step: str | None
    acted: str | None
    attention: str | None
    paused_since: str | None
    next_at: str | None
    clock: FirstClock | None
    response_due: str | None
    running: bool


class Page(Given):
    """A page of claims; `next_page_token` is null on the last one."""

    claims: list[Row]
    next_page_token: str | None


class Task(Given):
    """What waits for a person."""

    id: str
    kind: str
    title: str


class Tasks(Given):
    """Open tasks, the most urgent first."""

    tasks: list[Task]
    next_page_token: str | None


class Clock(Given):
    """A clock of a claim."""

    name: str
    due: str
    source: str
    stopped_at: str | None


class ClaimStatus(Given):
    """How a claim stands. `step` and `next_step` may be skipped, `acted` and `acts_next` are not."""

    workflow_id: str
    order_id: str
    status: str | None
    step: str | None
    state: str
    next_step: str | None
    next_at: str | None
    acted: str | None
    acts_next: str | None
    acts_at: str | None
    clocks: list[Clock]
    tasks: list[Task]
    paused: bool


class Fact(Given):
    """Something that happened in a claim."""

    id: str
    at: str
    kind: str
    step: str | None
    source: str
    data: dict[str, Any]


class Timeline(Given):
    """Everything that happened in a claim, and its outcome."""

    timeline: list[Fact]
    outcome: dict[str, Any]


class Simulated(Timeline):
    """What would come; what stands before `simulated_from` has happened, null where it is all played."""

    simulated_from: str | None


class Why(Given):
    """What made, moved or blocks a step."""

    order_id: str
    rule: str
    sentences: list[str]


class WhyEach(Given):
    """The same of every step, in the order of the playbook."""

    order_id: str
    steps: list[dict[str, Any]]


class Packet(Given):
    """A packet by its name, and its size as a zip, in bytes."""

    name: str
    size: int


class Packets(Given):
    """Packets of a claim."""

    packets: list[Packet]


class Moves(Given):
    """What a changed playbook would do to some open claims; counted is from the first page on."""

    claims: list[dict[str, Any]]
    changes: list[dict[str, Any]]
    looked_at: int
    following: int
    safe: int
    unsafe: int
    next_page_token: str | None


class Moved(Given):
    """The claims that were moved, and those that stayed with their playbook."""

    moved: list[dict[str, Any]]
    stayed: list[dict[str, Any]]
    looked_at: int
    next_page_token: str | None


class Books(Given):
    """The playbooks of the folder, each with its worst case in every marketplace."""

    playbooks: list[dict[str, Any]]


class Check(Given):
    """What is wrong with a playbook, and its worst case where its text can be read."""

    ok: bool
    errors: list[dict[str, Any]]
    worst_case: dict[str, Any] | None


class DeskTask(Task):
    """What waits at the desk, what it is about, and which order, where one is named."""

    sort: Literal["quarantined", "unknown-order", "refused", "other"]
    about_order: str | None


class Desk(Given):
    """What lies on the desk; `done` is null where the worker is too old to tell it."""

    tasks: list[DeskTask]
    done: list[dict[str, Any]] | None


class AtDesk(Given):
    """A task of the desk and the mail behind it, null where there is none or it is gone."""

    task: DeskTask
    mail: dict[str, Any] | None
    gone: str | None


class Letter(Given):
    """A mail behind a task of the desk; `mail` is null where there is none, or it is gone."""

    task: str
    sort: str
    mail: dict[str, Any] | None
    gone: str | None


class Report(Given):
    """What is open, how claims ended, and by what groups."""

    at: str
    since: str
    open: dict[str, Any]
    decided: dict[str, Any]
    by_reason: list[dict[str, Any]]
    by_playbook: list[dict[str, Any]]
    by_marketplace: list[dict[str, Any]]


class Erased(Given):
    """What an erasure destroyed, and what it does not reach."""

    workflow_id: str
    order_id: str
    erased_at: str
    already: bool
    keys: int
    files: int
    remains: list[str]


class Looked(Given):
    """How the newest look into the mailbox by hand stands; `mails` counts what was done with them."""

    workflow_id: str
    run_id: str | None
    state: Literal["never", "running", "done", "failed"]
    mails: dict[str, Any] | None
    why: str | None


class Me(Given):
    """Who you are to this board, and what you may do."""

    name: str
    role: Literal["viewer", "agent", "approver"]
    via: str
    acts: list[str]
