"""Circles of neighbours: all of them, one of them, and forming a new one."""

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
from web.forms import Fields, Form, decode, query_fields
from web.frame import page
from web.pages.belonging import JoiningForm
from web.pages.group import group_page, known_group, to_group
from web.pages.orders import carried_out, ordered, turned
from web.pages.people import Names
from web.visitors import Asked, Visitor
from web.words import later


class GroupForm(msgspec.Struct):
    """What the new group is called."""

    name: Annotated[str, Meta(max_length=LONGEST_NAME)]


SENTENCES = {"name.required": later("Give a name")}


@get("/groups", sync_to_thread=True)
def show_groups(
    request: Asked, visitor: NamedDependency[Visitor], bank: NamedDependency[TimeBank], views: NamedDependency[Views]
) -> Response[str]:
    """Every group, with how many belong to it."""
    as_of = views.catch_up()
    shown = turned(lambda: views.groups.all(query_fields(request).one("after")))
    names = Names(bank, views).of([group.id for group in shown.rows])
    return page(
        request,
        "groups.html",
        groups=sorted(shown.rows, key=lambda group: names[group.id].casefold()),
        names=names,
        mine={group.id for group in views.groups.of_member(visitor.member)},
        shown=shown,
        as_of=as_of.number,
    )


@get("/groups/{group_id:str}", sync_to_thread=True)
def show_group(
    request: Asked, group_id: FromPath[str], bank: NamedDependency[TimeBank], views: NamedDependency[Views]
) -> Response[str]:
    """One group: what its members gave and received, and who belongs."""
    return group_page(request, known_group(group_id, views), bank, views, Form[JoiningForm]())


@get("/groups/new", sync_to_thread=True)
def show_group_form(request: Asked) -> Response[str]:
    """The form for a new group."""
    return page(request, "group_new.html", form=Form[GroupForm](), command=new_command_id())


@post("/groups", status_code=303, sync_to_thread=True)
def form_group(
    request: Asked,
    fields: NamedDependency[Fields],
    visitor: NamedDependency[Visitor],
    bank: NamedDependency[TimeBank],
    views: NamedDependency[Views],
) -> Response[str] | Redirect:
    """Forms a group."""
    command = ordered(fields, visitor)
    form = decode(GroupForm, fields, SENTENCES)
    if not form.problems:
        name = form.wish.name
        formed = carried_out(form, "name", lambda: bank.groups.form(name, command=command))
        if formed is not None:
            group, _answer = formed
            views.follow()
            return to_group(request, group, "formed")
    return page(request, "group_new.html", form=form, command=command.id)


PAGES = (show_groups, show_group, show_group_form, form_group)
