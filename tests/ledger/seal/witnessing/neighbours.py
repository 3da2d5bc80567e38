"""Witnesses for tests: real ones behind a real local server, and servers that misbehave."""

import socket
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress

import uvicorn

from ledger.seal.witnessing.witness import Witness
from web.commands.connections import TimeLimitedConnection
from web.commands.witness import witness_app

AT = 1_774_692_000


@contextmanager
def open_to(witness: Witness, now: Callable[[], int] = lambda: AT) -> Generator[str]:
    """Serve a witness during the block, and yield its address."""
    config = uvicorn.Config(
        witness_app(witness, now, lambda message: None),
        host="127.0.0.1",
        port=0,
        http=TimeLimitedConnection,
        ws="none",
        lifespan="off",
        log_level="warning",
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


@contextmanager
def saying(*parts: bytes, every_seconds: float = 0.0) -> Generator[str]:
    """Serve the same answer to every caller, part by part, and ignore requests."""
    over = threading.Event()
    door = socket.create_server(("127.0.0.1", 0))

    def answer(caller: socket.socket) -> None:
        with caller, suppress(OSError):
            caller.settimeout(60)
            caller.recv(65536)
            for part in parts:
                caller.sendall(part)
                if over.wait(every_seconds):
                    return
            if not parts:
                over.wait(60)

    def listen() -> None:
        with suppress(OSError):
            while not over.is_set():
                threading.Thread(target=answer, args=(door.accept()[0],), daemon=True).start()

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{door.getsockname()[1]}"
    over.set()
    door.shutdown(socket.SHUT_RDWR)
    door.close()
    thread.join()


def replying(status: str, body: bytes = b"", *headers: str) -> bytes:
    """An HTTP response."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers, "", ""]
    return "\r\n".join(lines).encode() + body
