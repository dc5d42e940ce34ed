"""The one place where a Temporal client is made: Temporal's own settings, our converter, our error.

Its keys it gets from `atoz.joining`, once a server has answered.

The connection follows `temporalio.envconfig` (TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE,
TEMPORAL_API_KEY, TEMPORAL_TLS*, TEMPORAL_PROFILE, TEMPORAL_CONFIG_FILE): a flag beats the
environment, which beats the file.
"""

import asyncio
import re
from collections.abc import Sequence
from datetime import timedelta

from temporalio.client import Client, Interceptor, Plugin
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.envconfig import ClientConfig, ClientConnectConfig
from temporalio.service import RPCError

from atoz.errors import BadInput, NoServer
from atoz.mail.plain import one_line

DEFAULT_ADDRESS = "localhost:7233"
PATIENCE = timedelta(seconds=5)
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


async def connect(
    plugins: Sequence[Plugin] = (),
    *,
    address: str | None = None,
    namespace: str | None = None,
    within: timedelta = PATIENCE,
    interceptors: Sequence[Interceptor] = (),
) -> Client:
    """A client that has spoken to its server. `address` and `namespace` are the command's flags.

    Raises NoServer when none answers `within` that time, BadInput when Temporal's settings are bad.
    """
    config = connect_config(address=address, namespace=namespace)
    try:
        return await asyncio.wait_for(
            Client.connect(
                **config,
                data_converter=pydantic_data_converter,
                plugins=plugins,
                interceptors=interceptors,
                connect_timeout=within,
            ),
            within.total_seconds(),
        )
    except TimeoutError as fault:
        raise _no_server(config, f"no answer within {within.total_seconds():g} s") from fault
    # The SDK raises a bare RuntimeError for a failed connection, ValueError for a bad address.
    except (RPCError, RuntimeError, ValueError, OSError) as fault:
        raise _no_server(config, str(fault)) from fault


def connect_config(
    *, address: str | None = None, namespace: str | None = None
) -> ClientConnectConfig:
    """Temporal's settings with the flags laid over them. Raises BadInput where they are bad."""
    try:
        config = ClientConfig.load_client_connect_config()
    except (RuntimeError, ValueError, OSError) as fault:
        why = one_line(fault, 300)
        raise BadInput(f"Temporal's settings (TEMPORAL_*, temporal.toml) are bad: {why}") from fault
    config["target_host"] = address or config.get("target_host") or DEFAULT_ADDRESS
    if "://" in config["target_host"]:
        raise BadInput(f"write Temporal's address as host:port, not {config['target_host']!r}")
    config["namespace"] = namespace or config.get("namespace") or "default"
    return config


def _no_server(config: ClientConnectConfig, why: str) -> NoServer:
    return NoServer(
        f"no Temporal server answers at {config['target_host']} ({inner_words(why, 100)}): "
        "start one with `atoz up`, or set TEMPORAL_ADDRESS"
    )


def inner_words(why: object, longest: int) -> str:
    """The SDK wraps a reason in its own words, innermost last: `message: "Connection refused"`."""
    inner = re.findall(r'message: "((?:[^"\\]|\\.)+)"', str(why))
    return one_line(inner[-1] if inner else why, longest)
