"""What is read at a glance is what is read at length; and at length, everything is refused that is no entry."""

from collections.abc import Iterator

import msgspec
import pytest

from ledger.events import ExchangeConfirmed, ExchangeReported, ExchangeSettled, Fact, GiftRecorded
from ledger.identifiers import AccountId
from ledger.log.entry import encode
from ledger.seal.verifying.canonical import LARGEST_ENTRY_BYTES, BadEntry, UnknownKind
from ledger.seal.verifying.entry_reading import EntrySummary, read, read_by_pattern, read_in_full
from tests.cast import ANA, BO, EXCHANGE, GARDENING, GIFT, TODAY, help_of
from tests.ledger.recorded.record import FOLDER, entry_of

ORIGIN = "localhost/elm-street/1"
ONE, TWO = (help_of(),), (help_of(), help_of(BO, ANA, minutes=1440))
COMMON: dict[str, Fact] = {
    "reported": ExchangeReported(exchange=EXCHANGE, legs=ONE, given_on=TODAY, reported_by=ANA, awaiting=()),
    "reported, one word awaited": ExchangeReported(
        exchange=EXCHANGE, legs=TWO, given_on=TODAY, reported_by=ANA, awaiting=(BO,)
    ),
    "reported, two words awaited": ExchangeReported(
        exchange=EXCHANGE, legs=ONE, given_on=TODAY, reported_by=ANA, awaiting=(ANA, BO)
    ),
    "confirmed": ExchangeConfirmed(exchange=EXCHANGE, confirmed_by=BO),
    "settled": ExchangeSettled(exchange=EXCHANGE, legs=ONE, given_on=TODAY),
    "settled, a skill for a skill": ExchangeSettled(exchange=EXCHANGE, legs=TWO, given_on=TODAY),
    "gift": GiftRecorded(
        gift=GIFT, giver=ANA, receiver=AccountId(BO), category=GARDENING, given_on=TODAY, recorded_by=ANA
    ),
}
each_common = pytest.mark.parametrize("fact", COMMON.values(), ids=COMMON)
ODD_BYTES = b"\x00\n \"'0129\\{}[]:,-._/AZaz\x7f\xc3\xff"


def written(fact: Fact, **changed: object) -> bytes:
    return encode(msgspec.structs.replace(entry_of(fact), **changed))


def whole(data: bytes) -> EntrySummary | None:
    """What is read at length, unless it is refused."""
    try:
        return read_in_full(7, data, ORIGIN)
    except (BadEntry, UnknownKind):
        return None


@each_common
def test_common_entries_are_read_at_a_glance_as_they_are_at_length(fact: Fact) -> None:
    for changed in ({}, {"on_behalf": None}, {"sealed": {}}, {"on_behalf": None, "sealed": {}}):
        data = written(fact, **changed)

        assert read_by_pattern(7, data, ORIGIN) == read_in_full(7, data, ORIGIN) == read(7, data, ORIGIN)


@each_common
def test_common_entries_need_no_second_look(fact: Fact, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.seal.verifying.entry_reading.read_in_full", None)

    assert read(7, written(fact), ORIGIN).command == ("command-000001", "m-chidi", "0123456789abcdef0123456789abcdef")


@pytest.mark.parametrize("sample", sorted(FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_whatever_is_read_at_a_glance_is_the_same_at_length(sample: str) -> None:
    data = (FOLDER / sample).read_bytes()

    assert read(7, data, ORIGIN) == read_in_full(7, data, ORIGIN)
    assert read_by_pattern(7, data, ORIGIN) in (None, read_in_full(7, data, ORIGIN))


def with_one_byte_wrong(data: bytes) -> Iterator[bytes]:
    for place in range(len(data)):
        yield data[:place] + data[place + 1 :]
        yield data[:place] + data[place : place + 1] + data[place:]
        for odd in ODD_BYTES:
            yield data[:place] + bytes([odd]) + data[place + 1 :]
            yield data[:place] + bytes([odd]) + data[place:]


@each_common
def test_one_byte_elsewhere_is_never_passed_by_a_glance_alone(fact: Fact) -> None:
    wrongly = [
        changed
        for changed in with_one_byte_wrong(written(fact))
        if (seen := read_by_pattern(7, changed, ORIGIN)) is not None and seen != whole(changed)
    ]

    assert wrongly == []


@each_common
def test_a_piece_left_out_or_twice_is_never_passed_by_a_glance_alone(fact: Fact) -> None:
    pieces = written(fact).split(b",")
    for place in range(len(pieces)):
        for changed in (
            pieces[:place] + pieces[place + 1 :],
            pieces[: place + 1] + pieces[place:],
            pieces[:place] + pieces[place : place + 2][::-1] + pieces[place + 2 :],
        ):
            data = b",".join(changed)
            assert read_by_pattern(7, data, ORIGIN) in (None, whole(data)), data


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"minutes":60', '"minutes":1441', "moves what cannot be moved"),
        ('"receiver":"m-bo"', '"receiver":"m-ana"', "moves what cannot be moved"),
        ("localhost/elm-street/1", "localhost/oak-street/1", "belongs to the log"),
        ('"via":"web"', f'"via":"{"w" * LARGEST_ENTRY_BYTES}"', "has at most"),
    ],
    ids=["too long", "with oneself", "another log", "too large"],
)
def test_what_fits_a_pattern_and_still_cannot_be_is_refused(old: str, new: str, words: str) -> None:
    data = written(COMMON["settled"])
    assert old.encode() in data
    data = data.replace(old.encode(), new.encode())

    assert read_by_pattern(7, data, ORIGIN) is None
    with pytest.raises(BadEntry, match=words):
        read(7, data, ORIGIN)


def test_the_largest_entry_is_read_at_a_glance_and_one_byte_more_by_nobody() -> None:
    data = written(COMMON["confirmed"])
    filling = "w" * (LARGEST_ENTRY_BYTES - len(data))
    largest = data.replace(b'"via":"web"', f'"via":"web{filling}"'.encode())
    larger = largest.replace(b'"via":"web', b'"via":"webw')

    assert len(largest) == LARGEST_ENTRY_BYTES
    assert read_by_pattern(7, largest, ORIGIN) == whole(largest) is not None
    assert read_by_pattern(7, larger, ORIGIN) is None is whole(larger)
