"""What the service and the board refuse in so many words: sentences, so that a page says them in its tongue.

An error is one line of English for the command and the API; where it comes back as that, it is read by its
words. What only who runs the system meets stands where it is raised.
"""

from atoz.errors import (
    AtozError,
    BadInput,
    NoOrderId,
    NoServer,
    NoSuchClaim,
    NotAllowed,
    NoWorker,
    OldWorker,
    Refused,
    StandsStill,
)
from atoz.playbook.said import Sentences

PROBLEMS = Sentences(
    "problem",
    {
        # Claims.
        "no_order": "{order} is no order id: write it like 111-0000102-0000102",
        "no_claim": "there is no claim for order {order}: start it with `atoz start FILE`",
        "other_data": (
            "order {order} has a claim already, started with other data: correct it with `atoz amend "
            "{order} FILE`"
        ),
        "stopped": "the claim of order {order} was {how} on the server: only `atoz start FILE` lets it go on",
        "open": (
            "the claim of order {order} is open: it can be erased once it is decided and its aftercare "
            "is over"
        ),
        "over": "the claim of order {order} is over: what was is known",
        "no_text": "the claim of order {order} has no text yet",
        "no_packet": "the claim of order {order} has no packet",
        "no_reply": "{fact} of order {order} is no reply of the buyer's",
        "no_receipt": "{task} of order {order} waits for no receipt any more; open: {tasks}",
        # Acts.
        "role": "`{act}` needs the role {least} and {name} has the role {role}: ask somebody who is {some}",
        "token": "this token is not for `{act}`: it was made for other acts",
        "empty_reply": "a reply has words or files: give --text, --photo or both",
        "no_follow": (
            "the marketplace has decided {before}, from which {status} does not follow: where it is right "
            "all the same, say why, and it is recorded as a correction (`atoz decide {order} --status "
            "{name} --replaces WHY`)"
        ),
        "past": "--due must lie in the future",
        "past_arrival": "--due must lie behind the instant at which the request came",
        "came_later": "it cannot have come at {at}: it is {now} now",
        "begins_later": (
            "it cannot have come at {at}: it is {now} now; look at the year, the month and the time zone"
        ),
        "came_before": "it cannot have come at {at}: the claim itself came at {began}",
        "came_before_decision": (
            "it cannot have come at {at}: the marketplace decided at {decided}, and an earlier decision "
            "takes the place of no later one"
        ),
        "too_long": "the text has {length} signs; {longest} are allowed",
        "too_large": "this is more than a claim can take: {longest} bytes are allowed",
        "nothing_changed": "nothing was changed: change a value, then save",
        "no_instant": "{word} is no instant: write it like 2026-09-08 11:00",
        "no_day": "{word} is no day: write it like 2026-09-08",
        "why_reject": "say why the text may not go: whoever writes it anew needs to know",
        "why_override": "say why: it is recorded, and whoever comes next needs to know",
        "choose_decision": "choose what the marketplace decided",
        "choose_file": "choose a file: an image, a PDF or plain text",
        "type_order": "type the order id of this claim: nothing brings an erased claim back",
        # The desk.
        "no_desk_task": "{task} is not an open desk task; open: {tasks}",
        "nothing_to_attach": (
            "{task} has nothing that a claim could be given: discard it once you have seen to it"
        ),
        "why_discard": "say why it is discarded: whoever asks later needs to know",
        "why_vouch": "say how you know that it is genuine: nobody could tell, and it is recorded",
        "no_mailbox": "no mailbox is configured: set ATOZ_IMAP_HOST and what belongs to it",
        # Playbooks and what if.
        "no_playbook": "no playbook is called {name}; there are: {names}",
        "undrawn": "{name} cannot be drawn: mend its text first",
        "no_limit": "a limit is longer than nothing",
        "no_case": "no case is called {name}: choose one of the list",
        "no_event": "{word} is no event of this page",
        "no_kind": "{word} is nothing that can happen here",
        "no_year": "an event lies between the years 2000 and 2199, with its zone",
        "many_events": "{most} events are enough for one question: take some away",
        "say_when": "say when it happens: date and time",
        "past_event": "{at} is over: choose an instant from {now} on",
        # Who gets in.
        "too_many": "too many tries that failed: wait {minutes} min and try again",
        "password": "name and password do not belong together: try again",
        "link": "this link was used already or is too old: `atoz login` prints another",
        # The machinery.
        "interrupted": (
            "the worker stopped answering in the middle: look at the timeline before you repeat this"
        ),
        "surprise": (
            "something unexpected happened and was logged: try again, or tell who runs this board"
        ),
        "too_large_here": "this is too large: {limit} bytes are allowed here",
        "wrong_host": "this board is not known under the name {host}: open {known}",
        "not_found": "Not Found",
        "no_address": "nothing answers at {path}: /api/openapi.json lists every address",
        "no_method": "{method} does nothing at {path}: use {methods}",
        "unreadable": "what was sent cannot be read ({why}): send it whole, as its Content-Type says",
        "no_json": "the body is no JSON from sign {sign} on ({why}): send one JSON document, in UTF-8",
        "no_object": (
            "the body is no JSON object: send one, with `Content-Type: application/json`"
        ),
        "no_body": "this address takes a JSON document: send one",
        "page_token": "this is no page token: take next_page_token of the page before",
        "other_page": (
            "this page token is of another list: keep the filters of the page before, or begin "
            "without a token"
        ),
        "streams": "Too many pages are kept up to date at once: close some tabs.",
        # What is refused or amiss, wherever a page may meet it.
        "archived": "the claim of order {order} is over and archived since {at}",
        "stopped_act": (
            "the claim of order {order} was {how} on the server and does not run: start it again with "
            "`atoz start FILE`, it goes on as it stood"
        ),
        "over_act": "the claim of order {order} is over: nothing can be done to it any more",
        "say_why": "say {field}: spaces are no reason, and whoever comes next needs to know",
        "store_lacks": "the store lacks {part}, a part of this claim's facts: restore it",
        "no_file": "the claim of order {order} has no file {file}",
        "no_drawing": "this claim has no playbook that could be drawn",
        "no_packet_of": "order {order}: {kind} has no packet",
        "packet_gone": "the store lacks the packet {name}: restore it from a backup",
        "store_silent": "the store does not answer, try again: {words}",
        "not_sealed": "ATOZ_ENCRYPTION is off and there are no keys: nothing was sealed",
        "timeline_alone": "the archive of order {order} holds its timeline alone",
        "desk_empty": "{task} is not a task of the desk: it is empty",
        "server_silent": "the Temporal server does not answer ({words}): try again",
        "server_busy": "the Temporal server is busy ({words}): try again",
        "server_bare": "the server was not set up for claims ({words}): see `atoz up`",
        "server_refuses": "the Temporal server refuses: {words}",
        "server_sought": "the board still looks for the Temporal server: try again",
        "worker_failed": "the worker could not answer: {words}",
        "amends_nothing": "the file amends nothing: write only what changes, like {example}",
        "file_long": "the file has {length} bytes; {longest} are allowed",
        "file_code": "the file is not UTF-8 text: save it as UTF-8",
        "file_json": "the file is no JSON: {words} at line {line}, column {column}",
        "file_deep": "the file is no JSON that can be read: it is nested too deep",
        "file_object": "the file must hold one JSON object, like {example}",
        "no_role": "{name} has no role here: `atoz users add {name} --role …` gives one",
        "links_off": "one-time links are off here: this board is not on loopback alone",
        "play_events": "{count} events are too many here: {most} are played",
        "play_letters": "texts of {count} signs are too long here: {most} are played",
        "play_bytes": "files of {count} bytes are too large here: {most} are made",
        "play_far": "{path} lies more than {days} days after the start",
        "play_until": "world.until is more than {days}d",
        "play_past": "{path} lies before {at}: what was is known",
        "play_time": "it is not over after {seconds} s: let less happen",
        "play_calendar": "an instant lies beyond the calendar: look at dates and spans",
        "play_not": "this cannot be played: {words}",
        # What errors say that nobody named better; those of other modules by their words.
        "bad_input": str(BadInput()),
        "refused": str(Refused()),
        "no_such_claim": str(NoSuchClaim()),
        "no_order_id": str(NoOrderId()),
        "erased": "The claim was erased: nothing of the buyer is left.",
        "destroyed": "The key of this was destroyed: it was erased, for good.",
        "not_stored": "The store does not hold this file.",
        "stored_file": (
            "A stored file no longer has the content that its name promises: restore it from a backup."
        ),
        "key_reused": (
            "This Idempotency-Key was used with another document: take a fresh key for another act."
        ),
        "racing": "The claim is busy with other acts: try again in a moment.",
        "not_known": "Nobody knows who you are: log in, or send a token that is valid.",
        "busy": "Too much is computed for others already: try again in some seconds.",
        "not_genuine": (
            "This request did not come from a page of this board: reload the page and try again."
        ),
        "server": str(NoServer()),
        "worker": str(NoWorker()),
        "old_worker": str(OldWorker()),
        "stands_still": str(StandsStill()),
        "not_allowed": str(NotAllowed()),
        "unnamed": str(AtozError()),
    },
)
