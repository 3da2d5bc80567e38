"""Filling the new tables of a rebuild: by this process, and where a log is long by another one beside it.

Python does one thing at a time, so two processes share the read models of a long log between them: each reads the entries
that concern it, and fills the tables of its own. What goes wrong in the other one goes wrong here.
"""

import gc
import marshal
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Queue
from typing import IO, Any, Self

import sqlalchemy as sa

from ledger.events.exchanges import ExchangeReported
from projections import intake
from projections.gathering import GatheredRows
from projections.read_model import ReadModel
from projections.standings import Standing

SUFFIX = "__next"
"""What the names of new tables end in until they are swapped in."""

_AHEAD = 2


class Filling:
    """The new tables of some read models, of which this process alone takes care. What fails, fails all of it."""

    def __init__(
        self,
        connection: sa.Connection,
        models: Sequence[ReadModel],
        standings: Mapping[str, Standing],
        *,
        are_empty: bool,
        is_wanted: Callable[[], bool] = lambda: True,
    ) -> None:
        self.standings = {model.name: standings[model.name] for model in models}
        self._models = models
        self._rows = GatheredRows(connection, SUFFIX, are_empty=are_empty, is_wanted=is_wanted)

    def take_in(self, batch: intake.Batch) -> None:
        """The next entries."""
        changed = intake.take_in(self._rows, self._models, self.standings, batch)
        self.standings |= {standing.name: standing for standing in changed}
        self._rows.write_some()

    def finish(self) -> dict[str, Standing]:
        """Writes whatever is still in memory; answers how far the read models have come."""
        self._rows.write_all()
        return self.standings


class OtherProcess:
    """Another process that fills the empty tables of some read models from the entries that it is given."""

    def __init__(self, engine: sa.Engine, models: Sequence[ReadModel], standings: Mapping[str, Standing]) -> None:
        self._models = models
        paths = os.pathsep.join(path for path in sys.path if path)
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "projections"],  # -P: nothing from the folder that it happens to stand in
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": paths},
        )
        self._waiting: Queue[Any] = Queue(_AHEAD)
        self._writer = threading.Thread(target=self._write, daemon=True)
        self._writer.start()
        # The address goes the same way as the entries: it may hold a password, which others see on a command line.
        self._waiting.put((os.getpid(), _address(engine), [tuple(standings[model.name]) for model in models]))

    def take_in(self, batch: intake.Batch) -> None:
        """The next entries, of which it gets those that concern it. Waits while the other process is far behind."""
        told = [one[:3] for one in intake.concerned(self._models, batch)]
        if told or batch.fault:
            self._waiting.put((told, batch.fault))

    def finish(self) -> dict[str, Standing]:
        """Waits until everything is written; answers how far its read models have come."""
        self._waiting.put(None)
        answer = _pipe(self._process.stdout).read()
        if self._process.wait():
            raise ChildProcessError(f"The process that filled the other tables ended with {self._process.returncode}.")
        told = marshal.loads(answer)  # noqa: S302 - from the process that was started here
        return {name: Standing(name, *rest) for name, *rest in told}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        self._waiting.put(None)
        self._writer.join()
        _pipe(self._process.stdout).close()

    def _write(self) -> None:
        pipe = _pipe(self._process.stdin)
        message: Any = ()
        while message is not None:
            message = self._waiting.get()
            with suppress(OSError):  # it has ended: whoever waits for its answer hears so
                marshal.dump(message, pipe)
                pipe.flush()
        with suppress(OSError):
            pipe.close()


def connection_of_its_own(engine: sa.Engine) -> sa.Connection:
    """A connection that is closed at the end and never used for anything else, set up for much writing."""
    connection = engine.connect()
    connection.detach()
    if connection.dialect.name == "sqlite":
        driver = connection.connection.dbapi_connection
        assert driver is not None, "an open connection has a driver's"
        # Read models hold no names; zeroing what is thrown away would only cost time.
        driver.execute("PRAGMA secure_delete=OFF")
        driver.execute("PRAGMA cache_size=-32768")
        driver.execute("PRAGMA threads=1")  # one more, which helps to sort while indexes are made
    return connection


@contextmanager
def few_collections() -> Generator[None]:
    """A batch makes many objects, none of them in a circle: looking for circles would take a fifth of the time."""
    before = gc.get_threshold()
    gc.set_threshold(500_000, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def shares(models: Sequence[ReadModel]) -> tuple[list[ReadModel], list[ReadModel]]:
    """Two lots of about as much work: those that follow every exchange from its report on, and those that only count.

    The second lot is for the other process, which need not be told of reports and the words that they wait for.
    """
    follow = [model for model in models if model.concerns is None or ExchangeReported in model.concerns]
    count = [model for model in models if model not in follow]
    return (follow, count) if follow else (count, [])


def _address(engine: sa.Engine) -> str:
    """The URL of the place whose views these are."""
    if engine.dialect.name == "sqlite":
        return f"sqlite:///{Path(engine.url.database or '').parent}"
    return engine.url.set(drivername="postgresql").render_as_string(hide_password=False)


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None, "both ends were asked for"
    return pipe
