"""Several processes log at the same time: the balances add up at every entry, and no limit is exceeded."""

import pytest

from tests.cast import founded
from tests.faults.books import acknowledged, check, reporting

EACH = 20


@pytest.mark.parametrize("count", [3, pytest.param(8, marks=pytest.mark.long)])
def test_several_processes_log_and_the_balances_add_up_at_every_entry(database_url: str, count: int) -> None:
    # All open the place at the same time, before the community is founded. The first one creates the tables.
    processes = [reporting(database_url, f"round{number}", seed=number, count=EACH) for number in range(count)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"

    with founded(database_url) as bank:
        told = [acknowledged(process.communicate(timeout=60)[0]) for process in processes]

        assert [process.returncode for process in processes] == [0] * count
        assert all(told), "a process was never acknowledged"
        check(bank, [command for one in told for command in one])
