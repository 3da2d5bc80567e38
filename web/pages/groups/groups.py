"""Groups: the list, one group's page as each reader can see it, starting, joining and leaving."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, NamedTuple

import msgspec
from babel.lists import format_list
from litestar import Response
from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.params import FromPath
from litestar.response import Redirect
from markupsafe import Markup
from msgspec import Meta

from ledger.groups.commands import FormGroup, JoinGroup, LeaveGroup
from ledger.groups.facts import GroupFormed
from ledger.identifiers import GroupId, MemberId, is_identifier
from ledger.members.names import LONGEST_NAME
from ledger.personal_data.spelling import folded
from projections.figures.privacy.agreed import Agreed, Seen
from projections.figures.reports.kept import Audience, Report
from projections.groups import GroupRow
from projections.views import Views
from web.drawing.drawings import Arcs, HelpLine, arcs
from web.framework.access import COORDINATORS, MEMBERS
from web.framework.call import Call, get, page_from_cursor, post
from web.framework.forms import Form
from web.pages.exchanges.fields import labels_of
from web.pages.figures.reports import choices as periods_to_choose
from web.pages.figures.reports import latest
from web.pages.groups.history import GroupHistory, group_history
from web.wording.findings import figure_sections
from web.wording.names import MemberSearch, Person, find_member, names_of
from web.wording.translation import N_, current_locale, ngettext

MONTHS_DRAWN = 12
MOST_NAMED = 60

MOST_LINES = 200
"""Longer lists of people are cut, and say so."""

YEAR_LENGTH = len("2025")

DONE = {
    "formed": N_("Group started. Neighbours can now join."),
    "joined": N_("Joined. From now on, what you give and receive also counts for the group."),
    "left": N_("You have left the group. What you gave and received until now stays with it."),
}

SENTENCES = {"name.required": N_("Enter a name")}


class GroupForm(msgspec.Struct):
    """The name of a new group."""

    name: Annotated[str, Meta(max_length=LONGEST_NAME)]


class JoiningForm(msgspec.Struct):
    """Who joins or leaves: the visitor if empty. Coordinators can give a name or an identifier."""

    member: Annotated[str, Meta(max_length=LONGEST_NAME)] = ""


@get("/groups", may=MEMBERS)
def show_groups(call: Call) -> Response[str]:
    """Show every group with its number of members."""
    as_of = call.views.catch_up()
    shown = page_from_cursor(lambda: call.views.groups.all(call.query.one("after")))
    names = names_of(call, [group.id for group in shown.rows])
    return call.page(
        "groups.html",
        groups=sorted(shown.rows, key=lambda group: names[group.id].casefold()),
        names=names,
        mine={group.id for group in call.views.groups.of_member(call.visitor.member)},
        shown=shown,
        as_of=as_of.number,
    )


@get("/groups/{group_id:str}", may=MEMBERS)
def show_group(call: Call, group_id: FromPath[GroupId]) -> Response[str]:
    """Show a group: its members, and what they gave and received."""
    return _group_page(call, _known_group(group_id, call.views), Form[JoiningForm]())


@get("/groups/new", may=COORDINATORS)
def show_group_form(call: Call) -> Response[str]:
    """Show the form to start a group."""
    return call.page("group_new.html", form=Form[GroupForm]())


@post("/groups", may=COORDINATORS)
def form_group(call: Call) -> Response[str] | Redirect:
    """Start a group."""
    form = call.form(GroupForm, SENTENCES)
    recorded = call.do(form, lambda: FormGroup(form.data.name), beside="name")
    if recorded is None:
        return call.page("group_new.html", form=form)
    return call.see_other("show_group", group_id=recorded.fact(GroupFormed).group, done="formed")


@post("/groups/{group_id:str}/members", may=MEMBERS)
def join_group(call: Call, group_id: FromPath[GroupId]) -> Response[str] | Redirect:
    """Add a member to the group."""
    return _change(call, group_id, JoinGroup, "joined")


@post("/groups/{group_id:str}/departures", may=MEMBERS)
def leave_group(call: Call, group_id: FromPath[GroupId]) -> Response[str] | Redirect:
    """Remove a member from the group."""
    return _change(call, group_id, LeaveGroup, "left")


class GroupPeople(NamedTuple):
    """Who took part in a year and who helped who, as far as the reader can see it.

    Lines are (giver, receiver, minutes, times). `agreed` is None where nothing is known of the year. `more` lines are left
    out of the table.
    """

    year: str
    agreed: Agreed | None
    sentence: Markup
    lines: Sequence[tuple[str, str, int | None, int | None]]
    more: int
    drawn: Arcs | None


def _group_page(call: Call, group: GroupRow, form: Form[Any], choices: Sequence[Person] = ()) -> Response[str]:
    """Render a group's page for a closed period, or for two side by side.

    `form` holds a mistake made in a form of the page, `choices` the people a typed name could mean.
    """
    visitor = call.visitor
    query = call.query
    members = page_from_cursor(lambda: call.views.groups.members_of(group.id, query.one("after")))
    names = names_of(call, [group.id, *(one.member for one in members.rows)])
    if not members.older and not members.newer:
        # Sorted only if everyone is on this page; on one page of several, the alphabet would seem complete.
        members.rows.sort(key=lambda one: (folded(names[one.member]), one.member))
    is_member = call.views.groups.belongs(group.id, visitor.member)
    periods = call.views.reports.periods(group.id)
    period = query.one("period") if query.one("period") in periods else latest(periods)
    other = query.one("beside") if query.one("beside") in periods and query.one("beside") != period else ""
    first, second = (_report(call, group.id, one) for one in (period, other))
    labels = labels_of(call.bank)
    return call.page(
        "group.html",
        form=form,
        choices=choices,
        group=group,
        name=names[group.id],
        names=names,
        is_member=is_member,
        sees=call.views.visibility.of(visitor.member) if is_member else "",
        members=members,
        periods=periods_to_choose(periods),
        period=period,
        other_period=other,
        is_missing=any(one and one not in periods for one in (query.one("period"), query.one("beside"))),
        found=_history(first, labels, call.views),
        other=_history(second, labels, call.views),
        table=figure_sections(*_shown_in_one(first, second)) if first and second else (),
        people=_people_of(call, group, _year_of(period, periods)),
        sees_people=is_member or visitor.is_coordinator,
        done=call.done(DONE),
        as_of=call.views.as_of().number,
    )


def _known_group(group_id: str, views: Views) -> GroupRow:
    """Return the group at this address, or 404."""
    views.catch_up()
    group = views.groups.of(GroupId(group_id)) if is_identifier(group_id) else None
    if group is None:
        raise NotFoundException
    return group


def _report(call: Call, group: GroupId, period: str) -> Report | None:
    audience: Audience = "coordinators" if call.visitor.reads_the_log else "everyone"
    return call.views.reports.of(group, period, audience) if period else None


def _history(report: Report | None, labels: Mapping[str, str], views: Views) -> GroupHistory | None:
    """Return what a report says; a month is shown with the twelve months up to it."""
    if report is None:
        return None
    before: Sequence[Mapping[str, Any]] = ()
    if len(report.period) > YEAR_LENGTH:
        before = views.reports.months_before(report.scope, report.audience, report.period, MONTHS_DRAWN)
    return group_history(report, labels, before)


def _shown_in_one(first: Report, second: Report) -> Sequence[Mapping[str, Any]]:
    """Return the figures of both reports without those that neither shows."""
    shown = {
        name for figures in (first.figures, second.figures) for name, value in figures.items() if value is not None
    }
    return [{name: value for name, value in one.figures.items() if name in shown} for one in (first, second)]


def _year_of(period: str, periods: Sequence[str]) -> str:
    """Return the closed year that contains a period; "" if the year is not over."""
    return period[:YEAR_LENGTH] if period[:YEAR_LENGTH] in periods else ""


def _people_of(call: Call, group: GroupRow, year: str) -> GroupPeople:
    """Return what this reader can see of a group's people in a closed year."""
    agreed = call.views.ties.visible_in_group(group.id, year, _visible_to(call)) if year else None
    if agreed is None:
        return GroupPeople(year, None, Markup(), (), 0, None)
    people = {*agreed.named, *(one for line in agreed.drawn for one in (line.giver, line.receiver))}
    names = names_of(call, people)
    lines = sorted(agreed.drawn, key=lambda line: (_in_order(line.giver, names), _in_order(line.receiver, names)))
    in_picture = sorted(
        {one for line in lines for one in (line.giver, line.receiver)}, key=lambda one: _in_order(one, names)
    )
    return GroupPeople(
        year,
        agreed,
        _named(agreed, names),
        [(names[line.giver], names[line.receiver], line.minutes, line.times) for line in lines[:MOST_LINES]],
        max(0, len(lines) - MOST_LINES),
        arcs(
            [(one, names[one]) for one in in_picture],
            [HelpLine(line.giver, line.receiver, line.minutes) for line in lines],
        ),
    )


def _visible_to(call: Call) -> Seen:
    """Return who this reader can see in which groups: coordinators in all of them, others in their own."""
    if call.visitor.is_coordinator:
        return call.views.visibility.everywhere("coordinators")
    own = [GroupId(group.id) for group in call.views.groups.of_member(call.visitor.member)]
    return call.views.visibility.among(own, "groups")


def _named(agreed: Agreed, names: Mapping[str, str]) -> Markup:
    """Return the names, and how many others took part if that can be shown."""
    ordered = sorted(agreed.named, key=lambda one: _in_order(one, names))
    parts = [Markup("<bdi>{}</bdi>").format(names[one]) for one in ordered[:MOST_NAMED]]
    others = (agreed.others or 0) + max(0, len(ordered) - MOST_NAMED)
    if others:
        parts.append(Markup("{}").format(ngettext("%(num)s other", "%(num)s others", others)))
    sentence = format_list([str(part) for part in parts], locale=current_locale().locale)
    return Markup(sentence)  # noqa: S704 - the names are escaped above


def _in_order(member: MemberId, names: Mapping[str, str]) -> tuple[str, str]:
    return folded(names[member]), member


def _change(
    call: Call, group_id: GroupId, command: type[JoinGroup | LeaveGroup], done: str
) -> Response[str] | Redirect:
    group = _known_group(group_id, call.views)
    form = call.form(JoiningForm)
    sought = _person_meant(call, form)
    if (member := sought.member) and call.do(form, lambda: command(group_id, member), beside="member"):
        return call.see_other("show_group", group_id=group_id, done=done)
    return _group_page(call, group, form, sought.choices)


def _person_meant(call: Call, form: Form[JoiningForm]) -> MemberSearch:
    """Return the person the form means; a mistake beside the field if that is nobody, or several people."""
    if form.problems:
        return MemberSearch()
    typed = form.data.member
    if not typed or typed == call.visitor.member:
        return MemberSearch(call.visitor.member)
    if not call.visitor.is_coordinator:
        raise PermissionDeniedException
    sought = find_member(call, typed)
    if sought.member is None:
        form.refuse("member", sought.sentence)
    return sought
