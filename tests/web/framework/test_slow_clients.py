"""Clients that keep a server waiting: they are closed, others are answered meanwhile, and the log says it once."""

import resource
import socket
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
import uvicorn

from tests.commands.test_serving import running
from tests.web.neighbourhood import Neighbourhood
from tests.web.serving import serving
from web.commands import connections
from web.commands.serving import server_config
from web.framework.access import ANYBODY
from web.framework.call import get
from web.settings import Settings

LARGE = 32 * 2**20
SLOW_HEADERS = b"GET /sign-in HTTP/1.1\r\nHost: localhost\r\nX-"
SLOW_BODY = b"POST /sign-in/codes HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nemail="
WEBSOCKET = (
    b"GET /sign-in HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)


def connected(address: str, first: bytes = b"") -> socket.socket:
    place = urlsplit(address)
    connection = socket.create_connection((place.hostname, place.port), timeout=120)
    connection.sendall(first)
    return connection


def rest_of(connection: socket.socket) -> bytes:
    """What else comes until the server closes the connection."""
    received = b""
    with suppress(ConnectionError):
        while more := connection.recv(65_536):
            received += more
    return received


@pytest.fixture
def many_files() -> Generator[None]:
    """This process may have a thousand connections of its own."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, before[1]), before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_nine_hundred_slow_clients_keep_nobody_else_waiting(
    neighbourhood: Neighbourhood, tmp_path: Path, many_files: None
) -> None:
    neighbourhood.close()

    with running("--data", str(tmp_path / "data"), "serve", folder=tmp_path) as (address, process), ExitStack() as held:
        for first in (b"", SLOW_HEADERS, SLOW_BODY) * 300:
            held.enter_context(connected(address, first))
        answers = [httpx.get(f"{address}/sign-in", timeout=60).status_code for _ in range(20)]
        held.close()
        process.terminate()
        _, said = process.communicate(timeout=60)

    _serving, *lines = said.splitlines()
    assert answers == [200] * 20
    assert 1 <= len(lines) <= 3 and "Traceback" not in said, said
    assert all("hours.connections" in line for line in lines)


@get("/static/large/file", may=ANYBODY)
def large() -> bytes:
    """More than a machine buffers; nothing in this folder is compressed."""
    return bytes(LARGE)


def config_of(neighbourhood: Neighbourhood) -> uvicorn.Config:
    """The server's own settings, on a free port."""
    config = server_config(neighbourhood.app(large), Settings())
    config.port = 0
    return config


@contextmanager
def hurried(neighbourhood: Neighbourhood, monkeypatch: pytest.MonkeyPatch) -> Generator[str]:
    """A server that waits half a second for everything, configured as `hours serve` does."""
    for name in ("SECONDS_FOR_HEADERS", "SECONDS_FOR_BODY", "SECONDS_TO_READ"):
        monkeypatch.setattr(connections, name, 0.5)
    config = config_of(neighbourhood)
    with serving(uvicorn.Server(config)) as address:
        yield address


@pytest.mark.parametrize("first", [b"", b"G", SLOW_HEADERS, SLOW_BODY])
def test_what_does_not_arrive_in_time_is_given_up(
    neighbourhood: Neighbourhood, monkeypatch: pytest.MonkeyPatch, first: bytes
) -> None:
    with hurried(neighbourhood, monkeypatch) as address, connected(address, first) as slow:
        assert rest_of(slow) == b""


def test_a_second_request_has_a_deadline_too(neighbourhood: Neighbourhood, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = b"GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n"

    with hurried(neighbourhood, monkeypatch) as address, connected(address, whole + SLOW_HEADERS) as slow:
        assert rest_of(slow).count(b"HTTP/1.1 404") == 1


def test_a_client_that_does_not_read_is_given_up(neighbourhood: Neighbourhood, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "SECONDS_TO_READ", 0.5)
    wanted = b"GET /static/large/file HTTP/1.1\r\nHost: localhost\r\n\r\n"
    server = uvicorn.Server(config_of(neighbourhood))

    with serving(server) as address, connected(address, wanted) as deaf:
        assert deaf.recv(1) == b"H"
        until = time.monotonic() + 120
        while server.server_state.connections and time.monotonic() < until:
            time.sleep(0.05)
        assert len(rest_of(deaf)) < LARGE


def test_headers_without_an_end_are_given_up(neighbourhood: Neighbourhood, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "SECONDS_FOR_HEADERS", 600)

    with serving(uvicorn.Server(config_of(neighbourhood))) as address, connected(address, SLOW_HEADERS) as endless:
        with suppress(ConnectionError):
            for _ in range(100):
                endless.sendall(b"x" * 10_000)
        assert rest_of(endless) == b""
        assert httpx.get(f"{address}/sign-in", headers={"host": "localhost"}).status_code == 200


def test_a_full_server_refuses_the_next_only_if_nobody_keeps_it_waiting(
    neighbourhood: Neighbourhood, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "MOST_CONNECTIONS", 2)
    with (
        serving(uvicorn.Server(config_of(neighbourhood))) as address,
        connected(address) as oldest,
        connected(address, SLOW_HEADERS) as older,
    ):
        assert httpx.get(f"{address}/sign-in", headers={"host": "localhost"}).status_code == 200
        assert rest_of(oldest) == b""
        older.sendall(b"a: b\r\nConnection: close\r\n\r\n")
        assert rest_of(older).startswith(b"HTTP/1.1 200"), "the one that had waited less is still there"


def test_there_are_no_websockets(neighbourhood: Neighbourhood) -> None:
    with serving(uvicorn.Server(config_of(neighbourhood))) as address, connected(address, WEBSOCKET) as upgrading:
        assert upgrading.recv(1000).startswith(b"HTTP/1.1 200 ")
