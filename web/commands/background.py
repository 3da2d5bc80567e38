"""Work that `hours serve` has done by worker processes: `hours figures`, `hours asked`, `hours daily`, and their scheduler."""

import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from ledger.log.failures import failure_of
from ledger.log.store import LogUnavailable
from web.commands.daily_tasks import check_by_replay, seal, sweep_texts
from web.commands.opening import Location
from web.commands.printing import CommandProblem, count, echo_err, problem_of, progress_bar, quotes_drivers
from web.framework.logs import start_logging

if TYPE_CHECKING:
    from ledger.time_bank import TimeBank
    from projections.engine.background import BackgroundRequest
    from projections.views import Views

NICENESS = 10
FIRST_CHECK_SECONDS = 2.0
REST_FOR_EACH_SECOND = 9
SECONDS_TO_END = 5
MOST_LINES_LOGGED = 4

logger = logging.getLogger("hours.background")

worker_option = click.option(
    "--aside", "is_worker", is_flag=True, hidden=True, help="Run as a worker of the process at standard input."
)
"""The hidden option of every command that the server also runs; its value comes in as `is_worker`."""


def run_as_worker() -> None:
    """Give way to every other process, and end with the process that started this one, however that ends."""
    os.nice(NICENESS)
    quotes_drivers.set(False)  # what a worker prints is logged
    start_logging("text")
    threading.Thread(target=_end_with_standard_input, daemon=True).start()


def _end_with_standard_input() -> None:
    while os.read(0, 1):  # not by a buffered reader, which would hold a lock when the process ends
        pass
    os._exit(0)  # unfinished work is not written, and is done again next time


@click.command("figures")
@worker_option
@click.pass_obj
def figures_command(location: Location, is_worker: bool) -> None:
    """Make the reports of closed months and years, and look for late entries and for what is worth a look.

    `hours serve` does this automatically. A period closes seven days after its last day. Its figures are computed once,
    from what was recorded by then.
    """
    if is_worker:
        run_as_worker()
    result = make_figures(location)
    if not is_worker:
        echo_err(result)


def make_figures(location: Location) -> str:
    """Make the reports that are missing and look for anomalies. Return the result as a sentence."""
    from projections.checks.anomalies import search
    from projections.figures.reports.refreshing import refresh

    with location.log() as log:
        engine = location.place().views_engine()
        try:
            with progress_bar("Reading the log") as progress:
                made = refresh(log, engine, now=datetime.now(UTC), progress=lambda doing, done, of: progress(done, of))
            if made.is_busy:
                return "Another process is making them at the moment."
            with progress_bar("Checking the log") as progress:
                search(log, engine, progress=progress)
        finally:
            engine.dispose()
    return f"{count(len(made.periods), 'period')} made. Figures include everything up to entry {made.number:,}."


@click.command("asked")
@worker_option
@click.pass_obj
def asked_command(location: Location, is_worker: bool) -> None:
    """Run the calculations requested on the website, such as adding up the record or working out all figures.

    `hours serve` does this automatically.
    """
    if is_worker:
        run_as_worker()
    done, failed = 0, list[str]()
    with location.bank() as bank, location.views(bank) as views, views.requests.alone() as is_alone:
        while is_alone and (waiting := views.requests.waiting()):
            request, trouble = waiting[0], "It was interrupted."
            if request.state != "begun":
                views.requests.start(request)
                trouble = _carry_out(location, bank, views, request)
            views.requests.finish(request, trouble)
            done += 1
            failed += [f"{request.kind}: {trouble}"] if trouble else []
    if failed:
        raise CommandProblem(" ".join(failed), "The person who asked sees this on the page, and can ask again.")
    if not is_worker:
        echo_err(f"{count(done, 'request')} carried out.")


def _carry_out(location: Location, bank: "TimeBank", views: "Views", request: "BackgroundRequest") -> str:
    """Carry out a request, and store the result for its page. Return why it failed, or nothing."""
    from projections.figures.reports.refreshing import everything_at
    from web.commands.accounts import run_replay_check

    try:
        if request.kind == "replay":
            run_replay_check(location, request.number or None)
        else:
            with progress_bar("Reading the log") as progress:
                day = date.fromisoformat(request.day) if request.day else None
                found = everything_at(
                    bank.log, request.number, day, progress=lambda done: progress(done, request.number)
                )
            views.statistics.store(found, request.day, datetime.now(UTC))
    except Exception as error:
        if problem := problem_of(error):
            return problem.message
        raise
    return ""


DAILY_TASKS: dict[str, Callable[[Location], str]] = {"replay": check_by_replay, "seal": seal, "sweep": sweep_texts}
"""In this order. A task returns its result as a sentence, or raises. `hours serve` and cron run a new one from the next day on."""


@click.command("daily")
@worker_option
@click.pass_obj
def daily_command(location: Location, is_worker: bool) -> None:
    """Run the daily tasks: add up the record again and compare. `hours serve` does this automatically, once a day.

    A task that fails does not stop the others. The exit code is then 1. Use this with cron where nothing serves pages.
    """
    if is_worker:
        run_as_worker()
    with location.bank() as bank, location.views(bank) as views, views.daily.alone() as is_alone:
        if not is_alone:
            echo_err("Another process is doing this at the moment.")
            return
        time_zone = bank.agreements.time_zone
        due = views.daily.due(tuple(DAILY_TASKS), datetime.now(UTC), time_zone) if is_worker else tuple(DAILY_TASKS)
        failed: list[str] = []
        for name in due:
            trouble = _run_daily(name, location, is_quiet=is_worker)
            views.daily.record(name, datetime.now(UTC), time_zone, trouble)
            failed += [name] if trouble else []
    if failed:
        raise CommandProblem(
            f"{count(len(failed), 'step')} of {len(due)} failed: {', '.join(failed)}.",
            "Fix the problem, then run: hours daily. While the server runs, it tries again after an hour.",
        )


def _run_daily(name: str, location: Location, *, is_quiet: bool) -> str:
    """Run one task and print its result. Return what went wrong, whatever it was: the next task must still run."""
    try:
        result = DAILY_TASKS[name](location)
    except Exception as error:
        problem = problem_of(error)
        if problem is None:
            logger.exception("The daily task “%s” was interrupted", name)
            problem = CommandProblem(f"{type(error).__name__}: {error}" if quotes_drivers.get() else failure_of(error))
        echo_err(f"{name}: {problem.message} {problem.to_do}".rstrip())
        return problem.message
    if not is_quiet:
        echo_err(f"{name}: {result}")
    return ""


class ScheduledTask(NamedTuple):
    """A command to run with `--aside` whenever `is_due`, which is called often and takes one or two small queries.

    A task that `rests` takes a tenth of the time at most, however often it is due. So does any that fails.
    """

    command: str
    is_due: Callable[[], bool]
    seconds_between: float = 30.0
    rests: bool = True


@contextmanager
def scheduler(location: Location, tasks: Sequence[ScheduledTask]) -> Generator[None]:
    """Run each task whenever it is due, as long as the block lasts. At the end no process is left running."""
    threads = [_TaskThread(location, task) for task in tasks]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for thread in threads:
            thread.stop()
        for thread in threads:
            thread.wait_for_end()


class _TaskThread(threading.Thread):
    """Checks whether its task is due, and runs it in a worker process."""

    def __init__(self, location: Location, task: ScheduledTask) -> None:
        super().__init__(name=task.command, daemon=True)
        self._location = location
        self._task = task
        self._pause = FIRST_CHECK_SECONDS
        self._is_over = threading.Event()
        self._starting = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def run(self) -> None:
        from sqlalchemy.exc import DBAPIError

        while not self._is_over.wait(self._pause):
            self._pause = self._task.seconds_between
            try:
                if self._task.is_due():
                    self._run_task()
            except (LogUnavailable, DBAPIError, OSError) as error:
                # The database may come back. Until then, pages show what is stored and say how recent it is.
                self._log_failure(failure_of(error))

    def stop(self) -> None:
        """Ask the worker process to end, and start no other."""
        with self._starting:
            self._is_over.set()
            if self._process is not None:
                self._process.terminate()

    def wait_for_end(self) -> None:
        """Wait a little for the worker process, then kill it."""
        self.join(SECONDS_TO_END)
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def _run_task(self) -> None:
        began = time.monotonic()
        with self._starting:
            if self._is_over.is_set():
                return
            self._process = process = subprocess.Popen(  # noqa: S603 - our own program
                # Without -P a folder named `web` where the server was started would be taken for the program.
                [sys.executable, "-P", "-m", "web.commands.main", self._task.command, "--aside"],
                env=_environment(self._location),
                stdin=subprocess.PIPE,  # ends when this process does, however it ends
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                start_new_session=True,  # Ctrl-C is for the server, which then ends this in good order
            )
        with process:
            assert process.stderr is not None, "it is a pipe"
            output = process.stderr.read()  # `communicate` would close standard input, and so end it at once
            process.wait()
        if process.returncode and not self._is_over.is_set():
            lines = output.decode(errors="replace").strip().splitlines() or ["the process gave no reason"]
            self._log_failure(" ".join(lines[:MOST_LINES_LOGGED]))
        if self._task.rests or process.returncode:
            self._pause = max(self._task.seconds_between, REST_FOR_EACH_SECOND * (time.monotonic() - began))

    def _log_failure(self, reason: str) -> None:
        logger.warning("hours %s could not be done: %s", self._task.command, reason)


def _environment(location: Location) -> dict[str, str]:
    """The environment names the place, because a password in it would show in the list of processes as an argument."""
    place = location.place()
    url = f"sqlite:///{place.path.resolve()}" if place.is_sqlite else place.url
    project = Path(__file__).resolve().parents[2]
    paths = os.pathsep.join(filter(None, (str(project), os.environ.get("PYTHONPATH", ""))))
    return os.environ | {"HOURS_DATABASE": url, "PYTHONPATH": paths}
