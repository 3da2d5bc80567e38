"""Figures of a report: their names and values in tables, and findings as sentences, empty where too few people took part."""

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any, Literal, NamedTuple

from babel import numbers

from web.wording.translation import N_, count, current_locale, duration, gettext, ngettext


class Figure(NamedTuple):
    """The name of a figure, and how its value is written."""

    name: str
    unit: Literal["count", "share", "length", "days", "number", "range"]


FIGURES: Mapping[str, Mapping[str, Figure]] = {
    N_("Totals"): {
        "minutes": Figure(N_("Hours given"), "length"),
        "given": Figure(N_("Hours given by its members"), "length"),
        "received": Figure(N_("Hours received by its members"), "length"),
        "entries": Figure(N_("Exchanges and gifts"), "count"),
        "people": Figure(N_("People who gave or received"), "count"),
        "members": Figure(N_("Members of the group on the last day"), "count"),
        "enrolled": Figure(N_("Members on the last day"), "count"),
    },
    N_("Who took part"): {
        "people_30": Figure(N_("Took part in the last month"), "count"),
        "people_90": Figure(N_("Took part in the last three months"), "count"),
        "people_365": Figure(N_("Took part in the last year"), "count"),
        "participation_365": Figure(N_("Of all members, took part in the last year"), "share"),
        "people_both": Figure(N_("Gave and received"), "count"),
        "people_gave_only": Figure(N_("Gave"), "count"),
        "people_received_only": Figure(N_("Received"), "count"),
    },
    N_("Starting and coming back"): {
        "newcomers": Figure(N_("Newcomers"), "count"),
        "newcomers_began": Figure(N_("Newcomers who have given or received"), "count"),
        "median_days_to_first_exchange": Figure(N_("Days until half of the newcomers had started"), "days"),
        "retention_people": Figure(N_("Number of people who started"), "count"),
        "retention": Figure(N_("Came back in their second or third month"), "share"),
    },
    N_("Where help goes"): {
        "given_back": Figure(N_("Given back"), "share"),
        "given_back_by_chance": Figure(N_("Given back, by chance"), "share"),
        "comes_round": Figure(N_("Comes round"), "share"),
        "comes_round_by_chance": Figure(N_("Comes round, by chance"), "share"),
        "passed_on": Figure(N_("Passed on"), "share"),
        "passed_on_by_chance": Figure(N_("Passed on, by chance"), "share"),
    },
    N_("How far help reaches"): {
        "median_people_helped": Figure(N_("People a typical giver helped"), "number"),
        "median_helped_by": Figure(N_("People who helped a typical receiver"), "number"),
        "returned_ties": Figure(N_("Connections that go both ways"), "share"),
        "top_tenth_given": Figure(N_("Given by the top tenth of givers"), "share"),
        "effective_givers": Figure(N_("How many equal givers would share it as evenly"), "number"),
    },
    N_("How help moves"): {
        "entries_per_active_member_month": Figure(N_("Exchanges and gifts per active month"), "number"),
        "minutes_per_active_member_month": Figure(N_("Hours per active month"), "length"),
        "median_minutes_per_entry": Figure(N_("Usual length of an exchange"), "length"),
        "holding_days": Figure(N_("Days until an hour moves on"), "days"),
        "typical_given": Figure(N_("Usually given in a month"), "range"),
        "typical_received": Figure(N_("Usually received in a month"), "range"),
    },
}
"""Heading -> the figures of a printed report below it. Downloads contain every figure there is."""

KINDS: Mapping[str, str] = {"help": N_("Help"), "skill-exchange": N_("Skill exchanges"), "gift": N_("Gifts")}


class FigureRow(NamedTuple):
    """The name of a figure, its value in each period, and its definition if one was given."""

    name: str
    values: Sequence[str]
    definition: str


class FigureSection(NamedTuple):
    """Some figures below a heading."""

    heading: str
    rows: Sequence[FigureRow]


def figure_sections(*periods: Mapping[str, Any], meanings: Mapping[str, str] | None = None) -> list[FigureSection]:
    """Write the figures of one or several periods, without those that none of the reports has."""
    definitions = meanings or {}
    found: list[FigureSection] = []
    for heading, figures in FIGURES.items():
        rows = [
            FigureRow(
                gettext(figure.name),
                [figure_value(name, figure, period) for period in periods],
                gettext(definitions[name]) if name in definitions else "",
            )
            for name, figure in figures.items()
            if any(name in period for period in periods)
        ]
        if rows:
            found.append(FigureSection(gettext(heading), rows))
    return found


def figure_value(name: str, figure: Figure, figures: Mapping[str, Any]) -> str:
    """Write the value of a figure, or say why there is none."""
    value = figures.get(name)
    if value is None:
        if name == "median_days_to_first_exchange" and figures.get("newcomers_began") is not None:
            return gettext("fewer than half have started so far")
        if name == "retention" and figures.get("retention_people") == 0:
            return gettext("nobody to count")
        return gettext("too few people to show")
    match figure.unit:
        case "count":
            return count(value)
        case "share":
            return numbers.format_percent(value, locale=current_locale().locale)
        case "length":
            return duration(round(value))
        case "days":
            return ngettext("%(num)s day", "%(num)s days", round(value))
        case "number":
            return numbers.format_decimal(round(value, 1), locale=current_locale().locale)
        case "range":
            low, high = (duration(round(minutes)) for minutes in value)
            return gettext("%(low)s to %(high)s", low=low, high=high)


def only_gifts(figures: Mapping[str, Any]) -> bool:
    """Whether only gifts were logged, as far as can be shown. Then there are no hours to show."""
    return set(figures.get("by_kind") or ()) == {"gift"}


def in_all(period: str, figures: Mapping[str, Any]) -> str:
    """Return how much was given, and by how many people."""
    people, minutes, entries = (figures.get(name) for name in ("people", "minutes", "entries"))
    if people is None or minutes is None or entries is None:
        return ""
    how_many = ngettext("%(num)s person", "%(num)s people", people)
    if only_gifts(figures):
        gifts = ngettext("%(num)s gift", "%(num)s gifts", entries)
        return gettext(
            "In %(period)s, %(people)s gave or received %(gifts)s.", period=period, people=how_many, gifts=gifts
        )
    return gettext(
        "In %(period)s, %(people)s gave or received %(hours)s of help in %(entries)s.",
        period=period,
        people=how_many,
        hours=duration(minutes),
        entries=ngettext("%(num)s exchange or gift", "%(num)s exchanges and gifts", entries),
    )


def roles(figures: Mapping[str, Any]) -> str:
    """Return how many people gave and received, only gave or only received."""
    people, both, gave, received = (
        figures.get(name) for name in ("people", "people_both", "people_gave_only", "people_received_only")
    )
    if people is None or both is None or gave is None or received is None:
        return ""
    return gettext(
        "Of the %(people)s, %(both)s, %(gave)s and %(received)s.",
        people=ngettext("%(num)s person", "%(num)s people", people),
        both=ngettext("%(num)s gave and received", "%(num)s gave and received", both),
        gave=ngettext("%(num)s only gave", "%(num)s only gave", gave),
        received=ngettext("%(num)s only received", "%(num)s only received", received),
    )


def coming_back(figures: Mapping[str, Any]) -> str:
    """Return how many of the people who started took part again."""
    people, share = figures.get("retention_people"), figures.get("retention")
    if not people or share is None:
        return ""
    back = round(share * people)
    return gettext(
        "%(people)s gave or received for the first time. %(back)s did so again one to three months later.",
        people=ngettext("%(num)s person", "%(num)s people", people),
        back=ngettext("%(num)s of them", "%(num)s of them", back),
    )


def beginning(figures: Mapping[str, Any]) -> str:
    """Return how long newcomers waited for their first exchange."""
    newcomers, began = figures.get("newcomers"), figures.get("newcomers_began")
    if not newcomers or began is None:
        return ""
    days = figures.get("median_days_to_first_exchange")
    joined = ngettext("%(num)s newcomer joined", "%(num)s newcomers joined", newcomers)
    if days is None:
        return gettext(
            "%(joined)s, and %(began)s so far. There is no rush.",
            joined=joined,
            began=ngettext("%(num)s has given or received", "%(num)s have given or received", began),
        )
    return gettext(
        "%(joined)s. Half of them gave or received within %(days)s.",
        joined=joined,
        days=ngettext("%(num)s day", "%(num)s days", days),
    )


def breadth(figures: Mapping[str, Any]) -> Sequence[str]:
    """Return with how many different people half of the members give and receive."""
    helped, by = figures.get("median_people_helped"), figures.get("median_helped_by")
    sentences: list[str] = []
    if helped is not None:
        sentences.append(
            ngettext(
                "Half of the people who gave helped %(num)s person or more.",
                "Half of the people who gave helped %(num)s people or more.",
                ceil(helped),
            )
        )
    if by is not None:
        sentences.append(
            ngettext(
                "Half of the people who received were helped by %(num)s person or more.",
                "Half of the people who received were helped by %(num)s people or more.",
                ceil(by),
            )
        )
    return sentences


def flow(figures: Mapping[str, Any]) -> Sequence[str]:
    """Return how often people give, how long exchanges take, and how soon hours are passed on."""
    often, usual, days = (
        figures.get(name) for name in ("entries_per_active_member_month", "median_minutes_per_entry", "holding_days")
    )
    sentences: list[str] = []
    if often is not None:
        times = ngettext("once", "%(num)s times", max(1, round(often)))
        sentences.append(
            gettext("People who took part in a month gave or received about %(times)s that month.", times=times)
        )
    if usual is not None:
        sentences.append(gettext("An exchange usually took %(length)s.", length=duration(round(usual))))
    if days is not None:
        rests = ngettext("%(num)s day", "%(num)s days", max(1, round(days)))
        sentences.append(gettext("An hour stayed with someone for about %(days)s before it moved on.", days=rests))
    typical = figures.get("typical_given")
    if typical is not None:
        low, high = (duration(round(minutes)) for minutes in typical)
        sentences.append(
            gettext(
                "In months when they gave, half of the people gave between %(low)s and %(high)s.", low=low, high=high
            )
        )
    return sentences
