"""Eight come to a new place at the same instant: each opens it, and one set of tables is made."""

import threading
from pathlib import Path

import pytest

from ledger.time_bank import TimeBank

AT_ONCE = 8


def open_at_once(url: str) -> list[Exception]:
    """Opens the place eight times at the same instant; answers what went wrong."""
    barrier = threading.Barrier(AT_ONCE)
    faults: list[Exception] = []

    def open_it() -> None:
        barrier.wait()
        try:
            with TimeBank.open(url) as bank:
                bank.people.named()
                bank.log.head()
                views = bank.place.views_engine()
                views.connect().close()
                views.dispose()
        except Exception as fault:  # noqa: BLE001 - looked at in the test's own thread
            faults.append(fault)

    threads = [threading.Thread(target=open_it) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return faults


@pytest.mark.parametrize("number", range(3))
def test_a_new_folder_is_opened_by_eight_at_once(tmp_path: Path, number: int) -> None:
    assert open_at_once(f"sqlite:///{tmp_path}/elm-street") == []


def test_a_new_database_is_opened_by_eight_at_once(postgresql_url: str) -> None:
    assert open_at_once(postgresql_url) == []
