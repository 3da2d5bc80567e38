"""A long rebuild by two processes: the same tables as by one, and nothing half done when one of them goes."""

import logging
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from ledger.events.exchanges import ExchangeSettled
from ledger.log.places import Place
from projections import filling, intake, rebuild
from projections.balances import Balances
from projections.filling import OtherProcess, shares
from projections.gathering import GatheredRows
from projections.locks import writing
from projections.read_model import ReadModel, Recorded
from projections.rows import Rows
from projections.standings import STANDINGS
from tests.projections.elm_street import ElmStreet, tables


@pytest.fixture
def by_two(monkeypatch: pytest.MonkeyPatch) -> list[OtherProcess]:
    """Every log is a long one now, and the machine can do two things at a time; who helped is noted."""
    monkeypatch.setattr(rebuild, "LONG", 0)
    monkeypatch.setattr(rebuild, "BATCH", 7)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    helped: list[OtherProcess] = []
    begin = OtherProcess.__init__

    def noting(self: OtherProcess, *told: Any) -> None:
        begin(self, *told)
        helped.append(self)

    monkeypatch.setattr(OtherProcess, "__init__", noting)
    return helped


def test_two_processes_make_the_same_tables(street: ElmStreet, by_two: list[OtherProcess]) -> None:
    street.lively()
    before, as_of = tables(street.views), street.views.as_of()

    street.views.rebuild()
    states = street.views.state()
    found = street.views.check()

    assert tables(street.views) == before
    assert {(state.number, state.position, state.stopped_by) for state in states} == {
        (as_of.number, as_of.position, None)
    }
    assert found == []
    assert [one._process.returncode for one in by_two] == [0, 0]


def test_an_entry_that_nobody_can_read_stops_the_read_models_of_both(
    small_street: ElmStreet, by_two: list[OtherProcess]
) -> None:
    small_street.reported()
    small_street.bank.log.append([("nonsense", b'{"v":1}', ("made-up",))], unless=("nothing",), after=0)
    small_street.reported(5)

    small_street.views.rebuild()

    assert set(small_street.stopped) == {state.name for state in small_street.views.state()}
    assert small_street.given_by_ana == 60
    assert len(by_two) == 1


def test_when_the_other_process_is_killed_this_one_does_it_all(
    street: ElmStreet, by_two: list[OtherProcess], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    street.lively()
    before = tables(street.views)

    def kill(_done: int, _total: int) -> None:
        by_two[0]._process.send_signal(signal.SIGKILL)

    street.views.rebuild(kill)

    assert by_two[0]._process.returncode == -signal.SIGKILL
    assert tables(street.views) == before
    assert street.stopped == {}


def test_when_this_process_is_stopped_the_other_ends_too_and_live_tables_stay(
    street: ElmStreet, by_two: list[OtherProcess]
) -> None:
    street.lively()
    before = tables(street.views)

    def stop(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        street.views.rebuild(stop)

    assert by_two[0]._process.returncode is not None
    assert tables(street.views) == before
    assert not [name for name in sa.inspect(street.views._engine).get_table_names() if name.endswith(filling.SUFFIX)]


def test_a_read_model_that_fails_here_leaves_those_of_the_other_process_whole(
    small_street: ElmStreet,
    by_two: list[OtherProcess],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.CRITICAL)
    small_street.lively()

    def fail(self: ReadModel, batch: Sequence[Recorded], rows: Rows) -> None:
        raise KeyError("a bug")

    here, _ = shares(small_street.views._projector._models)
    with monkeypatch.context() as patched:
        patched.setattr(type(here[0]), "apply", fail)
        small_street.views.rebuild()
    stopped = set(small_street.stopped)
    small_street.views.rebuild()

    assert stopped == {here[0].name}
    assert small_street.stopped == {}
    assert small_street.views.check() == []


def test_whoever_lost_the_process_that_waits_writes_no_more(tmp_path: Path) -> None:
    engine = Place.folder(tmp_path).views_engine()
    with engine.connect() as connection:
        with writing(connection):
            STANDINGS.create(connection)
        rows = GatheredRows(connection, "", are_empty=True, is_wanted=lambda: False)
        rows.insert(STANDINGS, [("balances", "", "", 1, 0, 0, "", "", "")])
        with pytest.raises(SystemExit):
            rows.write_all()

        assert connection.exec_driver_sql("SELECT * FROM read_models").fetchall() == []
    engine.dispose()


def test_the_other_process_ends_when_nobody_tells_it_anything() -> None:
    ended = subprocess.run([sys.executable, "-P", "-m", "projections"], input=b"", capture_output=True, check=False)

    assert ended.returncode
    assert b"EOFError" in ended.stderr


def test_every_read_model_is_somebodys_and_only_those_that_need_no_reports_go_to_the_other_process(
    small_street: ElmStreet,
) -> None:
    models = small_street.views._projector._models

    here, there = shares(models)

    assert sorted(model.name for model in (*here, *there)) == sorted(model.name for model in models)
    assert {"exchanges", "journal"} <= {model.name for model in here}
    assert {"balances", "statements", "contributions", "years"} <= {model.name for model in there}
    assert shares(there) == (there, [])  # alone, they are nobody else's work


def test_the_other_process_is_told_what_concerns_it_and_how_far_the_log_has_come(small_street: ElmStreet) -> None:
    small_street.helped(minutes=60)
    small_street.reported()
    batch = intake.read(small_street.bank.log.scan(), 0)

    told = intake.concerned([small_street.views.balances], batch)

    kinds = [type(one.entry.data) for one in told]
    assert told[-1] is batch.entries[-1]
    assert Balances.concerns and Balances.concerns.issuperset(kinds[:-1])
    assert ExchangeSettled in kinds
    assert intake.concerned([small_street.views.journal], batch) == list(batch.entries)
    assert intake.concerned([small_street.views.balances], intake.Batch([])) == []
