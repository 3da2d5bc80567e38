"""Being forgotten: a member asks, a coordinator is shown what goes and what stays, and confirms."""

from datetime import date

from litestar import Response
from litestar.params import FromPath
from litestar.response import Redirect

from ledger.application.erasures import AskForErasure, EraseMember, WithdrawErasure, would_go
from ledger.identifiers import MemberId
from ledger.log.entry import instant
from web.authorisation import COORDINATORS, THE_MEMBER_AND_COORDINATORS
from web.call import Call, get, post
from web.forms import Form
from web.pages.member import ButtonForm, seen_member, to_member
from web.pages.people import names_of
from web.words import today


@get("/members/{member_id:str}/erasure", may=THE_MEMBER_AND_COORDINATORS)
def show_erasure(call: Call, member_id: FromPath[MemberId]) -> Response[str]:
    """What would go, what stays and why, and whose turn it is: to ask, to confirm, or to think better of it."""
    return _erasure_page(call, member_id, Form())


@post("/members/{member_id:str}/erasure-request", may=THE_MEMBER_AND_COORDINATORS)
def ask_erasure(call: Call, member_id: FromPath[MemberId]) -> Response[str] | Redirect:
    """A member asks to be erased, or a coordinator passes on that they did."""
    return _done(call, member_id, AskForErasure, "asked_to_be_erased", passes_on=True)


@post("/members/{member_id:str}/erasure-request/withdrawal", may=THE_MEMBER_AND_COORDINATORS)
def withdraw_erasure(call: Call, member_id: FromPath[MemberId]) -> Response[str] | Redirect:
    """They think better of it, while it waits."""
    return _done(call, member_id, WithdrawErasure, "not_erased", passes_on=True)


@post("/members/{member_id:str}/erasure", may=COORDINATORS)
def erase(call: Call, member_id: FromPath[MemberId]) -> Response[str] | Redirect:
    """A coordinator confirms, and it is done."""
    return _done(call, member_id, EraseMember, "erased")


def _done(
    call: Call,
    member_id: MemberId,
    step: type[AskForErasure | WithdrawErasure | EraseMember],
    done: str,
    *,
    passes_on: bool = False,
) -> Response[str] | Redirect:
    member = seen_member(call, member_id).id
    form = call.form(ButtonForm)
    recorded = call.do(
        form,
        lambda: step(member),
        otherwise="erasure",
        on_behalf=member if passes_on and member != call.visitor.member else None,
    )
    if recorded is None:
        return _erasure_page(call, member_id, form)
    call.views.catch_up(recorded.position)
    return to_member(call, member, done)


def _erasure_page(call: Call, member_id: str, form: Form[ButtonForm]) -> Response[str]:
    visitor = call.visitor
    member = seen_member(call, member_id)
    is_self = member.id == visitor.member
    may_confirm = not is_self and not member.erased_at and bool(member.erasure_asked_at or member.status == "left")
    own = call.bank.people.fields_of(member.id)
    names = names_of(call, [member.id, member.erasure_asked_by])
    return call.page(
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
        of_others=would_go(call.bank.log, call.bank.people, member.id).of_others if may_confirm else 0,
        waiting=[*call.views.exchanges.waiting_for(member.id), *call.views.exchanges.waiting_on_others(member.id)],
        day_of=_day_of,
    )


def _day_of(at: str) -> date:
    """The day of an instant, on the community's calendar."""
    return today(instant(at))
