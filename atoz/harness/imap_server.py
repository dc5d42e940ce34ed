"""A real IMAP server on loopback for the demo and the tests: pymap, in memory, in its own process.

Run as `python -m atoz.harness.imap_server PORT keywords|plain`. Its own backend keeps system flags
only, like the servers for which mail has to move; with `keywords` it keeps ours, too. pymap is a
development dependency, as the mail catcher's aiosmtpd is.
"""

import asyncio
import contextlib
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final

from imap_tools import MailBoxUnencrypted
from pydantic import SecretStr

from atoz.errors import AtozError
from atoz.mail.imap import ImapMailbox
from atoz.mail.imap_account import ImapAccount

HOST: Final = "127.0.0.1"
USER: Final = "seller"
PASSWORD: Final = "geheim"  # noqa: S105 - of a server in memory, on loopback
START: Final = timedelta(seconds=20)


class Postbox:
    """The other side of the mailbox: puts mail in and looks at what became of it."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._box = MailBoxUnencrypted(HOST, port, timeout=5).login(USER, PASSWORD)

    def put(self, raw: bytes, folder: str = "INBOX", at: datetime | None = None) -> None:
        """A mail arrives, at an instant (UTC) or now."""
        self._box.append(raw, folder, dt=at)

    def make(self, folder: str) -> None:
        """The owner makes a folder."""
        self._box.folder.create(folder)

    async def receive(self, raw: bytes, at: datetime) -> None:
        """The same, without holding up whoever waits."""
        await asyncio.to_thread(self.put, raw, at=at)

    def flags(self, folder: str = "INBOX") -> dict[int, set[str]]:
        """The flags of each mail by number."""
        self._box.folder.set(folder)
        answer = self._box.client.uid("FETCH", "1:*", "(UID FLAGS)")[1]
        found: dict[int, set[str]] = {}
        for line in answer:
            text = line.decode() if isinstance(line, bytes) else ""
            uid, flags = re.search(r"UID (\d+)", text), re.search(r"FLAGS \(([^)]*)\)", text)
            if uid and flags:
                found[int(uid[1])] = set(flags[1].split()) - {"\\Recent"}
        return found

    def mark(self, uid: int, flag: str) -> None:
        """The owner marks a mail."""
        self._box.folder.set("INBOX")
        self._box.client.uid("STORE", str(uid), "+FLAGS", f"({flag})")

    def mailbox(self, done_folder: str | None = None) -> ImapMailbox:
        """The mailbox as the program opens it."""
        return ImapMailbox(
            ImapAccount(
                host=HOST,
                port=self.port,
                security="none",
                username=USER,
                password=SecretStr(PASSWORD),
                done_folder=done_folder,
                timeout=timedelta(seconds=5),
            )
        )

    def close(self) -> None:
        """Log out."""
        self._box.logout()


@contextmanager
def imap_server(flags: str = "keywords") -> Iterator[Postbox]:
    """A server that runs until the block ends, with our keyword permitted or (`plain`) not.

    Raises AtozError where it does not come up.
    """
    port = free_port()
    command = [sys.executable, "-m", "atoz.harness.imap_server", str(port), flags]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:  # noqa: S603 - our own
        try:
            _await_port(port, process)
            box = Postbox(port)
            try:
                yield box
            finally:
                box.close()
        finally:
            process.terminate()


def free_port() -> int:
    """A port of loopback that nothing listens on."""
    with socket.socket() as found:
        found.bind((HOST, 0))
        port: int = found.getsockname()[1]
        return port


def _await_port(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(int(START.total_seconds() * 20)):
        if process.poll() is not None:
            raise AtozError("the IMAP server of the demo ended: is pymap installed?")
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex((HOST, port)) == 0:
                return
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.05)
    raise AtozError("the IMAP server of the demo did not come up")


def _serve(port: str, flags: str) -> None:
    from pymap.backend.mailbox import MailboxDataInterface  # noqa: PLC0415 - only in this process
    from pymap.main import main  # noqa: PLC0415
    from pymap.parsing.specials.flag import Flag, Recent, get_system_flags  # noqa: PLC0415

    if flags == "keywords":
        # The one place where pymap says which flags it keeps.
        kept = (get_system_flags() - {Recent}) | {Flag(b"$AtozDone")}
        setattr(MailboxDataInterface, "permanent_flags", property(lambda _: kept))  # noqa: B010 - typed as read-only
    account = ["--demo-user", USER, "--demo-password", PASSWORD]
    sys.argv = ["pymap", "--host", HOST, "--port", port, "--no-tls", "dict", *account]
    main()


if __name__ == "__main__":
    _serve(*sys.argv[1:3])
