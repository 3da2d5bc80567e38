"""Serve an app on a port of this machine, for real browsers."""

import threading
import time
from collections.abc import Generator
from contextlib import contextmanager

import uvicorn
from litestar import Litestar


@contextmanager
def served(app: Litestar, port: int = 0) -> Generator[str]:
    """Serve the app inside the block, at the address returned."""
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning", proxy_headers=False, lifespan="on")
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    (socket,) = server.servers[0].sockets
    yield f"http://127.0.0.1:{socket.getsockname()[1]}"
    server.should_exit = True
    thread.join()
