"""The demonstration: sample cases through the real system in virtual time, and what became of them."""

import asyncio
import contextlib
import json
import signal
import sys
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from atoz.claims.case import CaseFile
from atoz.errors import BadInput
from atoz.harness.left_open import leave_open
from atoz.harness.postman import Mails, mails_of
from atoz.harness.samples import CASES
from atoz.harness.showing import Mailed, News, Played, document, progress, show
from atoz.harness.stage import Stage, play, staged, with_mail_read_back
from atoz.logging import configure_logging
from atoz.service.claim_files import read_case

AT_ONCE = 4
"""Cases played at a time: more of them would only take turns on a small machine."""


def demo(exit_: bool, as_json: bool, cases: list[Path]) -> int:
    """Play `cases` (none: the samples) and show what became of them.

    `exit_`: end after the last case; else the server stays up to be looked at, until Ctrl-C. The
    exit code is 1 where a case differs from what it expects. Raises BadInput for a bad case or
    setting, NoServer where none can be started, KeyboardInterrupt when told to stop on the way.
    """
    paths = cases or sorted(CASES.glob("*.json"))
    files = [Given(_read(path), mails_of(path)) for path in paths]
    _refuse_twins([given.case for given in files])
    configure_logging("auto", "error")
    with TemporaryDirectory(prefix="atoz-demo-") as folder:
        try:
            performance = _perform(
                files, Path(folder), exit_=exit_, as_json=as_json, samples=not cases
            )
            return asyncio.run(performance)
        except asyncio.CancelledError:
            raise KeyboardInterrupt from None


class Given(NamedTuple):
    """A case, and the mails that it comes in by."""

    case: CaseFile
    mails: Mails


def _read(path: Path) -> CaseFile:
    try:
        return read_case(path.read_bytes())
    except OSError as fault:
        raise BadInput(f"{path}: {fault.strerror}") from fault
    except BadInput as fault:
        raise BadInput(f"{path}: {fault}") from fault


def _refuse_twins(files: Sequence[CaseFile]) -> None:
    """Claims are told apart by their order."""
    orders = [case.claim.order_id for case in files]
    twins = sorted({order for order in orders if orders.count(order) > 1})
    if twins:
        raise BadInput(f"two cases have the order {', '.join(twins)}: play one of them")
    if not orders:
        raise BadInput(f"there are no case files in {CASES}")


async def _perform(
    files: Sequence[Given], folder: Path, *, exit_: bool, as_json: bool, samples: bool
) -> int:
    """`samples`: beside them stand the others on the board."""
    _cancel_when_told_to_stop()
    async with contextlib.AsyncExitStack() as stack:
        with progress(len(files)) as news:
            news("starting the server and the worker", 0)
            stage = await stack.enter_async_context(staged(folder, pages=not exit_))
            began = time.monotonic()
            played = await _play_all(stage, files, news)
            took = timedelta(seconds=time.monotonic() - began)
        if as_json:
            sys.stdout.write(json.dumps(document(played), ensure_ascii=False) + "\n")
        else:
            show(played, Mailed(stage.postman.brought, len(stage.catcher.mails)), took)
        sys.stdout.flush()
        if not exit_:
            await leave_open(stage, played, living=samples)
    return 1 if any(claim.differs for claim in played) else 0


def _cancel_when_told_to_stop() -> None:
    """Let Ctrl-C and SIGTERM unwind everything: no server and no folder stays behind."""
    performance = asyncio.current_task()
    assert performance is not None, "called from a coroutine"
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, performance.cancel)


async def _play_all(stage: Stage, files: Sequence[Given], news: News) -> list[Played]:
    """Every case, a few at a time; then the mail is read back."""
    turn, done = asyncio.Semaphore(AT_ONCE), 0

    async def one(given: Given) -> Played:
        nonlocal done
        async with turn:
            claim = await play(stage, given.case, given.mails)
        done += 1
        news(claim.title, done)
        return claim

    playing = [asyncio.create_task(one(given)) for given in files]
    try:
        played = await asyncio.gather(*playing)
    finally:
        for task in playing:
            task.cancel()
    return with_mail_read_back(played, [given.case for given in files], stage.catcher)
