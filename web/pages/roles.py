"""Entrusting members with coordinating and auditing, and taking a role back."""

from typing import cast, get_args

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect

from ledger.application.time_bank import TimeBank
from ledger.events.members import Role
from projections.views import Views
from web.forms import Fields, Form, decode
from web.pages.member import ButtonForm, member_page, seen_member, to_member
from web.pages.orders import carried_out, ordered
from web.visitors import Asked, Visitor
from web.words import later


class RoleForm(msgspec.Struct):
    """What somebody is entrusted with."""

    role: Role


SENTENCES = {"role.required": later("Choose a role")}


@post("/members/{member_id:str}/roles", status_code=303, sync_to_thread=True)
def give_role(
    request: Asked,
    member_id: FromPath[str],
    fields: NamedDependency[Fields],
    visitor: NamedDependency[Visitor],
    bank: NamedDependency[TimeBank],
    views: NamedDependency[Views],
) -> Response[str] | Redirect:
    """Entrusts a member with a role."""
    member = seen_member(visitor, member_id, views).id
    command = ordered(fields, visitor)
    form = decode(RoleForm, fields, SENTENCES)
    if not form.problems:
        role = form.wish.role
        answer = carried_out(form, "role", lambda: bank.members.give_role(member, role, command=command))
        if answer is not None:
            views.follow()
            return to_member(request, member, "entrusted")
    return member_page(request, member, bank, views, form)


@post("/members/{member_id:str}/roles/{role:str}/withdrawal", status_code=303, sync_to_thread=True)
def withdraw_role(
    request: Asked,
    member_id: FromPath[str],
    role: FromPath[str],
    fields: NamedDependency[Fields],
    visitor: NamedDependency[Visitor],
    bank: NamedDependency[TimeBank],
    views: NamedDependency[Views],
) -> Response[str] | Redirect:
    """Takes a role back. Whoever gave up their own coordinating may still see their own page."""
    member = seen_member(visitor, member_id, views).id
    command = ordered(fields, visitor)
    if role not in get_args(Role):
        raise NotFoundException
    held = cast("Role", role)
    form = Form[ButtonForm]()
    answer = carried_out(form, "role", lambda: bank.members.withdraw_role(member, held, command=command))
    if answer is None:
        return member_page(request, member, bank, views, form)
    views.follow()
    return to_member(request, member, "withdrawn")


PAGES = (give_role, withdraw_role)
