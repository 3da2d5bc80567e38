"""A real log with injected faults: conflicts and lost answers."""

from collections.abc import Callable, Mapping, Sequence

from ledger.log.entry import StoredEntry
from ledger.log.store import Conflict, Log, LogUnavailable
from ledger.time_bank import TimeBank
from tests.cast import clock, counting_ids

Entries = Sequence[tuple[str, bytes, Sequence[str]]]


class FaultyLog(Log):
    """Does what the log does. `before` runs before each append, `after` between the append and its answer."""

    def __init__(
        self,
        log: Log,
        *,
        before: Callable[[Entries], None] = lambda entries: None,
        after: Callable[[Entries], None] = lambda entries: None,
    ) -> None:
        super().__init__(log.recorder)
        self._before = before
        self._after = after
        self.is_readable = True
        self.tries = 0

    def append(self, entries: Entries, *, unless: Sequence[str], after: int, era: int | None = None) -> int:
        self.tries += 1
        self._before(entries)
        position = super().append(entries, unless=unless, after=after, era=era)
        self._after(entries)
        return position

    def read(self, after: Mapping[str, int]) -> tuple[list[StoredEntry], int]:
        if not self.is_readable:
            raise lost()
        return super().read(after)


def with_faults(
    bank: TimeBank,
    *,
    before: Callable[[Entries], None] = lambda entries: None,
    after: Callable[[Entries], None] = lambda entries: None,
) -> tuple[TimeBank, FaultyLog]:
    """Open the same community through a faulty log."""
    log = FaultyLog(bank.log, before=before, after=after)
    return TimeBank(bank.place, log, bank.people, clock=clock, ids=counting_ids(9000)), log


def lost() -> LogUnavailable:
    """The error raised when the connection breaks before the answer arrives."""
    return LogUnavailable("gone", "The connection is lost.", unsure=True)


def always_conflicting(_: Entries) -> None:
    """Raise a conflict every time."""
    raise Conflict


def times(count: int, fault: Callable[[Entries], None]) -> Callable[[Entries], None]:
    """Inject a fault this many times."""
    left = [count]

    def maybe(entries: Entries) -> None:
        left[0] -= 1
        if left[0] >= 0:
            fault(entries)

    return maybe


def answer_lost(_: Entries) -> None:
    """Lose the connection, so that the caller cannot know whether the entries were appended."""
    raise lost()
