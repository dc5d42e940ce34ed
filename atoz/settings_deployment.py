"""The settings of workers: which code one runs, what must hold before it starts, what it keeps in memory.

`Settings` inherits them; their variables are `ATOZ_DEPLOYMENT`, `ATOZ_BUILD`, `ATOZ_VERIFY`,
`ATOZ_VERIFY_PROCESSES` and `ATOZ_CACHED_CLAIMS`.
"""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field
from pydantic_settings import BaseSettings

from atoz.settings_reading import lower

_NAME = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$"
_BUILD = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$"


class DeploymentSettings(BaseSettings):
    """How a worker relates to the workers before it."""

    deployment: str | None = Field(
        None,
        pattern=_NAME,
        description="the name of the worker deployment, like atoz, where several builds run at once",
    )
    build: str | None = Field(
        None, pattern=_BUILD, description="this image's build, like 1.4.0-3f2a; else a digest"
    )
    cached_claims: int = Field(
        600,
        ge=10,
        le=1_000_000,
        description="claims that a worker keeps in memory, from 10; each takes about 0.25 MB there",
    )
    verify: Annotated[Literal["refuse", "warn"], BeforeValidator(lower)] = Field(
        "refuse",
        description="refuse or warn: what a worker does when an open claim would break under it",
    )
    verify_processes: int | None = Field(
        None,
        ge=1,
        le=64,
        description="processes that replay open claims, from 1 to 64; each may take 256 MB",
    )
