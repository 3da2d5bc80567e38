"""Fixtures for tests of the web app."""

import io
import logging
import shutil
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.neighbourhood import Neighbourhood


@pytest.fixture(scope="session")
def riverside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a neighbourhood, made once; tests get copies."""
    folder = tmp_path_factory.mktemp("riverside") / "data"
    Neighbourhood.founded(folder).close()
    return folder


@pytest.fixture
def neighbourhood(riverside: Path, tmp_path: Path) -> Iterator[Neighbourhood]:
    """Riverside: Ana helps, Bo receives, Chidi coordinates, Ruth audits, Lou has left."""
    copy = Neighbourhood(shutil.copytree(riverside, tmp_path / "data"))
    yield copy
    copy.close()


class Written:
    """What a server writes to its log; `start_logging` takes its stream."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    @property
    def lines(self) -> list[str]:
        return self.stream.getvalue().splitlines()


@pytest.fixture
def written() -> Iterator[Written]:
    """The log of a test that starts logging. Afterwards logging is as it was."""
    root, hooks = logging.getLogger(), (threading.excepthook, sys.excepthook)
    handlers, level = [*root.handlers], root.level
    yield Written()
    root.handlers[:] = handlers
    root.setLevel(level)
    threading.excepthook, sys.excepthook = hooks
    logging.captureWarnings(False)
    logging.raiseExceptions = True
