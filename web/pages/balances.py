"""Every account with what it gave and received, for those who keep the book and those who check it."""

from litestar import Response, get
from litestar.di import NamedDependency

from ledger.application.time_bank import TimeBank
from ledger.identifiers import AccountId, is_member
from projections.balances import Tally
from projections.pages import Page
from projections.statements import Stood
from projections.views import Views
from web.forms import query_fields
from web.frame import page
from web.pages.moments import Moment, moment_asked
from web.pages.orders import turned
from web.pages.people import Names
from web.visitors import Asked


@get("/balances", sync_to_thread=True)
def show_balances(request: Asked, bank: NamedDependency[TimeBank], views: NamedDependency[Views]) -> Response[str]:
    """Fifty accounts a page. All that was given was received by somebody, so the two sums are equal.

    At another moment the statements answer, whose lines know the totals after each, or, as of a day, everybody's years.
    """
    as_of = views.catch_up()
    fields = query_fields(request)
    form, moment = moment_asked(fields, views, as_of.number)
    shown: Page[Tally] | Page[Stood]
    if moment.is_now:
        shown = turned(lambda: views.balances.page(fields.one("after")))
    else:
        shown = turned(lambda: _at(moment, views, fields.one("after")))
    names = Names(bank, views).of([tally.account for tally in shown.rows])
    return page(
        request,
        "balances.html",
        form=form,
        moment=moment,
        lines=[(names[tally.account], _statement(request, tally.account, moment), tally) for tally in shown.rows],
        older=shown.older,
        newer=shown.newer,
        total=views.balances.total(),
        check=views.replays.at_entry(moment.number) if not moment.is_now and not moment.as_of else None,
        as_of=moment.number,
    )


PAGES = (show_balances,)


def _at(moment: Moment, views: Views, cursor: str) -> Page[Stood]:
    """The accounts as they stood, in the order in which they began."""
    found = views.statements.accounts(moment.number, cursor)
    if moment.as_of is None:
        return found
    by_day = views.years.by_day([stood.account for stood in found.rows], moment.as_of)
    return found._replace(rows=[Stood(one.account, *by_day.get(one.account, (0, 0))) for one in found.rows])


def _statement(request: Asked, account: AccountId, moment: Moment) -> str:
    """Where a member's statement is, at the same moment; groups and the community have none."""
    url = request.app.state.frame.url
    return url("show_statement", account=account, **moment.asked) if is_member(account) else ""
