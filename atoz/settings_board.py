"""The settings of the board: apart from the others, since they decide who gets in.

`Settings` inherits them; their variables are `ATOZ_BOARD_*` and `ATOZ_INBOUND_SECRET`. By
default the board listens on loopback only and lets in whoever has a one-time link.
"""

from collections.abc import Iterator
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, HttpUrl, IPvAnyNetwork, SecretStr
from pydantic_settings import BaseSettings, NoDecode

from atoz.claims.base import Span
from atoz.settings_reading import SHORTEST_SECRET, Fault, addresses, is_loopback, is_private

BOARD_PORT = 9233
CODEC_PORT = 9333
_HEADER = r"^[A-Za-z][A-Za-z0-9-]{0,63}$"


class BoardSettings(BaseSettings):
    """Where the board listens, under which address it is known, and who vouches for whom."""

    board_host: str = Field(
        "127.0.0.1", min_length=1, max_length=253, description="an address to listen on"
    )
    board_port: int | None = Field(None, ge=1, le=65535, description="a port from 1 to 65535")
    board_url: HttpUrl | None = Field(
        None, description="the address in the browser, like https://claims.shop.example"
    )
    board_proxies: Annotated[tuple[IPvAnyNetwork, ...], NoDecode, BeforeValidator(addresses)] = (
        Field((), description="addresses of the reverse proxy, like 10.0.0.5 or 10.0.0.0/28")
    )
    board_user_header: str | None = Field(
        None, pattern=_HEADER, description="a header's name, like X-Forwarded-User"
    )
    board_roles_header: str | None = Field(
        None, pattern=_HEADER, description="a header's name, like X-Forwarded-Groups"
    )
    board_session: Span = Field(
        default="12h", validate_default=True, description="a span from 5m to 30d, like 12h"
    )
    codec_host: str = Field(
        "127.0.0.1", min_length=1, max_length=253, description="an address to listen on"
    )
    codec_port: int = Field(CODEC_PORT, ge=1, le=65535, description="a port from 1 to 65535")
    codec_url: HttpUrl | None = Field(
        None, description="the address in the browser, like https://codec.shop.example"
    )
    codec_origins: Annotated[tuple[str, ...], NoDecode, BeforeValidator(addresses)] = Field(
        ("http://127.0.0.1:8233", "http://localhost:8233"),
        description="the origins of Temporal's pages, like https://temporal.shop.example",
    )
    inbound_secret: SecretStr | None = Field(
        None, description=f"a secret of at least {SHORTEST_SECRET} signs, shared with the sender"
    )

    @property
    def board_is_local(self) -> bool:
        """Whether the board can be reached from this machine alone."""
        return is_loopback(self.board_host)

    @property
    def codec_is_local(self) -> bool:
        """Whether the codec server can be reached from this machine alone."""
        return is_loopback(self.codec_host)

    @property
    def board_proxied(self) -> bool:
        """Whether a reverse proxy vouches for people."""
        return bool(self.board_proxies and self.board_user_header)

    def board_conflicts(self) -> Iterator[Fault]:
        """Settings of the board that do not fit together."""
        if not 300 <= self.board_session.total_seconds() <= 30 * 86_400:
            yield "board_session", "write a span from 5m to 30d, like 12h"
        if bool(self.board_proxies) != bool(self.board_user_header):
            missing = "board_user_header" if self.board_proxies else "board_proxies"
            yield missing, "is missing; a header counts only from the proxy's own addresses"
        if self.board_roles_header and not self.board_user_header:
            yield "board_roles_header", "needs ATOZ_BOARD_USER_HEADER beside it"
        if not self.board_is_local and not _is_https(self.board_url):
            yield (
                "board_url",
                (
                    "is missing; beyond this machine the board stands behind https only: "
                    "write its address, like https://claims.shop.example"
                ),
            )
        if self.board_url and urlsplit(str(self.board_url)).path not in ("", "/"):
            yield "board_url", "write the address without a path: the board is at its root"
        yield from self._codec_conflicts()
        if self.inbound_secret and len(self.inbound_secret.get_secret_value()) < SHORTEST_SECRET:
            yield "inbound_secret", f"write a secret of at least {SHORTEST_SECRET} signs"

    def _codec_conflicts(self) -> Iterator[Fault]:
        """What it opens goes readable to who asks. A container listens everywhere and may still be known
        as this machine's own, where that alone is what its port is published to.
        """
        if not self.codec_is_local and self.codec_url is None:
            yield (
                "codec_url",
                (
                    "is missing; beyond this machine the codec server stands behind https only: "
                    "write its address, like https://codec.shop.example"
                ),
            )
        if self.codec_url and not is_private(self.codec_url):
            yield "codec_url", "write an https address; http on this machine only"
        if not all(map(_is_origin, self.codec_origins)):
            yield (
                "codec_origins",
                "write each origin whole, like https://temporal.shop.example; http on this machine only",
            )


def _is_origin(text: str) -> bool:
    parts = urlsplit(text)
    return text == f"{parts.scheme}://{parts.netloc}" and "@" not in text and is_private(text)


def _is_https(url: HttpUrl | None) -> bool:
    return url is not None and url.scheme == "https"
