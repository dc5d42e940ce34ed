"""An IMAP server of its own process for tests: pymap in memory, with or without keywords.

Run as `python -m tests.support.imap_main PORT keywords|plain`. Its own backend keeps system flags only,
like the servers for which mail has to move; with `keywords` it keeps ours, too.
"""

from __future__ import annotations

import sys

from pymap.backend.mailbox import MailboxDataInterface
from pymap.main import main
from pymap.parsing.specials.flag import Flag, Recent, get_system_flags

USER, PASSWORD = "seller", "geheim"
DONE = Flag(b"$AtozDone")


def _with_keywords() -> None:
    # The one place where pymap says which flags it keeps.
    kept = (get_system_flags() - {Recent}) | {DONE}
    setattr(MailboxDataInterface, "permanent_flags", property(lambda _: kept))  # noqa: B010 - typed as read-only


if __name__ == "__main__":
    port, flags = sys.argv[1:3]
    if flags == "keywords":
        _with_keywords()
    account = ["--demo-user", USER, "--demo-password", PASSWORD]
    sys.argv = ["pymap", "--host", "127.0.0.1", "--port", port, "--no-tls", "dict", *account]
    main()
