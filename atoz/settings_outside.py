"""The settings of what is seen from outside: health, metrics and traces, each off by default.

`Settings` inherits them; their variables are `ATOZ_HEALTH_PORT`, `ATOZ_BOARD_HEALTH_PORT`,
`ATOZ_CODEC_HEALTH_PORT`, `ATOZ_HEALTH_HOST` and `ATOZ_TRACES_URL`.
"""

from pydantic import Field, HttpUrl
from pydantic_settings import BaseSettings


class OutsideSettings(BaseSettings):
    """Where probes and Prometheus ask, each process at its own port, and where traces are sent."""

    health_host: str = Field(
        "127.0.0.1", min_length=1, max_length=253, description="an address to listen on"
    )
    health_port: int | None = Field(
        None, ge=1, le=65535, description="a port from 1 to 65535, like 9433"
    )
    board_health_port: int | None = Field(
        None, ge=1, le=65535, description="a port from 1 to 65535, like 9434"
    )
    codec_health_port: int | None = Field(
        None, ge=1, le=65535, description="a port from 1 to 65535, like 9435"
    )
    traces_url: HttpUrl | None = Field(
        None,
        repr=False,
        description="where an OpenTelemetry collector takes traces, like http://127.0.0.1:4318/v1/traces",
    )
