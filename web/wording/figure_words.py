"""What the figures of a report are called on pages, and how each is said: hours, shares, days or plain numbers."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

from babel import numbers

from web.wording.translation import count, duration, gettext, later, ngettext, speech

Unit = Literal["count", "share", "length", "days", "number", "range"]


class Called(NamedTuple):
    """A figure's name on pages, and in what it is said."""

    words: str
    unit: Unit


class FigureGroup(NamedTuple):
    """Some figures that belong together, by their names, under a heading."""

    heading: str
    figures: Sequence[str]


CALLED: Mapping[str, Called] = {
    "minutes": Called(later("Hours given"), "length"),
    "given": Called(later("Hours given by its members"), "length"),
    "received": Called(later("Hours received by its members"), "length"),
    "entries": Called(later("Exchanges and gifts"), "count"),
    "people": Called(later("People who gave or received"), "count"),
    "enrolled": Called(later("Members on the last day"), "count"),
    "members": Called(later("Members of the group on the last day"), "count"),
    "people_30": Called(later("Took part in the last month"), "count"),
    "people_90": Called(later("Took part in the last three months"), "count"),
    "people_365": Called(later("Took part in the last year"), "count"),
    "participation_365": Called(later("Of all members, took part in the last year"), "share"),
    "people_both": Called(later("Gave and received"), "count"),
    "people_gave_only": Called(later("Gave"), "count"),
    "people_received_only": Called(later("Received"), "count"),
    "newcomers": Called(later("Newcomers"), "count"),
    "newcomers_began": Called(later("Newcomers who have given or received"), "count"),
    "median_days_to_first_exchange": Called(later("Days until half of the newcomers had started"), "days"),
    "retention": Called(later("Came back in their second or third month"), "share"),
    "retention_people": Called(later("Number of people who started"), "count"),
    "given_back": Called(later("Given back"), "share"),
    "comes_round": Called(later("Comes round"), "share"),
    "passed_on": Called(later("Passed on"), "share"),
    "given_back_by_chance": Called(later("Given back, by chance"), "share"),
    "comes_round_by_chance": Called(later("Comes round, by chance"), "share"),
    "passed_on_by_chance": Called(later("Passed on, by chance"), "share"),
    "returned_ties": Called(later("Connections that go both ways"), "share"),
    "median_people_helped": Called(later("People a typical giver helped"), "number"),
    "median_helped_by": Called(later("People who helped a typical receiver"), "number"),
    "top_tenth_given": Called(later("Given by the top tenth of givers"), "share"),
    "effective_givers": Called(later("How many equal givers would share it as evenly"), "number"),
    "entries_per_active_member_month": Called(later("Exchanges and gifts per active month"), "number"),
    "minutes_per_active_member_month": Called(later("Hours per active month"), "length"),
    "median_minutes_per_entry": Called(later("Usual length of an exchange"), "length"),
    "holding_days": Called(later("Days until an hour moves on"), "days"),
    "typical_given": Called(later("Usually given in a month"), "range"),
    "typical_received": Called(later("Usually received in a month"), "range"),
    "unconfirmed": Called(later("Not yet agreed"), "share"),
    "late_share": Called(later("Recorded more than a week later"), "share"),
    "newcomers_waiting": Called(later("Newcomers still waiting"), "count"),
    "overloaded": Called(later("People who may be giving too much"), "count"),
}

PARTS: Sequence[FigureGroup] = (
    FigureGroup(later("Totals"), ("minutes", "given", "received", "entries", "people", "members", "enrolled")),
    FigureGroup(
        later("Who took part"),
        (
            "people_30",
            "people_90",
            "people_365",
            "participation_365",
            "people_both",
            "people_gave_only",
            "people_received_only",
        ),
    ),
    FigureGroup(
        later("Starting and coming back"),
        ("newcomers", "newcomers_began", "median_days_to_first_exchange", "retention_people", "retention"),
    ),
    FigureGroup(
        later("Where help goes"),
        (
            "given_back",
            "given_back_by_chance",
            "comes_round",
            "comes_round_by_chance",
            "passed_on",
            "passed_on_by_chance",
        ),
    ),
    FigureGroup(
        later("How far help reaches"),
        ("median_people_helped", "median_helped_by", "returned_ties", "top_tenth_given", "effective_givers"),
    ),
    FigureGroup(
        later("How help moves"),
        (
            *("entries_per_active_member_month", "minutes_per_active_member_month", "median_minutes_per_entry"),
            *("holding_days", "typical_given", "typical_received"),
        ),
    ),
)
"""The figures of a report to print, in order. The sheets to keep hold every figure there is."""

KINDS: Mapping[str, str] = {
    "help": later("Help"),
    "skill-exchange": later("Skill exchanges"),
    "gift": later("Gifts"),
}


def too_few() -> str:
    """What stands where a figure is not shown."""
    return gettext("too few people to show")


def valued(name: str, figures: Mapping[str, Any]) -> str:
    """A figure in words. Some have no value although nothing is hidden: those say what there is not."""
    if figures.get(name) is None:
        if name == "median_days_to_first_exchange" and figures.get("newcomers_began") is not None:
            return gettext("fewer than half have started so far")
        if name == "retention" and figures.get("retention_people") == 0:
            return gettext("nobody to count")
    return said(name, figures.get(name))


def said(name: str, value: Any) -> str:
    """The value of a figure in words of the page; none is said to have too few people behind it."""
    if value is None:
        return too_few()
    match CALLED[name].unit:
        case "count":
            return count(value)
        case "share":
            return percent(value)
        case "length":
            return duration(round(value))
        case "days":
            return ngettext("%(num)s day", "%(num)s days", round(value))
        case "number":
            return number(value)
        case "range":
            low, high = (duration(round(one)) for one in value)
            return gettext("%(low)s to %(high)s", low=low, high=high)


class FigureRow(NamedTuple):
    """A figure's name on the page with its values, one for each period."""

    words: str
    values: Sequence[str]


class ComparedFigures(NamedTuple):
    """Some figures of two periods side by side, under a heading."""

    heading: str
    rows: Sequence[FigureRow]


def compared(*periods: Mapping[str, Any]) -> list[ComparedFigures]:
    """The same figures of several periods, part by part; those that a report does not have are left out."""
    found: list[ComparedFigures] = []
    for part in PARTS:
        rows = [
            FigureRow(gettext(CALLED[name].words), [valued(name, figures) for figures in periods])
            for name in part.figures
            if any(name in figures for figures in periods)
        ]
        if rows:
            found.append(ComparedFigures(gettext(part.heading), rows))
    return found


class Defined(NamedTuple):
    """One figure of a report with its value and what it counts."""

    words: str
    value: str
    definition: str


class Section(NamedTuple):
    """Some figures of a report under a heading."""

    heading: str
    rows: Sequence[Defined]


def sections(figures: Mapping[str, Any], meanings: Mapping[str, str]) -> list[Section]:
    """The figures of a report to print, part by part, each with its definition; those it does not have are left out."""
    found: list[Section] = []
    for part in PARTS:
        rows = [
            Defined(gettext(CALLED[name].words), valued(name, figures), gettext(meanings[name]))
            for name in part.figures
            if name in figures
        ]
        if rows:
            found.append(Section(gettext(part.heading), rows))
    return found


def percent(share: float) -> str:
    """A share between 0 and 1 as whole hundredths, with the reader's own sign."""
    return numbers.format_percent(share, locale=speech().locale)


def number(value: float) -> str:
    """A number with one decimal at most."""
    return numbers.format_decimal(round(value, 1), locale=speech().locale)
