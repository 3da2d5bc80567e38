"""Findings of a report as plain sentences; an empty one where there are too few people to show."""

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any

from web.wording.translation import duration, gettext, ngettext


def only_gifts(figures: Mapping[str, Any]) -> bool:
    """Whether nothing but gifts was logged, as far as may be told: then there are no hours to tell of."""
    return set(figures.get("by_kind") or ()) == {"gift"}


def in_all(period: str, figures: Mapping[str, Any]) -> str:
    """How much was given, and by how many."""
    people, minutes, entries = (figures.get(name) for name in ("people", "minutes", "entries"))
    if people is None or minutes is None or entries is None:
        return ""
    somebody = ngettext("%(num)s person", "%(num)s people", people)
    if only_gifts(figures):
        gifts = ngettext("%(num)s gift", "%(num)s gifts", entries)
        return gettext(
            "In %(period)s, %(people)s gave or received %(gifts)s.", period=period, people=somebody, gifts=gifts
        )
    return gettext(
        "In %(period)s, %(people)s gave or received %(hours)s of help in %(entries)s.",
        period=period,
        people=somebody,
        hours=duration(minutes),
        entries=ngettext("%(num)s exchange or gift", "%(num)s exchanges and gifts", entries),
    )


def roles(figures: Mapping[str, Any]) -> str:
    """How many gave and received, only gave, only received."""
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
    """How many of those who began took part again."""
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
    """How long newcomers wait for their first exchange."""
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
    within = ngettext("%(num)s day", "%(num)s days", days)
    return gettext("%(joined)s. Half of them gave or received within %(days)s.", joined=joined, days=within)


def breadth(figures: Mapping[str, Any]) -> Sequence[str]:
    """With how many different people somebody gives and receives."""
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
    """How lively the exchanges are, and how long an hour rests."""
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
        low, high = (duration(round(one)) for one in typical)
        sentences.append(
            gettext(
                "In months when they gave, half of the people gave between %(low)s and %(high)s.", low=low, high=high
            )
        )
    return sentences
