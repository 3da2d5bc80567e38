"""A door to listen at, taken before anything is promised to anybody; and answering there until asked to stop."""

import signal
import socket
from collections.abc import Callable
from contextlib import suppress

import uvicorn

from web.commands.problems import Problem

SECONDS_TO_FINISH = 5
BACKLOG = 2048


def listening(host: str, port: int) -> socket.socket:
    """A socket that connections wait at."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise Problem(
            f"Nothing can listen on {host} port {port}: {error.strerror}.", "Choose another: --port 8001, for instance."
        ) from error


def address_of(door: socket.socket) -> str:
    """The address of a door on this machine, over plain HTTP."""
    address = door.getsockname()
    host = f"[{address[0]}]" if ":" in address[0] else address[0]
    return f"http://{host}:{address[1]}"


def answer(config: uvicorn.Config, door: socket.socket, *, ready: Callable[[], None]) -> None:
    """Answers until SIGTERM or Ctrl-C; open requests get a few seconds to end."""
    server = uvicorn.Server(config)
    # The server raises the signal that stopped it once more when it has ended; here that must not kill the process,
    # which has files and connections to close.
    signal.signal(signal.SIGTERM, lambda number, frame: None)
    ready()
    with suppress(KeyboardInterrupt):
        server.run(sockets=[door])
