"""Circles of neighbours: all of them, one of them, and forming a new one."""

from typing import Annotated

import msgspec
from litestar import Response
from litestar.exceptions import PermissionDeniedException
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Meta

from ledger.application.groups import FormGroup, JoinGroup, LeaveGroup
from ledger.application.members import LONGEST_NAME
from ledger.events.groups import GroupFormed
from ledger.identifiers import GroupId
from web.authorisation import COORDINATORS, MEMBERS
from web.call import Call, get, post, turned
from web.forms import Form
from web.pages.group import group_page, known_group
from web.pages.people import Sought, names_of, seek
from web.words import later


class GroupForm(msgspec.Struct):
    """What the new group is called."""

    name: Annotated[str, Meta(max_length=LONGEST_NAME)]


class JoiningForm(msgspec.Struct):
    """Who joins or leaves: nobody named is the visitor; coordinators may name somebody, by name or identifier."""

    member: Annotated[str, Meta(max_length=LONGEST_NAME)] = ""


SENTENCES = {"name.required": later("Give a name")}


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
