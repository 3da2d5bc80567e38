"""A door to listen at, taken before anything is promised to anybody; and answering there until asked to stop."""

import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import click
import msgspec
import uvicorn
from litestar import Litestar
from sqlalchemy.exc import DBAPIError

from ledger.log.store import LogUnavailable
from ledger.seal.signing.folder import default_place
from ledger.time_bank import TimeBank
from projections.figures.reports.kept import is_due
from projections.views import Views
from web.app import create_app
from web.commands.daily import NAMES
from web.commands.opening import Where
from web.commands.printing import CommandProblem, say
from web.settings import LOOPBACK_HOSTS, Settings, SettingsMistake, read_settings

SECONDS_TO_FINISH = 5
BACKLOG = 2048


def listening(host: str, port: int) -> socket.socket:
    """A socket that connections wait at."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise CommandProblem(
            f"Cannot listen on {host} port {port}: {error.strerror}.", "Choose another port, for example: --port 8001"
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


FIRST_LOOK_SECONDS = 2.0
REST_FOR_EACH_SECOND = 9
SECONDS_TO_END = 5
MOST_LINES_TOLD = 4

logger = logging.getLogger("hours.chores")

_PROJECT = Path(__file__).resolve().parents[2]


class ScheduledTask(NamedTuple):
    """A command that is called with `--aside` whenever `is_due`, which is asked often and takes a small question or two.

    One that `rests` takes a tenth of the time at most, however often it is due; and so does any that fails.
    """

    command: str
    is_due: Callable[[], bool]
    seconds_between: float = 30.0
    rests: bool = True


def carry_out(where: Where, command: str) -> None:
    """Does a chore once, and waits for it; on a terminal with a bar. A failure is told by the process itself."""
    subprocess.run(_words(command, "--quiet"), env=_environment(where), check=False)  # noqa: S603 - our own program


@contextmanager
def chores_done(
    where: Where, chores: Sequence[ScheduledTask], *, first_look: float = FIRST_LOOK_SECONDS
) -> Generator[None]:
    """Inside, each chore is done whenever it is due. At the end nothing is left running."""
    keepers = [_Keeper(where, chore, first_look) for chore in chores]
    for keeper in keepers:
        keeper.start()
    try:
        yield
    finally:
        for keeper in keepers:
            keeper.stop()
        for keeper in keepers:
            keeper.wait_for_end()


class _Keeper(threading.Thread):
    """Looks whether its chore is due, and leaves the work to another process."""

    def __init__(self, where: Where, chore: ScheduledTask, first_look: float) -> None:
        super().__init__(name=chore.command, daemon=True)
        self._where = where
        self._chore = chore
        self._pause = first_look
        self._is_over = threading.Event()
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def run(self) -> None:
        while not self._is_over.wait(self._pause):
            self._pause = self._chore.seconds_between
            try:
                if self._chore.is_due():
                    self._do()
            except (LogUnavailable, DBAPIError, OSError) as error:
                # The database may come back: pages go on with what is kept, and say as of when it is.
                logger.warning("hours %s could not be done: %s", self._chore.command, error)

    def stop(self) -> None:
        """Tells the other process to end, and begins no more."""
        with self._turn:
            self._is_over.set()
            if self._process is not None:
                self._process.terminate()

    def wait_for_end(self) -> None:
        """Waits a little, and then no longer."""
        self.join(SECONDS_TO_END)
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def _do(self) -> None:
        began = time.monotonic()
        with self._turn:
            if self._is_over.is_set():
                return
            self._process = process = subprocess.Popen(  # noqa: S603 - our own program
                _words(self._chore.command, "--aside"),
                env=_environment(self._where),
                stdin=subprocess.PIPE,  # ends when this process does, however it ends
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                start_new_session=True,  # Ctrl-C is for the server, which then ends this in good order
            )
        with process:
            assert process.stderr is not None, "it was asked for"
            said = process.stderr.read()  # `communicate` would close standard input, and so end it at once
            process.wait()
        if process.returncode and not self._is_over.is_set():
            lines = said.decode(errors="replace").strip().splitlines() or ["the process gave no reason"]
            logger.warning("hours %s could not be done: %s", self._chore.command, " ".join(lines[:MOST_LINES_TOLD]))
        if self._chore.rests or process.returncode:
            self._pause = max(self._chore.seconds_between, REST_FOR_EACH_SECOND * (time.monotonic() - began))


def _words(command: str, how: str) -> list[str]:
    # Without -P a folder named `web` where the server was started would be taken for the program.
    return [sys.executable, "-P", "-m", "web.commands.main", command, how]


def _environment(where: Where) -> dict[str, str]:
    """The place goes through the environment, where a password in it is not on the list of processes."""
    paths = os.pathsep.join(filter(None, (str(_PROJECT), os.environ.get("PYTHONPATH", ""))))
    return os.environ | {"HOURS_DATABASE": _whole(where), "PYTHONPATH": paths}


def _whole(where: Where) -> str:
    place = where.place()
    return f"sqlite:///{place.path.resolve()}" if place.is_sqlite else place.url


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="Port to listen on.")
@click.pass_obj
def serve_command(where: Where, host: str, port: int) -> None:
    """Serve the community's pages until Ctrl-C or SIGTERM.

    Settings come from HOURS_... variables. A proxy is trusted only if it is named in HOURS_TRUSTED_PROXIES.
    """
    with where.bank() as bank, where.views(bank) as views, listening(host, port) as door:
        settings = settings_for(os.environ, door)
        with chores_done(where, chores_of(bank, views)):
            serve(bank, views, settings, door, ready=lambda: say(f"Serving {where.shown} at {settings.base_url}"))


def chores_of(bank: TimeBank, views: Views) -> Sequence[ScheduledTask]:
    """What a served community does by itself: figures whenever they are behind, what was asked for, what is daily."""

    def time_zone() -> str:
        return bank.agreements.time_zone

    return (
        ScheduledTask("figures", lambda: is_due(views.reports, bank.log, datetime.now(UTC), time_zone())),
        ScheduledTask("asked", lambda: bool(views.wishes.waiting()), seconds_between=2.0, rests=False),
        ScheduledTask("daily", lambda: bool(views.daily.due(NAMES, datetime.now(UTC), time_zone()))),
    )


def server_config(app: Litestar, settings: Settings) -> uvicorn.Config:
    """How the app is served: proxies say who is asking only if the host trusts them.

    No access log: addresses of pages say who helped whom, and links sign people in.
    """
    return uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=[str(network) for network in settings.trusted_networks],
        timeout_graceful_shutdown=SECONDS_TO_FINISH,
    )


def serve(bank: TimeBank, views: Views, settings: Settings, door: socket.socket, *, ready: Callable[[], None]) -> None:
    """Answers at an open door until the process is asked to stop; open requests get a few seconds to end."""
    config = server_config(create_app(bank, views, settings), settings)
    answer(config, door, ready=ready)


def settings_for(environment: Mapping[str, str], door: socket.socket) -> Settings:
    """The host's settings. Without an address of its own the app is at its door, over plain HTTP on this machine.

    Seals are looked for where `hours seal` keeps them.
    """
    try:
        settings = read_settings(environment)
    except SettingsMistake as error:
        raise CommandProblem(
            str(error), "The settings reference lists the variables and the values they can have."
        ) from error
    if not environment.get("HOURS_BASE_URL", "").strip():
        settings = msgspec.structs.replace(settings, base_url=address_of(door))
    if not settings.seal:
        settings = msgspec.structs.replace(settings, seal=str(default_place(environment)))
    url = urlsplit(settings.base_url)
    is_this_machine = url.scheme == "http" and url.netloc.rpartition(":")[0] in LOOPBACK_HOSTS
    if is_this_machine and not environment.get("HOURS_SECURE_COOKIES", "").strip():
        settings = msgspec.structs.replace(settings, secure_cookies=False)
    return settings
