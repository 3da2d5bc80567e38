"""`hours serve` and `hours demo`, as processes."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.commands.conftest import Run

SECONDS_TO_START = 60


@contextmanager
def running(*words: str, folder: Path) -> Generator[tuple[str, subprocess.Popen[str]]]:
    """A server on a free port, and its address, once it answers."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "web.commands.main", *words, "--port", str(port)]
    root = Path(__file__).resolve().parents[2]
    environment = os.environ | {"PYTHONPATH": str(root), "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        yield _when_it_answers(f"http://127.0.0.1:{port}", process), process
    finally:
        process.kill()
        process.communicate()


def _when_it_answers(address: str, process: subprocess.Popen[str]) -> str:
    until = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < until and process.poll() is None:
        try:
            urllib.request.urlopen(f"{address}/healthz", timeout=SECONDS_TO_START).close()
        except OSError:
            time.sleep(0.05)
        else:
            return address
    raise AssertionError(f"the server did not answer: {process.communicate()}")


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_a_community_is_served_until_the_server_is_stopped(run_in: Run, tmp_path: Path, stop: signal.Signals) -> None:
    run_in("found", "--name", "Riverside", "--timezone", "UTC", "--coordinator", "Chidi")

    with running("--data", str(tmp_path / "community"), "serve", folder=tmp_path) as (address, process):
        page = urllib.request.urlopen(f"{address}/sign-in").read().decode()
        process.send_signal(stop)
        said, complaints = process.communicate(timeout=20)

    assert "Riverside" in page
    assert (process.returncode, said) == (0, "")
    assert complaints == f"Serving {tmp_path / 'community'} at {address}\n"
    assert not (tmp_path / "community" / "log.db-wal").exists()


def test_a_port_in_use_is_reported_in_two_lines(run_in: Run) -> None:
    run_in("found", "--name", "Riverside", "--timezone", "UTC", "--coordinator", "Chidi")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = run_in("serve", "--port", taken.getsockname()[1])

    assert result.exit_code == 1
    assert "Address already in use" in result.stderr and "--port 8001" in result.stderr


def test_the_demo_is_made_once_and_signs_in_three_people(tmp_path: Path) -> None:
    words = ("demo", "--members", "16", "--years", "1")
    links: list[list[str]] = []
    for _ in range(2):
        with running(*words, folder=tmp_path) as (address, process):
            process.send_signal(signal.SIGTERM)
            said, _ = process.communicate(timeout=20)
        links.append(re.findall(rf"{address}/sign-in/links/[\w-]+", said))
        assert process.returncode == 0

    assert [path.name for path in tmp_path.iterdir()] == ["demo-data"]
    assert [len(some) for some in links] == [3, 3] and not {*links[0]} & {*links[1]}


def test_the_demo_is_sealed_and_leaves_the_hosts_own_seals_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOURS_SEAL", str(tmp_path / "real-seals"))

    with running("demo", "--members", "16", "--years", "1", folder=tmp_path) as (address, process):
        note = urllib.request.urlopen(f"{address}/checkpoint").read().decode()
        process.send_signal(signal.SIGTERM)
        said, notes = process.communicate(timeout=20)

    number = re.search(r"([\d,]+) entries", said)
    assert number is not None and note.splitlines()[:2] == ["demo/riverside/1", number[1].replace(",", "")]
    assert "HOURS_SEAL=demo-data/seal" in notes
    assert not (tmp_path / "real-seals").exists()


def test_the_demo_leaves_a_real_community_alone(run_in: Run, tmp_path: Path) -> None:
    run_in("found", "--name", "Riverside", "--timezone", "UTC", "--coordinator", "Chidi")

    result = run_in("demo", "--port", "0")

    assert result.exit_code == 1
    assert "contains a real community" in result.stderr


def test_the_demo_leaves_a_folder_with_other_things_alone(run_in: Run, tmp_path: Path) -> None:
    (tmp_path / "community").mkdir()
    (tmp_path / "community" / "letters.txt").write_text("Dear Ruth")

    result = run_in("demo", "--port", "0")

    assert result.exit_code == 1
    assert "already contains something else" in result.stderr
