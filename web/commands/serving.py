"""`hours serve`: the pages of the community, from one process that ends in good order."""

import os
import signal
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from urllib.parse import urlsplit

import click
import msgspec
import uvicorn

from ledger.application.time_bank import TimeBank
from ledger.seal.folder import default_place
from projections.views import Views
from web.app import create_app
from web.commands.keeping_figures import figures_kept
from web.commands.printing import say
from web.commands.problems import Problem
from web.commands.where import Where
from web.settings import LOOPBACK_HOSTS, Settings, SettingsMistake, read_settings

SECONDS_TO_FINISH = 5
BACKLOG = 2048


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="Port to listen on.")
@click.pass_obj
def serve_command(where: Where, host: str, port: int) -> None:
    """Serve the pages of the community until Ctrl-C or SIGTERM.

    Settings come from HOURS_... variables. What passes requests on must be named in HOURS_TRUSTED_PROXIES to be believed.
    """
    with where.bank() as bank, where.views(bank) as views, listening(host, port) as door:
        settings = settings_for(os.environ, door)
        with figures_kept(where, bank, views):
            serve(bank, views, settings, door, ready=lambda: say(f"Serving {where.shown} at {settings.base_url}"))


def serve(bank: TimeBank, views: Views, settings: Settings, door: socket.socket, *, ready: Callable[[], None]) -> None:
    """Answers at an open door until the process is asked to stop; open requests get a few seconds to end.

    No access log: addresses of pages say who helped whom, and links sign people in.
    """
    server = uvicorn.Server(
        uvicorn.Config(
            create_app(bank, views, settings),
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,  # the app believes trusted proxies itself, and only those
            timeout_graceful_shutdown=SECONDS_TO_FINISH,
        )
    )
    # The server raises the signal that stopped it once more when it has ended; here that must not kill the process,
    # which has files and connections to close.
    signal.signal(signal.SIGTERM, lambda number, frame: None)
    ready()
    with suppress(KeyboardInterrupt):
        server.run(sockets=[door])


def listening(host: str, port: int) -> socket.socket:
    """A socket that connections wait at, taken before anything is promised to anybody."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise Problem(
            f"Nothing can listen on {host} port {port}: {error.strerror}.", "Choose another: --port 8001, for instance."
        ) from error


def settings_for(environment: Mapping[str, str], door: socket.socket) -> Settings:
    """The host's settings. Without an address of its own the app is at its door, over plain HTTP on this machine.

    Seals are looked for where `hours seal` keeps them.
    """
    try:
        settings = read_settings(environment)
    except SettingsMistake as error:
        raise Problem(
            str(error), "The variables and what they may hold are listed in the reference of settings."
        ) from error
    if not environment.get("HOURS_BASE_URL", "").strip():
        address = door.getsockname()
        host = f"[{address[0]}]" if ":" in address[0] else address[0]
        settings = msgspec.structs.replace(settings, base_url=f"http://{host}:{address[1]}")
    if not settings.seal:
        settings = msgspec.structs.replace(settings, seal=str(default_place(environment)))
    url = urlsplit(settings.base_url)
    is_this_machine = url.scheme == "http" and url.netloc.rpartition(":")[0] in LOOPBACK_HOSTS
    if is_this_machine and not environment.get("HOURS_SECURE_COOKIES", "").strip():
        settings = msgspec.structs.replace(settings, secure_cookies=False)
    return settings
