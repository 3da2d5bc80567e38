"""The closed periods that there are reports of, as people choose from them: a year, a month, one beside another."""

from collections.abc import Sequence

from web.findings import period_words

YEAR_LENGTH = 4


def latest(periods: Sequence[str]) -> str:
    """What is shown first: the latest closed year, or while there is none the latest month; "" without any."""
    years = [period for period in periods if len(period) == YEAR_LENGTH]
    return max(years or periods, default="")


def choices(periods: Sequence[str]) -> list[tuple[str, str]]:
    """Every closed period with its words, years before months, the newest of each first."""
    ordered = sorted(periods, reverse=True)
    years = [period for period in ordered if len(period) == YEAR_LENGTH]
    months = [period for period in ordered if len(period) > YEAR_LENGTH]
    return [(period, period_words(period)) for period in (*years, *months)]


def one_before(period: str, periods: Sequence[str]) -> str:
    """The year before a year, if there is a report of it; "" for months, whose neighbours differ by chance alone."""
    before = f"{int(period) - 1:04}" if len(period) == YEAR_LENGTH else ""
    return before if before in periods else ""
