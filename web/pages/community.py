"""What the whole community gave, by month, kind of help, and gifts; never about a person."""

from litestar import Response, get
from litestar.di import NamedDependency

from ledger.application.time_bank import TimeBank
from projections.contributions import COMMUNITY
from projections.views import Views
from web.forms import query_fields
from web.frame import page
from web.pages.choices import labels_of
from web.pages.figures import (
    ENOUGH_FOR_EVERYBODY,
    ENOUGH_FOR_KEEPERS_OF_THE_BOOK,
    enough_people,
    figures_of,
)
from web.pages.periods import choices_of
from web.pages.typed import today_of
from web.visitors import Asked, Visitor


@get("/community", sync_to_thread=True)
def show_community(
    request: Asked, visitor: NamedDependency[Visitor], bank: NamedDependency[TimeBank], views: NamedDependency[Views]
) -> Response[str]:
    """Totals by month and by kind of help, once enough people stand behind them."""
    as_of = views.catch_up()
    contributions = views.contributions
    keeps_the_book = visitor.coordinates or visitor.audits
    choice = query_fields(request).one("period")
    people = contributions.people(COMMUNITY)
    enough = enough_people(people, keeps_the_book=keeps_the_book)
    figures = figures_of(contributions, COMMUNITY, choice, labels_of(bank), today_of(bank)) if enough else None
    span = contributions.span(COMMUNITY)
    return page(
        request,
        "community.html",
        members=views.members.totals(),
        people=people,
        needed=ENOUGH_FOR_KEEPERS_OF_THE_BOOK if keeps_the_book else ENOUGH_FOR_EVERYBODY,
        total=contributions.total(COMMUNITY) if enough else None,
        figures=figures,
        periods=choices_of(span),
        as_of=as_of.number,
    )


PAGES = (show_community,)
