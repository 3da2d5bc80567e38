"""Eight threads can open a new place at the same time, and one set of tables is created."""

import threading
from pathlib import Path

import pytest

from ledger.time_bank import TimeBank

AT_ONCE = 8


def open_at_once(url: str) -> list[Exception]:
    """Open the place eight times at the same time. Return what went wrong."""
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
        except Exception as fault:  # noqa: BLE001 - checked in the test's own thread
            faults.append(fault)

    threads = [threading.Thread(target=open_it) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return faults


@pytest.mark.parametrize("number", range(3))
def test_a_new_folder_can_be_opened_eight_times_at_once(tmp_path: Path, number: int) -> None:
    assert open_at_once(f"sqlite:///{tmp_path}/elm-street") == []


def test_a_new_database_can_be_opened_eight_times_at_once(postgresql_url: str) -> None:
    assert open_at_once(postgresql_url) == []
