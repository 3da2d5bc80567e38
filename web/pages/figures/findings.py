"""What a report says on a page: findings in words, rows for tables, and drawings."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from projections.figures.reports.kept import Report
from web.drawing.charts import LoadBars, MonthChart, MonthShown, load_bars, month_columns
from web.drawing.drawings import BAR_WIDTH, Strokes, bar_widths, face_strokes
from web.wording.findings import roles
from web.wording.translation import N_, gettext, month, ngettext

WAYS: Mapping[str, tuple[str, str]] = {
    "given_back": (N_("Given back"), N_("I helped you, and you helped me.")),
    "comes_round": (N_("Comes round"), N_("I helped you, you helped her, and she helped me.")),
    "passed_on": (N_("Passed on"), N_("I helped you, and you will help someone else.")),
}
"""The three ways help travels, in a fixed order."""

PARTICIPATION: Sequence[str] = (
    N_("Some of us took part in %(period)s"),
    N_("One in ten of us took part in %(period)s"),
    N_("Two in ten of us took part in %(period)s"),
    N_("Three in ten of us took part in %(period)s"),
    N_("Four in ten of us took part in %(period)s"),
    N_("Half of us took part in %(period)s"),
    N_("Six in ten of us took part in %(period)s"),
    N_("Seven in ten of us took part in %(period)s"),
    N_("Eight in ten of us took part in %(period)s"),
    N_("Nine in ten of us took part in %(period)s"),
    N_("Nearly everyone took part in %(period)s"),
)
"""By tenths of the members, from none to all."""

PERIODS: Mapping[str, str] = {"people_30": N_("month"), "people_90": N_("three months"), "people_365": N_("year")}
MUCH_OF_THE_GIVING: Mapping[int, float] = {10: 0.3, 5: 0.5}
"""By the number of equal groups: the share from which the last one gives much more than the others."""

CLOSE = 0.05
"""Shares closer together than this are about the same."""


class WayHelpTravels(NamedTuple):
    """One of the three ways help travels: hours out of twenty, and the numbers behind them."""

    heading: str
    words: str
    of_twenty: int
    strokes: Strokes
    minutes: int | None
    share: float | None
    by_chance: float | None


class WaysFinding(NamedTuple):
    """The three ways help travels, in a sentence, and how often neighbours give back compared with chance."""

    ways: Sequence[WayHelpTravels]
    sentence: str
    whole: int | None
    compared_with_chance: str
    is_exact: bool


class Bar(NamedTuple):
    """A row with a bar; no number if too few people to show."""

    label: str
    people: int | None
    width: str


class ParticipationFinding(NamedTuple):
    """How many members took part."""

    finding: str
    enrolled: int
    rows: Sequence[Bar]
    roles: str


class LoadFinding(NamedTuple):
    """How giving is shared between equal groups of people: out of every hundred hours, least first."""

    finding: str
    of_hundred: Sequence[int]
    people: int
    drawn: LoadBars


class KindFinding(NamedTuple):
    """A kind of help: minutes and times, or neither if too few people to show."""

    label: str
    minutes: int | None
    times: int | None
    width: str


class MixFinding(NamedTuple):
    """What was shared, most first; rows not shown come last."""

    finding: str
    rows: Sequence[KindFinding]
    hidden: Sequence[str]


class MonthsFinding(NamedTuple):
    """Hours by month."""

    finding: str
    rows: Sequence[MonthShown]
    drawn: MonthChart
    hidden: int


def period_words(period: str) -> str:
    """Return a closed period in words: 2025, or October 2025."""
    return month(date.fromisoformat(f"{period}-01")) if len(period) > 4 else period


def ways_of(report: Report) -> WaysFinding | None:
    """Return the three ways help travels in a report; None if too few people are connected."""
    figures = report.figures
    twenty: Mapping[str, int] | None = figures.get("twenty")
    if twenty is None or figures.get("given_back") is None:
        return None
    ways = [
        WayHelpTravels(
            gettext(heading),
            gettext(words),
            twenty[name],
            face_strokes(twenty[name]),
            figures.get(f"whole_{name}"),
            figures.get(name),
            figures.get(f"{name}_by_chance"),
        )
        for name, (heading, words) in WAYS.items()
    ]
    sentence = gettext(
        "Of every 20 hours given in %(period)s, %(back)s, %(round)s and %(on)s.",
        period=period_words(report.period),
        back=ngettext(
            "%(num)s was given back by the same person",
            "%(num)s were given back by the same person",
            twenty["given_back"],
        ),
        round=ngettext("%(num)s came round through others", "%(num)s came round through others", twenty["comes_round"]),
        on=ngettext("%(num)s was passed on", "%(num)s were passed on", twenty["passed_on"]),
    )
    comparison = _compared_with_chance(figures.get("given_back"), figures.get("given_back_by_chance"))
    return WaysFinding(ways, sentence, figures.get("whole"), comparison, bool(figures.get("faces_are_exact", True)))


def participation_of(report: Report) -> ParticipationFinding | None:
    """Return how many took part recently, and in which roles."""
    figures = report.figures
    enrolled: int | None = figures.get("enrolled")
    if not enrolled or all(figures.get(name) is None for name in PERIODS):
        return None
    own: int | None = figures.get("people_30" if len(report.period) > 4 else "people_365")
    if own is None:
        finding = gettext("Who took part")
    else:
        finding = gettext(PARTICIPATION[min(10, round(10 * own / enrolled))], period=period_words(report.period))
    rows = [
        Bar(gettext(words), figures.get(name), _width(figures.get(name), enrolled)) for name, words in PERIODS.items()
    ]
    return ParticipationFinding(finding, enrolled, rows, roles(figures))


def load_of(figures: Mapping[str, Any]) -> LoadFinding | None:
    """Return how the giving is shared; None below fifty people."""
    shares: Sequence[float] | None = figures.get("load")
    if not shares:
        return None
    of_hundred = [round(100 * share) for share in shares]
    if shares[-1] >= MUCH_OF_THE_GIVING.get(len(shares), 1.0):
        finding = gettext("Some people give a lot more than others")
    else:
        finding = gettext("Many people share the giving")
    return LoadFinding(finding, of_hundred, figures.get("load_people") or 0, load_bars(of_hundred))


def mix_of(parts: Mapping[str, Any] | None, labels: Mapping[str, str], *, by_times: bool = False) -> MixFinding | None:
    """Return the parts of what was shared, with bars by hours, or by times if some have no hours."""
    if not parts or all(part is None for part in parts.values()):
        return None
    shown = [(labels.get(name) or name.replace("-", " "), part) for name, part in parts.items() if part is not None]
    by_times = by_times or not any(part["minutes"] for _, part in shown)
    measure = "entries" if by_times else "minutes"
    shown.sort(key=lambda one: (-one[1][measure], one[0]))
    widths = bar_widths([part[measure] for _, part in shown])
    rows = [
        KindFinding(label, part["minutes"], part["entries"], width)
        for (label, part), width in zip(shown, widths, strict=True)
    ]
    hidden = sorted(labels.get(name) or name.replace("-", " ") for name, part in parts.items() if part is None)
    rows += [KindFinding(label, None, None, "0") for label in hidden]
    if hidden:
        # A hidden part could be the largest, so this claims no more than it shows.
        return MixFinding(gettext("Largest share shown: %(kind)s", kind=rows[0].label), rows, hidden)
    return MixFinding(gettext("Largest share: %(kind)s", kind=rows[0].label), rows, hidden)


def months_of(months: Sequence[Mapping[str, Any]], highest: int = 0) -> MonthsFinding | None:
    """Return the hours of each month, with gaps if too few people; None if there is nothing to draw."""
    rows = [MonthShown(date.fromisoformat(f"{one['month']}-01"), one["given"]) for one in months]
    most = max((row.minutes or 0 for row in rows), default=0)
    if not most:
        return None
    busiest = next(row.month for row in rows if row.minutes == most)
    hidden = sum(row.minutes is None for row in rows)
    finding = gettext("%(month)s was the busiest month", month=month(busiest))
    if hidden:
        finding = gettext("Of the months shown, %(month)s was the busiest", month=month(busiest))
    return MonthsFinding(finding, rows, month_columns(rows, highest), hidden)


def most_in_a_month(figures: Mapping[str, Any]) -> int:
    """Return the minutes of the busiest month shown, so that two years can share a scale."""
    return max((one["given"] or 0 for one in figures.get("months") or ()), default=0)


def _compared_with_chance(share: float | None, by_chance: float | None) -> str:
    if share is None or by_chance is None:
        return ""
    if abs(share - by_chance) < CLOSE:
        return gettext("Neighbours here give back about as often as you would expect by chance.")
    if share > by_chance:
        return gettext("Neighbours here give back more often than you would expect by chance.")
    return gettext("Neighbours here give back less often than you would expect by chance: help moves on to others.")


def _width(people: int | None, of: int) -> str:
    """Return the length of a bar for this many people."""
    return f"{BAR_WIDTH * min(people or 0, of) / of:.1f}"


class GroupReach(NamedTuple):
    """One group compared with everyone else: minutes received per member who took part."""

    group: str
    minutes: int
    comparison: str
    ratio: float | None
    low: float | None
    high: float | None


class AccessFinding(NamedTuple):
    """Whether help reaches the groups equally. `between` is the share of all differences between groups."""

    finding: str
    rows: Sequence[GroupReach]
    between: float | None


def access_of(figures: Mapping[str, Any], names: Mapping[str, str]) -> AccessFinding | None:
    """Return whether help reaches the groups equally; None where it is not shown."""
    groups: Sequence[Mapping[str, Any]] | None = figures.get("access")
    if not groups:
        return None
    rows = [
        GroupReach(
            names.get(one["group"], ""),
            round(one["received_per_member"]),
            _compared_with_others(one["low"], one["high"]),
            one["ratio"],
            one["low"],
            one["high"],
        )
        for one in groups
    ]
    rows.sort(key=lambda row: row.group)
    is_equal = all(row.low is None or row.high is None or row.low <= 1 <= row.high for row in rows)
    finding = N_("Help reaches every group equally") if is_equal else N_("Help reaches some groups more than others")
    return AccessFinding(gettext(finding), rows, figures.get("theil_between"))


def _compared_with_others(low: float | None, high: float | None) -> str:
    """Return how a group compares with everyone else, as far as chance allows."""
    if low is None or high is None:
        return ""
    if low > 1:
        return gettext("more than elsewhere")
    return gettext("less than elsewhere") if high < 1 else gettext("about as much as elsewhere")
