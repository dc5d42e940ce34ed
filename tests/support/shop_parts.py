"""The claims of the shop: one for each thing that a team does in a day."""

from __future__ import annotations

import zlib

from atoz.harness.living import Part

APPEAL = "111-0000102-0000102"
PHOTOS = "204-0000103-0000103"
GERMAN = "303-0000111-0000111"
NEW = "111-0000120-0000120"
REFUND = "114-0000106-0000106"
FILED = "111-0000121-0000121"
APPROVAL = "111-0000122-0000122"
WITHDRAWN = "111-0000101-0000101"
CLOSED = "111-0000109-0000109"
PAUSED = "111-0000123-0000123"

CLAIMED = "The buyer told us on the phone that the lamp works."
"""What no fact carries: a check finds it, so the text needs an approval."""

PARTS = (
    Part("buyer-silent", APPEAL, "5d"),
    Part("photos-on-day-two", PHOTOS, "32h"),
    Part("german-48-hours", GERMAN, "25h"),
    Part("buyer-silent", NEW, "6h"),
    Part("never-shipped", REFUND, "30m"),
    Part(
        "buyer-silent",
        FILED,
        "6d",
        acts=(
            {"after": "123h", "type": "operator", "do": "approve"},
            {
                "after": "125h",
                "type": "operator",
                "do": "done",
                "task": "submit-appeal",
                "receipt": "R-7",
            },
        ),
    ),
    Part("buyer-silent", APPROVAL, "124h", adds=CLAIMED),
    Part("withdraws-after-first-mail", WITHDRAWN, "30h"),
    Part("decided-on-day-two", CLOSED, "3d"),
    Part(
        "buyer-silent",
        PAUSED,
        "30h",
        acts=({"after": "20h", "type": "operator", "do": "pause"},),
    ),
)


def forged(order: str, words: str) -> bytes:
    """A buyer's reply that no server vouches for."""
    number = zlib.crc32(words.encode())
    lines = (
        f'From: "A buyer - Amazon Marketplace" <zqc{number}@marketplace.amazon.com>',
        "To: claims@fernlane.example",
        f"Subject: Re: Your order {order}",
        f"Message-ID: <forged-{number}@mail.example>",
        "Date: Wed, 16 Sep 2026 17:30:00 +0000",
        "",
        words,
    )
    return "\r\n".join(lines).encode()


QUARANTINED = forged(FILED, "The parcel never came. Open the attachment to see my refund form.")
"""The mail that lies on the desk from the beginning."""

PAGES = {
    "queue": "/queue/needs-you",
    "queue-waiting": "/queue/waiting-buyer",
    "queue-paused": "/queue/paused",
    "queue-closed": "/queue/closed-month",
    "start": "/start",
    "claim": f"/claims/{APPEAL}",
    "claim-photos": f"/claims/{PHOTOS}",
    "claim-paused": f"/claims/{PAUSED}",
    "claim-closed": f"/claims/{CLOSED}",
    "approve": f"/claims/{APPROVAL}/approve",
    "hand-in": f"/claims/{APPEAL}/tasks/submit-appeal/hand-in",
    "handed-in": f"/claims/{FILED}/tasks/submit-appeal/hand-in",
    "playbooks": "/playbooks",
    "playbook": "/playbooks/documented",
    "migration": "/playbooks/documented/migration",
    "what-if": "/what-if?case=buyer-silent&kind=reply-photos&day=2026-09-03&people=quick",
    "desk": "/desk",
    "desk-item": "/desk/desk-1",
    "figures": "/figures",
    "no-such-claim": "/claims/999-9999999-9999999",
}
"""Every page of somebody who is logged in, as it is looked at by axe and by the screenshots."""
