"""Many threads and several processes bring the same read models up to date at once."""

import subprocess
import sys
import threading

from ledger.identifiers import AccountId
from projections.engine.locks import rebuilding
from projections.views import Views
from tests.cast import ANA, replayed
from tests.projections.elm_street import ElmStreet

OF_ANA = AccountId(ANA)


def test_many_threads_project_every_entry_once(street: ElmStreet) -> None:
    others = [Views.open(street.bank.place, street.bank.log) for _ in range(2)]
    faults: list[BaseException] = []

    def live(views: Views) -> None:
        try:
            for _ in range(5):
                position = street.reported(1)
                assert views.catch_up(position).position >= position
        except BaseException as fault:  # noqa: BLE001 - asserted below, by the thread that can fail the test
            faults.append(fault)

    threads = [threading.Thread(target=live, args=(views,)) for views in [street.views, *others] * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for views in others:
        views.close()

    assert faults == []
    assert street.given_by_ana == 30
    assert street.views.check() == []


PROGRAM = """
import sys
from ledger.exchanges.commands import ReportExchange, help_given
from ledger.time_bank import TimeBank
from projections.views import Views
from tests.cast import ANA, BO, TODAY, clock, caller

with TimeBank.open(sys.argv[1], clock=clock) as bank, Views.open(bank.place, bank.log) as views:
    for number in range(10):
        report = ReportExchange((help_given(ANA, BO, 1, "garden"),), TODAY)
        recorded = bank.do(report, by=caller(BO, f"command-of-{sys.argv[2]}-{number}"))
        assert views.catch_up(recorded.position).position >= recorded.position
"""


def test_several_processes_project_at_once(street: ElmStreet) -> None:
    processes = [
        subprocess.Popen([sys.executable, "-c", PROGRAM, street.bank.place.url, str(number)]) for number in range(3)
    ]
    codes = [process.wait(timeout=120) for process in processes]

    street.views.catch_up()

    assert codes == [0, 0, 0]
    assert street.given_by_ana == 30 == replayed(street.bank.log)[OF_ANA]
    assert street.views.check() == []


def test_only_one_rebuild_runs_at_a_time(street: ElmStreet) -> None:
    order: list[str] = []
    engine = street.views._engine

    def second() -> None:
        with rebuilding(engine):
            order.append("second")

    with rebuilding(engine):
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(timeout=0.2)
        order.append("first")
    thread.join()

    assert order == ["first", "second"]
