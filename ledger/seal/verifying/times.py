"""Whether the times at which entries were recorded go forward.

Several servers can append to one log, and their clocks differ a little. So a small step back is reported, but is no fault.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

LARGEST_STEP_BACK = timedelta(days=1)
"""Clocks that differ by more than this would have been noticed. A larger step back is a fault."""
_SMALLEST_STEP_BACK = timedelta(minutes=1)


class StepBack(NamedTuple):
    """An entry that was recorded before an earlier entry, going by its time, and by how much."""

    number: int
    by: timedelta

    @property
    def is_too_large(self) -> bool:
        """Whether no difference between two clocks explains it."""
        return self.by > LARGEST_STEP_BACK

    @property
    def in_words(self) -> str:
        """How far back: "20 days", "3 h 5 min"."""
        if self.by.days:
            return "1 day" if self.by.days == 1 else f"{self.by.days:,} days"
        hours, minutes = divmod(self.by.seconds // 60, 60)
        return f"{hours} h {minutes} min" if hours else f"{minutes} min"


class TimeOrder:
    """Follows the times of consecutive entries. `latest` is the latest one; after a step that is too large, it starts again."""

    def __init__(self) -> None:
        self.latest = ""

    def step_back(self, number: int, at: str) -> StepBack | None:
        """The step back that an entry takes, if it is large enough to mention."""
        if at >= self.latest:
            self.latest = at
            return None
        step = StepBack(number, datetime.fromisoformat(self.latest) - datetime.fromisoformat(at))
        if step.is_too_large:
            self.latest = at
        return step if step.by >= _SMALLEST_STEP_BACK else None
