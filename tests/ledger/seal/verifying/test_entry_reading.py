"""Patterns read the same as full parsing, full parsing rejects everything that is not an entry, and the sequence rules hold."""

import io
from collections.abc import Iterator, Sequence

import msgspec
import pytest

from ledger.catalogue import Fact
from ledger.exchanges.facts import ExchangeConfirmed, ExchangeReported, ExchangeReversed, ExchangeSettled
from ledger.gifts.facts import GiftRecorded, GiftWithdrawn
from ledger.identifiers import AccountId, CommandId, ExchangeId, GiftId
from ledger.log.entry import encode
from ledger.seal.verifying.canonical import LARGEST_ENTRY_BYTES, BadEntry, UnknownKind
from ledger.seal.verifying.entry_reading import EntrySummary, read, read_by_pattern, read_in_full
from ledger.seal.verifying.segments import ENTRIES, LogTotals, read_segments, tasks
from tests.cast import ANA, BO, CHIDI, EXCHANGE, GARDENING, GIFT, TODAY, help_of
from tests.ledger.recorded.samples import EVER_RECORDED, entry_of

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


def whole(data: bytes, origin: str = ORIGIN) -> EntrySummary | None:
    """The summary from full parsing, or None if the entry is rejected."""
    try:
        return read_in_full(7, data, origin)
    except (BadEntry, UnknownKind):
        return None


@each_common
def test_common_entries_read_the_same_by_pattern_and_in_full(fact: Fact) -> None:
    for changed in ({}, {"on_behalf": None}, {"sealed": {}}, {"on_behalf": None, "sealed": {}}):
        data = written(fact, **changed)

        assert read_by_pattern(7, data, ORIGIN) == read_in_full(7, data, ORIGIN) == read(7, data, ORIGIN)


@each_common
def test_common_entries_match_a_pattern(fact: Fact, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.seal.verifying.entry_reading.read_in_full", None)

    assert read(7, written(fact), ORIGIN).command == ("command-000001", "m-chidi", "0123456789abcdef0123456789abcdef")


@pytest.mark.parametrize("data", EVER_RECORDED.values(), ids=EVER_RECORDED.keys())
def test_whatever_a_pattern_reads_is_the_same_in_full(data: bytes) -> None:
    assert read(1, data, ORIGIN) == read_in_full(1, data, ORIGIN)
    assert read_by_pattern(1, data, ORIGIN) in (None, read_in_full(1, data, ORIGIN))


def with_one_byte_wrong(data: bytes) -> Iterator[bytes]:
    for place in range(len(data)):
        yield data[:place] + data[place + 1 :]
        yield data[:place] + data[place : place + 1] + data[place:]
        for odd in ODD_BYTES:
            yield data[:place] + bytes([odd]) + data[place + 1 :]
            yield data[:place] + bytes([odd]) + data[place:]


@each_common
def test_one_changed_byte_never_passes_by_pattern_alone(fact: Fact) -> None:
    wrongly = [
        changed
        for changed in with_one_byte_wrong(written(fact))
        if (seen := read_by_pattern(7, changed, ORIGIN)) is not None and seen != whole(changed)
    ]

    assert wrongly == []


@each_common
def test_a_missing_or_repeated_piece_never_passes_by_pattern_alone(fact: Fact) -> None:
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
    ("old", "new", "message"),
    [
        ('"minutes":60', '"minutes":1441', "“legs” is malformed"),
        ('"receiver":"m-bo"', '"receiver":"m-ana"', "“legs” is malformed"),
        ("localhost/elm-street/1", "localhost/oak-street/1", "belongs to the log"),
        ('"via":"web"', f'"via":"{"w" * LARGEST_ENTRY_BYTES}"', "cannot have more than"),
    ],
    ids=["too long", "with oneself", "another log", "too large"],
)
def test_impossible_entries_that_match_a_pattern_are_rejected(old: str, new: str, message: str) -> None:
    data = written(COMMON["settled"])
    assert old.encode() in data
    data = data.replace(old.encode(), new.encode())

    assert read_by_pattern(7, data, ORIGIN) is None
    with pytest.raises(BadEntry, match=message):
        read(7, data, ORIGIN)


def test_the_largest_entry_is_read_by_pattern_and_one_byte_more_is_rejected() -> None:
    data = written(COMMON["confirmed"])
    for more, is_read in ((0, True), (1, False)):
        origin = ORIGIN + "w" * (LARGEST_ENTRY_BYTES - len(data) + more)
        long = data.replace(ORIGIN.encode(), origin.encode())

        assert len(long) == LARGEST_ENTRY_BYTES + more
        assert (read_by_pattern(7, long, origin) is not None) == is_read
        assert is_read or whole(long, origin) is None


X = ExchangeId("x-0001")
LEGS = (help_of(),)
REPORT = ExchangeReported(exchange=X, legs=LEGS, given_on=TODAY, reported_by=ANA, awaiting=())
SETTLE = ExchangeSettled(exchange=X, legs=LEGS, given_on=TODAY)
REVERSE = ExchangeReversed(exchange=X, legs=LEGS, given_on=TODAY, asked_by=BO, approved_by=ANA)
AGAIN = ExchangeReported(
    exchange=ExchangeId("x-0002"), legs=LEGS, given_on=TODAY, reported_by=ANA, awaiting=(), corrects=X
)
RECORDED_GIFT = GiftRecorded(
    gift=GiftId("f-1"), giver=ANA, receiver=AccountId(BO), category=GARDENING, given_on=TODAY, recorded_by=ANA
)
WITHDRAW = GiftWithdrawn(
    gift=GiftId("f-1"), giver=ANA, receiver=AccountId(BO), category=GARDENING, given_on=TODAY, withdrawn_by=ANA
)


def read_facts(facts: Sequence[Fact], commands: Sequence[str] = (), workers: int = 1) -> LogTotals:
    """The totals of a log with these facts, each with its own command unless `commands` are given."""
    names = commands or [f"command-{number:06}" for number in range(len(facts))]
    entries = [
        encode(msgspec.structs.replace(entry_of(fact), cmd=CommandId(name)))
        for fact, name in zip(facts, names, strict=True)
    ]
    file = io.BytesIO(b"".join(entry + b"\n" for entry in entries))
    totals = LogTotals()
    for segment in read_segments(file, tasks(file, len(entries), "localhost/elm-street/1", [], b"secret"), workers):
        totals.add(segment)
    totals.finish()
    return totals


def faults(*facts: Fact) -> list[tuple[int, str]]:
    return [(number, message) for number, message, _ in read_facts(facts).faults]


def test_entries_in_sequence_have_no_fault() -> None:
    assert faults(REPORT, SETTLE, REVERSE, AGAIN, RECORDED_GIFT, WITHDRAW) == []


@pytest.mark.parametrize(
    ("facts", "number", "message"),
    [
        ((SETTLE,), 1, "settles something that no earlier entry mentions"),
        ((SETTLE, REPORT), 1, "settles something that no earlier entry mentions"),
        ((REPORT, REVERSE), 2, "reverses something that no earlier entry mentions"),
        ((REPORT, REPORT), 2, "reports what entry 1 already reports"),
        ((REPORT, SETTLE, SETTLE), 3, "settles what entry 2 already settles"),
        ((REPORT, SETTLE, REVERSE, REVERSE), 4, "reverses what entry 3 already reverses"),
        ((REPORT, SETTLE, AGAIN), 3, "corrects something that no earlier entry mentions"),
        ((AGAIN,), 1, "corrects something that no earlier entry mentions"),
        ((WITHDRAW,), 1, "withdraws something that no earlier entry mentions"),
        ((RECORDED_GIFT, RECORDED_GIFT), 2, "records what entry 1 already records"),
        ((RECORDED_GIFT, WITHDRAW, WITHDRAW), 3, "withdraws what entry 2 already withdraws"),
    ],
)
def test_what_comes_too_early_or_twice_is_named(facts: tuple[Fact, ...], number: int, message: str) -> None:
    found = faults(*facts)

    assert [found[0][0], message in found[0][1]] == [number, True], found


def test_a_settlement_or_reversal_must_repeat_the_earlier_entry() -> None:
    more = ExchangeSettled(exchange=X, legs=(help_of(minutes=61),), given_on=TODAY)
    less = ExchangeReversed(exchange=X, legs=(help_of(minutes=59),), given_on=TODAY, asked_by=BO, approved_by=ANA)
    other = GiftWithdrawn(
        gift=GiftId("f-1"), giver=CHIDI, receiver=AccountId(BO), category=GARDENING, given_on=TODAY, withdrawn_by=CHIDI
    )

    assert faults(REPORT, more) == [(2, "it does not match entry 1")]
    assert faults(REPORT, SETTLE, less) == [(3, "it does not match entry 2")]
    assert faults(RECORDED_GIFT, other) == [(2, "it does not match entry 1")]


def test_entries_of_one_command_are_consecutive() -> None:
    assert read_facts([REPORT, SETTLE, REVERSE], ["command-000001", "command-000001", "command-000002"]).faults == []
    (fault,) = read_facts([REPORT, SETTLE, REVERSE], ["command-000001", "command-000002", "command-000001"]).faults
    assert (fault.number, "entry 1" in fault.message) == (3, True)


def test_many_segments_read_the_same_in_one_process_and_in_several() -> None:
    gifts = [
        GiftRecorded(
            gift=GiftId(f"f-{number}"),
            giver=ANA,
            receiver=AccountId(BO),
            category=GARDENING,
            given_on=TODAY,
            recorded_by=ANA,
        )
        for number in range(ENTRIES + 3)
    ]
    facts = [*gifts, REPORT, SETTLE, RECORDED_GIFT]
    commands = [f"command-{number:06}" for number in range(len(facts))]
    commands[ENTRIES] = commands[ENTRIES - 1]  # one command across the seam

    alone, together = (read_facts(facts, commands, workers) for workers in (1, 2))

    assert alone.size == ENTRIES + 6 and alone.edge.root == together.edge.root
    assert alone.balances == together.balances == {"m-ana": (60, 0), "m-bo": (0, 60)}
    assert alone.faults == together.faults == [(ENTRIES + 6, "it records what entry 2 already records", False)]
