"""What coordinators see beneath the community's figures: the state of the book, and who may need a kind word, as counts."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from web.words import gettext, ngettext


class Care(NamedTuple):
    """Sentences for coordinators; an empty one where there are too few people to show. Never a name."""

    unconfirmed: str
    late: str
    waiting: str
    overloaded: str


def care_of(figures: Mapping[str, Any]) -> Care:
    """What the coordinators' report of a period asks them to look at."""
    return Care(
        unconfirmed=_of_hundred(
            figures.get("unconfirmed"),
            gettext("Nothing that was reported for these days waits for somebody’s word any more."),
            "unconfirmed",
        ),
        late=_of_hundred(
            figures.get("late_share"), gettext("Everything was recorded within a week of the day."), "late"
        ),
        waiting=_waiting(figures.get("newcomers_waiting")),
        overloaded=_overloaded(figures.get("overloaded")),
    )


def _of_hundred(share: float | None, none: str, what: str) -> str:
    """A share as entries of every hundred; one that is not nothing is one at least."""
    if share is None:
        return ""
    if not share:
        return none
    number = max(1, round(100 * share))
    if what == "unconfirmed":
        return ngettext(
            "Of every 100 exchanges reported for these days, %(num)s still waited for somebody’s word.",
            "Of every 100 exchanges reported for these days, %(num)s still waited for somebody’s word.",
            number,
        )
    return ngettext(
        "Of every 100 entries, %(num)s was recorded more than a week after the day.",
        "Of every 100 entries, %(num)s were recorded more than a week after the day.",
        number,
    )


def _waiting(people: int | None) -> str:
    if people is None:
        return ""
    if not people:
        return gettext("Every newcomer has given or received within their first month.")
    return ngettext(
        "%(num)s newcomer has been here for a month or more, and has neither given nor received.",
        "%(num)s newcomers have been here for a month or more, and have neither given nor received.",
        people,
    )


def _overloaded(people: int | None) -> str:
    if people is None:
        return ""
    if not people:
        return gettext("Nobody shows an early sign of giving too much.")
    return ngettext(
        "%(num)s person gave far more than they usually do, or a great deal for three months on end.",
        "%(num)s people gave far more than they usually do, or a great deal for three months on end.",
        people,
    )
