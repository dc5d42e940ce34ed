"""`up`: the whole system on one machine, for a newcomer and for a seller who needs no more.

Temporal's development server over a database file, the worker and the board beside it; one `up` per state
folder, held by a lock that lives as long as the database is open.
"""

import asyncio
import contextlib
import fcntl
import json
import os
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from atoz.connect import connect_config
from atoz.errors import BadInput
from atoz.harness import devserver
from atoz.harness.system import Plan, System, tell
from atoz.keeping import make_keys
from atoz.settings import Settings
from atoz.vault.ring import Unsealed
from atoz.web.alone import login_name
from atoz.web.board import Connecting
from atoz.web.place import place_of
from atoz.web.serve import board_of, login_link

LOCK_PATIENCE = timedelta(seconds=3)
"""A killed server may need a moment until it is gone."""

_ROOT = Path(__file__).resolve().parents[2]
_SAMPLE = Path("samples/cases/buyer-silent.json")
_SAMPLE_ORDER = "111-0000102-0000102"


def up(state: Path | None, port: int | None, as_json: bool) -> int:
    """Run everything until Ctrl-C or SIGTERM. `state` None: as set, else `./var`; `port` None: 7233.

    The exit code: 0 when told to stop, 1 when the server died or the worker refuses to start.
    Raises BadInput for bad settings, a busy port and a state folder in use; Usage; NoServer.
    """
    settings = Settings() if state is None else Settings(state=state)
    if settings.deployment is not None:
        raise BadInput(
            "ATOZ_DEPLOYMENT is for workers of several builds side by side, and `up` keeps no old build: "
            "unset it"
        )
    folder = settings.state.absolute()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as fault:
        raise BadInput(f"no state folder can be made at {folder}: {fault.strerror}") from fault
    with _locked(folder) as lock:
        _make_keys(settings)
        ports = devserver.free_ports(port)
        place = place_of(settings, settings.board_port or ports.board)
        plan = Plan(folder, ports, settings, place)
        command = devserver.server_command(folder, plan.ports, lock)

        def announce() -> None:
            login = login_link(board_of(settings, Connecting(settings), place), login_name())
            lines = [_document(plan, login)] if as_json else _greeting(plan, settings, login)
            sys.stdout.write("\n".join([*lines, ""]))
            sys.stdout.flush()

        return asyncio.run(System(plan, announce).run(command))


def _make_keys(settings: Settings) -> None:
    """A key ring for a state folder that has none. Lost keys are never replaced silently."""
    if settings.encryption == "off" or settings.ring_file.exists():
        return
    # Claims from before there were keys have to go on.
    before = devserver.database_of(settings.state).exists()
    unsealed: Unsealed = "accept" if before else "refuse"
    asyncio.run(make_keys(settings, datetime.now(UTC), unsealed=unsealed))
    tell(f"new keys were made, back them up: {_near(settings.ring_file.absolute())}")


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[int]:
    """The folder's lock. The server inherits it: it holds until the database is closed."""
    lock = os.open(folder / "up.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not _taken(lock):
            holder = os.pread(lock, 20, 0).decode("ascii", "replace").strip() or "unknown"
            raise BadInput(
                f"{folder} is in use by another `up` (process {holder}): "
                "end that one, or give this one a folder of its own with --state"
            )
        os.ftruncate(lock, 0)
        os.pwrite(lock, str(os.getpid()).encode(), 0)
        yield lock
    finally:
        os.close(lock)


def _taken(lock: int) -> bool:
    deadline = time.monotonic() + LOCK_PATIENCE.total_seconds()
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        else:
            return True


def _document(plan: Plan, login: str | None) -> str:
    """One line for machines; `login` is null where one-time links are off."""
    addresses = {"temporal": plan.ports.address, "ui": plan.ports.pages}
    return json.dumps(addresses | {"board": plan.board.address, "login": login})


def _greeting(plan: Plan, settings: Settings, login: str | None) -> list[str]:
    """Where everything is, and what to try next."""
    outbox = _near(settings.outbox_folder)
    nobody = f"NO SMTP IS CONFIGURED: messages go into {outbox} and reach nobody"
    command = _near(Path(sys.executable).with_name("atoz"))
    return [
        "Running. Ctrl-C ends it; the claims stay.",
        "",
        f"  Temporal  {plan.ports.address}",
        f"  Pages     {plan.ports.pages}",
        f"  Board     {plan.board.address}",
        f"  Log in    {login or 'as its settings say'}{' (once)' if login else ''}",
        f"  State     {_near(plan.folder)}",
        f"  Mail      {f'by {settings.smtp_host}' if settings.smtp_host else nobody}",
        f"  Mailbox   {_mailbox(settings)}",
        "",
        "Try in another terminal:",
        "",
        *(f"  export {line}" for line in _exports(plan)),
        f"  {command} start {_near(_ROOT / _SAMPLE)} --received-now",
        f"  {command} status {_SAMPLE_ORDER}",
        "",
    ]


def _mailbox(settings: Settings) -> str:
    if settings.imap_account() is None:
        return "none is read: you start claims and tell them replies (docs/mailbox.md)"
    return f"{settings.imap_folder} of {settings.imap_username} on {settings.imap_host}"


def _near(path: Path) -> Path:
    """The path as one would type it here."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _exports(plan: Plan) -> Iterator[str]:
    """What another terminal must set so that the verbs find this server and this state folder."""
    ours = {plan.ports.address, f"localhost:{plan.ports.server}"}
    try:
        found = connect_config()
    except BadInput:
        yield f"TEMPORAL_ADDRESS={plan.ports.address} TEMPORAL_CONFIG_FILE={os.devnull}"
    else:
        if found.get("target_host") not in ours:
            yield f"TEMPORAL_ADDRESS={plan.ports.address}"
        if found.get("namespace") != devserver.NAMESPACE:
            yield f"TEMPORAL_NAMESPACE={devserver.NAMESPACE}"
    if Settings().state.absolute() != plan.folder:
        yield f"ATOZ_STATE={plan.folder}"
