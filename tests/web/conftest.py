"""Fixtures for tests of the web app."""

import shutil
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
