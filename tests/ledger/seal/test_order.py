"""A host who signs anything still cannot pass a book in which something comes before what it rests on."""

import io
from collections.abc import Sequence

import msgspec
import pytest

from ledger.events import ExchangeReported, ExchangeReversed, ExchangeSettled, Fact, GiftRecorded, GiftWithdrawn
from ledger.identifiers import AccountId, CommandId, ExchangeId, GiftId
from ledger.log.entry import encode
from ledger.seal.verifying.segments import ENTRIES, read_segments, tasks
from tests.cast import ANA, BO, CHIDI, GARDENING, TODAY, help_of
from tests.ledger.recorded.record import entry_of

X = ExchangeId("x-0001")
LEGS = (help_of(),)
REPORT = ExchangeReported(exchange=X, legs=LEGS, given_on=TODAY, reported_by=ANA, awaiting=())
SETTLE = ExchangeSettled(exchange=X, legs=LEGS, given_on=TODAY)
REVERSE = ExchangeReversed(exchange=X, legs=LEGS, given_on=TODAY, asked_by=BO, approved_by=ANA)
AGAIN = ExchangeReported(
    exchange=ExchangeId("x-0002"), legs=LEGS, given_on=TODAY, reported_by=ANA, awaiting=(), corrects=X
)
GIFT = GiftRecorded(
    gift=GiftId("f-1"),
    giver=ANA,
    receiver=AccountId(BO),
    category=GARDENING,
    given_on=TODAY,
    recorded_by=ANA,
)
WITHDRAW = GiftWithdrawn(
    gift=GiftId("f-1"),
    giver=ANA,
    receiver=AccountId(BO),
    category=GARDENING,
    given_on=TODAY,
    withdrawn_by=ANA,
)


def read(facts: Sequence[Fact], commands: Sequence[str] = (), workers: int = 1) -> LogTotals:
    """A book of these facts, each the answer to a command of its own unless told otherwise."""
    names = commands or [f"command-{number:06}" for number in range(len(facts))]
    entries = [
        encode(msgspec.structs.replace(entry_of(fact), cmd=CommandId(name)))
        for fact, name in zip(facts, names, strict=True)
    ]
    file = io.BytesIO(b"".join(entry + b"\n" for entry in entries))
    book = LogTotals()
    for segment in read_segments(file, tasks(file, len(entries), "localhost/elm-street/1", [], b"secret"), workers):
        book.add(segment)
    book.finish()
    return book


def faults(*facts: Fact) -> list[tuple[int, str]]:
    return [(number, words) for number, words, _ in read(facts).faults]


def test_a_life_in_order_has_no_fault() -> None:
    assert faults(REPORT, SETTLE, REVERSE, AGAIN, GIFT, WITHDRAW) == []


@pytest.mark.parametrize(
    ("facts", "number", "words"),
    [
        ((SETTLE,), 1, "settles something that no entry before it tells of"),
        ((SETTLE, REPORT), 1, "settles something that no entry before it tells of"),
        ((REPORT, REVERSE), 2, "reverses something that no entry before it tells of"),
        ((REPORT, REPORT), 2, "reports what entry 1 reports before"),
        ((REPORT, SETTLE, SETTLE), 3, "settles what entry 2 settles before"),
        ((REPORT, SETTLE, REVERSE, REVERSE), 4, "reverses what entry 3 reverses before"),
        ((REPORT, SETTLE, AGAIN), 3, "corrects something that no entry before it tells of"),
        ((AGAIN,), 1, "corrects something that no entry before it tells of"),
        ((WITHDRAW,), 1, "withdraws something that no entry before it tells of"),
        ((GIFT, GIFT), 2, "records what entry 1 records before"),
        ((GIFT, WITHDRAW, WITHDRAW), 3, "withdraws what entry 2 withdraws before"),
    ],
)
def test_what_comes_too_early_or_twice_is_named(facts: tuple[Fact, ...], number: int, words: str) -> None:
    found = faults(*facts)

    assert [found[0][0], words in found[0][1]] == [number, True], found


def test_a_settlement_or_reversal_says_the_same_as_what_it_rests_on() -> None:
    more = ExchangeSettled(exchange=X, legs=(help_of(minutes=61),), given_on=TODAY)
    less = ExchangeReversed(exchange=X, legs=(help_of(minutes=59),), given_on=TODAY, asked_by=BO, approved_by=ANA)
    other = GiftWithdrawn(
        gift=GiftId("f-1"),
        giver=CHIDI,
        receiver=AccountId(BO),
        category=GARDENING,
        given_on=TODAY,
        withdrawn_by=CHIDI,
    )

    assert faults(REPORT, more) == [(2, "it does not say the same as entry 1")]
    assert faults(REPORT, SETTLE, less) == [(3, "it does not say the same as entry 2")]
    assert faults(GIFT, other) == [(2, "it does not say the same as entry 1")]


def test_entries_that_answer_one_command_stand_together() -> None:
    assert read([REPORT, SETTLE, REVERSE], ["command-000001", "command-000001", "command-000002"]).faults == []
    (fault,) = read([REPORT, SETTLE, REVERSE], ["command-000001", "command-000002", "command-000001"]).faults
    assert (fault.number, "entry 1" in fault.words) == (3, True)


def test_a_book_of_many_stretches_is_read_alike_by_one_process_and_by_several() -> None:
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
    facts = [*gifts, REPORT, SETTLE, GIFT]
    commands = [f"command-{number:06}" for number in range(len(facts))]
    commands[ENTRIES] = commands[ENTRIES - 1]  # one command across the seam

    alone, together = (read(facts, commands, workers) for workers in (1, 2))

    assert alone.size == ENTRIES + 6 and alone.edge.root == together.edge.root
    assert alone.balances == together.balances == {"m-ana": (60, 0), "m-bo": (0, 60)}
    assert alone.faults == together.faults == [(ENTRIES + 6, "it records what entry 2 records before", False)]
