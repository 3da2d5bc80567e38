"""Every account with what it gave and received, for those who keep the book and those who check it."""

from litestar import Response, get
from litestar.di import NamedDependency

from ledger.application.time_bank import TimeBank
from ledger.identifiers import AccountId, is_member
from projections.views import Views
from web.forms import query_fields
from web.frame import page
from web.pages.orders import turned
from web.pages.people import Names
from web.visitors import Asked


@get("/balances", sync_to_thread=True)
def show_balances(request: Asked, bank: NamedDependency[TimeBank], views: NamedDependency[Views]) -> Response[str]:
    """Fifty accounts a page. All that was given was received by somebody, so the two sums are equal."""
    as_of = views.catch_up()
    shown = turned(lambda: views.balances.page(query_fields(request).one("after")))
    names = Names(bank, views).of([tally.account for tally in shown.rows])
    return page(
        request,
        "balances.html",
        lines=[(names[tally.account], _statement(request, tally.account), tally) for tally in shown.rows],
        older=shown.older,
        newer=shown.newer,
        total=views.balances.total(),
        as_of=as_of.number,
    )


PAGES = (show_balances,)


def _statement(request: Asked, account: AccountId) -> str:
    """Where a member's statement is; groups and the community have none."""
    return request.app.state.frame.url("show_statement", account=account) if is_member(account) else ""
