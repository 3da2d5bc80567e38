"""What a log does, on both databases."""

import pytest

from ledger.log.entry import StoredEntry
from ledger.log.opening import open_log
from ledger.log.store import Conflict, Log, LogUnavailable

REPORTED = ("exchange-reported", b'{"n":1}', ("exchange:1", "account:ana"))
SETTLED = ("exchange-settled", b'{"n":2}', ("exchange:1", "account:ana", "account:bo"))
GIFT = ("gift-recorded", b'{"n":3}', ("gift:1", "account:bo"))


def test_an_entry_is_stored_exactly_as_it_was_written(log: Log) -> None:
    position = log.append([REPORTED, SETTLED], unless=(), after=0)

    first, second = log.from_position(0, limit=10)
    assert (first.type, first.data, first.tags) == REPORTED
    assert (second.type, second.data, second.tags) == SETTLED
    assert (first.position, second.position) == (position - 1, position)


def test_the_head_of_an_empty_log_is_zero(log: Log) -> None:
    assert log.head() == 0
    assert log.read({"account:ana": 0}) == ([], 0)
    assert log.from_position(0, limit=10) == []
    assert list(log.scan()) == []


def test_reading_by_tags_returns_each_entry_once_in_order_and_the_head(log: Log) -> None:
    log.append([REPORTED, SETTLED], unless=(), after=0)
    last = log.append([GIFT], unless=(), after=0)

    entries, head = log.read({"account:bo": 0, "account:ana": 0, "exchange:1": 0})

    assert [entry.data for entry in entries] == [REPORTED[1], SETTLED[1], GIFT[1]]
    assert head == last
    assert log.read({"account:nobody": 0}) == ([], last)
    assert log.read({}) == ([], last)


def test_each_tag_is_read_from_its_own_position(log: Log) -> None:
    log.append([REPORTED, SETTLED, GIFT], unless=(), after=0)
    everything = log.from_position(0, limit=10)

    entries, _ = log.read({"account:ana": everything[0].position, "account:bo": everything[1].position})

    assert entries == everything[1:]


@pytest.mark.parametrize("tag", ['with "quotes"', "with \\ backslash", "Übung", "a\tb", "{curly}", "%s"])
def test_a_tag_may_be_any_text(log: Log, tag: str) -> None:
    log.append([("gift-recorded", b"{}", (tag, tag))], unless=(tag,), after=0)

    entries, head = log.read({tag: 0})

    assert [set(entry.tags) for entry in entries] == [{tag}]
    with pytest.raises(Conflict):
        log.append([GIFT], unless=(tag,), after=head - 1)


def test_an_append_conflicts_with_a_later_entry_that_it_depends_on(log: Log) -> None:
    known_at = log.append([REPORTED], unless=(), after=0)
    log.append([SETTLED], unless=("exchange:1",), after=known_at)

    with pytest.raises(Conflict):
        log.append([GIFT], unless=("gift:1", "account:bo"), after=known_at)

    assert [entry.data for entry in log.from_position(0, limit=10)] == [REPORTED[1], SETTLED[1]]


def test_an_append_does_not_conflict_with_other_later_entries(log: Log) -> None:
    known_at = log.append([REPORTED], unless=(), after=0)
    log.append([SETTLED], unless=(), after=0)

    last = log.append([GIFT], unless=("gift:1",), after=known_at)

    assert log.head() == last


def test_a_scan_returns_the_whole_log_or_a_part(log: Log) -> None:
    log.append([("gift-recorded", b"%d" % n, (f"gift:{n}",)) for n in range(5000)], unless=(), after=0)

    everything = list(log.scan())

    assert [data for _, data in everything] == [b"%d" % n for n in range(5000)]
    middle = everything[2500][0]
    assert list(log.scan(after=middle)) == everything[2501:]
    assert list(log.scan(upto=middle)) == everything[:2501]
    assert list(log.scan(after=everything[10][0], upto=everything[12][0])) == everything[11:13]
    assert list(log.scan(after=everything[-1][0], upto=everything[-1][0] + 100)) == []


def test_a_scan_ends_at_the_head_at_its_start(log: Log) -> None:
    log.append([REPORTED, SETTLED], unless=(), after=0)

    scan = log.scan()
    next(scan)
    log.append([GIFT], unless=(), after=0)

    assert len(list(scan)) == 1


def test_pages_of_entries_follow_one_another(log: Log) -> None:
    log.append([REPORTED, SETTLED, GIFT], unless=(), after=0)

    first = log.from_position(0, limit=2)
    second = log.from_position(first[-1].position, limit=2)

    assert [entry.data for entry in (*first, *second)] == [REPORTED[1], SETTLED[1], GIFT[1]]


def test_entries_are_there_after_reopening(log: Log, log_url: str) -> None:
    log.append([REPORTED], unless=(), after=0)
    log.close()

    again = open_log(log_url, create=False)
    entries, head = again.read({"exchange:1": 0})
    again.close()

    assert entries == [StoredEntry(head, *REPORTED)]


def test_a_closed_log_refuses_every_call(log: Log) -> None:
    log.close()

    for use in (log.head, lambda: log.append([GIFT], unless=(), after=0)):
        with pytest.raises(LogUnavailable, match="closed") as fault:
            use()
        assert fault.value.kind == "closed"
    log.close()


def test_a_snapshot_only_replaces_an_older_one(log: Log, log_url: str) -> None:
    log.save_snapshots([("account:ana", 5, b"five"), ("account:bo", 4, b"four")])
    log.save_snapshots([("account:ana", 3, b"three")])
    log.save_snapshots([("account:bo", 6, b"six")])
    log.save_snapshots([])

    expected = {"account:ana": (5, b"five"), "account:bo": (6, b"six")}
    assert log.load_snapshots(["account:ana", "account:bo", "account:chidi"]) == expected
    log.close()
    again = open_log(log_url)
    again.save_snapshots([("account:ana", 4, b"four")])
    again.append([GIFT], unless=(), after=0)
    assert again.load_snapshots(["account:ana", "account:bo"]) == expected
    again.close()
