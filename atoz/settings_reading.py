"""How settings are read and how their faults are told: all at once, each with what to write.

Apart from `atoz.settings`, which is the list of settings that a person reads.
"""

import difflib
import ipaddress
import os
import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from pydantic import ModelWrapValidatorHandler, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, InitSettingsSource

from atoz.errors import BadInput

PREFIX = "ATOZ_"
CONFIG = "ATOZ_CONFIG"
Fault = tuple[str, str]
"""A setting's name and what is wrong with it."""

_S = TypeVar("_S", bound=BaseSettings)
_SECRET_ENDINGS = ("_password", "_secret", "_url", "_command")
SHORTEST_SECRET = 24
"""Signs of a secret that signs webhooks, in and out alike."""


class FileSource(InitSettingsSource):
    """The TOML file that ATOZ_CONFIG names, if it does: keys are the settings in lower case.

    Raises BadInput when the file cannot be read or is no TOML.
    """

    def __init__(self, settings_cls: type[BaseSettings]) -> None:
        super().__init__(settings_cls, init_kwargs=_config_file())


def _config_file() -> dict[str, Any]:
    path = os.environ.get(CONFIG)
    if not path:
        return {}
    try:
        return tomllib.loads(Path(path).read_text("utf-8"))
    except OSError as fault:
        raise BadInput(f"{CONFIG}: {path} cannot be read: {fault.strerror}") from fault
    except ValueError as fault:
        raise BadInput(f"{CONFIG}: {path} is no TOML: {fault}") from fault


def lower(value: object) -> object:
    """Words of a choice may be written in capitals."""
    return value.strip().lower() if isinstance(value, str) else value


def addresses(value: object) -> object:
    """A list, or addresses separated by commas."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def senders(value: object) -> object:
    """A table, `US=a@…, DE=b@…`, or one address for all marketplaces (kept under `*`)."""
    if isinstance(value, Mapping):
        return {str(key).upper(): address for key, address in value.items()}
    if not isinstance(value, str):
        return value
    parts = [part.strip() for part in value.split(",") if part.strip()]
    if len(parts) == 1 and "=" not in parts[0].partition("@")[0]:
        return {"*": parts[0]}
    pairs = (part.partition("=") for part in parts)
    return {key.strip().upper(): address.strip() for key, _, address in pairs}


def is_loopback(host: str) -> bool:
    """Whether a host's name or address means this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_private(url: object) -> bool:
    """Whether nobody on the way can read or change what goes to an address: https, or this machine."""
    parts = urlsplit(str(url))
    host = parts.hostname or ""
    return bool(host) and (
        parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))
    )


def unknown_variables(settings: type[BaseSettings]) -> list[Fault]:
    """Variables of the environment that look like ours and are not: mostly a slip of the pen."""
    known = {f"{PREFIX}{name}".upper() for name in settings.model_fields} | {CONFIG}
    ours = sorted(name for name in os.environ if name.upper().startswith(PREFIX))
    return [
        (name[len(PREFIX) :].lower(), f"is no setting{_nearest(name.upper(), known)}")
        for name in ours
        if name.upper() not in known
    ]


def _nearest(name: str, known: Iterable[str]) -> str:
    found = difflib.get_close_matches(name, sorted(known), 1)
    return f"; did you mean {found[0]}?" if found else ""


def checked(
    settings: type[_S],
    data: object,
    handler: ModelWrapValidatorHandler[_S],
    faults: list[Fault],
    conflicts: Callable[[_S], Iterable[Fault]],
) -> _S:
    """The validated settings. Bad values are set aside first, so that what remains is checked, too.

    Raises BadInput with one line for each bad setting.
    """
    given = dict(data) if isinstance(data, Mapping) else {}
    try:
        found = handler(given)
    except ValidationError as errors:
        faults += [_fault(settings, error) for error in errors.errors()]
        bad = {name for name, _ in faults}
        found = handler({name: value for name, value in given.items() if name not in bad})
    named = {name for name, _ in faults}
    faults += [fault for fault in conflicts(found) if fault[0] not in named]
    if faults:
        lines = (f"{PREFIX}{name.upper()}: {what}" for name, what in dict(faults).items())
        raise BadInput("\n".join(lines))
    return found


def _fault(settings: type[BaseSettings], error: ErrorDetails) -> Fault:
    name = str(error["loc"][0]) if error["loc"] else "config"
    if error["type"] == "extra_forbidden":
        return name, f"is no setting{_nearest(name, settings.model_fields)}"
    field = settings.model_fields.get(name)
    advice = field.description if field and field.description else "another value"
    if name.endswith(_SECRET_ENDINGS):
        return name, f"write {advice}"
    return name, f"write {advice}, not {str(error['input'])[:60]!r}"
