"""The coordinator's desk: everything that waits for somebody, and the ways to what coordinators do."""

from datetime import date

from litestar import Response

from ledger.log.entry import instant
from projections.exchanges import ExchangeView
from web.authorisation import COORDINATORS
from web.call import Call, get, turned
from web.pages.choices import labels_of
from web.pages.people import names_of
from web.words import today


@get("/coordinator", may=COORDINATORS)
def show_desk(call: Call) -> Response[str]:
    """What waits, the longest first; who was invited and waits to be welcomed; who asked to be erased."""
    as_of = call.views.catch_up()
    asked = call.query
    waiting = turned(lambda: call.views.exchanges.waiting_everywhere(asked.one("after") or None))
    invited, to_erase = call.views.members.invited(), call.views.members.asking_to_be_erased()
    names = names_of(
        call, [*(one.id for one in (*invited, *to_erase)), *(one for view in waiting.rows for one in people_of(view))]
    )
    return call.page(
        "coordinator.html",
        waiting=waiting,
        is_first=not asked.one("after"),
        invited=invited,
        to_erase=to_erase,
        names=names,
        labels=labels_of(call.bank),
        day_of=_day_of,
        as_of=as_of.number,
    )


def people_of(view: ExchangeView) -> set[str]:
    """Everybody whom a line about an exchange names."""
    sides = {side for leg in view.legs for side in (leg.giver, leg.receiver)}
    return {*sides, view.reported_by, view.reversal_asked_by, *view.awaiting} - {""}


def _day_of(at: str) -> date:
    """The day of an instant, on the community's calendar."""
    return today(instant(at))
