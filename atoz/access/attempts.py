"""How often somebody may try to get in: failures are counted, and after too many all must wait."""

from collections import OrderedDict, deque
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=5)
MOST = 10
"""Failures within the window, of one name or from one address, before they must wait."""

_REMEMBERED = 10_000
"""Names and addresses: a flood of new ones forgets the oldest, and takes no more memory."""


class Attempts:
    """Failures by key, in this process."""

    def __init__(self, most: int = MOST, window: timedelta = WINDOW) -> None:
        self._most = most
        self._window = window
        self._failures: OrderedDict[str, deque[datetime]] = OrderedDict()

    def wait(self, keys: tuple[str, ...], now: datetime) -> timedelta | None:
        """How long these must wait until the next try; None where they may try now."""
        ends = [end for key in keys if (end := self._ends(key, now)) is not None]
        return max(ends) - now if ends else None

    def failed(self, keys: tuple[str, ...], now: datetime) -> None:
        """Count a failure against each key."""
        for key in keys:
            self._failures.setdefault(key, deque(maxlen=self._most)).append(now)
            self._failures.move_to_end(key)
        while len(self._failures) > _REMEMBERED:
            self._failures.popitem(last=False)

    def succeeded(self, keys: tuple[str, ...]) -> None:
        """Forget the failures of these keys."""
        for key in keys:
            self._failures.pop(key, None)

    def _ends(self, key: str, now: datetime) -> datetime | None:
        times = self._failures.get(key)
        if times is None or len(times) < self._most:
            return None
        end = times[0] + self._window
        return end if end > now else None
