"""What is usual: the range in which half of the neighbours give and receive in a month, from a closed period's figures."""

from datetime import date
from typing import Any, NamedTuple

from projections.views import Views


class Typical(NamedTuple):
    """Minutes a month, from and to, that half of those who gave (or received) lie between; None where nothing is shown."""

    period: str
    given: tuple[int, int] | None
    received: tuple[int, int] | None

    @property
    def is_year(self) -> bool:
        """Whether it is about a whole year, and not about one month."""
        return len(self.period) == len("2025")

    @property
    def first_day(self) -> date:
        """The first day of the period."""
        return date.fromisoformat(f"{self.period}-01-01" if self.is_year else f"{self.period}-01")


def typical_month(views: Views) -> Typical | None:
    """Of the latest closed year that shows it, else of the latest closed month; None when neither does."""
    kept = views.reports.periods("community")
    latest = [next((one for one in kept if len(one) == length), "") for length in (len("2025"), len("2025-10"))]
    for period in filter(None, latest):
        report = views.reports.of("community", period, "everyone")
        if report is None:
            continue
        given, received = (_range(report.figures.get(f"typical_{side}")) for side in ("given", "received"))
        if given or received:
            return Typical(period, given, received)
    return None


def _range(figure: Any) -> tuple[int, int] | None:
    return (int(figure[0]), int(figure[1])) if figure else None
