"""Whether kept reports are behind the log: asked by the process that serves pages, which makes none itself."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from ledger.log.store import Log
from projections.reports.closing import last_closing, settled_moment
from projections.reports.kept import Reports

MADE_BY = "1"
"""Raised when reports are made otherwise than before: then all are made anew."""


def is_due(kept: Reports, log: Log, now: datetime, time_zone: str) -> bool:
    """Whether there is anything to do: entries that were not looked at, or a period that closed since. Two small questions."""
    state = kept.state()
    if not state.position or state.made_by != MADE_BY or log.head() != state.position:
        return bool(log.head())
    day = settled_moment(now).astimezone(ZoneInfo(time_zone)).date()
    closing = last_closing(date.fromisoformat(state.founded_on), day)
    return closing is not None and str(closing) > state.known_on
