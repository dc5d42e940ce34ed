"""Where the server is looked for, and what is said when none is there."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from pathlib import Path

import pytest

from atoz.connect import connect, connect_config
from atoz.errors import BadInput, NoServer
from tests.support.loopback import listening


def test_a_flag_beats_the_environment_which_beats_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Temporal's own order, and its own defaults."""
    config = tmp_path / "temporal.toml"
    config.write_text('[profile.default]\naddress = "file:1"\nnamespace = "of-file"\n')
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", str(config))
    assert connect_config()["target_host"] == "file:1"
    monkeypatch.setenv("TEMPORAL_ADDRESS", "environment:2")
    found = connect_config()
    assert (found["target_host"], found["namespace"]) == ("environment:2", "of-file")
    found = connect_config(address="flag:3", namespace="of-flag")
    assert (found["target_host"], found["namespace"]) == ("flag:3", "of-flag")


def test_without_settings_it_is_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """As with Temporal's own command."""
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", "")
    monkeypatch.setenv("XDG_CONFIG_HOME", "nowhere")
    monkeypatch.setenv("HOME", "nowhere")
    found = connect_config()
    assert (found["target_host"], found["namespace"]) == ("localhost:7233", "default")


def test_a_bad_file_is_told_as_bad_input(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """One line that names where to look."""
    config = tmp_path / "temporal.toml"
    config.write_text("[profile")
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", str(config))
    with pytest.raises(BadInput, match=r"temporal\.toml\) are bad"):
        connect_config()


def test_an_address_is_no_url() -> None:
    """The SDK will stop taking them; the slip is named at once."""
    with pytest.raises(BadInput, match="as host:port, not 'http://localhost:7233'"):
        connect_config(address="http://localhost:7233")


async def test_no_server_is_one_line_with_the_way_out() -> None:
    """Nobody listens: exit code 4, quickly."""
    started = time.monotonic()
    with pytest.raises(NoServer, match=r"no Temporal server answers at 127\.0\.0\.1:1 ") as error:
        await connect(address="127.0.0.1:1")
    assert "\n" not in str(error.value)
    assert "atoz up" in str(error.value)
    assert error.value.exit_code == 4
    assert time.monotonic() - started < 7


async def test_a_server_that_never_speaks_is_no_server() -> None:
    """Something listens and says nothing: the wait is bounded."""

    async def silent(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with listening(silent) as port:
        with pytest.raises(NoServer, match=r"no answer within 0\.5 s"):
            await connect(address=f"127.0.0.1:{port}", within=timedelta(seconds=0.5))


@pytest.mark.parametrize("address", ["not an address", ":"])
async def test_a_bad_address_is_no_server(address: str) -> None:
    """A slip of the pen ends like a missing server: with what to check."""
    with pytest.raises(NoServer, match="TEMPORAL_ADDRESS"):
        await connect(address=address)
