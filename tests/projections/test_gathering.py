"""Tables that a rebuild fills from memory hold what they would hold if every change were written at once."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.events.exchanges import ExchangeReported
from ledger.identifiers import ExchangeId
from ledger.log.places import Place
from projections import gathering, rebuild, table_in_memory
from projections.balances import Balances
from projections.columns import count, word
from projections.gathering import GatheredRows
from projections.locks import writing
from projections.read_model import Recorded
from projections.rows import Row, Rows
from tests.bench import logs
from tests.cast import BO, TODAY, help_of
from tests.projections.elm_street import ElmStreet, tables
from tests.providing import PostgreSQL

THINGS = sa.Table("things", sa.MetaData(), word("name", key=True), count("one"), count("other"))
PAIRS = sa.Table("pairs", sa.MetaData(), word("name", key=True), count("place", key=True), count("one"))

NAMES = st.sampled_from("abcdefgh")
NUMBERS = st.integers(-5, 5)
DOINGS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(("insert", "replace", "add")), st.lists(st.tuples(NAMES, NUMBERS), max_size=4)),
        st.tuples(st.sampled_from(("delete", "of")), st.lists(st.tuples(NAMES, NUMBERS), max_size=4)),
        st.just(("write", [])),
    ),
    max_size=30,
)
Doings = list[tuple[str, list[tuple[str, int]]]]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Engine]:
    """Somewhere to write, on either database."""
    with ExitStack() as stack:
        place = Place.folder(tmp_path_factory.mktemp("gathering"))
        if request.param == "postgresql":
            server: PostgreSQL = request.getfixturevalue("postgresql")
            place = Place(stack.enter_context(server.fresh_database()))
        engine = place.views_engine()
        yield engine
        engine.dispose()


@pytest.fixture
def tight(monkeypatch: pytest.MonkeyPatch) -> None:
    """So little memory that rows are written, forgotten and asked for again all the time."""
    monkeypatch.setattr(gathering, "MOST_ROWS", 4)
    monkeypatch.setattr(gathering, "PIECE", 3)
    monkeypatch.setattr(table_in_memory, "PLACES", 3)
    monkeypatch.setattr(rebuild, "BATCH", 5)


def done(rows: Rows, doings: Doings, table: sa.Table) -> list[Any]:
    """Does all this, and answers what was found on the way. What is there already is not inserted again."""
    wide = table is PAIRS
    answers: list[Any] = []
    for what, told in doings:
        keys: dict[Any, int] = {((name, ord(name)) if wide else name): number for name, number in told}
        values = [((*key, number) if wide else (key, number, 1)) for key, number in keys.items()]
        if what == "of":
            answers.append(rows.of(table, list(keys)))
        elif what == "delete":
            rows.delete(table, list(keys))
        elif what == "write":
            if isinstance(rows, GatheredRows):
                rows.write_some()
        elif what == "insert":
            there = rows.of(table, list(keys))
            rows.insert(table, [value for key, value in zip(keys, values, strict=True) if key not in there])
        else:
            getattr(rows, what)(table, values)
    return answers


def contents(connection: sa.Connection, table: sa.Table, suffix: str = "") -> list[Any]:
    return sorted(map(tuple, connection.exec_driver_sql(f"SELECT * FROM {table.name}{suffix}")))


def with_more(name: str, row: Row | None, more: Sequence[int]) -> Row | None:
    """A thing and how many there are of it; when there are none, it is not there."""
    there = (row[1] if row else 0) + sum(more)
    return (name, there, 0) if there else None


@settings(deadline=None, max_examples=40)
@given(changes=st.lists(st.dictionaries(NAMES, st.lists(NUMBERS, min_size=1, max_size=3), max_size=3), max_size=12))
def test_changes_that_are_noted_make_the_rows_of_folding_at_once(
    engine: sa.Engine, changes: list[dict[str, list[int]]]
) -> None:
    with engine.connect() as connection, pytest.MonkeyPatch.context() as patched:
        patched.setattr(gathering, "MOST_ROWS", 4)
        patched.setattr(table_in_memory, "PLACES", 3)
        with writing(connection):
            for suffix in ("", "__next"):
                connection.exec_driver_sql(f"DROP TABLE IF EXISTS {THINGS.name}{suffix}")
                THINGS.to_metadata(sa.MetaData(), name=THINGS.name + suffix).create(connection)
            at_once = Rows(connection)
            for some in changes:
                at_once.fold(THINGS, some, with_more)
        noted = GatheredRows(connection, "__next", are_empty=True)
        for some in changes:
            noted.fold(THINGS, {name: [*more] for name, more in some.items()}, with_more)
            noted.write_some()
        noted.write_all()

        with connection.begin():
            assert contents(connection, THINGS, "__next") == contents(connection, THINGS)


@settings(deadline=None, max_examples=60)
@given(doings=DOINGS)
@pytest.mark.parametrize("table", [THINGS, PAIRS])
def test_whatever_is_done_the_rows_are_those_of_writing_at_once(
    engine: sa.Engine, table: sa.Table, doings: Doings
) -> None:
    with engine.connect() as connection, pytest.MonkeyPatch.context() as patched:
        patched.setattr(gathering, "MOST_ROWS", 4)
        patched.setattr(gathering, "PIECE", 3)
        patched.setattr(table_in_memory, "PLACES", 3)
        with writing(connection):
            for suffix in ("", "__next"):
                connection.exec_driver_sql(f"DROP TABLE IF EXISTS {table.name}{suffix}")
                table.to_metadata(sa.MetaData(), name=table.name + suffix).create(connection)
            expected = done(Rows(connection), doings, table), contents(connection, table)
        rows = GatheredRows(connection, "__next", are_empty=True)
        answers = done(rows, doings, table)
        rows.write_all()

        assert (answers, contents(connection, table, "__next")) == expected
        connection.commit()


def test_with_little_memory_a_rebuild_gives_the_same_rows(street: ElmStreet, tight: None) -> None:
    street.lively()
    before = tables(street.views)

    street.views.rebuild()

    assert tables(street.views) == before
    assert street.views.check() == []


@pytest.mark.parametrize("seed", [1, 2])
def test_a_log_taken_in_entry_by_entry_and_all_at_once_gives_the_same_rows(
    small_street: ElmStreet, tight: None, seed: int
) -> None:
    made = list(logs.rows(200, seed=seed))
    for begin in range(0, len(made), 7):
        logs.fill(small_street.bank.log, iter(made[begin : begin + 7]))
        small_street.views.catch_up()
    before = tables(small_street.views)

    small_street.views.rebuild()

    assert tables(small_street.views) == before
    assert len(before["statement_lines"]) > 50


def test_memory_keeps_within_its_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "MOST_ROWS", 50)
    engine = Place.folder(tmp_path).views_engine()
    with engine.connect() as connection:
        with writing(connection):
            THINGS.create(connection)
        rows = GatheredRows(connection, "", are_empty=True)
        most = 0
        for number in range(0, 600, 20):
            names = [f"thing {more}" for more in range(number, number + 20)]
            rows.of(THINGS, names)
            rows.insert(THINGS, [(name, 1, 2) for name in names])
            rows.write_some()
            most = max(most, rows.held)
        rows.write_all()

        assert most <= 50
        assert len(contents(connection, THINGS)) == 600
    engine.dispose()


def test_what_is_there_already_is_a_fault_when_it_is_still_in_memory_and_when_it_is_written(tmp_path: Path) -> None:
    engine = Place.folder(tmp_path).views_engine()
    with engine.connect() as connection:
        with writing(connection):
            THINGS.create(connection)
        rows = GatheredRows(connection, "", are_empty=True)
        rows.of(THINGS, ["a"])
        rows.insert(THINGS, [("a", 1, 1)])
        with pytest.raises(KeyError, match="things a is there already"):
            rows.insert(THINGS, [("a", 2, 2)])
        rows.write_all()
        rows.insert(THINGS, [("a", 2, 2)])
        with pytest.raises(Exception, match="UNIQUE"):
            rows.write_all()
    engine.dispose()


def test_an_entry_that_only_shows_as_wrong_when_rows_are_written_stops_its_read_model_there(
    street: ElmStreet, tight: None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    exchange = street.helped()
    for _ in range(3):
        street.helped()
    twice = ExchangeReported(
        exchange=ExchangeId(exchange), legs=(help_of(minutes=5),), given_on=TODAY, reported_by=BO, awaiting=()
    )
    position = street.wrote(twice)
    street.helped(minutes=5)

    street.views.rebuild()

    assert set(street.stopped) == {"exchanges", "journal"}
    assert all(f"(position {position})" in words for words in street.stopped.values())
    assert street.given_by_ana == 245


def test_a_read_model_that_fails_in_the_middle_stops_at_its_entry_and_the_others_are_whole(
    street: ElmStreet, tight: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    street.lively()
    before = tables(street.views)
    apply, number = Balances.apply, street.views.as_of().number - 11

    def fail(self: Balances, batch: Sequence[Recorded], rows: Rows) -> None:
        if any(recorded.number >= number for recorded in batch):
            raise KeyError("a bug")
        apply(self, batch, rows)

    with monkeypatch.context() as patched:
        patched.setattr(Balances, "apply", fail)
        street.views.rebuild()
    states = {state.name: state for state in street.views.state()}
    after = tables(street.views)

    assert set(street.stopped) == {"balances"}
    assert number - 5 < states["balances"].number < number
    assert {name for name in before if after[name] != before[name]} <= {table.name for table in Balances.tables}


def test_words_that_a_copy_would_read_otherwise_arrive_as_they_are(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        odd = ["tab\there", "line\nhere", "back\\slash", "return\rhere", "\\N", ""]
        with writing(connection):
            connection.exec_driver_sql("DROP TABLE IF EXISTS things")
            THINGS.create(connection)
            Rows(connection).insert(THINGS, [(f"{word} {number}", number, 0) for word in odd for number in range(30)])
            plain = [(f"plain {number}", number, 0) for number in range(200)]
            Rows(connection).insert(THINGS, plain)

        names = {name for name, *_ in contents(connection, THINGS)}
        connection.commit()
    assert names == {f"{word} {number}" for word in odd for number in range(30)} | {name for name, *_ in plain}
