"""An entry of a newer program stops commands that depend on it, and nothing is recorded."""

import json

import pytest

from ledger.exchanges.commands import ReportExchange
from ledger.log.entry import UnreadableEntry
from ledger.replay import replay
from ledger.time_bank import TimeBank
from tests.cast import ANA, BO, CHIDI, RUTH, TODAY, help_of, minutes_of, reopened


def write_as_a_newer_program(bank: TimeBank, **changes: object) -> None:
    """Append an entry about Bo's account that this program does not know."""
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
def test_an_unknown_entry_stops_commands_that_depend_on_it(
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


def test_an_unknown_entry_does_not_stop_other_commands(bank: TimeBank) -> None:
    write_as_a_newer_program(bank, type="hours-donated")

    bank.do(ReportExchange(legs=(help_of(CHIDI, RUTH),), given_on=TODAY), by=RUTH)

    assert minutes_of(bank, RUTH) == -60
