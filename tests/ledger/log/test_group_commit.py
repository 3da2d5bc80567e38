"""Callers who are waiting share one commit, and none of them waits for ever."""

import threading
import time
from collections.abc import Sequence

import pytest

from ledger.log.sqlite_recorder import GroupCommit, _Waiting
from ledger.log.store import LogUnavailable


class Slow:
    """Commits numbers. Holds the first group until `go_on` is set, so that other callers have to wait."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.go_on = threading.Event()
        self.begun = threading.Event()
        self.fault: BaseException | None = None

    def __call__(self, wishes: Sequence[int]) -> list[int | Exception]:
        self.groups.append(list(wishes))
        self.begun.set()
        assert self.go_on.wait(10), "the test did not set go_on"
        if self.fault is not None and len(self.groups) == 1:
            raise self.fault
        return [ValueError(wish) if wish < 0 else wish * 10 for wish in wishes]


class Callers:
    """One thread for each request: the first alone, the others while that one is committing."""

    def __init__(self, commit: Slow, first: int, *others: int, most: int = 256) -> None:
        self.group = GroupCommit(commit, most=most)
        self.outcomes: dict[int, int | BaseException] = {}
        self.threads = [threading.Thread(target=self._submit, args=(wish,)) for wish in (first, *others)]
        self.threads[0].start()
        commit.begun.wait(10)
        for waiting, thread in enumerate(self.threads[1:], start=1):
            thread.start()
            while len(self.group._queue) < waiting:
                time.sleep(0.001)

    def _submit(self, wish: int) -> None:
        try:
            self.outcomes[wish] = self.group.submit(wish)
        except BaseException as error:  # noqa: BLE001 - the outcome is what is tested
            self.outcomes[wish] = error

    def finish(self) -> None:
        for thread in self.threads:
            thread.join(10)
            assert not thread.is_alive(), "a caller waits for ever"


def test_a_lone_caller_commits_for_themselves() -> None:
    commit = Slow()
    commit.go_on.set()

    assert GroupCommit(commit).submit(4) == 40
    assert commit.groups == [[4]]


def test_all_waiting_callers_share_the_next_commit() -> None:
    commit = Slow()
    callers = Callers(commit, 1, 2, 3, 4)

    commit.go_on.set()
    callers.finish()

    assert commit.groups == [[1], [2, 3, 4]]
    assert callers.outcomes == {1: 10, 2: 20, 3: 30, 4: 40}


def test_a_group_is_limited_and_the_others_follow_in_order() -> None:
    commit = Slow()
    callers = Callers(commit, 1, 2, 3, 4, 5, 6, most=2)

    commit.go_on.set()
    callers.finish()

    assert commit.groups == [[1], [2, 3], [4, 5], [6]]


def test_one_refusal_does_not_affect_the_others() -> None:
    commit = Slow()
    callers = Callers(commit, 1, -2, 3)

    commit.go_on.set()
    callers.finish()

    assert isinstance(callers.outcomes.pop(-2), ValueError)
    assert callers.outcomes == {1: 10, 3: 30}


def test_every_caller_of_a_group_gets_their_own_copy_of_a_fault() -> None:
    commit = Slow()
    commit.go_on.set()
    commit.fault = LogUnavailable("full", "The disk is full.", unsure=True)
    group = GroupCommit(commit)

    with pytest.raises(LogUnavailable, match="full") as fault:
        group.submit(1)

    assert (fault.value.kind, fault.value.unsure) == ("full", True)
    assert group.submit(2) == 20, "the next one works"

    commit = Slow()
    callers = Callers(commit, 1, 2, 3)
    commit.groups.clear()  # so that the second group is the one that fails
    commit.fault = LogUnavailable("full", "The disk is full.")
    commit.go_on.set()
    callers.finish()

    faults = list(callers.outcomes.values())
    assert [str(fault) for fault in faults if isinstance(fault, LogUnavailable)]
    assert len({id(fault) for fault in faults}) == 3


def test_when_a_leader_is_stopped_the_next_caller_continues() -> None:
    commit = Slow()
    callers = Callers(commit, 1, 2)
    commit.fault = KeyboardInterrupt()

    commit.go_on.set()
    callers.finish()

    assert isinstance(callers.outcomes[1], KeyboardInterrupt)
    assert callers.outcomes[2] == 20


def test_callers_in_the_group_of_a_stopped_leader_learn_that_the_outcome_is_unknown() -> None:
    group: GroupCommit[int, int] = GroupCommit(lambda _: _stopping())
    mine, other = _Waiting[int, int](1), _Waiting[int, int](2)

    with pytest.raises(KeyboardInterrupt):
        group._lead([mine, other])

    assert isinstance(other.outcome, LogUnavailable)
    assert other.outcome.unsure


def test_a_caller_who_stops_waiting_leaves_the_queue_and_passes_on_the_lead() -> None:
    commit = Slow()
    callers = Callers(commit, 1, 2)
    impatient = _Waiting[int, int](3)
    callers.group._queue.append(impatient)

    class Interrupted:
        def acquire(self) -> None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        callers.group._wait(impatient, Interrupted())  # pyright: ignore[reportArgumentType]

    commit.go_on.set()
    callers.finish()
    assert commit.groups == [[1], [2]]
    assert callers.group.submit(4) == 40


def _stopping() -> list[int | Exception]:
    raise KeyboardInterrupt
