"""Where a board listens, and as what browsers know it."""

from typing import NamedTuple
from urllib.parse import urlsplit

from pydantic import HttpUrl

from atoz.settings import Settings
from atoz.settings_board import BOARD_PORT


class Place(NamedTuple):
    """Where a board listens and as what browsers know it."""

    host: str
    port: int
    address: str

    @property
    def near(self) -> str:
        """The address by which this machine itself reaches it."""
        anywhere = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - it listens where it is told to
        return f"http://{_in_address(anywhere.get(self.host, self.host))}:{self.port}"

    @property
    def hosts(self) -> frozenset[str]:
        """The names, with their ports, that a request may carry."""
        return frozenset(urlsplit(origin).netloc for origin in self.origins)

    @property
    def origins(self) -> frozenset[str]:
        """The origins that a browser may name: the address, and loopback's other names."""
        names = {self.address.rstrip("/")}
        if self.address.startswith("http:"):
            names |= {f"http://{name}:{self.port}" for name in ("127.0.0.1", "localhost", "[::1]")}
        return frozenset(names)


def place_of(settings: Settings, port: int | None = None) -> Place:
    """Where the settings put the board; `port` beats them."""
    return _place(
        settings.board_host, port or settings.board_port or BOARD_PORT, settings.board_url
    )


def codec_place_of(settings: Settings, port: int | None = None) -> Place:
    """Where the settings put the codec server; `port` beats them."""
    return _place(settings.codec_host, port or settings.codec_port, settings.codec_url)


def _place(host: str, port: int, url: HttpUrl | None) -> Place:
    return Place(host, port, str(url or f"http://{_in_address(host)}:{port}").rstrip("/"))


def _in_address(host: str) -> str:
    return f"[{host}]" if ":" in host else host
