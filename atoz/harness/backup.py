"""Backups of an installation on one machine, taken while it runs, and put back into a fresh folder.

Two folders, to be kept apart: the data, which is noise without its keys, and the keys. The order makes
the copy whole: the database first, then the store that it refers to, the keys of both last.
"""

import json
import shutil
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from activities.gap import FILE as GAP
from activities.gap import Gap
from atoz.claims.base import instant_text
from atoz.errors import BadInput
from atoz.harness.devserver import database_of
from atoz.settings import Settings
from atoz.vault.data_keys import FOLDER as DATA_KEYS

DATABASE, STORE, RING, ABOUT = "temporal.db", "store", "ring.json", "backup.json"
BESIDE = ("access", "outbox")
"""Folders of the state that go along: who gets into the board, and mails that were written down."""


def back_up(settings: Settings, to: Path, keys_to: Path, now: datetime) -> dict[str, Any]:
    """Copy the installation of these settings: `{data, keys, taken_at, claims_from, files}`.

    Raises BadInput where there is none on this machine, where a folder is not empty, or on trouble.
    """
    state = settings.state.absolute()
    database = database_of(state)
    if not database.exists():
        raise BadInput(f"{state} holds no claims of `atoz up`: set ATOZ_STATE to its state folder")
    if settings.store_url is not None and "://" in settings.store_url:
        raise BadInput(f"the store is at {settings.store_url.partition('?')[0]}: back it up there")
    try:
        _fresh(to)
        _fresh(keys_to)
        _copy_database(database, to / DATABASE)
        store = Path(settings.store)
        files = _copy_tree(store, to / STORE, but=DATA_KEYS)
        files += sum(_copy_tree(state / name, to / name) for name in BESIDE)
        if settings.ring_file.exists():
            _copy_tree(store / DATA_KEYS, keys_to / DATA_KEYS)
            _copy_secret(settings.ring_file, keys_to / RING)
        about = {"taken_at": instant_text(now), "state": str(state)}
        (to / ABOUT).write_text(json.dumps(about), "utf-8")
    except (OSError, sqlite3.Error) as fault:
        raise BadInput(f"the backup is not whole, remove it: {fault}") from fault
    return {"data": str(to), "keys": str(keys_to), "taken_at": about["taken_at"], "files": files}


def restore(data: Path, keys: Path, state: Path, now: datetime) -> dict[str, Any]:
    """Put a backup into a fresh state folder: `{state, taken_at}`. Raises BadInput.

    Workers there take what was planned in between for unknown: it may have been sent.
    """
    try:
        about = json.loads((data / ABOUT).read_text("utf-8"))
    except (OSError, ValueError) as fault:
        raise BadInput(f"{data} is no whole backup: there is no {ABOUT} in it") from fault
    try:
        _fresh(state)
        _checked(data / DATABASE)
        shutil.copy2(data / DATABASE, database_of(state))
        for name in (STORE, *BESIDE):
            _copy_tree(data / name, state / name)
        _copy_tree(keys / DATA_KEYS, state / STORE / DATA_KEYS)
        if (keys / RING).exists():
            _copy_secret(keys / RING, Settings(state=state, keys_file=None).ring_file)
        gap = Gap(taken_at=about["taken_at"], restored_at=now)
        (state / GAP).write_text(gap.model_dump_json(), "utf-8")
    except (OSError, sqlite3.Error) as fault:
        raise BadInput(f"nothing was restored, remove {state}: {fault}") from fault
    return {"state": str(state.absolute()), "taken_at": about["taken_at"]}


def _fresh(folder: Path) -> None:
    """An empty folder for its owner only. Raises BadInput for one that holds something."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise BadInput(f"{folder} is not empty: name a fresh folder")


def _copy_database(source: Path, target: Path) -> None:
    """One moment of the database, while the server writes on: its journal is part of it."""
    target.touch(mode=0o600)
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as running,
        closing(sqlite3.connect(target)) as copy,
    ):
        running.backup(copy)


def _checked(database: Path) -> None:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as copy:
        (found,) = copy.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise BadInput(f"{database} is damaged ({found}): take another backup")


def _copy_tree(source: Path, target: Path, but: str | None = None) -> int:
    """Copy every file below a folder, if there is one: how many. What goes meanwhile is left out."""
    files = [path for path in sorted(source.rglob("*")) if path.is_file()]
    kept = [path for path in files if path.relative_to(source).parts[0] != but]
    for path in kept:
        place = target / path.relative_to(source)
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            shutil.copy2(path, place)
        except FileNotFoundError:
            continue
    return len(kept)


def _copy_secret(source: Path, target: Path) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    target.touch(mode=0o600)
    target.write_bytes(source.read_bytes())
