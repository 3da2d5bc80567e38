"""Logging a gift: the form, then what will happen, and then it happens."""

from typing import Literal

import msgspec
from litestar import Response
from litestar.response import Redirect

from ledger.application.gifts import RecordGift
from ledger.events.gifts import GiftRecorded
from ledger.identifiers import AccountId, CategoryKey, MemberId
from ledger.refusals import Refusal
from web.authorisation import MEMBERS
from web.call import Call, get, post
from web.forms import Form
from web.pages.choices import first_values, form_choices, kept_fields, labels_of
from web.pages.people import names_of
from web.pages.typed import LONGEST_BODY_BYTES, SENTENCES, HappeningForm, Typed, today_of
from web.visitors import Visitor
from web.words import gettext

ORDER = ("way", "other", "other_name", "second", "second_name", "category", "given_on", "note", "form")


class GiftForm(HappeningForm, kw_only=True):
    """A thing, time or a skill that asks for nothing back; "gift" is how the form for hours says that one gave."""

    way: Literal["gave", "received", "gift"] = "gave"


class Record(msgspec.Struct):
    """What a form means. Without a receiver there is something to put right first."""

    typed: Typed
    form: Form[GiftForm]
    giver: MemberId = MemberId("")
    receiver: AccountId = AccountId("")


@get("/gifts/new", may=MEMBERS)
def show_gift_form(call: Call) -> Response[str]:
    """The form for a gift to a member, a group or everybody."""
    call.views.catch_up()
    return _form_page(call, Typed(call, Form[GiftForm](first_values(call))))


@post("/gifts/new", may=MEMBERS, status_code=200, request_max_body_size=LONGEST_BODY_BYTES)
def check_gift(call: Call) -> Response[str]:
    """Shows what will happen, or what needs another look. Nothing is recorded."""
    call.views.catch_up()
    return gift_check_page(call)


@post("/gifts", may=MEMBERS, request_max_body_size=LONGEST_BODY_BYTES)
def record_gift(call: Call) -> Response[str] | Redirect:
    """Records the gift. The same form sent twice is one gift, and leads to the same page."""
    call.views.catch_up()
    record = _read_gift(call)
    form = record.form
    if not form.command:
        form.refuse("form", gettext("Please look at it once more before it is logged"))
    recorded = call.do(
        form,
        lambda: RecordGift(
            record.giver, record.receiver, CategoryKey(form.wish.category), record.typed.given_on(), form.wish.note
        ),
        otherwise="form",
    )
    if recorded is None:
        return _form_page(call, record.typed)
    return call.see_other("show_gift", gift_id=recorded.fact(GiftRecorded).gift, done="logged")


def gift_check_page(call: Call) -> Response[str]:
    """What a gift will be recorded as; or the form, with what needs another look, or to change something."""
    record = _read_gift(call)
    if call.fields.one("change"):
        record.form.problems.clear()
    elif not record.form.problems:
        return _check_page(call, record)
    return _form_page(call, record.typed)


def _form_page(call: Call, typed: Typed) -> Response[str]:
    return call.page("gift_new.html", **form_choices(call, typed, gifts=True))


def _check_page(call: Call, record: Record) -> Response[str]:
    return call.page(
        "gift_check.html",
        form=record.form,
        giver=record.giver,
        receiver=record.receiver,
        given_on=record.typed.given_on(),
        names=names_of(call, [call.visitor.member, record.giver, record.receiver]),
        labels=labels_of(call.bank),
        kept=kept_fields(GiftForm, record.typed, today_of(call.bank)),
        as_of=call.views.as_of().number,
    )


def _read_gift(call: Call) -> Record:
    """Reads the form and asks the ledger whether it may be; every mistake stands beside its field."""
    form = call.form(GiftForm, SENTENCES)
    typed = Typed(call, form)
    record = Record(typed, form)
    giver, receiver = _sides(typed, call.visitor)
    category, given_on = typed.category(), typed.given_on()
    typed.in_order(ORDER)
    if form.problems or giver is None or receiver is None:
        return record
    record.giver, record.receiver = giver, receiver
    try:
        call.bank.preview(RecordGift(giver, receiver, category, given_on), by=call.caller(form))
    except Refusal as refusal:
        form.refuse_for(refusal, "form")
    return record


def _sides(typed: Typed, visitor: Visitor) -> tuple[MemberId | None, AccountId | None]:
    """Who gave, and who received: a member, a group or everybody."""
    form = typed.form
    if form.value("others"):
        giver = typed.person("other", me=None)
        return giver, typed.receiver("second", me=giver)
    if form.value("way") == "received":
        return typed.person("other", me=visitor.member), AccountId(visitor.member)
    return visitor.member, typed.receiver("other", me=visitor.member)
