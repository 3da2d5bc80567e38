"""An entry that a read model cannot apply stops that read model, loudly, and no other."""

import logging
from collections.abc import Sequence

import pytest
import sqlalchemy as sa

from ledger.exchanges.facts import ExchangeConfirmed, ExchangeReported
from ledger.identifiers import AccountId, ExchangeId, MemberId
from ledger.members.facts import MemberWelcomed
from projections.balances import Balances
from projections.engine import rebuild
from projections.engine.locks import writing
from projections.engine.read_model import IncomingEntry, count, word
from projections.engine.tables import TableWriter
from projections.members import Members
from projections.views import Views
from tests.cast import ANA, BO, TODAY, help_of
from tests.projections.elm_street import ElmStreet, tables

OF_ANA = AccountId(ANA)


def test_a_bad_entry_stops_only_the_read_model_that_cannot_apply_it(
    street: ElmStreet, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    street.reported()
    position = street.wrote(ExchangeConfirmed(exchange=ExchangeId("x-nowhere"), confirmed_by=BO))
    street.reported(5)

    as_of = street.views.catch_up()
    street.views.catch_up()

    states = {state.name: state for state in street.views.state()}
    assert list(street.stopped) == ["exchanges"]
    assert f"(position {position})" in street.stopped["exchanges"] and "x-nowhere" in street.stopped["exchanges"]
    assert states["exchanges"].number == states["balances"].number - 3
    assert (street.given_by_ana, as_of.position) == (65, street.bank.log.head())
    assert len(street.views.exchanges.history(ANA).rows) == 1
    assert [str(one).split(" at ")[0] for one in street.views.check()] == ["exchanges stopped"]


def test_a_stopped_read_model_stays_stopped_until_it_is_rebuilt(
    street: ElmStreet, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)

    def fail(self: Balances, batch: Sequence[IncomingEntry], rows: TableWriter) -> None:
        raise KeyError("a bug")

    with monkeypatch.context() as patched:
        patched.setattr(Balances, "apply", fail)
        street.views.catch_up(street.reported())
    street.reported(5)
    with Views.open(street.bank.place, street.bank.log) as reopened:
        reopened.catch_up()
    while_stopped = street.given_by_ana, set(street.stopped)
    street.views.rebuild()

    assert while_stopped == (0, {"balances"})
    assert (street.given_by_ana, street.stopped) == (65, {})


def test_an_unreadable_entry_stops_every_read_model_before_it(street: ElmStreet) -> None:
    street.reported()
    street.bank.log.append([("nonsense", b'{"v":1}', ("made-up",))], unless=("nothing",), after=0)
    street.reported(5)

    street.views.catch_up()
    street.views.rebuild()

    assert set(street.stopped) == {state.name for state in street.views.state()}
    assert all("UnreadableEntry" in words for words in street.stopped.values())
    assert street.given_by_ana == 60


def test_a_fault_names_the_one_bad_entry_in_a_large_batch(
    small_street: ElmStreet, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    for minutes in range(1, 10):
        small_street.reported(minutes)
    position = small_street.wrote(MemberWelcomed(member=MemberId("m-nobody")))
    for minutes in range(1, 10):
        small_street.reported(minutes)

    small_street.views.catch_up()

    states = {state.name: state for state in small_street.views.state()}
    assert list(small_street.stopped) == [Members.name]
    assert states["members"].position == position - 1


def test_an_entry_that_a_rebuild_cannot_apply_stops_its_read_models_there(
    street: ElmStreet, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    monkeypatch.setattr(rebuild, "BATCH", 5)
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


def test_a_read_model_that_fails_during_a_rebuild_stops_there_and_the_others_are_complete(
    street: ElmStreet, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    monkeypatch.setattr(rebuild, "BATCH", 5)
    street.lively()
    before = tables(street.views)
    apply, number = Balances.apply, street.views.as_of().number - 11

    def fail(self: Balances, batch: Sequence[IncomingEntry], rows: TableWriter) -> None:
        if any(incoming.number >= number for incoming in batch):
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


def test_text_that_copy_would_misread_is_stored_unchanged(street: ElmStreet) -> None:
    odd = ["tab\there", "line\nhere", "back\\slash", "return\rhere", "\\N", ""]
    written = [(f"{word} {number}", number, 0) for word in odd for number in range(30)]
    plain = [(f"plain {number}", number, 0) for number in range(200)]
    things = sa.Table("things", sa.MetaData(), word("name", key=True), count("one"), count("other"))
    with street.views._engine.connect() as connection:
        with writing(connection):
            things.create(connection)
            TableWriter(connection).insert(things, written)
            TableWriter(connection).insert(things, plain)
        found = sorted(map(tuple, connection.execute(sa.select(things))))

    assert found == sorted([*written, *plain])
