"""Pages to log hours: the form, the check before it counts, and the recording."""

from datetime import date
from typing import Annotated, Literal

import msgspec
from litestar import Response
from litestar.response import Redirect
from msgspec import Meta

from ledger.exchanges.commands import ReportExchange, help_given
from ledger.exchanges.facts import ExchangeReported, ExchangeSettled, Leg
from ledger.hours import DAY_MINUTES
from ledger.identifiers import ExchangeId, MemberId
from ledger.refusals import Refusal
from web.framework.access import MEMBERS, Visitor
from web.framework.call import Call, get, post
from web.framework.forms import Form
from web.pages.exchanges.exchange import parties_of, totals_after
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
from web.pages.gifts.gifts import gift_check_page
from web.wording.names import names_of
from web.wording.translation import gettext

Hours = Annotated[int, Meta(ge=0, le=24)]
MinutesTyped = Annotated[int, Meta(ge=0, le=DAY_MINUTES)]


class HelpForm(HappeningForm, kw_only=True):
    """Hours of help or a skill exchange, as typed. The fields `..._back` are the help in return."""

    way: Literal["gave", "received", "exchange", "gift"] = "gave"
    hours: Hours = 0
    minutes: MinutesTyped = 0
    hours_back: Hours = 0
    minutes_back: MinutesTyped = 0
    category_back: Annotated[str, Meta(max_length=40)] = ""
    corrects: Annotated[str, Meta(max_length=30)] = ""


ORDER = (
    *("way", "other", "other_name", "second", "second_name", "hours", "minutes", "category"),
    *("hours_back", "minutes_back", "category_back", "given_on", "note", "form"),
)
"""The fields from top to bottom; mistakes are listed in this order."""


class ReportDraft(msgspec.Struct):
    """A report as read from a form. It has no legs while the form has mistakes."""

    fields: FieldReader
    form: Form[HelpForm]
    given_on: date
    legs: tuple[Leg, ...] = ()
    settles: bool = False

    @property
    def corrects(self) -> ExchangeId | None:
        """The exchange that was taken back and that this one corrects."""
        return ExchangeId(self.form.value("corrects")) if self.form.value("corrects") else None


@get("/exchanges/new", may=MEMBERS)
def show_log(call: Call) -> Response[str]:
    """Show the form. `way`, `with` and `corrects` fill it in; with `for=others` a coordinator logs for two members."""
    call.views.catch_up()
    return _form_page(call, FieldReader(call, Form[HelpForm](first_values(call))))


@post("/exchanges/new", may=MEMBERS, status_code=200, request_max_body_size=LONGEST_BODY_BYTES)
def check_log(call: Call) -> Response[str]:
    """Show what will be recorded, or the mistakes in the form. Records nothing."""
    call.views.catch_up()
    if call.fields.one("way") == "gift" and not call.fields.one("change"):
        return gift_check_page(call)
    report = _read_report(call)
    _preview(call, report)
    if call.fields.one("change"):
        report.form.problems.clear()
    elif not report.form.problems:
        return _check_page(call, report)
    return _form_page(call, report.fields)


@post("/exchanges", may=MEMBERS, request_max_body_size=LONGEST_BODY_BYTES)
def log_exchange(call: Call) -> Response[str] | Redirect:
    """Record the report. Sending the same form twice records one exchange and leads to the same page."""
    report = _read_report(call)
    form = report.form
    if not form.command:
        form.refuse("form", gettext("Check this again before you log it"))
    recorded = call.do(
        form, lambda: ReportExchange(report.legs, report.given_on, form.data.note, report.corrects), beside="form"
    )
    if recorded is None:
        return _form_page(call, report.fields)
    return call.see_other("show_exchange", exchange_id=recorded.fact(ExchangeReported).exchange, done="logged")


def _form_page(call: Call, fields: FieldReader) -> Response[str]:
    return call.page("exchange_new.html", **form_choices(call, fields))


def _check_page(call: Call, report: ReportDraft) -> Response[str]:
    parties, me = parties_of(report.legs), call.visitor.member
    return call.page(
        "exchange_check.html",
        form=report.form,
        legs=report.legs,
        given_on=report.given_on,
        settles=report.settles,
        is_party=me in parties,
        others=[party for party in parties if party != me],
        names=names_of(call, [me, *parties]),
        labels=labels_of(call.bank),
        totals=totals_after(call, report.legs, report.given_on, (me,) if me in parties else ()),
        hidden=hidden_fields(HelpForm, report.fields, today_of(call.bank)),
        as_of=call.views.as_of().number,
    )


def _read_report(call: Call) -> ReportDraft:
    """Read the form, collecting each mistake beside its field."""
    form = call.form(HelpForm, SENTENCES)
    fields = FieldReader(call, form)
    legs, given_on = _legs(fields, call.visitor), fields.given_on()
    fields.in_order(ORDER)
    return ReportDraft(fields, form, given_on, () if form.problems else legs)


def _preview(call: Call, report: ReportDraft) -> None:
    """Preview a report without mistakes: put a refusal into the form, or note whether it would settle at once."""
    if report.form.problems:
        return
    try:
        facts = call.bank.preview(
            ReportExchange(report.legs, report.given_on, corrects=report.corrects), by=call.caller(report.form)
        )
    except Refusal as refusal:
        report.form.refuse_for(refusal, "form")
    else:
        report.settles = any(isinstance(fact, ExchangeSettled) for fact in facts)


def _legs(fields: FieldReader, visitor: Visitor) -> tuple[Leg, ...]:
    """Return the legs the form describes; meaningless if the form has mistakes."""
    form = fields.form
    first, second = _sides(fields, visitor)
    if form.value("way") == "received":
        first, second = second, first
    giver, receiver = first or MemberId(""), second or MemberId("")
    legs = [help_given(giver, receiver, fields.minutes(), fields.category())]
    if form.value("way") == "exchange":
        legs.append(help_given(receiver, giver, fields.minutes("_back"), fields.category("category_back")))
    return tuple(legs)


def _sides(fields: FieldReader, visitor: Visitor) -> tuple[MemberId | None, MemberId | None]:
    """Return the reader and the other person, or the two members a coordinator logs for."""
    if not fields.form.value("others"):
        return visitor.member, fields.person("other", me=visitor.member)
    first = fields.person("other", me=None)
    return first, fields.person("second", me=first)
