"""What the board or the codec server counts of what it is asked: how often, how long, what it refused.

Addresses are counted as they are written in the program (`/claims/{order}`), never as somebody typed
them: an order's number would be a series of its own, and words of strangers would stand there.
"""

import time
from collections.abc import Callable, Iterable
from typing import Literal

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from atoz import meters
from atoz.meters import Meter

Server = Literal["board", "codec"]

NOWHERE = "none"
"""The address of what was refused before it was known which one is meant, or which is none of ours."""


class Tally:
    """The counters of one process that serves; each series that an alert asks for is there from the start."""

    def __init__(self, server: Server, more: Iterable[Meter] = ()) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._server = server
        self._kept: dict[str, Counter | Histogram] = {}
        for each in (*meters.OF_SERVERS, *more):
            self._kept[each.name] = made = _made(each, self._registry)
            for labels in each.zeros():
                made.labels(**self._all(each, labels))

    def add(self, what: Meter, /, **labels: str) -> None:
        """Count something that happened."""
        counter = self._kept[what.name]
        assert isinstance(counter, Counter), f"{what.name} is no counter"
        counter.labels(**self._all(what, labels)).inc()

    def observe(self, what: Meter, seconds: float, /, **labels: str) -> None:
        """Measure how long something took."""
        histogram = self._kept[what.name]
        assert isinstance(histogram, Histogram), f"{what.name} is no histogram"
        histogram.labels(**self._all(what, labels)).observe(seconds)

    def refused(self, way: str, why: str) -> None:
        """Somebody was not let in."""
        self.add(meters.LOGINS_REFUSED, way=way, reason=why)

    def page(self) -> bytes:
        """All of it as Prometheus reads it."""
        return generate_latest(self._registry)

    def _all(self, what: Meter, labels: dict[str, str]) -> dict[str, str]:
        return labels | ({"server": self._server} if "server" in what.labels else {})


def _made(meter: Meter, registry: CollectorRegistry) -> Counter | Histogram:
    if meter.buckets:
        return Histogram(
            meter.name, meter.what, meter.labels, buckets=meter.buckets, registry=registry
        )
    return Counter(meter.name, meter.what, meter.labels, registry=registry)


class Counted:
    """The layer around an application that counts every answer, and how long it was waited for.

    An endless stream is counted when it begins. `address_of` says which address of the program a
    request found.
    """

    def __init__(self, app: ASGIApp, tally: Tally, address_of: Callable[[Scope], str]) -> None:
        self._app = app
        self._tally = tally
        self._address_of = address_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand it on, and look at what the answer begins with."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()

        async def seen(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = self._address_of(scope)
                method = scope["method"] if scope["method"] in meters.METHODS else "other"
                status = str(message["status"])
                self._tally.add(meters.HTTP_REQUESTS, route=route, method=method, status=status)
                self._tally.observe(meters.HTTP_SECONDS, time.perf_counter() - began, route=route)
            await send(message)

        await self._app(scope, receive, seen)
