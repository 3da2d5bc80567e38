"""A command, from the request to the durable entry: beside one raw durable commit, and as the log grows."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import perf_counter

from eventsourcing.dcb.api import DCBAppendCondition, DCBEvent, DCBQuery, DCBQueryItem
from eventsourcing.dcb.postgres_tt import PostgresDCBRecorderTT
from eventsourcing.postgres import PostgresDatastore
from psycopg.conninfo import conninfo_to_dict

from ledger.exchanges.commands import ReportExchange, help_given
from ledger.identifiers import MemberId, random_id
from ledger.time_bank import TimeBank
from tests.bench import community, logs
from tests.bench.floor_commit import RawCommits
from tests.bench.measuring import Line, in_turn, milliseconds


def reporting(bank: TimeBank, first: MemberId, second: MemberId) -> Callable[[], None]:
    """Log an hour, as the receiver, in turn both ways so that neither reaches a limit."""
    turn = iter(_to_and_fro(first, second))
    today = bank.handler.now().date()

    def once() -> None:
        giver, receiver = next(turn)
        bank.do(ReportExchange(legs=(help_given(giver, receiver, 30, "garden"),), given_on=today), by=receiver)

    return once


def _to_and_fro(first: MemberId, second: MemberId) -> Iterator[tuple[MemberId, MemberId]]:
    while True:
        yield first, second
        yield second, first


def _each(job: Callable[[], None], times: int) -> float:
    begun = perf_counter()
    for _ in range(times):
        job()
    return (perf_counter() - begun) / times


def sqlite(folder: Path, *, quick: bool) -> Iterator[Line]:
    """One command on SQLite beside one raw durable commit on the same disk."""
    times, rounds = (100, 5) if quick else (400, 11)
    url = community.url_of(folder / "command")
    community.found(url, 1_000)
    with community.opened(url) as bank:
        report = reporting(bank, logs.member(8), logs.member(9))
        raw = RawCommits(folder)
        pair = in_turn(lambda: _each(report, times), lambda: raw.seconds_each(times), rounds=rounds)
    yield Line(
        "a command, SQLite, beside one raw durable commit",
        milliseconds(pair.ours),
        milliseconds(pair.other),
        pair.ratio,
        "at most 2.5",
        pair.ratio <= 2.5,
    )


def flatness(folder: Path, *, quick: bool) -> Iterator[Line]:
    """A command on a busy account beside one on a fresh account; a command on a long log beside one on a short log."""
    busy, long = (10_000, 20_000) if quick else (100_000, 1_000_000)
    times, rounds = (100, 5) if quick else (300, 11)
    short_url, long_url = community.sized(folder, 1_000), community.sized(folder, long)
    account_url = community.url_of(folder / "busy")
    community.found(account_url, 1_000)
    with community.opened(account_url) as bank:
        logs.fill(bank.log, logs.rows_between(logs.member(0), logs.member(1), busy))
        pair = in_turn(
            _timed(reporting(bank, logs.member(0), logs.member(1)), times),
            _timed(reporting(bank, logs.member(8), logs.member(9)), times),
            rounds=rounds,
        )
        yield Line(
            f"a command on an account with {busy:,} entries, beside one with few",
            milliseconds(pair.ours),
            milliseconds(pair.other),
            pair.ratio,
            "at most 1.2",
            pair.ratio <= 1.2,
        )
    with community.opened(long_url) as many, community.opened(short_url) as few:
        pair = in_turn(
            _timed(reporting(many, logs.member(8), logs.member(9)), times),
            _timed(reporting(few, logs.member(8), logs.member(9)), times),
            rounds=rounds,
        )
    yield Line(
        f"a command on a log of {long:,} entries, beside 1,000",
        milliseconds(pair.ours),
        milliseconds(pair.other),
        pair.ratio,
        "at most 1.2",
        pair.ratio <= 1.2,
    )


def _timed(job: Callable[[], None], times: int) -> Callable[[], float]:
    return lambda: _each(job, times)


def postgresql(url: str, bare_url: str, *, quick: bool) -> Iterator[Line]:
    """Commands on PostgreSQL beside the bare recorder's conditional append, by one thread and by eight."""
    times, rounds = (60, 3) if quick else (200, 7)
    community.found(url, 4_000)
    recorder = _bare(bare_url)
    with community.opened(url) as bank:
        for threads in (1, 8):
            jobs = [reporting(bank, logs.member(20 + 2 * n), logs.member(21 + 2 * n)) for n in range(threads)]
            bare = [_append(recorder) for _ in range(threads)]
            pair = in_turn(lambda: _together(jobs, times), lambda: _together(bare, times), rounds=rounds)  # noqa: B023
            share = 1 / pair.ratio
            yield Line(
                f"commands, PostgreSQL, {threads} thread{'s' if threads > 1 else ''}, beside the bare recorder's appends",
                f"{1 / pair.ours:,.0f}/s",
                f"{1 / pair.other:,.0f}/s",
                share,
                "at least 0.8",
                share >= 0.8,
            )
    recorder.datastore.close()


def _bare(url: str) -> PostgresDCBRecorderTT:
    told = conninfo_to_dict(url)
    datastore = PostgresDatastore(
        dbname=str(told["dbname"]),
        host=str(told.get("host", "")),
        port=str(told.get("port", "5432")),
        user=str(told.get("user", "")),
        password=str(told.get("password", "")),
        pool_size=10,
    )
    recorder = PostgresDCBRecorderTT(datastore)
    recorder.create_table()
    return recorder


def _append(recorder: PostgresDCBRecorderTT) -> Callable[[], None]:
    def once() -> None:
        tags = [f"exchange:{random_id()}", f"account:{random_id()}", f"command:{random_id()}"]
        event = DCBEvent(type="exchange-settled", data=b"x" * 600, tags=tags)
        condition = DCBAppendCondition(DCBQuery([DCBQueryItem(tags=[tag]) for tag in tags]), after=0)
        recorder.append([event, DCBEvent(type="exchange-reported", data=b"x" * 600, tags=tags)], condition)

    return once


def _together(jobs: list[Callable[[], None]], times: int) -> float:
    begun = perf_counter()
    with ThreadPoolExecutor(len(jobs)) as threads:
        for done in [threads.submit(_each, job, times) for job in jobs]:
            done.result()
    return (perf_counter() - begun) / (times * len(jobs))
