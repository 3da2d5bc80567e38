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
    config = uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning", proxy_headers=False, lifespan="on")
    with serving(uvicorn.Server(config)) as address:
        yield address


@contextmanager
def serving(server: uvicorn.Server) -> Generator[str]:
    """Run the server inside the block, on a free port unless it names one."""
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    (socket,) = server.servers[0].sockets
    try:
        yield f"http://127.0.0.1:{socket.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
