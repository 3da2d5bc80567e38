"""One member's page as each reader can see it, and the erasure of a member."""

from datetime import date
from typing import Any, NamedTuple

import msgspec
from litestar import Response
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect

from ledger.erasure.commands import AskForErasure, EraseMember, WithdrawErasure, preview_erasure, why_not_erased
from ledger.identifiers import AccountId, MemberId, is_identifier
from ledger.log.entry import instant
from ledger.personal_data.search import look_alikes
from ledger.time_bank import TimeBank
from projections.exchanges import HistoryFilter
from projections.members import MemberRow
from web.framework.access import COORDINATORS, THE_MEMBER_AND_COORDINATORS
from web.framework.call import Call, get, post
from web.framework.forms import Form
from web.pages.exchanges.fields import labels_of
from web.pages.gifts.thanks import thanks_to
from web.wording.names import joined_on, names_of
from web.wording.translation import N_, refusal_sentence, today

LATEST_BETWEEN_US = 10

DONE = {
    "invited": N_("Invited. They will become a member when you welcome them."),
    "welcomed": N_("Welcomed. They are now a member."),
    "entrusted": N_("Role given."),
    "withdrawn": N_("Role removed."),
    "removal_asked": N_("Requested. Another coordinator, they themselves or the host now has to agree."),
    "chosen": N_("Saved. You can change this at any time."),
    "left": N_("They have left. Their hours stay on record."),
    "asked_to_be_erased": N_("Request recorded. Nothing changes until a coordinator confirms it."),
    "not_erased": N_("Request withdrawn. Nothing has been erased."),
    "erased": N_("Erased. They are now shown as a former member."),
}


class ButtonForm(msgspec.Struct):
    """A button without fields."""


@get("/members/{member_id:str}/erasure", may=THE_MEMBER_AND_COORDINATORS)
def show_erasure(call: Call, member_id: FromPath[MemberId]) -> Response[str]:
    """Show what an erasure would delete, what stays and why, and the next step."""
    return _erasure_page(call, member_id, Form())


@post("/members/{member_id:str}/erasure-request", may=THE_MEMBER_AND_COORDINATORS)
def ask_erasure(call: Call, member_id: FromPath[MemberId]) -> Response[str] | Redirect:
    """Request an erasure. A coordinator can do so for the member."""
    return _take_step(call, member_id, AskForErasure, "asked_to_be_erased", on_behalf=True)


@post("/members/{member_id:str}/erasure-request/withdrawal", may=THE_MEMBER_AND_COORDINATORS)
def withdraw_erasure(call: Call, member_id: FromPath[MemberId]) -> Response[str] | Redirect:
    """Withdraw the request. A coordinator can do so for the member."""
    return _take_step(call, member_id, WithdrawErasure, "not_erased", on_behalf=True)


@post("/members/{member_id:str}/erasure", may=COORDINATORS, fresh=True)
def erase(call: Call, member_id: FromPath[MemberId]) -> Response[str] | Redirect:
    """Confirm the erasure and carry it out."""
    return _take_step(call, member_id, EraseMember, "erased")


class Contacts(NamedTuple):
    """A member's contact details; empty where none were given, or after an erasure."""

    email: str = ""
    phone: str = ""


def member_page(call: Call, member_id: str, form: Form[Any]) -> Response[str]:
    """Render the page of a member. `form` holds a mistake made with one of its buttons."""
    visitor = call.visitor
    member = visible_member(call, member_id)
    is_self = member.id == visitor.member
    groups = call.views.groups.of_member(member.id)
    thanks = thanks_to(call, member.id)
    names = names_of(call, [member.id, member.removal_asked_by, *(group.id for group in groups), *thanks.people])
    # The mistakes of one form on this page are not shown in another.
    choosing = form if form.error("sees") else Form[Any]()
    sees_hours = is_self or visitor.reads_the_log
    between = (
        None
        if is_self
        else call.views.exchanges.history(
            visitor.member, HistoryFilter(other=AccountId(member.id)), limit=LATEST_BETWEEN_US
        )
    )
    return call.page(
        "member.html",
        form=form,
        thanks=thanks,
        choosing=choosing,
        sees=call.views.visibility.of(member.id) if is_self else "",
        member=member,
        name=names[member.id],
        is_self=is_self,
        joined_on=joined_on(member),
        groups=sorted(groups, key=lambda group: names[group.id]),
        names=names,
        account=call.views.balances.of(AccountId(member.id)) if sees_hours else None,
        contacts=_contacts(member, call.bank) if is_self or visitor.is_coordinator else None,
        alike=look_alikes(call.bank, {member.id: names[member.id]})[member.id] if visitor.is_coordinator else [],
        between=between,
        labels=labels_of(call.bank),
        day_of=_day_of,
        done=call.done(DONE),
        as_of=call.views.as_of().number,
    )


def visible_member(call: Call, member_id: str) -> MemberRow:
    """Return the member if the visitor can see them; only coordinators see people not welcomed yet."""
    call.views.catch_up()
    member = call.views.members.of(MemberId(member_id)) if is_identifier(member_id) else None
    if member is None or (member.status == "invited" and not call.visitor.is_coordinator):
        raise NotFoundException
    return member


def to_member(call: Call, member_id: str, done: str) -> Redirect:
    """Redirect to the member's page, which says what was done."""
    return call.see_other("show_member", member_id=member_id, done=done)


def _contacts(member: MemberRow, bank: TimeBank) -> Contacts:
    words = bank.people.words([member.email, member.phone])
    return Contacts(words.get(member.email, ""), words.get(member.phone, ""))


def _take_step(
    call: Call,
    member_id: MemberId,
    step: type[AskForErasure | WithdrawErasure | EraseMember],
    done: str,
    *,
    on_behalf: bool = False,
) -> Response[str] | Redirect:
    member = visible_member(call, member_id).id
    form = call.form(ButtonForm)
    recorded = call.do(
        form,
        lambda: step(member),
        beside="erasure",
        on_behalf=member if on_behalf and member != call.visitor.member else None,
    )
    if recorded is None:
        return _erasure_page(call, member_id, form)
    call.views.catch_up(recorded.position)
    return to_member(call, member, done)


def _erasure_page(call: Call, member_id: str, form: Form[ButtonForm]) -> Response[str]:
    visitor = call.visitor
    member = visible_member(call, member_id)
    is_self = member.id == visitor.member
    asked = not is_self and bool(member.erasure_asked_at)
    refusal = why_not_erased(call.bank.handler, member.id, visitor.member) if asked else None
    may_confirm = asked and refusal is None
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
        why_not=refusal_sentence(refusal) if refusal else "",
        has_email=bool(own.get("email")),
        has_phone=bool(own.get("phone")),
        written=own.get("note", 0) + own.get("reason", 0),
        # This reads the whole log, so it is left for the person who is about to confirm.
        of_others=preview_erasure(call.bank.log, call.bank.people, member.id).of_others if may_confirm else 0,
        waiting=[*call.views.exchanges.waiting_for(member.id), *call.views.exchanges.waiting_on_others(member.id)],
        day_of=_day_of,
    )


def _day_of(at: str) -> date:
    """Return the date of an instant in the community's time zone."""
    return today(instant(at))
