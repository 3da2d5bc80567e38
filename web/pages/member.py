"""One member's page, as each reader may see it. Other modules send their readers back to it."""

from typing import Any, NamedTuple

import msgspec
from litestar import Response
from litestar.exceptions import NotFoundException
from litestar.response import Redirect

from ledger.application.time_bank import TimeBank
from ledger.identifiers import AccountId, MemberId, is_identifier, new_command_id
from projections.exchanges import HistoryFilter
from projections.members import MemberRow
from projections.views import Views
from web.forms import Form, query_fields
from web.frame import page, see_other
from web.pages.choices import labels_of
from web.pages.people import Names, joined_on
from web.visitors import Asked, Visitor
from web.words import gettext, later

LATEST_BETWEEN_US = 10

DONE = {
    "invited": later("Invited. They take part once you welcome them."),
    "welcomed": later("Welcomed. They take part from now on."),
    "entrusted": later("The role is theirs from now on."),
    "withdrawn": later("The role is no longer theirs."),
    "chosen": later("Kept. You can choose anew at any time."),
    "left": later("They take part no longer. Their hours stay in the book."),
    "asked_to_be_erased": later("It was asked for. A coordinator confirms it; until then nothing changes."),
    "not_erased": later("Nothing is erased; everything stays as it was."),
    "erased": later("Erased. From now on they are a former member."),
}


class ButtonForm(msgspec.Struct):
    """A button and nothing else; what goes wrong with it is told on top of the page."""


class Contacts(NamedTuple):
    """How to reach somebody; empty when nothing was given, or it was forgotten."""

    email: str = ""
    phone: str = ""


def member_page(request: Asked, member_id: str, bank: TimeBank, views: Views, form: Form[Any]) -> Response[str]:
    """The page, with what is wrong with one of its buttons in `form`."""
    visitor = request.user
    member = seen_member(visitor, member_id, views)
    is_self = member.id == visitor.member
    groups = views.groups.of_member(member.id)
    names = Names(bank, views).of([member.id, *(group.id for group in groups)])
    # Of the forms on this page, the mistakes of one are not shown in another.
    choosing = form if form.error("sees") else Form[Any]()
    may_count = is_self or visitor.coordinates or visitor.audits
    between = (
        None
        if is_self
        else views.exchanges.history(visitor.member, HistoryFilter(other=AccountId(member.id)), limit=LATEST_BETWEEN_US)
    )
    return page(
        request,
        "member.html",
        form=form,
        choosing=choosing,
        sees=views.visibility.of(member.id) if is_self else "",
        member=member,
        name=names[member.id],
        is_self=is_self,
        joined_on=joined_on(member),
        groups=sorted(groups, key=lambda group: names[group.id]),
        names=names,
        tally=views.balances.of(AccountId(member.id)) if may_count else None,
        contacts=_contacts(member, bank) if is_self or visitor.coordinates else None,
        between=between,
        labels=labels_of(bank),
        new_command=new_command_id,
        done=_done_words(request),
        as_of=views.as_of().number,
    )


def seen_member(visitor: Visitor, member_id: str, views: Views) -> MemberRow:
    """The member, if the visitor may know of them: whoever was not welcomed yet is known to coordinators alone."""
    views.catch_up()
    member = views.members.of(MemberId(member_id)) if is_identifier(member_id) else None
    if member is None or (member.status == "invited" and not visitor.coordinates):
        raise NotFoundException
    return member


def to_member(request: Asked, member_id: str, done: str) -> Redirect:
    """Back to the member's page, which says what was done."""
    return see_other(request.app.state.frame.url("show_member", member_id=member_id), done=done)


def _contacts(member: MemberRow, bank: TimeBank) -> Contacts:
    words = bank.people.words([member.email, member.phone])
    return Contacts(words.get(member.email, ""), words.get(member.phone, ""))


def _done_words(request: Asked) -> str:
    done = query_fields(request).one("done")
    return gettext(DONE[done]) if done in DONE else ""
