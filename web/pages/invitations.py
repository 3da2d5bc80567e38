"""Inviting somebody, and welcoming them."""

from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Meta

from ledger.application.members import LONGEST_NAME
from ledger.application.time_bank import TimeBank
from ledger.identifiers import new_command_id
from projections.views import Views
from web.forms import Fields, Form, decode
from web.frame import page
from web.pages.member import ButtonForm, member_page, seen_member, to_member
from web.pages.orders import carried_out, ordered
from web.visitors import Asked, Visitor
from web.words import later


class InvitationForm(msgspec.Struct):
    """Whom a coordinator opens a place for, and how to reach them."""

    name: Annotated[str, Meta(max_length=LONGEST_NAME)]
    email: Annotated[str, Meta(max_length=LONGEST_NAME)] = ""
    phone: Annotated[str, Meta(max_length=LONGEST_NAME)] = ""


SENTENCES = {"name.required": later("Give a name")}


@get("/members/new", sync_to_thread=True)
def show_invitation(request: Asked) -> Response[str]:
    """The form to invite somebody."""
    return page(request, "member_new.html", form=Form[InvitationForm](), command=new_command_id())


@post("/members", status_code=303, sync_to_thread=True)
def invite(
    request: Asked,
    fields: NamedDependency[Fields],
    visitor: NamedDependency[Visitor],
    bank: NamedDependency[TimeBank],
    views: NamedDependency[Views],
) -> Response[str] | Redirect:
    """Opens a place for somebody."""
    command = ordered(fields, visitor)
    form = decode(InvitationForm, fields, SENTENCES)
    if not form.problems:
        wish = form.wish
        invited = carried_out(
            form,
            "name",
            lambda: bank.members.invite(wish.name, email=wish.email, phone=wish.phone, command=command),
        )
        if invited is not None:
            member, _answer = invited
            views.follow()
            return to_member(request, member, "invited")
    return page(request, "member_new.html", form=form, command=command.id)


@post("/members/{member_id:str}/welcome", status_code=303, sync_to_thread=True)
def welcome(
    request: Asked,
    member_id: FromPath[str],
    fields: NamedDependency[Fields],
    visitor: NamedDependency[Visitor],
    bank: NamedDependency[TimeBank],
    views: NamedDependency[Views],
) -> Response[str] | Redirect:
    """Welcomes an invited person."""
    member = seen_member(visitor, member_id, views).id
    command = ordered(fields, visitor)
    form = Form[ButtonForm]()
    answer = carried_out(form, "welcome", lambda: bank.members.welcome(member, command=command))
    if answer is None:
        return member_page(request, member, bank, views, form)
    views.follow()
    return to_member(request, member, "welcomed")


PAGES = (show_invitation, invite, welcome)
