"""What a report says about a group: totals, months, kinds of help, how help moves, busy times."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from babel.lists import format_list

from projections.figures.reports.kept import Report
from web.drawing.charts import CHART_WIDTH, COMMON_LINE, MonthChart, MonthOfHours, month_bars
from web.drawing.year_bands import YearBands, year_bands
from web.pages.figures.findings import MixFinding, mix_of, period_words
from web.wording.findings import breadth, flow
from web.wording.translation import current_locale, gettext, month, ngettext

CHART_LEFT = 36
MONTH_BAR = 0.54
ABOVE_THE_LINE = 8


class MonthOfGroup(NamedTuple):
    """Minutes that members gave and received in a month; None if too few people to show."""

    month: date
    given: int | None
    received: int | None

    @property
    def is_shown(self) -> bool:
        """Whether both are shown."""
        return self.given is not None and self.received is not None


class MonthsOfGroup(NamedTuple):
    """Months as columns: given above the line, received below; `gaps` are the months not shown."""

    finding: str
    rows: Sequence[MonthOfGroup]
    drawn: MonthChart
    gaps: str
    hidden: int


class GroupHistory(NamedTuple):
    """Everything a group's page shows of a report; nothing where there are too few people."""

    report: Report
    period: str
    is_shown: bool
    is_year: bool
    given: int
    received: int
    in_all: str
    months: MonthsOfGroup | None
    kinds: MixFinding | None
    kinds_hidden: str
    breadth: Sequence[str]
    flow: Sequence[str]
    busy: YearBands | None


def group_history(
    report: Report, labels: Mapping[str, str], months_before: Sequence[Mapping[str, Any]] = ()
) -> GroupHistory:
    """Return what a report says, with the names of kinds of help. A month is shown with the months before it."""
    figures = report.figures
    given, received = figures.get("given"), figures.get("received")
    kinds = mix_of(figures.get("by_category"), labels)
    hidden = kinds.hidden if kinds else ()
    return GroupHistory(
        report=report,
        period=period_words(report.period),
        is_shown=given is not None and received is not None,
        is_year=len(report.period) == len("2025"),
        given=given or 0,
        received=received or 0,
        in_all=_in_all(figures),
        months=months_of_group(months_before or figures.get("months") or ()),
        kinds=kinds,
        kinds_hidden=format_list(hidden, locale=current_locale().locale) if hidden else "",
        breadth=breadth(figures),
        flow=flow(figures),
        busy=year_bands(figures["busy"], report.first_day, report.last_day) if figures.get("busy") else None,
    )


def months_of_group(months: Sequence[Mapping[str, Any]]) -> MonthsOfGroup | None:
    """Return hours given and received in each month; None if there is nothing to draw."""
    rows = [MonthOfGroup(date.fromisoformat(f"{one['month']}-01"), one["given"], one["received"]) for one in months]
    most = max((max(row.given or 0, row.received or 0) for row in rows), default=0)
    if not most:
        return None
    busiest = max((row for row in rows if row.is_shown), key=lambda row: (row.given or 0) + (row.received or 0))
    hidden = sum(not row.is_shown for row in rows)
    finding = gettext("%(month)s was the busiest month", month=month(busiest.month))
    if hidden:
        finding = gettext("Of the months shown, %(month)s was the busiest", month=month(busiest.month))
    drawn = month_bars([MonthOfHours(row.month, row.given or 0, row.received or 0) for row in rows])
    return MonthsOfGroup(finding, rows, drawn, _gaps(rows), hidden)


def _gaps(rows: Sequence[MonthOfGroup]) -> str:
    """Return the path of a dash above and below the line for each month not shown."""
    pitch = (CHART_WIDTH - CHART_LEFT) / max(1, len(rows))
    bar = pitch * MONTH_BAR
    lefts = [CHART_LEFT + place * pitch + (pitch - bar) / 2 for place, row in enumerate(rows) if not row.is_shown]
    heights = (COMMON_LINE - ABOVE_THE_LINE, COMMON_LINE + ABOVE_THE_LINE)
    return "".join(f"M{left:.1f} {height}h{bar:.1f}" for left in lefts for height in heights)


def _in_all(figures: Mapping[str, Any]) -> str:
    people, entries = figures.get("people"), figures.get("entries")
    if not people or not entries:
        return ""
    return gettext(
        "It had %(entries)s between %(people)s in the group and outside it.",
        entries=ngettext("%(num)s exchange or gift", "%(num)s exchanges and gifts", entries),
        people=ngettext("%(num)s person", "%(num)s people", people),
    )
