"""Being forgotten: a member asks, a coordinator is shown what goes and what stays, and confirms."""

from collections.abc import Callable
from datetime import date

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ledger.application.commands import Answer, Command
from ledger.application.time_bank import TimeBank
from ledger.identifiers import MemberId, new_command_id
from ledger.log.entry import instant
from projections.views import Views
from web.forms import Fields, Form
from web.frame import page
from web.pages.member import ButtonForm, seen_member, to_member
from web.pages.orders import carried_out, ordered
from web.pages.people import Names
from web.visitors import Asked, Visitor
from web.words import today


@get("/members/{member_id:str}/erasure", sync_to_thread=True)
def show_erasure(
    request: Asked, member_id: FromPath[str], bank: NamedDependency[TimeBank], views: NamedDependency[Views]
) -> Response[str]:
    """What would go, what stays and why, and whose turn it is: to ask, to confirm, or to think better of it."""
    return _erasure_page(request, member_id, bank, views, Form())


@post("/members/{member_id:str}/erasure-request", status_code=303, sync_to_thread=True)
def ask_erasure(
    request: Asked,
    member_id: FromPath[str],
    fields: NamedDependency[Fields],
    visitor: NamedDependency[Visitor],
    bank: NamedDependency[TimeBank],
    views: NamedDependency[Views],
) -> Response[str] | Redirect:
    """A member asks to be erased, or a coordinator passes on that they did."""

    def ask(member: MemberId, command: Command) -> Answer:
        if member != visitor.member:
            command = msgspec.structs.replace(command, on_behalf=member)
        return bank.erasures.ask(member, command=command)

    return _done(request, member_id, fields, bank, views, ask, "asked_to_be_erased")


@post("/members/{member_id:str}/erasure-request/withdrawal", status_code=303, sync_to_thread=True)
def withdraw_erasure(
    request: Asked,
    member_id: FromPath[str],
    fields: NamedDependency[Fields],
    visitor: NamedDependency[Visitor],
    bank: NamedDependency[TimeBank],
    views: NamedDependency[Views],
) -> Response[str] | Redirect:
    """They think better of it, while it waits."""

    def withdraw(member: MemberId, command: Command) -> Answer:
        if member != visitor.member:
            command = msgspec.structs.replace(command, on_behalf=member)
        return bank.erasures.withdraw(member, command=command)

    return _done(request, member_id, fields, bank, views, withdraw, "not_erased")


@post("/members/{member_id:str}/erasure", status_code=303, sync_to_thread=True)
def erase(
    request: Asked,
    member_id: FromPath[str],
    fields: NamedDependency[Fields],
    bank: NamedDependency[TimeBank],
    views: NamedDependency[Views],
) -> Response[str] | Redirect:
    """A coordinator confirms, and it is done."""

    def confirm(member: MemberId, command: Command) -> Answer:
        return bank.erasures.erase(member, command=command)

    return _done(request, member_id, fields, bank, views, confirm, "erased")


PAGES = (show_erasure, ask_erasure, withdraw_erasure, erase)


def _done(
    request: Asked,
    member_id: str,
    fields: Fields,
    bank: TimeBank,
    views: Views,
    do: Callable[[MemberId, Command], Answer],
    done: str,
) -> Response[str] | Redirect:
    member = seen_member(request.user, member_id, views).id
    command = ordered(fields, request.user)
    form = Form[ButtonForm]()
    answer = carried_out(form, "erasure", lambda: do(member, command))
    if answer is None:
        return _erasure_page(request, member_id, bank, views, form)
    views.catch_up(answer.position)
    return to_member(request, member, done)


def _erasure_page(
    request: Asked, member_id: str, bank: TimeBank, views: Views, form: Form[ButtonForm]
) -> Response[str]:
    visitor = request.user
    member = seen_member(visitor, member_id, views)
    is_self = member.id == visitor.member
    may_confirm = not is_self and not member.erased_at and bool(member.erasure_asked_at or member.status == "left")
    own = bank.people.fields_of(member.id)
    names = Names(bank, views).of([member.id, member.erasure_asked_by])
    return page(
        request,
        "member_erasure.html",
        form=form,
        member=member,
        name=names[member.id],
        asked_by=names.get(member.erasure_asked_by, ""),
        is_self=is_self,
        may_confirm=may_confirm,
        has_email=bool(own.get("email")),
        has_phone=bool(own.get("phone")),
        written=own.get("note", 0) + own.get("reason", 0),
        # The whole log is read for it, so only whoever is about to confirm is told.
        of_others=bank.erasures.would_go(member.id).of_others if may_confirm else 0,
        waiting=[*views.exchanges.waiting_for(member.id), *views.exchanges.waiting_on_others(member.id)],
        day_of=_day_of,
        new_command=new_command_id,
    )


def _day_of(at: str) -> date:
    """The day of an instant, on the community's calendar."""
    return today(instant(at))
