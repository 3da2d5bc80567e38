"""Who belongs: finding neighbours, one member's page, and leaving."""

from typing import Annotated, NamedTuple

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Meta

from ledger.application.members import LONGEST_NAME
from ledger.application.time_bank import TimeBank
from ledger.identifiers import MemberId, is_identifier, new_command_id
from ledger.log.people import folded
from projections.members import MemberRow
from projections.views import Views
from web.forms import Fields, Form, decode, query_fields
from web.frame import page, see_other
from web.pages.member import ButtonForm, member_page, seen_member, to_member
from web.pages.orders import carried_out, ordered
from web.pages.people import Names, joined_on
from web.visitors import Asked, Visitor

NAMES_A_PAGE = 50
_LOOKED_AT = 200
_MOST_LOOKS = 20
"""Names of people who have left are passed over; after so many of them the reader is asked to go on."""


class SearchForm(msgspec.Struct):
    """A part of a name, and after whom the list goes on."""

    name: Annotated[str, Meta(max_length=LONGEST_NAME)] = ""
    after: Annotated[str, Meta(max_length=30)] = ""


class MemberLine(NamedTuple):
    """One line of the list."""

    row: MemberRow
    name: str


class NamesPage(NamedTuple):
    """Some names in their order, and the member after whom the next ones come, if there are more."""

    lines: list[MemberLine]
    after: str


@get("/members", sync_to_thread=True)
def show_members(
    request: Asked, visitor: NamedDependency[Visitor], bank: NamedDependency[TimeBank], views: NamedDependency[Views]
) -> Response[str]:
    """Everybody who takes part, by name. Coordinators also see whom they have invited."""
    as_of = views.catch_up()
    form = decode(SearchForm, query_fields(request))
    shown = NamesPage([], "")
    if not form.problems:
        shown = names_page(bank, views, form.wish.name, form.wish.after, invited_too=visitor.coordinates)
    return page(
        request,
        "members.html",
        form=form,
        shown=shown,
        sought=form.value("name"),
        is_first=not form.value("after"),
        totals=views.members.totals(),
        joined_on=joined_on,
        as_of=as_of.number,
    )


@get("/members/{member_id:str}", sync_to_thread=True)
def show_member(
    request: Asked, member_id: FromPath[str], bank: NamedDependency[TimeBank], views: NamedDependency[Views]
) -> Response[str]:
    """One neighbour: what everybody may know, what passed between the two of us, and what a coordinator needs."""
    return member_page(request, member_id, bank, views, Form())


@get("/members/{member_id:str}/departure", sync_to_thread=True)
def show_departure(
    request: Asked, member_id: FromPath[str], bank: NamedDependency[TimeBank], views: NamedDependency[Views]
) -> Response[str]:
    """Says what leaving means, before it happens."""
    return _departure_page(request, member_id, bank, views, Form())


@post("/members/{member_id:str}/departure", status_code=303, sync_to_thread=True)
def leave(
    request: Asked,
    member_id: FromPath[str],
    fields: NamedDependency[Fields],
    visitor: NamedDependency[Visitor],
    bank: NamedDependency[TimeBank],
    views: NamedDependency[Views],
) -> Response[str] | Redirect:
    """A member leaves; whoever leaves is a stranger from then on."""
    member = seen_member(visitor, member_id, views).id
    command = ordered(fields, visitor)
    form = Form[ButtonForm]()
    answer = carried_out(form, "leave", lambda: bank.members.leave(member, command=command))
    if answer is None:
        return _departure_page(request, member_id, bank, views, form)
    views.follow()
    return see_other("/sign-in", done="left") if member == visitor.member else to_member(request, member, "left")


PAGES = (show_members, show_member, show_departure, leave)


def names_page(bank: TimeBank, views: Views, part: str, after: str, *, invited_too: bool = False) -> NamesPage:
    """Fifty names that hold this part, after somebody's. A name that its entry does not prove is left out."""
    shown = {"member", "invited"} if invited_too else {"member"}
    cursor = (folded(next(iter(bank.people.of(after, "name")), "")), after) if is_identifier(after) else ("", "")
    lines: list[MemberLine] = []
    for _ in range(_MOST_LOOKS):
        found = bank.people.named(part, after=cursor, limit=_LOOKED_AT)
        rows = views.members.many([MemberId(one.subject) for one in found])
        for one in found:
            row = rows.get(MemberId(one.subject))
            if row is not None and row.name == one.commitment and row.status in shown:
                if len(lines) == NAMES_A_PAGE:
                    return NamesPage(lines, lines[-1].row.id)
                lines.append(MemberLine(row, one.name))
            cursor = (one.folded, one.subject)
        if len(found) < _LOOKED_AT:
            return NamesPage(lines, "")
    return NamesPage(lines, cursor[1])


def _departure_page(
    request: Asked, member_id: str, bank: TimeBank, views: Views, form: Form[ButtonForm]
) -> Response[str]:
    member = seen_member(request.user, member_id, views)
    return page(
        request,
        "member_departure.html",
        form=form,
        member=member,
        name=Names(bank, views).of([member.id])[member.id],
        is_self=member.id == request.user.member,
        waiting=[*views.exchanges.waiting_for(member.id), *views.exchanges.waiting_on_others(member.id)],
        command=new_command_id(),
    )
