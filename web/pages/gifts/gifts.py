"""Pages to log a gift (form, check, record), to read it and to take it back."""

from typing import Any, Literal

import msgspec
from litestar import Response
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect

from ledger.gifts.commands import RecordGift, WithdrawGift
from ledger.gifts.facts import GiftRecorded
from ledger.identifiers import COMMUNITY, AccountId, CategoryKey, GiftId, GroupId, MemberId, is_group
from ledger.refusals import Refusal
from projections.exchanges import GiftView
from web.framework.access import MEMBERS, PEOPLE_OF_THE_GIFT_AND_COORDINATORS, READERS_OF_THE_GIFT, Visitor
from web.framework.call import Call, get, post
from web.framework.forms import Form
from web.pages.exchanges.exchange import AnswerForm, answer, timed
from web.pages.exchanges.fields import (
    LONGEST_BODY_BYTES,
    SENTENCES,
    FieldReader,
    HappeningForm,
    first_values,
    form_choices,
    hidden_fields,
    labels_of,
    today_of,
)
from web.pages.gifts.thanks import choose_sharing, thank, thanks_on
from web.wording.names import names_of
from web.wording.translation import gettext

ORDER = ("way", "other", "other_name", "second", "second_name", "category", "given_on", "note", "form")


class GiftForm(HappeningForm, kw_only=True):
    """A gift as typed. "gift" means "gave": the form for hours sends it when its gift option is chosen."""

    way: Literal["gave", "received", "gift"] = "gave"


class GiftDraft(msgspec.Struct):
    """A gift as read from a form. The giver and receiver are empty while the form has mistakes."""

    fields: FieldReader
    form: Form[GiftForm]
    giver: MemberId = MemberId("")
    receiver: AccountId = AccountId("")


@get("/gifts/new", may=MEMBERS)
def show_gift_form(call: Call) -> Response[str]:
    """Show the form for a gift to a member, a group or everyone."""
    call.views.catch_up()
    return _form_page(call, FieldReader(call, Form[GiftForm](first_values(call))))


@post("/gifts/new", may=MEMBERS, status_code=200, request_max_body_size=LONGEST_BODY_BYTES)
def check_gift(call: Call) -> Response[str]:
    """Show what will be recorded, or the mistakes in the form. Records nothing."""
    call.views.catch_up()
    return gift_check_page(call)


@post("/gifts", may=MEMBERS, request_max_body_size=LONGEST_BODY_BYTES)
def record_gift(call: Call) -> Response[str] | Redirect:
    """Record the gift. Sending the same form twice records one gift and leads to the same page."""
    call.views.catch_up()
    draft = _read_gift(call)
    form = draft.form
    if not form.command:
        form.refuse("form", gettext("Check this again before you log it"))
    recorded = call.do(
        form,
        lambda: RecordGift(
            draft.giver, draft.receiver, CategoryKey(form.data.category), draft.fields.given_on(), form.data.note
        ),
        beside="form",
    )
    if recorded is None:
        return _form_page(call, draft.fields)
    return call.see_other("show_gift", gift_id=recorded.fact(GiftRecorded).gift, done="logged")


def gift_check_page(call: Call) -> Response[str]:
    """Show what will be recorded; or the form again, to mend mistakes or because the reader wants to change it."""
    draft = _read_gift(call)
    if call.fields.one("change"):
        draft.form.problems.clear()
    elif not draft.form.problems:
        return _check_page(call, draft)
    return _form_page(call, draft.fields)


def _form_page(call: Call, fields: FieldReader) -> Response[str]:
    return call.page("gift_new.html", **form_choices(call, fields, gifts=True))


def _check_page(call: Call, draft: GiftDraft) -> Response[str]:
    return call.page(
        "gift_check.html",
        form=draft.form,
        giver=draft.giver,
        receiver=draft.receiver,
        given_on=draft.fields.given_on(),
        names=names_of(call, [call.visitor.member, draft.giver, draft.receiver]),
        labels=labels_of(call.bank),
        hidden=hidden_fields(GiftForm, draft.fields, today_of(call.bank)),
        as_of=call.views.as_of().number,
    )


def _read_gift(call: Call) -> GiftDraft:
    """Read the form and preview the command, collecting each mistake beside its field."""
    form = call.form(GiftForm, SENTENCES)
    fields = FieldReader(call, form)
    draft = GiftDraft(fields, form)
    giver, receiver = _sides(fields, call.visitor)
    category, given_on = fields.category(), fields.given_on()
    fields.in_order(ORDER)
    if form.problems or giver is None or receiver is None:
        return draft
    draft.giver, draft.receiver = giver, receiver
    try:
        call.bank.preview(RecordGift(giver, receiver, category, given_on), by=call.caller(form))
    except Refusal as refusal:
        form.refuse_for(refusal, "form")
    return draft


def _sides(fields: FieldReader, visitor: Visitor) -> tuple[MemberId | None, AccountId | None]:
    """Return the giver and the receiver, which is a member, a group or the community."""
    form = fields.form
    if form.value("others"):
        giver = fields.person("other", me=None)
        return giver, fields.receiver("second", me=giver)
    if form.value("way") == "received":
        return fields.person("other", me=visitor.member), AccountId(visitor.member)
    return visitor.member, fields.receiver("other", me=visitor.member)


@get("/gifts/{gift_id:str}", may=READERS_OF_THE_GIFT)
def show_gift(call: Call, gift_id: FromPath[GiftId]) -> Response[str]:
    """Show who gave what kind of gift to whom, and when."""
    return _gift_page(call, gift_id, Form[AnswerForm]())


@post(
    "/gifts/{gift_id:str}/withdrawal", may=PEOPLE_OF_THE_GIFT_AND_COORDINATORS, request_max_body_size=LONGEST_BODY_BYTES
)
def withdraw_gift(call: Call, gift_id: FromPath[GiftId]) -> Response[str] | Redirect:
    """Take back a gift that was logged by mistake. A reason is required."""
    form = answer(call, lambda typed: WithdrawGift(gift_id, typed.reason))
    if form.problems:
        return _gift_page(call, gift_id, form)
    return call.see_other("show_gift", gift_id=gift_id, done="taken-back")


@post("/gifts/{gift_id:str}/thanks", may=READERS_OF_THE_GIFT, request_max_body_size=LONGEST_BODY_BYTES)
def thank_for_gift(call: Call, gift_id: FromPath[GiftId]) -> Response[str] | Redirect:
    """Say thank you for a gift."""
    form = thank(call, gift=gift_id)
    return (
        _gift_page(call, gift_id, form)
        if form.problems
        else call.see_other("show_gift", gift_id=gift_id, done="thanked")
    )


@post("/gifts/{gift_id:str}/thanks/sharing", may=READERS_OF_THE_GIFT)
def share_thanks_for_gift(call: Call, gift_id: FromPath[GiftId]) -> Response[str] | Redirect:
    """Let others read the thanks for a gift, or keep them private."""
    form = choose_sharing(call, gift=gift_id)
    return (
        _gift_page(call, gift_id, form)
        if form.problems
        else call.see_other("show_gift", gift_id=gift_id, done="chosen")
    )


def _gift_page(call: Call, gift: GiftId, form: Form[Any]) -> Response[str]:
    as_of = call.views.catch_up()
    view = call.views.exchanges.gift(gift)
    if view is None:
        raise NotFoundException
    actors = [who for moment in view.timeline for who in (moment.actor, moment.on_behalf)]
    is_part = call.visitor.member in (view.giver, view.receiver, view.recorded_by)
    # Auditors do not read what neighbours wrote to each other.
    words = [] if call.visitor.is_auditor and not (is_part or call.visitor.is_coordinator) else [view.note]
    words += [moment.words for moment in view.timeline] if is_part or call.visitor.is_coordinator else []
    receivers = [view.receiver, call.visitor.member] if _is_for_many(call, view) else [view.receiver]
    thanks = thanks_on(call, gift, receivers=receivers, counts=view.state == "recorded")
    return call.page(
        "gift.html",
        form=form,
        view=view,
        thanks=thanks,
        timeline=timed(view.timeline),
        names=names_of(
            call, [call.visitor.member, view.giver, view.receiver, view.recorded_by, *actors, *thanks.people]
        ),
        labels=labels_of(call.bank),
        words=call.bank.people.words(words),
        may_withdraw=view.state == "recorded" and (is_part or call.visitor.is_coordinator),
        sees_entries=call.visitor.reads_the_log,
        has_receipt=call.seals.are_begun,
        done=call.query.one("done"),
        as_of=as_of.number,
    )


def _is_for_many(call: Call, view: GiftView) -> bool:
    """Whether the gift went to everyone or to a group of the visitor's, and wasn't the visitor's own."""
    if view.giver == call.visitor.member:
        return False
    if is_group(view.receiver):
        return call.bank.membership(GroupId(view.receiver), call.visitor.member).is_member
    return view.receiver == COMMUNITY
