"""Connections of both servers, `hours serve` and `hours witness`: deadlines, and a limit that slow clients cannot use up.

uvicorn closes what is idle between two requests, and otherwise waits for ever: for the first byte, the rest of a request, and
for a client to read its response. Here each of these has a deadline. When there are too many connections, the one that has
kept the server waiting the longest makes room for a new one, so people who send their requests at once are always answered.
"""

import asyncio
import logging
import resource
import time
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

SECONDS_FOR_HEADERS = 10
"""A request's address and headers must have arrived within this time, also the first after connecting."""
SECONDS_FOR_BODY = 20
SECONDS_TO_READ = 30
"""A client must read on within this time when a response waits for it."""
MOST_CONNECTIONS = 512
MOST_HEADER_BYTES = 65_536
FULL = b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nconnection: close\r\nretry-after: 10\r\n\r\n"

_log = logging.getLogger("hours.connections")


def most_connections() -> int:
    """Return how many connections may be open: never more than half of the files that this process may open."""
    allowed, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST_CONNECTIONS if allowed < 0 else min(MOST_CONNECTIONS, allowed // 2)


class TimeLimitedConnection(HttpToolsProtocol):
    """A connection that is closed when the client keeps the server waiting for too long."""

    _deadline: asyncio.TimerHandle | None = None
    _waiting_for: tuple[str, object] | None = None
    _header_bytes = 0
    waiting_since = float("inf")
    """When the server began to wait for this client; infinity while the client waits for the server."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        if len(self.connections) >= most_connections() and not self._make_room():
            transport.write(FULL)
            transport.close()
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        self._header_bytes = self._header_bytes + len(data) if self._is_between_requests else 0
        super().data_received(data)
        if self._is_between_requests and self._header_bytes > MOST_HEADER_BYTES:
            self.give_up()
        self._wait()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._wait()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._wait()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._stop_waiting()

    def give_up(self) -> None:
        """Close the connection at once, whatever has been sent and received."""
        self._stop_waiting()
        self.connections.discard(self)
        _log.warning("Connections were closed because they kept the server waiting")
        self.transport.abort()

    @property
    def _is_between_requests(self) -> bool:
        return not self.cycle or self.cycle.response_complete

    def _wait(self) -> None:
        """Set the deadline for what the client has to do next, unless it is set already."""
        if self.flow.write_paused:
            waiting_for, seconds = ("read", self.cycle), SECONDS_TO_READ
        elif self._is_between_requests:
            waiting_for, seconds = ("headers", self.cycle), SECONDS_FOR_HEADERS
        elif self.cycle.more_body:
            waiting_for, seconds = ("body", self.cycle), SECONDS_FOR_BODY
        else:
            self._stop_waiting()
            return
        if waiting_for != self._waiting_for and not self.transport.is_closing():
            self._stop_waiting()
            self._waiting_for, self.waiting_since = waiting_for, time.monotonic()  # finer than the time of the loop
            self._deadline = self.loop.call_later(seconds, self.give_up)

    def _stop_waiting(self) -> None:
        self._waiting_for, self.waiting_since = None, float("inf")
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _make_room(self) -> bool:
        """Close the connection that has kept the server waiting the longest. False if all are waiting for the server."""
        others = [each for each in self.connections if isinstance(each, TimeLimitedConnection)]
        slowest = min(others, key=lambda each: each.waiting_since, default=self)
        if slowest.waiting_since == float("inf"):
            return False
        slowest.give_up()
        return True


SETTINGS: dict[str, Any] = {
    "http": TimeLimitedConnection,
    "ws": "none",
    "log_config": None,
    "log_level": "warning",
    "access_log": False,
    "server_header": False,
}
"""What uvicorn is told for both servers. There is no access log: page addresses show who helped whom, and links sign people in."""
