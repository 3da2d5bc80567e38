"""The first page: one's own hours, and what waits for a word."""

from litestar import Response

from ledger.identifiers import AccountId
from web.authorisation import MEMBERS
from web.call import Call, get
from web.pages.choices import labels_of
from web.pages.exchanges import parties_of
from web.pages.people import joined_on, names_of


@get("/", may=MEMBERS)
def show_home(call: Call) -> Response[str]:
    """Both tallies, what waits for the reader's answer, what the reader waits for, and their groups."""
    as_of = call.views.catch_up()
    me = call.visitor.member
    waiting, asked_back = call.views.exchanges.waiting_for(me), call.views.exchanges.reversals_waiting_for(me)
    awaited, groups = call.views.exchanges.waiting_on_others(me), call.views.groups.of_member(me)
    shown = [*waiting, *asked_back, *awaited]
    people = [party for view in shown for party in (*parties_of(view), view.reported_by, view.reversal_asked_by)]
    row = call.views.members.of(me)
    return call.page(
        "home.html",
        tally=call.views.balances.of(AccountId(me)),
        joined_on=joined_on(row) if row else None,
        waiting=waiting,
        asked_back=asked_back,
        awaited=awaited,
        groups=groups,
        names=names_of(call, [me, *people, *(group.id for group in groups)]),
        labels=labels_of(call.bank),
        words=call.bank.people.words(view.note for view in waiting),
        check=call.views.replays.latest(),
        as_of=as_of.number,
    )
