"""Logging a gift: the form, then what will happen, and then it happens."""

from typing import Literal

import msgspec
from litestar import Response
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect

from ledger.gifts.commands import RecordGift, WithdrawGift
from ledger.gifts.facts import GiftRecorded
from ledger.identifiers import AccountId, CategoryKey, GiftId, MemberId
from ledger.refusals import Refusal
from web.framework.access import MEMBERS, PEOPLE_OF_THE_GIFT_AND_COORDINATORS, READERS_OF_THE_GIFT, Visitor
from web.framework.call import Call, get, post
from web.framework.forms import Form
from web.pages.exchanges.choices import first_values, form_choices, kept_fields, labels_of
from web.pages.exchanges.exchange import AnswerForm, answer, told
from web.pages.exchanges.fields import LONGEST_BODY_BYTES, SENTENCES, FieldReader, HappeningForm, today_of
from web.wording.names import names_of
from web.wording.translation import gettext

ORDER = ("way", "other", "other_name", "second", "second_name", "category", "given_on", "note", "form")


class GiftForm(HappeningForm, kw_only=True):
    """A thing, time or a skill that asks for nothing back; "gift" is how the form for hours says that one gave."""

    way: Literal["gave", "received", "gift"] = "gave"


class GiftDraft(msgspec.Struct):
    """What a form means. Without a receiver there is something to put right first."""

    typed: FieldReader
    form: Form[GiftForm]
    giver: MemberId = MemberId("")
    receiver: AccountId = AccountId("")


@get("/gifts/new", may=MEMBERS)
def show_gift_form(call: Call) -> Response[str]:
    """The form for a gift to a member, a group or everybody."""
    call.views.catch_up()
    return _form_page(call, FieldReader(call, Form[GiftForm](first_values(call))))


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
        form.refuse("form", gettext("Check this again before you log it"))
    recorded = call.do(
        form,
        lambda: RecordGift(
            record.giver, record.receiver, CategoryKey(form.wish.category), record.typed.given_on(), form.wish.note
        ),
        beside="form",
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


def _form_page(call: Call, typed: FieldReader) -> Response[str]:
    return call.page("gift_new.html", **form_choices(call, typed, gifts=True))


def _check_page(call: Call, record: GiftDraft) -> Response[str]:
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


def _read_gift(call: Call) -> GiftDraft:
    """Reads the form and asks the ledger whether it may be; every mistake stands beside its field."""
    form = call.form(GiftForm, SENTENCES)
    typed = FieldReader(call, form)
    record = GiftDraft(typed, form)
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


def _sides(typed: FieldReader, visitor: Visitor) -> tuple[MemberId | None, AccountId | None]:
    """Who gave, and who received: a member, a group or everybody."""
    form = typed.form
    if form.value("others"):
        giver = typed.person("other", me=None)
        return giver, typed.receiver("second", me=giver)
    if form.value("way") == "received":
        return typed.person("other", me=visitor.member), AccountId(visitor.member)
    return visitor.member, typed.receiver("other", me=visitor.member)


@get("/gifts/{gift_id:str}", may=READERS_OF_THE_GIFT)
def show_gift(call: Call, gift_id: FromPath[GiftId]) -> Response[str]:
    """Who gave what kind of gift to whom, and when."""
    return _gift_page(call, gift_id, Form[AnswerForm]())


@post(
    "/gifts/{gift_id:str}/withdrawal", may=PEOPLE_OF_THE_GIFT_AND_COORDINATORS, request_max_body_size=LONGEST_BODY_BYTES
)
def withdraw_gift(call: Call, gift_id: FromPath[GiftId]) -> Response[str] | Redirect:
    """A gift was logged by mistake and counts no longer; once, with a word of why."""
    form = answer(call, lambda wish: WithdrawGift(gift_id, wish.reason))
    if form.problems:
        return _gift_page(call, gift_id, form)
    return call.see_other("show_gift", gift_id=gift_id, done="taken-back")


def _gift_page(call: Call, gift: GiftId, form: Form[AnswerForm]) -> Response[str]:
    as_of = call.views.catch_up()
    view = call.views.exchanges.gift(gift)
    if view is None:
        raise NotFoundException
    said_by = [speaker for moment in view.timeline for speaker in (moment.actor, moment.on_behalf)]
    is_part = call.visitor.member in (view.giver, view.receiver, view.recorded_by)
    # An auditor counts gifts; what neighbours wrote to each other is not theirs to read.
    words = [] if call.visitor.audits and not (is_part or call.visitor.coordinates) else [view.note]
    words += [moment.words for moment in view.timeline] if is_part or call.visitor.coordinates else []
    return call.page(
        "gift.html",
        form=form,
        view=view,
        story=told(view.timeline),
        names=names_of(call, [call.visitor.member, view.giver, view.receiver, view.recorded_by, *said_by]),
        labels=labels_of(call.bank),
        words=call.bank.people.words(words),
        may_withdraw=view.state == "recorded" and (is_part or call.visitor.coordinates),
        sees_entries=call.visitor.keeps_the_book,
        has_slip=call.seals.are_begun,
        done=call.query.one("done"),
        as_of=as_of.number,
    )
