"""Keeps figures up to date while pages are served: `hours figures` in a process of its own, now and then, one at a time."""

import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from ledger.application.time_bank import TimeBank
from ledger.log.faults import LogUnavailable
from projections.reports.due import is_due
from projections.views import Views
from web.commands.where import Where

FIRST_LOOK_SECONDS = 2.0
SECONDS_BETWEEN = 30.0
REST_FOR_EACH_SECOND = 9
"""Making figures takes a tenth of the time at most."""

SECONDS_TO_END = 5

logger = logging.getLogger("hours.figures")

_PROJECT = Path(__file__).resolve().parents[2]


def make_figures(where: Where) -> None:
    """Makes them once, and waits for it; on a terminal with a bar. A failure is told by the process itself."""
    subprocess.run(_command("--quiet"), env=_environment(where), check=False)  # noqa: S603 - our own program


@contextmanager
def figures_kept(
    where: Where, bank: TimeBank, views: Views, *, first_look: float = FIRST_LOOK_SECONDS
) -> Generator[None]:
    """Inside, figures follow the log: whenever a period closed or entries came. At the end nothing is left running."""
    keeper = _Keeper(where, bank, views, first_look)
    keeper.start()
    try:
        yield
    finally:
        keeper.end()


class _Keeper(threading.Thread):
    """Looks whether anything is due, which takes two small questions, and leaves the work to another process."""

    def __init__(self, where: Where, bank: TimeBank, views: Views, first_look: float) -> None:
        super().__init__(name="figures", daemon=True)
        self._where = where
        self._bank = bank
        self._views = views
        self._pause = first_look
        self._is_over = threading.Event()
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def run(self) -> None:
        while not self._is_over.wait(self._pause):
            self._pause = SECONDS_BETWEEN
            try:
                if self._is_due():
                    self._make()
            except (LogUnavailable, DBAPIError, OSError) as error:
                # The database may come back: pages go on with the figures that are kept, and say as of when they are.
                logger.warning("Figures could not be made: %s", error)

    def end(self) -> None:
        """Ends the other process, and then itself."""
        with self._turn:
            self._is_over.set()
            if self._process is not None:
                self._process.terminate()
        self.join(SECONDS_TO_END)
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def _is_due(self) -> bool:
        time_zone = self._bank.agreements.time_zone
        if self._views.exceptions.is_behind(self._bank.log):
            return True
        return is_due(self._views.reports, self._bank.log, datetime.now(UTC), time_zone)

    def _make(self) -> None:
        began = time.monotonic()
        with self._turn:
            if self._is_over.is_set():
                return
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                _command("--aside"),
                env=_environment(self._where),
                stdin=subprocess.PIPE,  # ends when this process does, however it ends
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                start_new_session=True,  # Ctrl-C is for the server, which then ends this in good order
            )
        _, said = self._process.communicate()
        if self._process.returncode and not self._is_over.is_set():
            last = said.decode(errors="replace").strip().splitlines()[:1]
            logger.warning("Figures could not be made: %s", *last or ["the process gave no reason"])
        self._pause = max(SECONDS_BETWEEN, REST_FOR_EACH_SECOND * (time.monotonic() - began))


def _command(how: str) -> list[str]:
    # Without -P a folder named `web` where the server was started would be taken for the program.
    return [sys.executable, "-P", "-m", "web.commands.main", "figures", how]


def _environment(where: Where) -> dict[str, str]:
    """The place goes through the environment, where a password in it is not on the list of processes."""
    paths = os.pathsep.join(filter(None, (str(_PROJECT), os.environ.get("PYTHONPATH", ""))))
    return os.environ | {"HOURS_DATABASE": _whole(where), "PYTHONPATH": paths}


def _whole(where: Where) -> str:
    place = where.place()
    return f"sqlite:///{place.path.resolve()}" if place.is_sqlite else place.url
