"""Several servers can start at the same time on one PostgreSQL database whose tables nobody has created yet."""

import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import psycopg
import pytest

from tests.commands.conftest import Original
from tests.providing import PostgreSQL

ROOT = Path(__file__).resolve().parents[2]


def serving(url: str) -> "subprocess.Popen[str]":
    """Start the real command, and do not wait for it."""
    command = [sys.executable, "-m", "web.commands.main", "--database", url, "serve", "--port", "0"]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    return subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True)


def until_it_answers(server: "subprocess.Popen[str]") -> str:
    """Wait until a server answers at the address that it prints. Return what it printed if it ends instead."""
    assert server.stderr is not None
    printed = ""
    for line in server.stderr:
        printed += line
        if line.startswith("Serving "):
            urllib.request.urlopen(f"{line.split()[-1]}/healthz").close()
            return ""
    return printed


@pytest.mark.parametrize("rounds", [2, pytest.param(20, marks=pytest.mark.long)])
def test_two_servers_that_start_at_once_both_serve(original: Original, postgresql: PostgreSQL, rounds: int) -> None:
    faults: list[str] = []
    for _ in range(rounds):
        with postgresql.fresh_database(original("founded", "postgresql")) as url:
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute("DROP SCHEMA IF EXISTS views CASCADE")
            servers = [serving(url) for _ in range(2)]
            try:
                faults += [until_it_answers(server) for server in servers]
                for server in servers:
                    server.send_signal(signal.SIGTERM)
                faults += [server.communicate()[1] for server in servers]
            finally:
                for server in servers:
                    server.kill()
                    server.wait()

    assert faults == [""] * (4 * rounds)
