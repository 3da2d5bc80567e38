"""One member's page, as each reader may see it. Other modules send their readers back to it."""

from datetime import date
from typing import Any, NamedTuple

import msgspec
from litestar import Response
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect

from ledger.erasure.commands import AskForErasure, EraseMember, WithdrawErasure, preview_erasure
from ledger.identifiers import AccountId, MemberId, is_identifier
from ledger.log.entry import instant
from ledger.time_bank import TimeBank
from projections.exchanges import HistoryFilter
from projections.members import MemberRow
from web.framework.access import COORDINATORS, THE_MEMBER_AND_COORDINATORS
from web.framework.call import Call, get, post
from web.framework.forms import Form
from web.pages.exchanges.choices import labels_of
from web.wording.names import joined_on, names_of
from web.wording.translation import later, today

LATEST_BETWEEN_US = 10

DONE = {
    "invited": later("Invited. They will become a member when you welcome them."),
    "welcomed": later("Welcomed. They are now a member."),
    "entrusted": later("Role given."),
    "withdrawn": later("Role removed."),
    "chosen": later("Saved. You can change this at any time."),
    "left": later("They have left. Their hours stay on record."),
    "asked_to_be_erased": later("Request recorded. Nothing changes until a coordinator confirms it."),
    "not_erased": later("Request withdrawn. Nothing has been erased."),
    "erased": later("Erased. They are now shown as a former member."),
}


class ButtonForm(msgspec.Struct):
    """A button and nothing else; what goes wrong with it is told on top of the page."""


class Contacts(NamedTuple):
    """How to reach somebody; empty when nothing was given, or it was forgotten."""

    email: str = ""
    phone: str = ""


def member_page(call: Call, member_id: str, form: Form[Any]) -> Response[str]:
    """The page, with what is wrong with one of its buttons in `form`."""
    visitor = call.visitor
    member = seen_member(call, member_id)
    is_self = member.id == visitor.member
    groups = call.views.groups.of_member(member.id)
    names = names_of(call, [member.id, *(group.id for group in groups)])
    # Of the forms on this page, the mistakes of one are not shown in another.
    choosing = form if form.error("sees") else Form[Any]()
    may_count = is_self or visitor.keeps_the_book
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
        choosing=choosing,
        sees=call.views.visibility.of(member.id) if is_self else "",
        member=member,
        name=names[member.id],
        is_self=is_self,
        joined_on=joined_on(member),
        groups=sorted(groups, key=lambda group: names[group.id]),
        names=names,
        tally=call.views.balances.of(AccountId(member.id)) if may_count else None,
        contacts=_contacts(member, call.bank) if is_self or visitor.coordinates else None,
        between=between,
        labels=labels_of(call.bank),
        done=call.done(DONE),
        as_of=call.views.as_of().number,
    )


def seen_member(call: Call, member_id: str) -> MemberRow:
    """The member, if the visitor may know of them: whoever was not welcomed yet is known to coordinators alone."""
    call.views.catch_up()
    member = call.views.members.of(MemberId(member_id)) if is_identifier(member_id) else None
    if member is None or (member.status == "invited" and not call.visitor.coordinates):
        raise NotFoundException
    return member


def to_member(call: Call, member_id: str, done: str) -> Redirect:
    """Back to the member's page, which says what was done."""
    return call.see_other("show_member", member_id=member_id, done=done)


def _contacts(member: MemberRow, bank: TimeBank) -> Contacts:
    words = bank.people.words([member.email, member.phone])
    return Contacts(words.get(member.email, ""), words.get(member.phone, ""))


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
        of_others=preview_erasure(call.bank.log, call.bank.people, member.id).of_others if may_confirm else 0,
        waiting=[*call.views.exchanges.waiting_for(member.id), *call.views.exchanges.waiting_on_others(member.id)],
        day_of=_day_of,
    )


def _day_of(at: str) -> date:
    """The day of an instant, on the community's calendar."""
    return today(instant(at))
