"""The times that entries are recorded at: by this machine's clock, but never before the entry that comes before them."""

import threading
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

from ledger.deciding.requests import Clock
from ledger.log.entry import UnreadableEntry, recorded_at
from ledger.log.store import Log
from ledger.refusals import ClockFarAhead

FAR_AHEAD = timedelta(days=180)
"""A clock this far after the last entry is more likely wrong than right. Whatever it records can never be dated earlier again."""


class LogClock:
    """The clock of one log. The last entry counts, whichever process recorded it, and also after a restart."""

    def __init__(self, clock: Clock, log: Log) -> None:
        self._clock = clock
        self._log = log
        self._lock = threading.Lock()
        self._latest = datetime.min.replace(tzinfo=UTC)
        self._last_entry = (log.era, 0, self._latest)
        self._checked_on: date | None = None
        self._is_limited = False

    def limit(self, checked_on: date | None) -> None:
        """Record nothing while the clock is far ahead of the last entry, and of the day on which the host checked it."""
        self._is_limited, self._checked_on = True, checked_on

    def now(self) -> datetime:
        """Return the current time, never earlier than the last one returned."""
        with self._lock:
            self._latest = max(self._clock(), self._latest)
            return self._latest

    def must_not_be_far_ahead(self, head: int) -> None:
        """Raise ClockFarAhead if the host must confirm the clock before anything comes after this head of the log."""
        if not self._is_limited or not head:
            return
        last, now = self._recorded_at(head), self.now()
        if now - last > FAR_AHEAD and (self._checked_on is None or now.date() - self._checked_on > FAR_AHEAD):
            raise ClockFarAhead(now_on=f"{now:%Y-%m-%d}", last_on=f"{last:%Y-%m-%d}")

    def after(self, head: int) -> datetime:
        """Return the time for an entry that is recorded after this head of the log."""
        return max(self.now(), self._recorded_at(head))

    def recorded(self, position: int, at: datetime) -> None:
        """Remember the time of the entry at a position, so that it need not be read."""
        with self._lock:
            self._last_entry = (self._log.era, position, at)

    def _recorded_at(self, position: int) -> datetime:
        era, known, at = self._last_entry
        if (era, position) != (self._log.era, known):
            stored = self._log.from_position(position - 1, limit=1) if position else []
            at = datetime.min.replace(tzinfo=UTC)
            with suppress(UnreadableEntry):  # `hours doctor` names it; it says nothing about the time
                at = recorded_at(stored[0].data) if stored else at
            self.recorded(position, at)
        return at
