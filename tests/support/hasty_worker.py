"""`worker.py` with little patience, for tests of its end: a lost send is noticed in seconds.

What it waits for is the same; only how long. The production values are minutes.
"""

from __future__ import annotations

from datetime import timedelta

import worker
from activities import alive
from atoz import wiring
from workflows import names

alive.EVERY = timedelta(seconds=0.3)
names.ALIVE_TIMEOUT = timedelta(seconds=2)
wiring.GRACE = timedelta(seconds=1)

if __name__ == "__main__":
    worker.main()
