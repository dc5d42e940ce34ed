"""A server behind TLS, as a cloud's is: what the command shows it, by settings of the environment alone.

Before the session's server stands an endpoint that asks for a client's certificate, and hears what comes.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.support.certificates import Authority
from tests.support.commanding import Captured, Command, command_of
from tests.support.loopback import listening
from tests.support.server import Bench

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="session")]

HUFFMAN = {"B": "1011101", "e": "00101", "a": "00011", "r": "101100", " ": "010100"}
"""The codes of these signs in headers of HTTP/2 (RFC 7541, appendix B)."""
KEY = "a" * 4 + "e" * 4 + "r" * 4


class Endpoint:
    """What stands before the server: it hands on every byte, and keeps what clients said."""

    def __init__(self, server: str) -> None:
        self._host, _, self._port = server.rpartition(":")
        self.heard = bytearray()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until one side ends it."""
        answers, questions = await asyncio.open_connection(self._host, int(self._port))
        with contextlib.closing(questions), contextlib.suppress(OSError):
            async with asyncio.TaskGroup() as both:
                both.create_task(_hand_on(reader, questions, self.heard.extend))
                both.create_task(_hand_on(answers, writer, lambda _: None))


async def _hand_on(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, hear: Callable[[bytes], None]
) -> None:
    while said := await reader.read(65_536):
        hear(said)
        writer.write(said)
        await writer.drain()
    writer.close()


def bearer(key: str) -> bytes:
    """`Bearer …` as it stands in a header on the wire."""
    bits = "".join(HUFFMAN[sign] for sign in f"Bearer {key}")
    bits += "1" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


@pytest.fixture(scope="module")
def authority() -> Authority:
    """Who certifies server and clients alike."""
    return Authority()


@asynccontextmanager
async def behind_tls(
    bench: Bench, authority: Authority, *, of_clients: bool
) -> AsyncIterator[tuple[str, Endpoint]]:
    """The address of an endpoint with TLS; `of_clients`: it demands a certificate of them, too."""
    endpoint = Endpoint(bench.server.client.service_client.config.target_host)
    async with listening(endpoint.serve, authority.server(demands=of_clients)) as port:
        yield f"127.0.0.1:{port}", endpoint


def trust(authority: Authority, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Let the command believe servers that are certified by this authority."""
    file = folder / "authority.pem"
    file.write_bytes(authority.pem)
    monkeypatch.setenv("TEMPORAL_TLS_SERVER_CA_CERT_PATH", str(file))


@pytest.fixture
def command(bench: Bench, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> Command:
    """The command beside this server."""
    return command_of(bench, monkeypatch, capsys)


async def test_a_client_certificate_lets_in(
    bench: Bench,
    authority: Authority,
    command: Command,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """By the two files that the environment names; without them, or with a stranger's, nobody answers."""
    trust(authority, monkeypatch, tmp_path)
    async with behind_tls(bench, authority, of_clients=True) as (address, _):
        monkeypatch.setenv("TEMPORAL_ADDRESS", address)
        code, refused = await command("list")
        assert (code, f"no Temporal server answers at {address}" in refused["error"]) == (4, True)
        for issuer, expected in ((Authority(), 4), (authority, 0)):
            for name, pem in zip(("KEY", "CERT"), issuer.issued("a client"), strict=True):
                file = tmp_path / name
                file.write_bytes(pem)
                monkeypatch.setenv(f"TEMPORAL_TLS_CLIENT_{name}_PATH", str(file))
            assert (await command("list", "--limit", "1"))[0] == expected


async def test_an_api_key_goes_with_every_call_and_under_tls_alone(
    bench: Bench,
    authority: Authority,
    command: Command,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """As the header `authorization`; a server without TLS hears nothing of it, and no error says it."""
    trust(authority, monkeypatch, tmp_path)
    async with behind_tls(bench, authority, of_clients=False) as (address, endpoint):
        monkeypatch.setenv("TEMPORAL_ADDRESS", address)
        assert (await command("list", "--limit", "1"))[0] == 0
        assert bearer(KEY) not in endpoint.heard
        monkeypatch.setenv("TEMPORAL_API_KEY", KEY)
        assert (await command("list", "--limit", "1"))[0] == 0
        assert bearer(KEY) in endpoint.heard
    monkeypatch.delenv("TEMPORAL_TLS_SERVER_CA_CERT_PATH")
    plain = Endpoint(bench.server.client.service_client.config.target_host)
    async with listening(plain.serve) as port:
        monkeypatch.setenv("TEMPORAL_ADDRESS", f"127.0.0.1:{port}")
        code, refused = await command("list")
    assert code == 4
    assert plain.heard[:1] == b"\x16", "it begins a handshake"
    assert not any(said in plain.heard for said in (bearer(KEY), KEY.encode()))
    assert KEY not in refused["error"]
