"""The seal of the day: given by itself, so that no day's entries wait for somebody to think of it."""

from datetime import date, datetime, tzinfo

from ledger.seal.checkpoint import Sealed
from ledger.seal.dates import DAY, MONTH, SealDate
from ledger.seal.signer import Signer


def seal_of_the_day(signer: Signer, now: datetime, zone: tzinfo) -> Sealed | None:
    """Seals what has come, once for each day on the calendar of the community; None when that was done today.

    The first one in a new month is the month's: the whole book is read again for it, and it is the one that later sheets show
    beside their own. When nothing has come, the last seal stands, and it is written down that it stood on this day.
    """
    dates = signer.dates.all()
    given = [one for one in dates if one.why in (DAY, MONTH)]
    today = now.astimezone(zone).date()
    if given and _day(given[-1], zone) >= today:
        return None
    before = given[-1:] or dates[:1]
    begins_month = bool(before) and _day(before[0], zone).replace(day=1) < today.replace(day=1)
    sealed = signer.seal(whole=begins_month)
    signer.write_down(sealed.checkpoint.size, now, MONTH if begins_month else DAY)
    return sealed


def _day(given: SealDate, zone: tzinfo) -> date:
    return given.at.astimezone(zone).date()
