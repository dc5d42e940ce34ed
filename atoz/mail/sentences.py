"""What a person is told of a mail, in English: kept as text by the desk, and read back by its words."""

from atoz.playbook.said import Sentences

KINDS = Sentences(
    "mail",
    {
        "claim_opened": "a claim notice",
        "information_request": "an information request",
        "claim_decision": "a decision",
        "buyer_message": "a buyer's message",
        "buyer_opted_out": "a buyer's opt-out",
        "own_reply_copy": "a copy of a reply",
        "bounce": "a bounce",
        "return_requested": "a return request",
        "refund_issued": "a refund notice",
        "other": "a mail",
    },
)
"""What a mail is."""

UNTRUSTED = Sentences(
    "untrusted",
    {
        "unconfigured": "no authserv-id configured",
        "sender": "the From header is not one plain address",
        "domain": "{domain} is no sender domain of {marketplace}",
        "unknown_domain": "{domain} is no sender domain of a known marketplace",
        "relay": "a notice about a claim does not come from a buyer's relay address",
        "sent_on": "a person sent it on",
        "unchecked": "no Authentication-Results: the server has not checked it",
        "unreadable": "the topmost Authentication-Results cannot be read",
        "other_server": "the topmost Authentication-Results is of {server}, not {own}",
        "dmarc": "DMARC failed for {domain}",
        "unproved": "neither DKIM nor DMARC passed for {domain}",
        "unnamed": "not trusted",
        # Why a trusted one is a person's.
        "information": "for your information",
        "not_understood": "not understood: {why}",
        "lacking": "start this claim by hand, its notice lacks something: {why}",
        "no_order": "it names no order",
        "no_decision": "its decision could not be read: use `atoz decide`",
    },
)
"""Why a mail starts or changes nothing by itself."""

ABOUT = Sentences(
    "about",
    {
        "plain": "From {sender}, subject {subject}.",
        "begins": "From {sender}, subject {subject}. It begins: {words}",
        "at": "From {sender} at {at}, subject {subject}.",
        "at_begins": "From {sender} at {at}, subject {subject}. It begins: {words}",
    },
)
"""Who wrote, when and what, in few words."""

DESK = Sentences(
    "told_desk",
    {
        "quarantined": "Quarantined: it looks like {kind}",
        "quarantined_about": "Quarantined: it looks like {kind} about order {order}",
        "about": "{kind} about order {order}",
        "no_claim": "{kind} about order {order}, which has no claim",
        "over": "{kind} about order {order}, whose claim is over",
        "goes": "It goes to the claim by itself when one starts. ",
        "goes_says": "It goes to the claim by itself when one starts. It says: {words}",
        "says": "It says: {words}",
        "by_hand": "{why}. Deal with this mail by hand.",
        "reopened": "Look whether the marketplace has opened it again.",
        "size": "It has {size} bytes and was not loaded: read it in the mailbox, add its files by hand.",
        "nothing_started": "{why}. {about} Nothing was started.",
        "for_person": "{why}. {about}",
        "flood": "{count} more mails were quarantined",
        "flood_means": "They look like claim mail and are not trusted. They lie in the mailbox.",
        "sent_unread": "The folder of sent mail cannot be read: look there yourself (task settle-send)",
        "mailbox_unread": "The mailbox cannot be read: claims may wait in it unseen",
        "unreadable": "A desk item could not be read",
        "late_reply": "A buyer wrote about order {order}, whose claim is over",
        "webhook": "A webhook was refused",
    },
    within={"kind": KINDS, "why": UNTRUSTED, "about": ABOUT},
)
"""Titles and texts of the desk's tasks."""

DESK_DONE = Sentences(
    "desk_done",
    {
        "attached": "{name}: attached to order {order}",
        "attached_because": "{name}: attached to order {order}: {words}",
        "discarded": "{name}: discarded: {words}",
        "delivered": "mailbox: delivered to its claim",
        "done": "{name}: done",
    },
)
"""How a task of the desk ended, as its result is kept."""
