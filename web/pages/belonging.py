"""Joining a group, and leaving it: oneself, or, by a coordinator, somebody else."""

from typing import Annotated

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency
from litestar.exceptions import PermissionDeniedException
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Meta

from ledger.application.members import LONGEST_NAME
from ledger.application.time_bank import TimeBank
from projections.views import Views
from web.forms import Fields, Form, decode
from web.pages.group import group_page, known_group, to_group
from web.pages.orders import carried_out, ordered
from web.pages.people import Sought, seek
from web.visitors import Asked, Visitor


class JoiningForm(msgspec.Struct):
    """Who joins or leaves: nobody named is the visitor; coordinators may name somebody, by name or identifier."""

    member: Annotated[str, Meta(max_length=LONGEST_NAME)] = ""


@post("/groups/{group_id:str}/members", status_code=303, sync_to_thread=True)
def join_group(
    request: Asked,
    group_id: FromPath[str],
    fields: NamedDependency[Fields],
    visitor: NamedDependency[Visitor],
    bank: NamedDependency[TimeBank],
    views: NamedDependency[Views],
) -> Response[str] | Redirect:
    """A member belongs to the group from now on."""
    group = known_group(group_id, views)
    command = ordered(fields, visitor)
    form = decode(JoiningForm, fields)
    sought = _meant(form, visitor, bank, views)
    if member := sought.member:
        answer = carried_out(form, "member", lambda: bank.groups.join(group.id, member, command=command))
        if answer is not None:
            views.follow()
            return to_group(request, group.id, "joined")
    return group_page(request, group, bank, views, form, sought.choices)


@post("/groups/{group_id:str}/departures", status_code=303, sync_to_thread=True)
def leave_group(
    request: Asked,
    group_id: FromPath[str],
    fields: NamedDependency[Fields],
    visitor: NamedDependency[Visitor],
    bank: NamedDependency[TimeBank],
    views: NamedDependency[Views],
) -> Response[str] | Redirect:
    """A member belongs to the group no longer."""
    group = known_group(group_id, views)
    command = ordered(fields, visitor)
    form = decode(JoiningForm, fields)
    sought = _meant(form, visitor, bank, views)
    if member := sought.member:
        answer = carried_out(form, "member", lambda: bank.groups.leave(group.id, member, command=command))
        if answer is not None:
            views.follow()
            return to_group(request, group.id, "left")
    return group_page(request, group, bank, views, form, sought.choices)


PAGES = (join_group, leave_group)


def _meant(form: Form[JoiningForm], visitor: Visitor, bank: TimeBank, views: Views) -> Sought:
    """Whom the form means; a sentence beside the field when that is nobody, or several."""
    if form.problems:
        return Sought()
    typed = form.wish.member
    if not typed or typed == visitor.member:
        return Sought(visitor.member)
    if not visitor.coordinates:
        raise PermissionDeniedException
    sought = seek(typed, bank=bank, views=views)
    if sought.member is None:
        form.refuse("member", sought.sentence)
    return sought
