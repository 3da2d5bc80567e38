"""One group's page, as each reader may see it."""

from collections.abc import Mapping, Sequence
from typing import Any

from litestar import Response
from litestar.exceptions import NotFoundException
from litestar.response import Redirect

from ledger.application.time_bank import TimeBank
from ledger.identifiers import GroupId, is_identifier, new_command_id
from ledger.log.people import folded
from projections.groups import GroupRow
from projections.reports.report import Audience, Report
from projections.views import Views
from web.closed_periods import choices as periods_to_choose
from web.closed_periods import latest
from web.figure_words import compared
from web.forms import Form, query_fields
from web.frame import page, see_other
from web.group_history import GroupHistory, group_history
from web.pages.agreed_people import people_seen
from web.pages.choices import labels_of
from web.pages.orders import turned
from web.pages.people import Names, Person
from web.visitors import Asked, Visitor
from web.words import gettext, later

MONTHS_DRAWN = 12
YEAR_LENGTH = len("2025")

DONE = {
    "formed": later("The group is there. Neighbours may join it."),
    "joined": later("Joined. What is given and received from now on counts for the group as well."),
    "left": later("Left. What was given and received until now stays with the group."),
}


def group_page(
    request: Asked,
    group: GroupRow,
    bank: TimeBank,
    views: Views,
    form: Form[Any],
    choices: Sequence[Person] = (),
) -> Response[str]:
    """What the group's members gave and received in a closed period, or in two side by side, and who belongs.

    With what is wrong with a form of the page, and people to choose from when a typed name meant several.
    """
    visitor = request.user
    asked = query_fields(request)
    who = turned(lambda: views.groups.members_of(group.id, asked.one("after")))
    names = Names(bank, views).of([group.id, *(one.member for one in who.rows)])
    if not who.older and not who.newer:
        # Sorted where everybody is on one page; on a part of many, the alphabet would only seem to be whole.
        who.rows.sort(key=lambda one: (folded(names[one.member]), one.member))
    belongs = views.groups.belongs(group.id, visitor.member)
    periods = views.reports.periods(group.id)
    period = asked.one("period") if asked.one("period") in periods else latest(periods)
    beside = asked.one("beside") if asked.one("beside") in periods and asked.one("beside") != period else ""
    main, other = (_report(group.id, one, visitor, views) for one in (period, beside))
    labels = labels_of(bank)
    return page(
        request,
        "group.html",
        form=form,
        choices=choices,
        group=group,
        name=names[group.id],
        names=names,
        belongs=belongs,
        sees=views.visibility.of(visitor.member) if belongs else "",
        who=who,
        periods=periods_to_choose(periods),
        period=period,
        beside_period=beside,
        is_missing=any(one and one not in periods for one in (asked.one("period"), asked.one("beside"))),
        found=_history(main, labels, views),
        beside=_history(other, labels, views),
        table=compared(*_shown_in_one(main, other)) if main and other else (),
        people=people_seen(group, _year_of(period, periods), visitor, bank, views),
        may_see_people=belongs or visitor.coordinates,
        new_command=new_command_id,
        done=gettext(DONE[asked.one("done")]) if asked.one("done") in DONE else "",
        as_of=views.as_of().number,
    )


def known_group(group_id: str, views: Views) -> GroupRow:
    """The group of this address."""
    views.catch_up()
    group = views.groups.of(GroupId(group_id)) if is_identifier(group_id) else None
    if group is None:
        raise NotFoundException
    return group


def to_group(request: Asked, group: GroupId, done: str) -> Redirect:
    """Back to the group's page, which says what was done."""
    return see_other(request.app.state.frame.url("show_group", group_id=group), done=done)


def _report(group: GroupId, period: str, visitor: Visitor, views: Views) -> Report | None:
    audience: Audience = "coordinators" if visitor.coordinates or visitor.audits else "everyone"
    return views.reports.of(group, period, audience) if period else None


def _history(report: Report | None, labels: Mapping[str, str], views: Views) -> GroupHistory | None:
    """What a report says; a month stands at the end of the twelve up to it."""
    if report is None:
        return None
    before: Sequence[Mapping[str, Any]] = ()
    if len(report.period) > YEAR_LENGTH:
        before = views.reports.months_before(report.scope, report.audience, report.period, MONTHS_DRAWN)
    return group_history(report, labels, before)


def _shown_in_one(first: Report, second: Report) -> Sequence[Mapping[str, Any]]:
    """The figures of both, without those that neither shows: of a group there are many."""
    kept = {name for figures in (first.figures, second.figures) for name, value in figures.items() if value is not None}
    return [{name: value for name, value in one.figures.items() if name in kept} for one in (first, second)]


def _year_of(period: str, periods: Sequence[str]) -> str:
    """The closed year in which a period lies; "" while it is not over."""
    return period[:YEAR_LENGTH] if period[:YEAR_LENGTH] in periods else ""
