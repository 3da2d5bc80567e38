"""Acts of help to test rules with: by default, Ana helped Bo for an hour today."""

from itertools import count

from ledger.agreements.rules import DEFAULT_DEBIT_LIMIT_MINUTES, DEFAULT_THRESHOLDS
from projections.checks.log_reading import CountedAct, Limits
from tests.cast import ANA, BO, TODAY

AGREED = DEFAULT_THRESHOLDS
TODAY_NUMBER = TODAY.toordinal()
LIMITS = (Limits(0, 0, DEFAULT_DEBIT_LIMIT_MINUTES, None),)

_numbers = count(10, 10)


def act(
    giver: str = ANA,
    receiver: str = BO,
    minutes: int = 60,
    *,
    day: int = 0,
    settled: int | None = None,
    exchange: str = "",
    imported: bool = False,
    recorded_alone_by: str = "",
    taken_back: int = 0,
) -> CountedAct:
    """Help that happened, and was settled, so many days from today; each act gets the next number."""
    number = next(_numbers)
    on = TODAY_NUMBER + day
    return CountedAct(
        number=number,
        reported=number - 1,
        exchange=exchange or f"x-{number}",
        giver=giver,
        receiver=receiver,
        minutes=minutes,
        given_on=on,
        settled_on=on if settled is None else TODAY_NUMBER + settled,
        imported=imported,
        recorded_alone_by=recorded_alone_by,
        taken_back=taken_back,
    )
