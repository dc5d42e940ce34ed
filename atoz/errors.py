"""The error tree: one base, so that the command can turn every refusal into one line and a code.

A class docstring is the default message. `permanent` says whether trying again can help;
`exit_code` is what the command ends with.
"""

import inspect
from collections.abc import Iterable
from typing import ClassVar


class AtozError(Exception):
    """Something went wrong that cannot be named better."""

    permanent: ClassVar[bool] = True
    exit_code: ClassVar[int] = 1

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or _default_message(type(self)))


class BadInput(AtozError):  # noqa: N818 - named for what happened
    """What was given cannot be used."""


class BadFields(BadInput):
    """Values of what was given cannot be used: each with its path, such as `claim.amount`."""

    def __init__(self, found: Iterable[tuple[str, str]]) -> None:
        self.found = tuple(found)
        super().__init__("; ".join(f"{path}: {said}" for path, said in self.found))


class Refused(BadInput):
    """The claim, as it stands, does not take this."""


class NotAllowed(AtozError):  # noqa: N818 - named for what happened
    """This needs a role that you do not have: ask somebody who has it."""


class Usage(AtozError):  # noqa: N818 - named for what happened
    """The command was called in a way that it does not know."""

    exit_code = 2


class NoSuchClaim(AtozError):  # noqa: N818 - named for what happened
    """There is no claim for this order."""

    exit_code = 3


class NoOrderId(NoSuchClaim):
    """What was given is no order id: write it like 111-0000102-0000102."""

    exit_code = 2


class NoServer(AtozError):  # noqa: N818 - named for what happened
    """No Temporal server answers. Start one, or check the TEMPORAL_* settings."""

    permanent = False
    exit_code = 4


class NoWorker(AtozError):  # noqa: N818 - named for what happened
    """The server answers, but no worker does. Start a worker and try again."""

    permanent = False
    exit_code = 5


class OldWorker(AtozError):  # noqa: N818 - named for what happened
    """The worker is older than this and does not know the question: start one of this edition instead."""

    permanent = False
    exit_code = 5


class StandsStill(AtozError):  # noqa: N818 - named for what happened
    """The claim stands still: no worker gets on with it under its code. `atoz verify` says why."""

    permanent = False
    exit_code = 5


def _default_message(error: type[AtozError]) -> str:
    return inspect.cleandoc(error.__doc__ or error.__name__).partition("\n\n")[0]
