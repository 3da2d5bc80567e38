"""The home page, the coordinators' page, and the health check."""

from datetime import date, timedelta

from litestar import Response

from ledger.identifiers import AccountId
from ledger.log.entry import instant
from ledger.log.places import has_room
from projections.exchanges import ExchangeView
from projections.journal import JournalFilter, JournalLine, JournalView
from web.framework.access import ANYBODY, COORDINATORS, MEMBERS
from web.framework.call import Call, get, page_from_cursor
from web.framework.errors import is_storage_error
from web.pages.audit.journal import items_of
from web.pages.exchanges.exchange import parties_of
from web.pages.exchanges.fields import labels_of
from web.sign_in import limits, sessions
from web.wording.names import joined_on, names_of
from web.wording.translation import today


@get("/", may=MEMBERS)
def show_home(call: Call) -> Response[str]:
    """Show the reader's hours, what waits for their answer, what they wait for, and their groups."""
    as_of = call.views.catch_up()
    me = call.visitor.member
    waiting, asked_back = call.views.exchanges.waiting_for(me), call.views.exchanges.reversals_waiting_for(me)
    awaited, groups = call.views.exchanges.waiting_on_others(me), call.views.groups.of_member(me)
    shown = [*waiting, *asked_back, *awaited]
    people = [party for view in shown for party in (*parties_of(view.legs), view.reported_by, view.reversal_asked_by)]
    row = call.views.members.of(me)
    token = call.request.cookies.get(call.site.cookies.session_name, "")
    elsewhere = sessions.signed_in_elsewhere(call.bank.people.engine, me, token, call.now)
    asked_by = [row.erasure_asked_by, row.removal_asked_by] if row else []
    return call.page(
        "home.html",
        me=row,
        elsewhere=elsewhere,
        changes=len(_lines_of_changes(call)) if call.visitor.is_coordinator else 0,
        day_of=_day_of,
        account=call.views.balances.of(AccountId(me)),
        joined_on=joined_on(row) if row else None,
        waiting=waiting,
        asked_back=asked_back,
        awaited=awaited,
        groups=groups,
        names=names_of(call, [me, *asked_by, *people, *(group.id for group in groups)]),
        labels=labels_of(call.bank),
        notes=call.bank.people.words(view.note for view in waiting),
        check=call.views.replays.latest(),
        as_of=as_of.number,
    )


@get("/coordinator", may=COORDINATORS)
def show_coordination(call: Call) -> Response[str]:
    """Show what is waiting, longest first, and who waits to be welcomed or erased."""
    as_of = call.views.catch_up()
    waiting = page_from_cursor(lambda: call.views.exchanges.waiting_everywhere(call.query.one("after") or None))
    invited, to_erase = call.views.members.invited(), call.views.members.asking_to_be_erased()
    names = names_of(
        call, [*(one.id for one in (*invited, *to_erase)), *(one for view in waiting.rows for one in people_of(view))]
    )
    return call.page(
        "coordinator.html",
        waiting=waiting,
        invited=invited,
        to_erase=to_erase,
        names=names,
        labels=labels_of(call.bank),
        changes=items_of(call, _lines_of_changes(call)),
        wrong_codes=limits.wrong_codes(call.bank.people.engine, call.now),
        day_of=_day_of,
        as_of=as_of.number,
    )


SHOWN_TO_COORDINATORS: tuple[JournalView, ...] = ("roles", "agreements", "erasures")
CHANGES_SHOWN_FOR = timedelta(days=7)
MOST_CHANGES = 10


def _lines_of_changes(call: Call) -> list[JournalLine]:
    """Return what somebody changed in the last seven days about roles, agreements or erasures, latest first."""
    since = today(call.now - CHANGES_SHOWN_FOR)
    lines = [
        line
        for view in SHOWN_TO_COORDINATORS
        for line in call.views.journal.page(JournalFilter(view=view, first_day=since), limit=MOST_CHANGES)
    ]
    return sorted(lines, key=lambda line: -line.number)[:MOST_CHANGES]


def people_of(view: ExchangeView) -> set[str]:
    """Return everyone a line about an exchange names."""
    sides = {side for leg in view.legs for side in (leg.giver, leg.receiver)}
    return {*sides, view.reported_by, view.reversal_asked_by, *view.awaiting} - {""}


def _day_of(at: str) -> date:
    """Return the date of an instant in the community's time zone."""
    return today(instant(at))


@get("/healthz", may=ANYBODY)
def show_health(call: Call) -> Response[dict[str, object]]:
    """Return 200 when the log answers, no read model has stopped, and there is room to go on, else 503.

    A read model that is `behind` catches up with the next page. One that stopped met an entry it could not apply;
    `hours rebuild` or a newer version helps.
    """
    try:
        head, states = call.bank.log.head(), call.views.state()
    except Exception as error:
        if not is_storage_error(error):
            raise
        return Response({"status": "failing", "trouble": type(error).__name__}, status_code=503)
    if (trouble := _trouble_of_storage(call)) is not None:
        return Response({"status": "failing", "trouble": trouble}, status_code=503)
    stopped = [state.name for state in states if state.stopped_by]
    behind = [state.name for state in states if state.position < head and not state.stopped_by]
    status = "failing" if stopped else "behind" if behind else "ok"
    body: dict[str, object] = {"status": status, "position": head, "behind": behind, "stopped": stopped}
    return Response(body, status_code=503 if stopped else 200)


def _trouble_of_storage(call: Call) -> str | None:
    """Return what will soon stop the server from recording or showing anything new, if something will."""
    if not has_room(call.bank.place):
        return "disk nearly full"
    return None if call.views.can_be_written() else "read models cannot be written"
