"""Every account with what it gave and received, for those who keep the book and those who check it."""

from litestar import Response

from ledger.identifiers import AccountId, is_member
from projections.balances import Tally
from projections.pages import Page
from projections.statements import Stood
from projections.views import Views
from web.authorisation import COORDINATORS_AND_AUDITORS
from web.call import Call, get, turned
from web.pages.moments import Moment, moment_asked
from web.pages.people import names_of


@get("/balances", may=COORDINATORS_AND_AUDITORS)
def show_balances(call: Call) -> Response[str]:
    """Fifty accounts a page. All that was given was received by somebody, so the two sums are equal.

    At another moment the statements answer, whose lines know the totals after each, or, as of a day, everybody's years.
    """
    as_of = call.views.catch_up()
    fields = call.query
    form, moment = moment_asked(call, as_of.number)
    shown: Page[Tally] | Page[Stood]
    if moment.is_now:
        shown = turned(lambda: call.views.balances.page(fields.one("after")))
    else:
        shown = turned(lambda: _at(moment, call.views, fields.one("after")))
    names = names_of(call, [tally.account for tally in shown.rows])
    return call.page(
        "balances.html",
        form=form,
        moment=moment,
        lines=[(names[tally.account], _statement(call, tally.account, moment), tally) for tally in shown.rows],
        older=shown.older,
        newer=shown.newer,
        total=call.views.balances.total(),
        check=call.views.replays.at_entry(moment.number) if not moment.is_now and not moment.as_of else None,
        as_of=moment.number,
    )


def _at(moment: Moment, views: Views, cursor: str) -> Page[Stood]:
    """The accounts as they stood, in the order in which they began."""
    found = views.statements.accounts(moment.number, cursor)
    if moment.as_of is None:
        return found
    by_day = views.years.by_day([stood.account for stood in found.rows], moment.as_of)
    return found._replace(rows=[Stood(one.account, *by_day.get(one.account, (0, 0))) for one in found.rows])


def _statement(call: Call, account: AccountId, moment: Moment) -> str:
    """Where a member's statement is, at the same moment; groups and the community have none."""
    url = call.url
    return url("show_statement", account=account, **moment.asked) if is_member(account) else ""
