"""Who installs the wheel has everything: the commands, the templates, the stylesheet."""

import os
import re
import shutil
import socket
import subprocess
import sys
import sysconfig
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.house_rules.tree import PACKAGES, ROOT, files, name

SECONDS_TO_START = 30
NOT_SHIPPED = {".po", ".pot"}  # translators work on these; what is read at run time is made from them


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's wheel, built from a copy so that nothing of the build stays in the tree."""
    source = tmp_path_factory.mktemp("source") / "common-hours"
    for path in files():
        copy = source / name(path)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, copy)
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(source.parent), str(source))
    (built,) = source.parent.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def hours(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `hours` command of an environment that held nothing before the wheel came into it."""
    home = tmp_path_factory.mktemp("installed") / "venv"
    run(sys.executable, "-m", "venv", "--without-pip", str(home))
    # The locked dependencies are lent by this environment, by a path at the end of the search: tests need no network, and
    # what is under test is what the wheel holds. The project's own folder is not on that path, as no `.pth` in it is read.
    packages = home / Path(sysconfig.get_path("purelib")).relative_to(sys.prefix)
    (packages / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")
    run(
        sys.executable, "-m", "pip", f"--python={home / 'bin/python'}", "install", "--no-deps", "--no-index", str(wheel)
    )
    return home / "bin" / "hours"


def test_the_wheel_contains_exactly_the_files_of_the_three_packages(wheel: Path) -> None:
    wanted = {name(path) for path in files() if name(path).split("/")[0] in PACKAGES and path.suffix not in NOT_SHIPPED}

    held = {item for item in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in item}

    assert {item for item in held if Path(item).suffix not in NOT_SHIPPED} == wanted


def test_the_wheel_contains_the_licence(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as held:
        (licence,) = (item for item in held.namelist() if item.endswith("/licenses/LICENSE"))

        assert held.read(licence) == (ROOT / "LICENSE").read_bytes()


def test_a_community_can_be_founded_and_served_from_the_wheel_alone(hours: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    founding = ["--name", "Riverside", "--timezone", "Europe/London", "--coordinator", "Chidi Obi"]
    run(str(hours), "--data", str(data), "found", *founding, cwd=tmp_path)

    with serving(hours, data) as address:
        page = fetch(f"{address}/sign-in").decode()
        stylesheets = re.findall(r'<link[^>]+rel="stylesheet"[^>]+href="([^"]+)"', page)
        styles = [fetch(f"{address}{href}") for href in stylesheets]

    assert "Riverside" in page
    assert styles
    assert all(b"{" in style for style in styles)


@contextmanager
def serving(hours: Path, data: Path) -> Generator[str]:
    """The address of a server that runs for the length of a test."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = data.parent / "server.log"
    with log.open("wb") as words:
        order = [str(hours), "--data", str(data), "serve", "--port", str(port)]
        server = subprocess.Popen(order, cwd=data.parent, env=bare(), stdout=words, stderr=words)
    try:
        wait_for(f"http://127.0.0.1:{port}/healthz", server, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=SECONDS_TO_START)


def wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Until the server answers; its own words, where it never does."""
    latest = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < latest and server.poll() is None:
        try:
            fetch(address)
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"the server did not answer:\n{log.read_text()}")


def fetch(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=SECONDS_TO_START) as answer:
        return answer.read()


def run(*order: str, cwd: Path | None = None) -> None:
    """Runs a command to its end; its words, where it fails."""
    done = subprocess.run(order, cwd=cwd, env=bare(), check=False, capture_output=True, text=True)
    assert done.returncode == 0, f"{' '.join(order)}\n{done.stdout}{done.stderr}"


def bare() -> dict[str, str]:
    """An environment in which nothing points back to this tree."""
    return {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "COVERAGE", "HOURS_"))}
