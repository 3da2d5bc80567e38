"""Several processes log at once: every account adds up at every entry, and no limit is passed."""

import pytest

from tests.cast import founded
from tests.faults.books import acknowledged, check, reporting

EACH = 20


@pytest.mark.parametrize("count", [3, pytest.param(8, marks=pytest.mark.long)])
def test_processes_log_at_once_and_the_books_balance_at_every_entry(database_url: str, count: int) -> None:
    # They open the place before it is founded, all at the same time: whoever comes first makes the tables.
    processes = [reporting(database_url, f"round{number}", seed=number, count=EACH) for number in range(count)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"

    with founded(database_url) as bank:
        told = [acknowledged(process.communicate(timeout=60)[0]) for process in processes]

        assert [process.returncode for process in processes] == [0] * count
        assert all(told), "somebody never came through"
        check(bank, [command for one in told for command in one])
