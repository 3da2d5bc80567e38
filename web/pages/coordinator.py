"""The coordinator's desk: everything that waits for somebody, and the ways to what coordinators do."""

from datetime import date

from litestar import Response, get
from litestar.di import NamedDependency

from ledger.application.time_bank import TimeBank
from ledger.log.entry import instant
from projections.exchanges import ExchangeView
from projections.views import Views
from web.forms import query_fields
from web.frame import page
from web.pages.choices import labels_of
from web.pages.orders import turned
from web.pages.people import Names
from web.visitors import Asked
from web.words import today


@get("/coordinator", sync_to_thread=True)
def show_desk(request: Asked, bank: NamedDependency[TimeBank], views: NamedDependency[Views]) -> Response[str]:
    """What waits, the longest first; who was invited and waits to be welcomed; who asked to be erased."""
    as_of = views.catch_up()
    asked = query_fields(request)
    waiting = turned(lambda: views.exchanges.waiting_everywhere(asked.one("after") or None))
    invited, to_erase = views.members.invited(), views.members.asking_to_be_erased()
    names = Names(bank, views).of(
        [*(one.id for one in (*invited, *to_erase)), *(one for view in waiting.rows for one in people_of(view))]
    )
    return page(
        request,
        "coordinator.html",
        waiting=waiting,
        is_first=not asked.one("after"),
        invited=invited,
        to_erase=to_erase,
        names=names,
        labels=labels_of(bank),
        day_of=_day_of,
        as_of=as_of.number,
    )


PAGES = (show_desk,)


def people_of(view: ExchangeView) -> set[str]:
    """Everybody whom a line about an exchange names."""
    sides = {side for leg in view.legs for side in (leg.giver, leg.receiver)}
    return {*sides, view.reported_by, view.reversal_asked_by, *view.awaiting} - {""}


def _day_of(at: str) -> date:
    """The day of an instant, on the community's calendar."""
    return today(instant(at))
