"""Logging hours: the form, then what will happen, and then it happens."""

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from ledger.application.time_bank import TimeBank
from ledger.identifiers import is_command_id
from ledger.refusals import CommandUsedBefore, Refusal, TooBusy
from projections.views import Views
from web.forms import Fields, Form, query_fields
from web.frame import page, see_other
from web.pages.choices import first_values, form_choices, kept_fields, labels_of
from web.pages.gift_records import gift_check_page
from web.pages.help_typed import HelpForm, Report, foresee, read_report
from web.pages.people import Names
from web.pages.tallies import tallies_after
from web.pages.typed import LONGEST_BODY_BYTES, Typed, today_of
from web.visitors import Asked, Visitor
from web.words import gettext


@get("/exchanges/new", sync_to_thread=True)
def show_log(
    request: Asked, visitor: NamedDependency[Visitor], bank: NamedDependency[TimeBank], views: NamedDependency[Views]
) -> Response[str]:
    """The form. `way`, `with` and `corrects` fill it in; `for=others` is how a coordinator logs for two members."""
    views.catch_up()
    form = Form[HelpForm](first_values(query_fields(request), visitor, bank, views))
    typed = Typed(form, by=visitor.member, bank=bank, views=views)
    return page(request, "exchange_new.html", **form_choices(typed, visitor, bank, views))


@post("/exchanges/new", status_code=200, sync_to_thread=True, request_max_body_size=LONGEST_BODY_BYTES)
def check_log(
    request: Asked,
    visitor: NamedDependency[Visitor],
    bank: NamedDependency[TimeBank],
    views: NamedDependency[Views],
    fields: NamedDependency[Fields],
) -> Response[str]:
    """Shows what will happen, or what needs another look. Nothing is recorded."""
    views.catch_up()
    if fields.one("way") == "gift" and not fields.one("change"):
        return gift_check_page(request, fields, visitor, bank, views)
    report = read_report(fields, visitor, bank, views)
    foresee(report, bank)
    if fields.one("change"):
        report.form.problems.clear()
    elif not report.form.problems:
        return _check_page(request, report, visitor, bank, views)
    return page(request, "exchange_new.html", **form_choices(report.typed, visitor, bank, views))


@post("/exchanges", status_code=303, sync_to_thread=True, request_max_body_size=LONGEST_BODY_BYTES)
def log_exchange(
    request: Asked,
    visitor: NamedDependency[Visitor],
    bank: NamedDependency[TimeBank],
    views: NamedDependency[Views],
    fields: NamedDependency[Fields],
) -> Response[str] | Redirect:
    """Records the report. The same form sent twice is one exchange, and leads to the same page."""
    report = read_report(fields, visitor, bank, views)
    if not is_command_id(report.form.value("command")):
        report.form.refuse("form", gettext("Please look at it once more before it is logged"))
    if report.form.problems:
        return page(request, "exchange_new.html", **form_choices(report.typed, visitor, bank, views))
    try:
        exchange, _answer = bank.exchanges.report(
            report.legs,
            report.given_on,
            command=report.command,
            note=report.form.wish.note,
            corrects=report.corrects,
        )
    except TooBusy:
        raise
    except Refusal as refusal:
        report.form.refuse_for(refusal, "form")
        afresh = isinstance(refusal, CommandUsedBefore)
        return page(request, "exchange_new.html", **form_choices(report.typed, visitor, bank, views, afresh=afresh))
    views.follow()
    return see_other(request.app.state.frame.url("show_exchange", exchange_id=exchange), done="logged")


PAGES = (show_log, check_log, log_exchange)


def _check_page(request: Asked, report: Report, visitor: Visitor, bank: TimeBank, views: Views) -> Response[str]:
    mine = report.parties if visitor.member not in report.parties else (visitor.member,)
    others = [party for party in report.parties if party != visitor.member]
    return page(
        request,
        "exchange_check.html",
        form=report.form,
        legs=report.legs,
        given_on=report.given_on,
        settles=report.settles,
        is_party=visitor.member in report.parties,
        others=others,
        names=Names(bank, views).of([visitor.member, *report.parties]),
        labels=labels_of(bank),
        tallies=tallies_after(report.legs, report.given_on, mine, bank, views),
        kept=kept_fields(HelpForm, report.typed, report.command, today_of(bank)),
        as_of=views.as_of().number,
    )
