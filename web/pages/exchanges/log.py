"""Logging hours: the form, then what will happen, and then it happens."""

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
from web.pages.exchanges.choices import first_values, form_choices, kept_fields, labels_of, tallies_after
from web.pages.exchanges.fields import LONGEST_BODY_BYTES, SENTENCES, FieldReader, HappeningForm, today_of
from web.pages.gifts.gifts import gift_check_page
from web.wording.names import names_of
from web.wording.translation import gettext

Hours = Annotated[int, Meta(ge=0, le=24)]
MinutesTyped = Annotated[int, Meta(ge=0, le=DAY_MINUTES)]


class HelpForm(HappeningForm, kw_only=True):
    """Hours of help, or a skill exchange: then `..._back` is what the other person gave."""

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
"""The fields from top to bottom: mistakes are told in this order."""


class ReportDraft(msgspec.Struct):
    """What a form means. Without legs there is something to put right first."""

    typed: FieldReader
    form: Form[HelpForm]
    given_on: date
    legs: tuple[Leg, ...] = ()
    settles: bool = False

    @property
    def parties(self) -> tuple[MemberId, ...]:
        """Who was part of it, the giver of the first leg first."""
        return tuple(dict.fromkeys(MemberId(side) for leg in self.legs for side in (leg.giver, leg.receiver)))

    @property
    def corrects(self) -> ExchangeId | None:
        """The exchange that was taken back, and that this one puts right."""
        return ExchangeId(self.form.value("corrects")) if self.form.value("corrects") else None


@get("/exchanges/new", may=MEMBERS)
def show_log(call: Call) -> Response[str]:
    """The form. `way`, `with` and `corrects` fill it in; `for=others` is how a coordinator logs for two members."""
    call.views.catch_up()
    typed = FieldReader(call, Form[HelpForm](first_values(call)))
    return call.page("exchange_new.html", **form_choices(call, typed))


@post("/exchanges/new", may=MEMBERS, status_code=200, request_max_body_size=LONGEST_BODY_BYTES)
def check_log(call: Call) -> Response[str]:
    """Shows what will happen, or what needs another look. Nothing is recorded."""
    call.views.catch_up()
    if call.fields.one("way") == "gift" and not call.fields.one("change"):
        return gift_check_page(call)
    report = _read_report(call)
    _foresee(call, report)
    if call.fields.one("change"):
        report.form.problems.clear()
    elif not report.form.problems:
        return _check_page(call, report)
    return call.page("exchange_new.html", **form_choices(call, report.typed))


@post("/exchanges", may=MEMBERS, request_max_body_size=LONGEST_BODY_BYTES)
def log_exchange(call: Call) -> Response[str] | Redirect:
    """Records the report. The same form sent twice is one exchange, and leads to the same page."""
    report = _read_report(call)
    form = report.form
    if not form.command:
        form.refuse("form", gettext("Check this again before you log it"))
    recorded = call.do(
        form,
        lambda: ReportExchange(report.legs, report.given_on, form.wish.note, report.corrects),
        beside="form",
    )
    if recorded is None:
        return call.page("exchange_new.html", **form_choices(call, report.typed))
    return call.see_other("show_exchange", exchange_id=recorded.fact(ExchangeReported).exchange, done="logged")


def _check_page(call: Call, report: ReportDraft) -> Response[str]:
    mine = report.parties if call.visitor.member not in report.parties else (call.visitor.member,)
    others = [party for party in report.parties if party != call.visitor.member]
    return call.page(
        "exchange_check.html",
        form=report.form,
        legs=report.legs,
        given_on=report.given_on,
        settles=report.settles,
        is_party=call.visitor.member in report.parties,
        others=others,
        names=names_of(call, [call.visitor.member, *report.parties]),
        labels=labels_of(call.bank),
        tallies=tallies_after(call, report.legs, report.given_on, mine),
        kept=kept_fields(HelpForm, report.typed, today_of(call.bank)),
        as_of=call.views.as_of().number,
    )


def _read_report(call: Call) -> ReportDraft:
    """Reads the form; every mistake stands beside its field."""
    form = call.form(HelpForm, SENTENCES)
    typed = FieldReader(call, form)
    legs, given_on = _legs(typed, call.visitor), typed.given_on()
    typed.in_order(ORDER)
    return ReportDraft(typed, form, given_on, () if form.problems else legs)


def _foresee(call: Call, report: ReportDraft) -> None:
    """Asks the ledger whether a report without mistakes may be, and whether it would settle at once."""
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


def _legs(typed: FieldReader, visitor: Visitor) -> tuple[Leg, ...]:
    """The directions of help that the form tells of; only right when the form has no mistakes."""
    form = typed.form
    first, second = _sides(typed, visitor)
    if form.value("way") == "received":
        first, second = second, first
    giver, receiver = first or MemberId(""), second or MemberId("")
    legs = [help_given(giver, receiver, typed.minutes(), typed.category())]
    if form.value("way") == "exchange":
        legs.append(help_given(receiver, giver, typed.minutes("_back"), typed.category("category_back")))
    return tuple(legs)


def _sides(typed: FieldReader, visitor: Visitor) -> tuple[MemberId | None, MemberId | None]:
    """Who logs and the other one; or the two for whom a coordinator logs."""
    if not typed.form.value("others"):
        return visitor.member, typed.person("other", me=visitor.member)
    first = typed.person("other", me=None)
    return first, typed.person("second", me=first)
