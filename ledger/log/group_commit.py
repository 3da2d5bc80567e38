"""One writer at a time, and one durable commit for everybody who waits: the first caller commits for the others."""

import copy
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from ledger.log.store import LogUnavailable

Wish = TypeVar("Wish")
Outcome = TypeVar("Outcome")


class GroupCommit(Generic[Wish, Outcome]):
    """Callers bring wishes; whoever comes first takes all that wait, commits them together, and hands the lead on.

    `commit` gets the wishes in the order they came and returns one outcome for each; an exception among the outcomes is
    raised to that caller alone, an exception raised by `commit` itself to every caller of the group. A caller who is
    alone pays for no thread change, which a writer thread of its own would cost every time.
    """

    def __init__(self, commit: Callable[[Sequence[Wish]], Sequence[Outcome | Exception]], *, most: int = 256) -> None:
        self._commit = commit
        self._most = most
        self._mutex = threading.Lock()
        self._queue: deque[_Waiting[Wish, Outcome]] = deque()
        self._leader: _Waiting[Wish, Outcome] | None = None

    def submit(self, wish: Wish) -> Outcome:
        """Waits until the wish is durably granted, or raises why it was not."""
        mine = _Waiting[Wish, Outcome](wish)
        with self._mutex:
            if self._leader is None:
                self._leader = mine
            else:
                mine.turn = threading.Lock()
                mine.turn.acquire()
                self._queue.append(mine)
        if mine.turn is None:
            self._lead([mine])
        else:
            self._wait(mine, mine.turn)
            if mine.outcome is None:
                self._lead(self._next_group())
        outcome = mine.outcome
        assert outcome is not None, "a group was committed without an outcome for its leader"
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def _next_group(self) -> "list[_Waiting[Wish, Outcome]]":
        with self._mutex:
            return [self._queue.popleft() for _ in range(min(len(self._queue), self._most))]

    def _lead(self, group: "list[_Waiting[Wish, Outcome]]") -> None:
        outcomes: Sequence[Outcome | Exception] = ()
        try:
            outcomes = self._commit([waiting.wish for waiting in group])
        except Exception as error:  # noqa: BLE001 - whatever it is, each caller of the group is told
            # Each raises its own copy: one shared exception would collect the tracebacks of all of them.
            outcomes = [error, *(copy.copy(error) for _ in group[1:])]
        finally:
            # Without outcomes the leader is being stopped (Ctrl-C); nobody else may wait for ever because of that.
            for waiting, outcome in zip(group, outcomes or [_stopped() for _ in group], strict=True):
                waiting.outcome = outcome
            with self._mutex:
                self._hand_over()
            for waiting in group[1:]:
                if waiting.turn is not None:
                    waiting.turn.release()

    def _hand_over(self) -> None:
        self._leader = self._queue[0] if self._queue else None
        if self._leader is not None and self._leader.turn is not None:
            self._leader.turn.release()

    def _wait(self, mine: "_Waiting[Wish, Outcome]", turn: threading.Lock) -> None:
        try:
            turn.acquire()
        except BaseException:  # Ctrl-C while waiting: leave the queue, and pass on the lead if it was just handed here
            with self._mutex:
                if mine in self._queue:
                    self._queue.remove(mine)
                if self._leader is mine:
                    self._hand_over()
            raise


class _Waiting(Generic[Wish, Outcome]):
    __slots__ = ("outcome", "turn", "wish")

    def __init__(self, wish: Wish) -> None:
        self.wish = wish
        self.outcome: Outcome | Exception | None = None
        self.turn: threading.Lock | None = None


def _stopped() -> LogUnavailable:
    return LogUnavailable(
        "closed", "The log was stopped while it was writing. Check what was recorded, then try again.", unsure=True
    )
