"""Many threads and several processes write one log: every claim succeeds once, and no entry is lost or missed."""

import threading
from collections import Counter
from collections.abc import Callable

from ledger.log.store import Conflict, Log
from tests.ledger.log.programs import acknowledged, appending

THREADS = 16


def test_each_claim_of_sixteen_threads_succeeds_once(log: Log) -> None:
    claims = range(25)
    winners: Counter[int] = Counter()
    positions: list[int] = []

    def claim_all(_: int) -> None:
        for claim in claims:
            try:
                positions.append(
                    log.append([("claimed", b"", (f"claim:{claim}",))], unless=(f"claim:{claim}",), after=0)
                )
                winners[claim] += 1
            except Conflict:
                pass

    _in_threads(claim_all)

    assert winners == Counter(dict.fromkeys(claims, 1))
    assert sorted(positions) == [position for position, _ in log.scan()]


def test_all_entries_of_sixteen_independent_threads_are_recorded(log: Log) -> None:
    each = 20

    def append_own(thread: int) -> None:
        known_at = 0
        for number in range(each):
            tags = (f"account:{thread}",)
            known_at = log.append([("given", b"%d:%d" % (thread, number), tags)] * 2, unless=tags, after=known_at)

    _in_threads(append_own)

    kept = list(log.scan())
    assert len(kept) == THREADS * each * 2
    for thread in range(THREADS):
        entries, _ = log.read({f"account:{thread}": 0})
        assert [entry.data for entry in entries] == [b"%d:%d" % (thread, n // 2) for n in range(each * 2)]
        for first, second in zip(entries[::2], entries[1::2], strict=True):
            assert second.position == first.position + 1, "what is appended together stays together"


def test_positions_on_sqlite_have_no_gaps_even_after_conflicts(sqlite_log: Log) -> None:
    def append_or_be_refused(thread: int) -> None:
        for number in range(20):
            try:
                sqlite_log.append([("given", b"", (f"n:{number}", f"t:{thread}"))], unless=(f"n:{number}",), after=0)
                sqlite_log.append([("given", b"", ())], unless=(), after=0)
            except Conflict:
                pass

    _in_threads(append_or_be_refused)

    assert [position for position, _ in sqlite_log.scan()] == list(range(1, 41))


def test_a_reader_that_follows_the_log_of_several_processes_sees_every_entry_in_order(log: Log, log_url: str) -> None:
    each = 150
    processes = [appending(log_url, f"process{number}", each) for number in range(3)]
    seen: list[tuple[int, bytes]] = []

    while len(seen) < 3 * each:
        ended = all(process.poll() is not None for process in processes)
        page = log.from_position(seen[-1][0] if seen else 0, limit=50)
        seen += [(entry.position, entry.data) for entry in page]
        assert page or not ended, "the writers have ended and entries were missed"
    printed = {name: at for process in processes for name, at in acknowledged(process.communicate()[0]).items()}

    assert [process.returncode for process in processes] == [0, 0, 0]
    assert seen == list(log.scan()), "following and scanning must give the same"
    assert printed == {data.decode(): position for position, data in seen}


def _in_threads(work: Callable[[int], None]) -> None:
    faults: list[BaseException] = []

    def checked(number: int) -> None:
        try:
            work(number)
        except BaseException as fault:  # noqa: BLE001 - a fault in a thread must fail the test
            faults.append(fault)

    threads = [threading.Thread(target=checked, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
