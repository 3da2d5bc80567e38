"""Both recorders do what `eventsourcing.dcb` specifies."""

import itertools
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from eventsourcing.dcb import tests as library
from eventsourcing.dcb.api import DCBAppendCondition, DCBEvent, DCBQuery, DCBQueryItem, DCBRecorder
from eventsourcing.dcb.popo import InMemoryDCBRecorder
from eventsourcing.persistence import IntegrityError, ProgrammingError

from ledger.log.postgres_connections import Connections
from ledger.log.postgres_recorder import PostgresDCBRecorder
from ledger.log.sqlite_recorder import SQLiteDCBRecorder

TYPES: tuple[str, ...] = ("reported", "settled", "declined")
TAGS: tuple[str, ...] = ("ana", "bo", "chidi", 'rúth\'s "own" \\ tag')


@pytest.fixture
def postgres_recorder(postgresql_url: str) -> Iterator[PostgresDCBRecorder]:
    connections = Connections(postgresql_url)
    yield PostgresDCBRecorder(connections)
    connections.close()


@pytest.fixture(params=["sqlite", "postgres"])
def recorder(request: pytest.FixtureRequest) -> DCBRecorder:
    return request.getfixturevalue(f"{request.param}_recorder")


def test_a_recorder_passes_the_librarys_test_of_appending_and_reading(recorder: DCBRecorder) -> None:
    library.DCBRecorderTestCase()._test_append_read(recorder)


def test_a_recorder_with_entries_passes_the_librarys_test_of_appending_and_reading(recorder: DCBRecorder) -> None:
    for number in range(7):
        recorder.append([DCBEvent(type="earlier", data=b"earlier", tags=[f"earlier{number}"])])

    library.DCBRecorderTestCase()._test_append_read(recorder, initial_position=7)


def test_a_recorder_passes_the_librarys_test_of_subscribing(recorder: DCBRecorder) -> None:
    library.DCBRecorderTestCase()._test_append_subscribe(recorder)


def test_a_recorder_with_entries_passes_the_librarys_test_of_subscribing(recorder: DCBRecorder) -> None:
    recorder.append([DCBEvent(type="earlier", data=b"earlier", tags=["earlier"])] * 3)

    library.DCBRecorderTestCase()._test_append_subscribe(recorder, initial_position=3)


def test_a_subscription_gets_entries_of_other_processes(tmp_path: Path) -> None:
    here = SQLiteDCBRecorder(tmp_path / "log.db")
    elsewhere = SQLiteDCBRecorder(tmp_path / "log.db")  # does not notify `here`, like another process

    with here.subscribe() as subscription:
        elsewhere.append([DCBEvent("settled", b"one", ["ana"])])

        assert next(subscription).event.data == b"one"
    here.close()
    elsewhere.close()


def test_every_query_finds_the_same_as_the_librarys_in_memory_recorder(sqlite_recorder: SQLiteDCBRecorder) -> None:
    chance = random.Random(5)
    model = InMemoryDCBRecorder()
    for number in range(60):
        event = DCBEvent(chance.choice(TYPES), b"%d" % number, chance.sample(TAGS, chance.randint(0, 3)))
        assert sqlite_recorder.append([event]) == model.append([event])

    for query, after, limit in itertools.product(_queries(chance), (None, 0, 30, 60, 99), (None, 0, 1, 5)):
        ours = sqlite_recorder.read(query, after=after, limit=limit)
        theirs = model.read(query, after=after, limit=limit)
        assert list(ours) == list(theirs), query
        assert ours.head == theirs.head, query


def test_every_condition_refuses_the_same_as_the_librarys_in_memory_recorder(
    sqlite_recorder: SQLiteDCBRecorder,
) -> None:
    chance = random.Random(6)
    model = InMemoryDCBRecorder()
    refused = 0
    for query in _queries(chance):
        event = DCBEvent(chance.choice(TYPES), b"x", chance.sample(TAGS, chance.randint(0, 2)))
        condition = DCBAppendCondition(query, after=chance.choice([None, len(model.events) - 2, len(model.events)]))
        try:
            model.append([event], condition)
        except IntegrityError:
            refused += 1
            with pytest.raises(IntegrityError):
                sqlite_recorder.append([event], condition)
        else:
            sqlite_recorder.append([event], condition)

    assert list(sqlite_recorder.read()) == model.events
    assert 0 < refused < len(_queries(chance))


def test_an_empty_append_is_rejected(sqlite_recorder: SQLiteDCBRecorder) -> None:
    with pytest.raises(ProgrammingError):
        sqlite_recorder.append([])


def test_a_text_that_cannot_be_encoded_fails_alone(sqlite_recorder: SQLiteDCBRecorder) -> None:
    with pytest.raises(UnicodeEncodeError):
        sqlite_recorder.append([DCBEvent("settled", b"", ["a lone surrogate \ud800"])])
    with pytest.raises(UnicodeEncodeError):
        sqlite_recorder.append([DCBEvent("\ud800", b"", [])])

    assert sqlite_recorder.append([DCBEvent("settled", b"", ["ana", "ana"])]) == 1


def _queries(chance: random.Random) -> list[DCBQuery]:
    def item() -> DCBQueryItem:
        types = chance.sample(TYPES, chance.randint(0, 2))
        return DCBQueryItem(types=types, tags=chance.sample(TAGS, chance.randint(0, 3)))

    return [DCBQuery([item() for _ in range(size)]) for size in (0, 1, 2, 3, 4) for _ in range(8)]
