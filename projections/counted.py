"""What counts, from the log alone: every act that stands, and who belonged when. No read model is asked."""

from collections.abc import Callable
from datetime import date

from ledger.application.replaying import EVERYTHING, Until
from ledger.log.store import Log
from projections.chronicle import Counted, chronicle

__all__ = ["Counted", "counted"]


def counted(log: Log, until: Until = EVERYTHING, *, tell: Callable[[int], None] = lambda looked_at: None) -> Counted:
    """Reads the log in order, up to an entry, an instant or the day it happened on.

    Settled exchanges and recorded gifts between members count, until they are taken back. Refuses an entry number
    beyond the end; raises UnreadableEntry, with the number, at the first entry it does not know.
    """
    told = chronicle(log, until, tell=tell)
    known = told.at(told.number)
    last_day = until.as_of or date.max
    return known._replace(acts=[act for act in known.acts if act.given_on <= last_day])
