"""One group's page, as each reader may see it."""

from collections.abc import Sequence
from typing import Any

from litestar import Response
from litestar.exceptions import NotFoundException
from litestar.response import Redirect

from ledger.application.time_bank import TimeBank
from ledger.identifiers import AccountId, GroupId, is_identifier, new_command_id
from projections.groups import GroupRow
from projections.views import Views
from web.forms import Form, query_fields
from web.frame import page, see_other
from web.pages.choices import labels_of
from web.pages.figures import ENOUGH_FOR_EVERYBODY, figures_of
from web.pages.orders import turned
from web.pages.people import Names, Person
from web.pages.periods import choices_of
from web.pages.typed import today_of
from web.visitors import Asked
from web.words import gettext, later

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
    """What the group's members gave and received, and who belongs.

    With what is wrong with a form of the page, and people to choose from when a typed name meant several.
    """
    visitor = request.user
    asked = query_fields(request)
    belongs = views.groups.belongs(group.id, visitor.member)
    keeps_the_book = visitor.coordinates or visitor.audits
    may_count = belongs or keeps_the_book or group.members >= ENOUGH_FOR_EVERYBODY
    who = turned(lambda: views.groups.members_of(group.id, asked.one("after")))
    names = Names(bank, views).of([group.id, *(one.member for one in who.rows)])
    contributions = views.contributions
    figures = figures_of(contributions, group.id, asked.one("period"), labels_of(bank), today_of(bank))
    return page(
        request,
        "group.html",
        form=form,
        choices=choices,
        group=group,
        name=names[group.id],
        names=names,
        belongs=belongs,
        who=who,
        may_count=may_count,
        total=contributions.total(group.id),
        gifts=views.balances.of(AccountId(group.id)).gifts_received,
        figures=figures,
        periods=choices_of(contributions.span(group.id)),
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
