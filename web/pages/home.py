"""The first page: one's own hours, and what waits for a word."""

from litestar import Response, get
from litestar.di import NamedDependency

from ledger.application.time_bank import TimeBank
from ledger.identifiers import AccountId
from projections.views import Views
from web.frame import page
from web.pages.choices import labels_of
from web.pages.exchanges import parties_of
from web.pages.people import Names, joined_on
from web.visitors import Asked, Visitor


@get("/", sync_to_thread=True)
def show_home(
    request: Asked, visitor: NamedDependency[Visitor], bank: NamedDependency[TimeBank], views: NamedDependency[Views]
) -> Response[str]:
    """Both tallies, what waits for the reader's answer, what the reader waits for, and their groups."""
    as_of = views.catch_up()
    me = visitor.member
    waiting, asked_back = views.exchanges.waiting_for(me), views.exchanges.reversals_waiting_for(me)
    awaited, groups = views.exchanges.waiting_on_others(me), views.groups.of_member(me)
    shown = [*waiting, *asked_back, *awaited]
    people = [party for view in shown for party in (*parties_of(view), view.reported_by, view.reversal_asked_by)]
    row = views.members.of(me)
    return page(
        request,
        "home.html",
        tally=views.balances.of(AccountId(me)),
        joined_on=joined_on(row) if row else None,
        waiting=waiting,
        asked_back=asked_back,
        awaited=awaited,
        groups=groups,
        names=Names(bank, views).of([me, *people, *(group.id for group in groups)]),
        labels=labels_of(bank),
        words=bank.people.words(view.note for view in waiting),
        check=views.replays.latest(),
        as_of=as_of.number,
    )


PAGES = (show_home,)
