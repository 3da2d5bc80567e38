"""Adding the book up again, and keeping what came out: every day, and whenever somebody asks."""

from datetime import datetime

import sqlalchemy as sa

from ledger.log.entry import UnreadableEntry, instant_text
from ledger.log.store import Log
from ledger.refusals import EntryToCome
from projections.replays.comparing import Tell, compare
from projections.replays.kept import ReplayCheck
from projections.views import Views


def check_by_replay(
    log: Log,
    engine: sa.Engine,
    views: Views,
    *,
    now: datetime,
    at_entry: int | None = None,
    tell: Tell = lambda doing, done, of: None,
) -> ReplayCheck:
    """Brings the read models up to the log, sets them beside what the log alone says, and keeps what came out.

    Refuses an entry number beyond the end. An entry that cannot be read is kept as trouble, and so is a log with fewer entries
    than were shown, or a read model that stopped: what pages show is then not the whole book.
    """
    as_of = views.catch_up()
    number = as_of.number if at_entry is None else at_entry
    at, is_whole = instant_text(now), at_entry is None
    try:
        compared = compare(log, engine, at_entry, tell=tell)
    except UnreadableEntry as error:
        check = ReplayCheck(at, is_whole, number, as_of.position, trouble=f"The log cannot be read on: {error}.")
    except EntryToCome as error:
        if number > as_of.number:
            raise
        left = (
            f"The log has {error.details['entries']:,} entries, and {as_of.number:,} were shown: entries are missing."
        )
        check = ReplayCheck(at, is_whole, number, as_of.position, trouble=left)
    else:
        replayed = compared.replayed
        check = ReplayCheck(
            at,
            is_whole,
            replayed.number,
            replayed.position,
            len(replayed.accounts),
            replayed.given,
            replayed.received,
            len(compared.differences),
            tuple(compared.differences),
            " ".join(f"The read model of {model} stopped: {why}." for model, why in sorted(compared.stopped.items())),
        )
    views.replays.keep(check)
    return check
