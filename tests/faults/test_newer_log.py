"""A log that a newer program wrote to: what is not understood stops whoever it concerns, and nothing is recorded."""

import json

import pytest

from ledger.exchanges.commands import ReportExchange
from ledger.log.entry import UnreadableEntry
from ledger.replay import replay
from ledger.time_bank import TimeBank
from tests.cast import ANA, BO, CHIDI, RUTH, TODAY, help_of, minutes_of, reopened


def write_as_a_newer_program(bank: TimeBank, **changes: object) -> None:
    """Appends an entry about Bo's account that today's program does not know."""
    _, latest = list(bank.log.scan())[-1]
    entry = json.loads(latest) | changes
    bank.log.append([(entry["type"], json.dumps(entry).encode(), (f"account:{BO}",))], unless=(), after=0)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"type": "hours-donated"}, "“hours-donated” is not known here"),
        ({"ver": 9}, "version 9 is newer"),
        ({"v": 2}, "format 2"),
    ],
    ids=["another fact", "another version", "another format"],
)
def test_what_is_not_understood_stops_with_a_sentence(
    bank: TimeBank, changes: dict[str, object], sentence: str
) -> None:
    write_as_a_newer_program(bank, **changes)
    head = bank.log.head()

    with reopened(bank) as cold:
        for seen in (bank, cold):
            with pytest.raises(UnreadableEntry, match=sentence):
                seen.do(ReportExchange(legs=(help_of(ANA, BO),), given_on=TODAY), by=BO)
    with pytest.raises(UnreadableEntry, match=sentence):
        replay(bank.log)

    assert bank.log.head() == head


def test_whom_it_does_not_concern_can_go_on(bank: TimeBank) -> None:
    write_as_a_newer_program(bank, type="hours-donated")

    bank.do(ReportExchange(legs=(help_of(CHIDI, RUTH),), given_on=TODAY), by=RUTH)

    assert minutes_of(bank, RUTH) == -60
