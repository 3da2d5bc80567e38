"""What a community does by itself while its pages are served: commands of `hours` in processes of their own, when due."""

import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from sqlalchemy.exc import DBAPIError

from ledger.log.faults import LogUnavailable
from web.commands.where import Where

FIRST_LOOK_SECONDS = 2.0
REST_FOR_EACH_SECOND = 9
SECONDS_TO_END = 5
MOST_LINES_TOLD = 4

logger = logging.getLogger("hours.chores")

_PROJECT = Path(__file__).resolve().parents[2]


class Chore(NamedTuple):
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
def chores_done(where: Where, chores: Sequence[Chore], *, first_look: float = FIRST_LOOK_SECONDS) -> Generator[None]:
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

    def __init__(self, where: Where, chore: Chore, first_look: float) -> None:
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
