"""One group's page, as each reader may see it."""

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
from ledger.members.commands import LONGEST_NAME
from ledger.personal_data.store import folded
from projections.figures.privacy.agreed import Agreed, Seen
from projections.figures.reports.kept import Audience, Report
from projections.groups import GroupRow
from projections.views import Views
from web.drawing.drawings import Arcs, HelpLine, arcs
from web.framework.access import COORDINATORS, MEMBERS
from web.framework.call import Call, get, post, turned
from web.framework.forms import Form
from web.pages.exchanges.choices import labels_of
from web.pages.figures.community import choices as periods_to_choose
from web.pages.figures.community import latest
from web.pages.groups.history import GroupHistory, group_history
from web.wording.figure_words import compared
from web.wording.names import Person, Sought, names_of, seek
from web.wording.translation import later, ngettext, speech

MONTHS_DRAWN = 12
MOST_NAMED = 60
MOST_LINES = 200
"""Longer lists of people than these are cut, and say so."""
YEAR_LENGTH = len("2025")

DONE = {
    "formed": later("Group started. Neighbours can now join."),
    "joined": later("Joined. From now on, what you give and receive also counts for the group."),
    "left": later("You have left the group. What you gave and received until now stays with it."),
}


class PeopleSeen(NamedTuple):
    """What the page tells of a year: a sentence of names, lines as (giver, receiver, minutes, times), and the picture.

    `agreed` is None where nothing is known of the year. `more` lines are left out of the table.
    """

    year: str
    agreed: Agreed | None
    sentence: Markup
    lines: Sequence[tuple[str, str, int | None, int | None]]
    more: int
    drawn: Arcs | None


def group_page(call: Call, group: GroupRow, form: Form[Any], choices: Sequence[Person] = ()) -> Response[str]:
    """What the group's members gave and received in a closed period, or in two side by side, and who belongs.

    With what is wrong with a form of the page, and people to choose from when a typed name meant several.
    """
    visitor = call.visitor
    asked = call.query
    who = turned(lambda: call.views.groups.members_of(group.id, asked.one("after")))
    names = names_of(call, [group.id, *(one.member for one in who.rows)])
    if not who.older and not who.newer:
        # Sorted where everybody is on one page; on a part of many, the alphabet would only seem to be whole.
        who.rows.sort(key=lambda one: (folded(names[one.member]), one.member))
    belongs = call.views.groups.belongs(group.id, visitor.member)
    periods = call.views.reports.periods(group.id)
    period = asked.one("period") if asked.one("period") in periods else latest(periods)
    beside = asked.one("beside") if asked.one("beside") in periods and asked.one("beside") != period else ""
    main, other = (_report(call, group.id, one) for one in (period, beside))
    labels = labels_of(call.bank)
    return call.page(
        "group.html",
        form=form,
        choices=choices,
        group=group,
        name=names[group.id],
        names=names,
        belongs=belongs,
        sees=call.views.visibility.of(visitor.member) if belongs else "",
        who=who,
        periods=periods_to_choose(periods),
        period=period,
        beside_period=beside,
        is_missing=any(one and one not in periods for one in (asked.one("period"), asked.one("beside"))),
        found=_history(main, labels, call.views),
        beside=_history(other, labels, call.views),
        table=compared(*_shown_in_one(main, other)) if main and other else (),
        people=_people_seen(call, group, _year_of(period, periods)),
        may_see_people=belongs or visitor.coordinates,
        done=call.done(DONE),
        as_of=call.views.as_of().number,
    )


def known_group(group_id: str, views: Views) -> GroupRow:
    """The group of this address."""
    views.catch_up()
    group = views.groups.of(GroupId(group_id)) if is_identifier(group_id) else None
    if group is None:
        raise NotFoundException
    return group


def _report(call: Call, group: GroupId, period: str) -> Report | None:
    audience: Audience = "coordinators" if call.visitor.keeps_the_book else "everyone"
    return call.views.reports.of(group, period, audience) if period else None


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


def _people_seen(call: Call, group: GroupRow, year: str) -> PeopleSeen:
    """What this reader may see of the people of a group in a closed year; "" where there is none."""
    agreed = call.views.ties.visible_in_group(group.id, year, _seen_by(call)) if year else None
    if agreed is None:
        return PeopleSeen(year, None, Markup(), (), 0, None)
    every = {*agreed.named, *(one for line in agreed.drawn for one in (line.giver, line.receiver))}
    names = names_of(call, every)
    lines = sorted(agreed.drawn, key=lambda line: (_in_order(line.giver, names), _in_order(line.receiver, names)))
    in_picture = sorted(
        {one for line in lines for one in (line.giver, line.receiver)}, key=lambda one: _in_order(one, names)
    )
    return PeopleSeen(
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


def _seen_by(call: Call) -> Seen:
    """Whom this reader may see, in which groups: coordinators in all of them, others in their own."""
    if call.visitor.coordinates:
        return call.views.visibility.everywhere("coordinators")
    own = [GroupId(group.id) for group in call.views.groups.of_member(call.visitor.member)]
    return call.views.visibility.among(own, "groups")


def _named(agreed: Agreed, names: Mapping[str, str]) -> Markup:
    """Everybody who is named, and how many took part beside them, if that may be said."""
    ordered = sorted(agreed.named, key=lambda one: _in_order(one, names))
    parts = [Markup("<bdi>{}</bdi>").format(names[one]) for one in ordered[:MOST_NAMED]]
    others = (agreed.others or 0) + max(0, len(ordered) - MOST_NAMED)
    if others:
        parts.append(Markup("{}").format(ngettext("%(num)s other", "%(num)s others", others)))
    said = format_list([str(part) for part in parts], locale=speech().locale)
    return Markup(said)  # noqa: S704 - names are marked up and escaped above; between them stand words of the language


def _in_order(member: MemberId, names: Mapping[str, str]) -> tuple[str, str]:
    return folded(names[member]), member


class GroupForm(msgspec.Struct):
    """What the new group is called."""

    name: Annotated[str, Meta(max_length=LONGEST_NAME)]


class JoiningForm(msgspec.Struct):
    """Who joins or leaves: nobody named is the visitor; coordinators may name somebody, by name or identifier."""

    member: Annotated[str, Meta(max_length=LONGEST_NAME)] = ""


SENTENCES = {"name.required": later("Enter a name")}


@get("/groups", may=MEMBERS)
def show_groups(call: Call) -> Response[str]:
    """Every group, with how many belong to it."""
    as_of = call.views.catch_up()
    shown = turned(lambda: call.views.groups.all(call.query.one("after")))
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
    """One group: what its members gave and received, and who belongs."""
    return group_page(call, known_group(group_id, call.views), Form[JoiningForm]())


@get("/groups/new", may=COORDINATORS)
def show_group_form(call: Call) -> Response[str]:
    """The form for a new group."""
    return call.page("group_new.html", form=Form[GroupForm]())


@post("/groups", may=COORDINATORS)
def form_group(call: Call) -> Response[str] | Redirect:
    """Forms a group."""
    form = call.form(GroupForm, SENTENCES)
    recorded = call.do(form, lambda: FormGroup(form.wish.name), otherwise="name")
    if recorded is None:
        return call.page("group_new.html", form=form)
    return call.see_other("show_group", group_id=recorded.fact(GroupFormed).group, done="formed")


@post("/groups/{group_id:str}/members", may=MEMBERS)
def join_group(call: Call, group_id: FromPath[GroupId]) -> Response[str] | Redirect:
    """A member belongs to the group from now on."""
    return _moved(call, group_id, JoinGroup, "joined")


@post("/groups/{group_id:str}/departures", may=MEMBERS)
def leave_group(call: Call, group_id: FromPath[GroupId]) -> Response[str] | Redirect:
    """A member belongs to the group no longer."""
    return _moved(call, group_id, LeaveGroup, "left")


def _moved(call: Call, group_id: GroupId, move: type[JoinGroup | LeaveGroup], done: str) -> Response[str] | Redirect:
    group = known_group(group_id, call.views)
    form = call.form(JoiningForm)
    sought = _meant(call, form)
    if (member := sought.member) and call.do(form, lambda: move(group_id, member), otherwise="member"):
        return call.see_other("show_group", group_id=group_id, done=done)
    return group_page(call, group, form, sought.choices)


def _meant(call: Call, form: Form[JoiningForm]) -> Sought:
    """Whom the form means; a sentence beside the field when that is nobody, or several."""
    if form.problems:
        return Sought()
    typed = form.wish.member
    if not typed or typed == call.visitor.member:
        return Sought(call.visitor.member)
    if not call.visitor.coordinates:
        raise PermissionDeniedException
    sought = seek(call, typed)
    if sought.member is None:
        form.refuse("member", sought.sentence)
    return sought
