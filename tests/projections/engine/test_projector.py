"""The projector applies every entry exactly once, also after crashes and beside other processes."""

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy import exc

from ledger.identifiers import AccountId
from ledger.log.entry import StoredEntry
from projections.engine import projector, rebuild
from projections.statements import Statements
from projections.views import Views
from tests.cast import ANA
from tests.projections.elm_street import ElmStreet, tables

OF_ANA = AccountId(ANA)


def test_an_entry_can_be_read_as_soon_as_it_is_written(street: ElmStreet) -> None:
    position = street.reported()

    as_of = street.views.catch_up(position)

    assert street.given_by_ana == 60
    assert as_of == street.views.as_of()
    assert as_of.position == position == street.bank.log.head()
    assert as_of.number == len(list(street.bank.log.scan()))


def test_catching_up_does_nothing_when_there_is_nothing_new(street: ElmStreet, monkeypatch: pytest.MonkeyPatch) -> None:
    as_of = street.views.catch_up(street.reported())

    def refuse(*_: object) -> None:
        raise AssertionError("there was nothing to do")

    monkeypatch.setattr(projector.Projector, "_advance", refuse)

    assert street.views.catch_up() == street.views.catch_up(as_of.position) == street.views.catch_up(1) == as_of


def test_a_crash_between_rows_and_checkpoint_counts_nothing_twice(
    street: ElmStreet, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = street.views.as_of()
    street.reported()

    def crash(*_: object) -> None:
        raise exc.OperationalError("the lights went out", None, OSError())

    with monkeypatch.context() as patched:
        patched.setattr(projector, "save_checkpoints", crash)
        patched.setattr("projections.views.RETRY_AFTER_SECONDS", 0.0)
        street.views.catch_up()
    in_between = street.given_by_ana, {state.number for state in street.views.state()}
    street.views.catch_up()

    assert in_between == (0, {before.number})
    assert street.given_by_ana == 60
    assert street.views.check() == []


def test_a_crash_in_one_read_model_rolls_back_those_before_it(
    street: ElmStreet, monkeypatch: pytest.MonkeyPatch
) -> None:
    street.reported()

    def crash(*_: object) -> None:
        raise exc.OperationalError("the disk is full", None, OSError())

    with monkeypatch.context() as patched:
        patched.setattr(Statements, "apply", crash)
        patched.setattr("projections.views.RETRY_AFTER_SECONDS", 0.0)
        street.views.catch_up()
    in_between = street.given_by_ana
    street.views.catch_up()

    assert in_between == 0
    assert street.given_by_ana == 60
    assert street.stopped == {}


def test_entries_are_applied_in_as_many_batches_as_needed(street: ElmStreet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projector, "BATCH", 2)
    for minutes in range(1, 6):
        street.reported(minutes)

    street.views.catch_up()

    assert street.given_by_ana == 15
    assert street.views.check() == []


def test_opening_rebuilds_only_read_models_whose_definition_changed(
    street: ElmStreet, monkeypatch: pytest.MonkeyPatch
) -> None:
    street.lively()
    before = tables(street.views)
    rebuilt: list[str] = []
    enter = rebuild.Rebuild.__enter__

    def recording(self: rebuild.Rebuild) -> rebuild.Rebuild:
        rebuilt.extend(model.name for model in self._models)
        return enter(self)

    monkeypatch.setattr(rebuild.Rebuild, "__enter__", recording)
    Views.open(street.bank.place, street.bank.log).close()
    unchanged = list(rebuilt)
    monkeypatch.setattr(Statements, "version", 2)
    Views.open(street.bank.place, street.bank.log).close()

    assert (unchanged, rebuilt) == ([], ["statements"])
    assert tables(street.views) == before


def test_another_log_in_the_same_place_is_noticed_at_opening(street: ElmStreet) -> None:
    street.lively()
    with street.views._engine.begin() as connection:
        connection.execute(sa.text("UPDATE read_models SET entry = 'of a log that was restored over'"))
        connection.execute(sa.text("UPDATE tallies SET given = given + 1"))

    with Views.open(street.bank.place, street.bank.log) as reopened:
        assert reopened.check() == []


def test_read_models_without_all_columns_of_their_checkpoints_are_rebuilt_at_opening(street: ElmStreet) -> None:
    street.lively()
    before = tables(street.views)
    with street.views._engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE read_models DROP COLUMN stopped_by"))

    with Views.open(street.bank.place, street.bank.log) as reopened:
        assert tables(reopened) == before


def test_opening_reads_the_last_entry_only(street: ElmStreet, monkeypatch: pytest.MonkeyPatch) -> None:
    street.lively()
    read: list[StoredEntry] = []
    from_position = street.bank.log.from_position

    def recording(after: int, *, limit: int) -> list[StoredEntry]:
        found = from_position(after, limit=limit)
        read.extend(found)
        return found

    monkeypatch.setattr(street.bank.log, "from_position", recording)
    monkeypatch.setattr(street.bank.log, "scan", None)

    with Views.open(street.bank.place, street.bank.log) as reopened:
        assert reopened.as_of().position == read[0].position
    # A log is identified by its first entry, which stored reports belong to.
    assert [stored.position for stored in read] == [street.bank.log.head(), 1]


def test_a_lost_connection_is_replaced(postgresql_url: str) -> None:
    street = ElmStreet.founded(postgresql_url)
    street.views.catch_up(street.reported())
    cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> %s"
    with psycopg.connect(postgresql_url) as connection:
        connection.execute(cut, (connection.info.backend_pid,))

    with street.views._engine.connect() as connection:
        connection.execute(sa.text("SELECT 1"))
    as_of = street.views.catch_up()

    assert as_of.position == street.bank.log.head()
    assert street.given_by_ana == 60
    street.close()
