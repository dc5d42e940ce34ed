"""Dovecot and Postfix as Debian ships them, on loopback and from a folder of the test's own.

Nothing of the machine's own mail is touched: each has its configuration, its queue and its mailboxes
in one temporary folder, and listens on free ports of loopback. Postfix needs root to start; Dovecot
runs as `nobody` from its first moment.
"""

from __future__ import annotations

import os
import shutil
import smtplib
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.certificates import pem_for_loopback
from tests.support.imap import free_port

HOST = "mx.lamp-shop.example"
SELLER = "claims@lamp-shop.example"
BUYER = "zqc03x7k2m9p4@marketplace.amazon.com"
PASSWORD = "geheim"
NOBODY = 65534
PATIENCE = 20.0

DOVECOT = """\
base_dir = {folder}/dovecot/run
state_dir = {folder}/dovecot/state
log_path = {folder}/dovecot.log
protocols = imap
listen = 127.0.0.1
default_internal_user = nobody
default_internal_group = nogroup
default_login_user = nobody
ssl = required
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/dovecot/key.pem
mail_location = maildir:{folder}/mail/%u
mail_max_userip_connections = 50
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={folder}/mail/%u allow_all_users=yes
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {imap}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""

# The sender access stands for the checks of a real server: it writes the verdict that a milter would.
MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/postfix/queue
data_directory = {folder}/postfix/data
daemon_directory = {daemons}
mail_owner = postfix
setgid_group = postdrop
maillog_file = {folder}/postfix/log/mail.log
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
myhostname = {host}
mydestination =
alias_maps =
local_recipient_maps =
recipient_delimiter = +
virtual_mailbox_domains = lamp-shop.example, marketplace.amazon.com
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = inline:{{{seller}=seller/, {buyer}=buyer/}}
virtual_minimum_uid = 1
virtual_uid_maps = static:{nobody}
virtual_gid_maps = static:{nobody}
smtpd_sender_restrictions = check_sender_access regexp:{folder}/postfix/checked
smtpd_peername_lookup = no
smtp_host_lookup = native
default_transport = smtp:[127.0.0.1]:{refusing}
message_size_limit = 60000000
virtual_mailbox_limit = 0
"""

CHECKED = (
    "/@([a-z.]*amazon\\.[a-z.]+)$/ PREPEND Authentication-Results: "
    f"{HOST}; dkim=pass header.d=$1; dmarc=pass header.from=$1\n"
)

MASTER = """\
127.0.0.1:{smtp} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""


@dataclass(frozen=True)
class RealMail:
    """Where the two servers listen, and what can be done to them from outside."""

    folder: Path
    imap: int
    smtp: int
    refusing: int

    @property
    def ca_file(self) -> Path:
        """The certificate to trust."""
        return self.folder / "cert.pem"

    def deliver(self, raw: bytes, sender: str, to: str = SELLER) -> None:
        """A stranger's server hands in a mail."""
        with smtplib.SMTP("127.0.0.1", self.smtp, timeout=10) as server:
            server.sendmail(sender, [to], raw)

    def logs(self) -> str:
        """What the servers wrote, for a test that fails."""
        paths = (self.folder / "dovecot.log", self.folder / "postfix/log/mail.log")
        return "\n".join(path.read_text() for path in paths if path.exists())[-6_000:]


def why_not() -> str | None:
    """Why the servers cannot run here, or None."""
    missing = [name for name in ("dovecot", "postfix", "postconf") if not shutil.which(name)]
    if missing:
        return f"{' and '.join(missing)} not installed: apt install dovecot-imapd postfix"
    return None if os.geteuid() == 0 else "Postfix starts as root only"


@contextmanager
def real_mail() -> Iterator[RealMail]:
    """Both servers, until the block ends; skips the test with the reason where they cannot run."""
    reason = why_not()
    if reason:
        pytest.skip(reason)
    with tempfile.TemporaryDirectory(prefix="atoz-mail-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        servers = RealMail(folder, free_port(), free_port(), free_port())
        _configure(servers)
        with _dovecot(servers), _postfix(servers):
            yield servers


def _configure(servers: RealMail) -> None:
    folder = servers.folder
    for path in (
        "dovecot/run",
        "dovecot/state",
        "mail",
        "postfix/queue",
        "postfix/data",
        "postfix/log",
    ):
        (folder / path).mkdir(parents=True)
    key, certificate = pem_for_loopback()
    daemons = subprocess.run(
        ["postconf", "-dh", "daemon_directory"],
        capture_output=True,
        text=True,
        check=True,
        timeout=10,
    ).stdout.strip()
    values = {
        "folder": folder,
        "password": PASSWORD,
        "imap": servers.imap,
        "smtp": servers.smtp,
        "refusing": servers.refusing,
        "host": HOST,
        "seller": SELLER,
        "buyer": BUYER,
        "nobody": NOBODY,
        "daemons": daemons,
    }
    texts = {
        "dovecot/dovecot.conf": DOVECOT.format(**values),
        "dovecot/key.pem": key.decode(),
        "cert.pem": certificate.decode(),
        "postfix/main.cf": MAIN.format(**values),
        "postfix/master.cf": MASTER.format(**values),
        "postfix/checked": CHECKED,
    }
    for path, text in texts.items():
        (folder / path).write_text(text)
    for owned in (folder / "dovecot", *(folder / "dovecot").rglob("*"), folder / "mail"):
        os.chown(owned, NOBODY, NOBODY)
    for path in ("postfix/data", "postfix/log"):
        shutil.chown(folder / path, "postfix")
    (folder / "dovecot.log").touch()
    os.chown(folder / "dovecot.log", NOBODY, NOBODY)


@contextmanager
def _dovecot(servers: RealMail) -> Iterator[None]:
    command = ["dovecot", "-F", "-c", str(servers.folder / "dovecot/dovecot.conf")]
    with subprocess.Popen(
        command, user=NOBODY, group=NOBODY, extra_groups=[], stdout=subprocess.DEVNULL
    ) as process:
        try:
            _await_port(servers.imap, servers)
            yield
        finally:
            process.terminate()


@contextmanager
def _postfix(servers: RealMail) -> Iterator[None]:
    command = ["postfix", "-c", str(servers.folder / "postfix")]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "timeout": 30}
    subprocess.run([*command, "start"], check=True, **quiet)  # type: ignore[call-overload]  # options of one kind
    try:
        _await_port(servers.smtp, servers)
        yield
    finally:
        subprocess.run([*command, "stop"], check=False, **quiet)  # type: ignore[call-overload]  # as above


def _await_port(port: int, servers: RealMail) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert time.monotonic() < deadline, servers.logs()
        time.sleep(0.05)
