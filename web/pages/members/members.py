"""Members: the list, inviting, welcoming and leaving, roles, and the choice of who can see who I help."""

from typing import Annotated, NamedTuple, cast, get_args

import msgspec
from litestar import Response
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Meta

from ledger.identifiers import MemberId, is_identifier
from ledger.members.commands import (
    ChooseVisibility,
    GiveRole,
    InviteMember,
    LeaveCommunity,
    WelcomeMember,
    WithdrawRole,
)
from ledger.members.facts import Audience, MemberInvited, Role, RoleWithdrawn
from ledger.members.names import LONGEST_NAME
from ledger.personal_data.search import look_alikes
from ledger.personal_data.spelling import folded
from projections.members import MemberRow
from web.framework.access import COORDINATORS, MEMBERS, THE_MEMBER, THE_MEMBER_AND_COORDINATORS
from web.framework.call import Call, get, post
from web.framework.forms import Form
from web.pages.members.member import ButtonForm, member_page, to_member, visible_member
from web.wording.names import joined_on, names_of
from web.wording.translation import N_

NAMES_A_PAGE = 50
_NAMES_READ = 200

_MOST_READS = 20
"""How many times to skip over people who have left before asking the reader to go on."""

SENTENCES = {
    "name.required": N_("Enter a name"),
    "role.required": N_("Choose a role"),
    "sees.required": N_("Choose who can see it"),
}


class SearchForm(msgspec.Struct):
    """Part of a name, and the member after whom the list continues."""

    name: Annotated[str, Meta(max_length=LONGEST_NAME)] = ""
    after: Annotated[str, Meta(max_length=30)] = ""


class InvitationForm(msgspec.Struct):
    """The name and contact details of a person to invite."""

    name: Annotated[str, Meta(max_length=LONGEST_NAME)]
    email: Annotated[str, Meta(max_length=LONGEST_NAME)] = ""
    phone: Annotated[str, Meta(max_length=LONGEST_NAME)] = ""


class RoleForm(msgspec.Struct):
    """The role to give."""

    role: Role


class VisibilityForm(msgspec.Struct):
    """Who else can see who I help."""

    sees: Audience


@get("/members", may=MEMBERS)
def show_members(call: Call) -> Response[str]:
    """List all members by name. Coordinators also see people who are invited."""
    as_of = call.views.catch_up()
    form = call.form(SearchForm)
    shown = NamesPage([], "")
    if not form.problems:
        shown = _names_page(call, form.data.name, form.data.after, with_invited=call.visitor.is_coordinator)
    names = {line.row.id: line.name for line in shown.lines} if call.visitor.is_coordinator else {}
    return call.page(
        "members.html",
        form=form,
        shown=shown,
        alike=look_alikes(call.bank, names),
        sought=form.value("name"),
        is_first=not form.value("after"),
        totals=call.views.members.totals(),
        joined_on=joined_on,
        as_of=as_of.number,
    )


@get("/members/{member_id:str}", may=MEMBERS)
def show_member(call: Call, member_id: FromPath[MemberId]) -> Response[str]:
    """Show a member: what everyone can see, what was between the two of us, and what coordinators need."""
    return member_page(call, member_id, Form())


@get("/members/{member_id:str}/departure", may=THE_MEMBER_AND_COORDINATORS)
def show_departure(call: Call, member_id: FromPath[MemberId]) -> Response[str]:
    """Say what leaving means before it happens."""
    return _departure_page(call, member_id, Form())


@post("/members/{member_id:str}/departure", may=THE_MEMBER_AND_COORDINATORS)
def leave(call: Call, member_id: FromPath[MemberId]) -> Response[str] | Redirect:
    """Record that a member leaves, which signs them out everywhere."""
    member = visible_member(call, member_id).id
    form = call.form(ButtonForm)
    if not call.do(form, lambda: LeaveCommunity(member), beside="leave"):
        return _departure_page(call, member_id, form)
    is_self = member == call.visitor.member
    return call.see_other("show_sign_in", done="left") if is_self else to_member(call, member, "left")


@get("/members/new", may=COORDINATORS)
def show_invitation(call: Call) -> Response[str]:
    """Show the form to invite someone."""
    return call.page("member_new.html", form=Form[InvitationForm]())


@post("/members", may=COORDINATORS)
def invite(call: Call) -> Response[str] | Redirect:
    """Invite someone."""
    form = call.form(InvitationForm, SENTENCES)
    recorded = call.do(form, lambda: InviteMember(form.data.name, form.data.email, form.data.phone), beside="name")
    if recorded is None:
        return call.page("member_new.html", form=form)
    return to_member(call, recorded.fact(MemberInvited).member, "invited")


@post("/members/{member_id:str}/welcome", may=COORDINATORS)
def welcome(call: Call, member_id: FromPath[MemberId]) -> Response[str] | Redirect:
    """Welcome an invited person."""
    member = visible_member(call, member_id).id
    form = call.form(ButtonForm)
    if call.do(form, lambda: WelcomeMember(member), beside="welcome"):
        return to_member(call, member, "welcomed")
    return member_page(call, member, form)


@post("/members/{member_id:str}/roles", may=COORDINATORS, fresh=True)
def give_role(call: Call, member_id: FromPath[MemberId]) -> Response[str] | Redirect:
    """Give a member a role."""
    member = visible_member(call, member_id).id
    form = call.form(RoleForm, SENTENCES)
    if call.do(form, lambda: GiveRole(member, form.data.role), beside="role"):
        return to_member(call, member, "entrusted")
    return member_page(call, member, form)


@post("/members/{member_id:str}/roles/{role:str}/withdrawal", may=COORDINATORS, fresh=True)
def withdraw_role(call: Call, member_id: FromPath[MemberId], role: FromPath[str]) -> Response[str] | Redirect:
    """Remove a role, or request it where that takes a second person. Who removes their own can still see their own page."""
    member = visible_member(call, member_id).id
    if role not in get_args(Role):
        raise NotFoundException
    held = cast("Role", role)
    form = call.form(ButtonForm)
    recorded = call.do(form, lambda: WithdrawRole(member, held), beside="role")
    if recorded is None:
        return member_page(call, member, form)
    is_done = any(isinstance(fact, RoleWithdrawn) for fact in recorded.facts)
    return to_member(call, member, "withdrawn" if is_done else "removal_asked")


@post("/members/{member_id:str}/visibility", may=THE_MEMBER)
def choose_visibility(call: Call, member_id: FromPath[MemberId]) -> Response[str] | Redirect:
    """Choose who can see who I help."""
    member = visible_member(call, member_id).id
    form = call.form(VisibilityForm, SENTENCES)
    if call.do(form, lambda: ChooseVisibility(member, form.data.sees), beside="sees"):
        return to_member(call, member, "chosen")
    return member_page(call, member, form)


class MemberLine(NamedTuple):
    """A line of the list."""

    row: MemberRow
    name: str


class NamesPage(NamedTuple):
    """Some names in order, and the member after whom the next page starts, if there is one."""

    lines: list[MemberLine]
    after: str


def _names_page(call: Call, part: str, after: str, *, with_invited: bool = False) -> NamesPage:
    """Return fifty names that contain this part, after this member. Leave out names their entry does not prove."""
    shown = {"member", "invited"} if with_invited else {"member"}
    cursor = (folded(next(iter(call.bank.people.of(after, "name")), "")), after) if is_identifier(after) else ("", "")
    lines: list[MemberLine] = []
    for _ in range(_MOST_READS):
        found = call.bank.people.named(part, after=cursor, limit=_NAMES_READ)
        rows = call.views.members.many([MemberId(one.subject) for one in found])
        for one in found:
            row = rows.get(MemberId(one.subject))
            if row is not None and row.name == one.commitment and row.status in shown:
                if len(lines) == NAMES_A_PAGE:
                    return NamesPage(lines, lines[-1].row.id)
                lines.append(MemberLine(row, one.name))
            cursor = (one.folded, one.subject)
        if len(found) < _NAMES_READ:
            return NamesPage(lines, "")
    return NamesPage(lines, cursor[1])


def _departure_page(call: Call, member_id: str, form: Form[ButtonForm]) -> Response[str]:
    member = visible_member(call, member_id)
    return call.page(
        "member_departure.html",
        form=form,
        member=member,
        name=names_of(call, [member.id])[member.id],
        is_self=member.id == call.visitor.member,
        waiting=[*call.views.exchanges.waiting_for(member.id), *call.views.exchanges.waiting_on_others(member.id)],
    )
