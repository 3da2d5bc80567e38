"""On which days help can have happened that is recorded at a certain moment: not in the future, and not over a year ago."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

_SLACK = timedelta(hours=1)
"""Time zones are changed by law, so the tables of two machines can differ. A decision is also a moment older than its entry."""
_MOST_DAYS = 1_000
_UNKNOWN_ZONE_AHEAD = timedelta(hours=14)
_UNKNOWN_ZONE_BEHIND = timedelta(hours=12)


class LoggableDays:
    """Compares days with the moment of recording, in the community's time zone. An unknown zone could be any."""

    def __init__(self, zone: str) -> None:
        try:
            self._zone = ZoneInfo(zone)
        except (ValueError, OSError, KeyError):
            self._zone = None
        self._surely: dict[str, tuple[str, str]] = {}

    @property
    def is_known(self) -> bool:
        """Whether this machine knows the community's time zone."""
        return self._zone is not None

    def is_surely_loggable(self, given_on: str, at: str) -> bool:
        """Whether help on this day can be recorded on this day, in UTC, whatever the time: a quick answer for most entries."""
        day = at[:10]
        sure = self._surely.get(day)
        if sure is None:
            if len(self._surely) > _MOST_DAYS:
                self._surely.clear()
            sure = self._surely[day] = (self._earliest(f"{day}T23:59:59Z"), self._latest(f"{day}T00:00:00Z"))
        return sure[0] <= given_on <= sure[1]

    def is_in_future(self, given_on: str, at: str) -> bool:
        """Whether this day had not begun when it was recorded."""
        return given_on > self._latest(at)

    def is_too_long_ago(self, given_on: str, at: str) -> bool:
        """Whether this day was more than a year ago."""
        return given_on < self._earliest(at)

    def _latest(self, at: str) -> str:
        return self._local(at, _SLACK, _UNKNOWN_ZONE_AHEAD).isoformat()

    def _earliest(self, at: str) -> str:
        today = self._local(at, -_SLACK, -_UNKNOWN_ZONE_BEHIND)
        # 29 February has no counterpart in the year before.
        day = 28 if (today.month, today.day) == (2, 29) else today.day
        return today.replace(year=today.year - 1, day=day).isoformat() if today.year > 1 else ""

    def _local(self, at: str, slack: timedelta, unknown: timedelta) -> date:
        moment = datetime.fromisoformat(at)
        try:
            if self._zone is None:
                return (moment + unknown).date()
            return (moment + slack).astimezone(self._zone).date()
        except OverflowError:  # the first or last day of the calendar
            return moment.astimezone(UTC).date()
