"""Who helped whom in a closed year, as it is kept beside the reports: what these count, and as long as they are kept."""

from datetime import date

from ledger.identifiers import GroupId, MemberId
from projections.figures.privacy.agreed import group_ties
from projections.figures.privacy.groups import Placed
from projections.figures.reports.kept import delete_reports
from projections.figures.reports.making import ReportMaker
from projections.figures.reports.ties import TiesOfYear, store_ties, ties_of_year
from tests.projections.elm_street import ElmStreet
from tests.projections.figures.measures.communities import act, ring
from tests.projections.figures.reports.written import CLOSED, DAY, Written

GARDEN = GroupId("g-garden")
ANA, BO = MemberId("m-ana"), MemberId("m-bo")
SEEN = {GARDEN: frozenset({ANA, BO})}


def kept(street: ElmStreet, ties: TiesOfYear, period: str = "2025") -> None:
    with street.views.reports._engine.execution_options(writes=True).begin() as connection:
        store_ties(connection, street.views.reports.identity, period, ties)


def of_year(*, minutes: int = 60) -> TiesOfYear:
    """A year in which Ana helped Bo in the garden, and twenty others one another."""
    garden = (GARDEN,)
    acts = [Placed(one, garden, garden) for one in [*ring(20), act(ANA, BO, minutes)]]
    return TiesOfYear(group_ties(acts), ["community", GARDEN], [])


def test_a_year_counts_what_its_groups_reports_count() -> None:
    written = Written()
    written.welcomed([ANA, BO, *(f"m-{place}" for place in range(20))])
    written.formed(GARDEN, [ANA, BO])
    back, stays = act(ANA, BO, 30, date(2025, 3, 1)), act(ANA, BO, 90, date(2025, 3, 2))
    written.happened([back, stays, *ring(20, on=date(2025, 3, 3))])
    written.taken_back(back, date(2025, 3, 20))
    written.left(GARDEN, BO, date(2025, 5, 1))
    written.happened([act(ANA, BO, 60, date(2025, 5, 2))])
    written.happened([act(BO, ANA, 600, date(2025, 5, 3))], recorded_after=60 * DAY)
    making = ReportMaker(written.chronicle(), CLOSED)
    (closed,) = [one for one in making.closed if one.is_year]

    ties = ties_of_year(making.placed(closed), list(making.reports(closed)))

    between = [tied for tied in ties.ties if {tied.giver, tied.receiver} == {ANA, BO}]
    assert [(tied.minutes, tied.times, tied.giver_groups, tied.receiver_groups) for tied in between] == [
        (60, 1, (GARDEN,), ()),
        (90, 1, (GARDEN,), (GARDEN,)),
    ], "an exchange that was taken back, and what came late, is not counted; who had left belongs no longer"


def test_scopes_with_only_some_months_shown_are_marked() -> None:
    """Reports say which scopes are shown for the year, and which for some of its months."""
    written = Written()
    people = [f"m-{place}" for place in range(24)]
    written.welcomed(people)
    written.formed(GARDEN, people[:12])
    for month in (1, 2, 3):
        written.happened(ring(24, on=date(2025, month, 10)))
    making = ReportMaker(written.chronicle(), CLOSED)
    (closed,) = [one for one in making.closed if one.is_year]
    reports = list(making.reports(closed))

    ties = ties_of_year(making.placed(closed), reports)

    shown = {one.scope for one in reports if one.figures.get("entries")}
    assert "community" in ties.shown and set(ties.shown) == shown
    assert not set(ties.partly) & shown


def test_ties_are_read_by_group_and_year(street: ElmStreet) -> None:
    kept(street, of_year())

    found = street.views.ties.visible_in_group(GARDEN, "2025", SEEN)

    assert found is not None
    assert [(line.giver, line.receiver, line.minutes) for line in found.drawn] == [(ANA, BO, 60)]
    assert street.views.ties.visible_in_group(GARDEN, "2024", SEEN) is None
    assert street.views.ties.visible_in_group(GARDEN, "2025-03", SEEN) is None, "months have none"


def test_readers_see_what_they_are_allowed_to_see(small_street: ElmStreet) -> None:
    kept(small_street, of_year())
    ask = small_street.views.ties.visible_in_group

    for _ in range(2):
        both, one, nobody = (
            ask(GARDEN, "2025", seen) for seen in (SEEN, {GARDEN: frozenset({ANA})}, {GARDEN: frozenset[MemberId]()})
        )
        assert both and one and nobody
        assert (len(both.drawn), len(one.drawn), len(nobody.drawn)) == (1, 0, 0)
        assert (both.named, one.named, nobody.named) == ((ANA, BO), (ANA,), ())


def test_new_ties_replace_cached_ones_and_deleted_ones_are_gone(small_street: ElmStreet) -> None:
    kept(small_street, of_year())
    small_street.views.ties.visible_in_group(GARDEN, "2025", SEEN)

    kept(small_street, of_year(minutes=120))
    found = small_street.views.ties.visible_in_group(GARDEN, "2025", SEEN)
    assert found is not None and found.drawn[0].minutes == 120

    with small_street.views.reports._engine.execution_options(writes=True).begin() as connection:
        delete_reports(connection, small_street.views.reports.identity)
    assert small_street.views.ties.visible_in_group(GARDEN, "2025", SEEN) is None
