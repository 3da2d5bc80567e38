"""Logging a gift: the form, then what will happen, and then it happens."""

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from ledger.application.time_bank import TimeBank
from ledger.identifiers import CategoryKey, is_command_id
from ledger.refusals import CommandUsedBefore, Refusal, TooBusy
from projections.views import Views
from web.forms import Fields, Form, query_fields
from web.frame import page, see_other
from web.pages.choices import first_values, form_choices, kept_fields, labels_of
from web.pages.gift_typed import GiftForm, Record, read_gift
from web.pages.people import Names
from web.pages.typed import LONGEST_BODY_BYTES, Typed, today_of
from web.visitors import Asked, Visitor
from web.words import gettext


@get("/gifts/new", sync_to_thread=True)
def show_gift_form(
    request: Asked, visitor: NamedDependency[Visitor], bank: NamedDependency[TimeBank], views: NamedDependency[Views]
) -> Response[str]:
    """The form for a gift to a member, a group or everybody."""
    views.catch_up()
    form = Form[GiftForm](first_values(query_fields(request), visitor, bank, views))
    typed = Typed(form, by=visitor.member, bank=bank, views=views)
    return _form_page(request, typed, visitor, bank, views)


@post("/gifts/new", status_code=200, sync_to_thread=True, request_max_body_size=LONGEST_BODY_BYTES)
def check_gift(
    request: Asked,
    visitor: NamedDependency[Visitor],
    bank: NamedDependency[TimeBank],
    views: NamedDependency[Views],
    fields: NamedDependency[Fields],
) -> Response[str]:
    """Shows what will happen, or what needs another look. Nothing is recorded."""
    views.catch_up()
    return gift_check_page(request, fields, visitor, bank, views)


@post("/gifts", status_code=303, sync_to_thread=True, request_max_body_size=LONGEST_BODY_BYTES)
def record_gift(
    request: Asked,
    visitor: NamedDependency[Visitor],
    bank: NamedDependency[TimeBank],
    views: NamedDependency[Views],
    fields: NamedDependency[Fields],
) -> Response[str] | Redirect:
    """Records the gift. The same form sent twice is one gift, and leads to the same page."""
    views.catch_up()
    record = read_gift(fields, visitor, bank, views)
    if not is_command_id(record.form.value("command")):
        record.form.refuse("form", gettext("Please look at it once more before it is logged"))
    if record.form.problems:
        return _form_page(request, record.typed, visitor, bank, views)
    try:
        gift, _answer = bank.gifts.record(
            record.giver,
            record.receiver,
            CategoryKey(record.form.wish.category),
            record.typed.given_on(),
            command=record.command,
            note=record.form.wish.note,
        )
    except TooBusy:
        raise
    except Refusal as refusal:
        record.form.refuse_for(refusal, "form")
        afresh = isinstance(refusal, CommandUsedBefore)
        return _form_page(request, record.typed, visitor, bank, views, afresh=afresh)
    views.follow()
    return see_other(request.app.state.frame.url("show_gift", gift_id=gift), done="logged")


PAGES = (show_gift_form, check_gift, record_gift)


def gift_check_page(request: Asked, fields: Fields, visitor: Visitor, bank: TimeBank, views: Views) -> Response[str]:
    """What a gift will be recorded as; or the form, with what needs another look, or to change something."""
    record = read_gift(fields, visitor, bank, views)
    if fields.one("change"):
        record.form.problems.clear()
    elif not record.form.problems:
        return _check_page(request, record, visitor, bank, views)
    return _form_page(request, record.typed, visitor, bank, views)


def _form_page(
    request: Asked, typed: Typed, visitor: Visitor, bank: TimeBank, views: Views, *, afresh: bool = False
) -> Response[str]:
    choices = form_choices(typed, visitor, bank, views, afresh=afresh, gifts=True)
    return page(request, "gift_new.html", **choices)


def _check_page(request: Asked, record: Record, visitor: Visitor, bank: TimeBank, views: Views) -> Response[str]:
    return page(
        request,
        "gift_check.html",
        form=record.form,
        giver=record.giver,
        receiver=record.receiver,
        given_on=record.typed.given_on(),
        names=Names(bank, views).of([visitor.member, record.giver, record.receiver]),
        labels=labels_of(bank),
        kept=kept_fields(GiftForm, record.typed, record.command, today_of(bank)),
        as_of=views.as_of().number,
    )
