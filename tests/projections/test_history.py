"""The history of a member: ordered by day, filtered and paged."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import event

from ledger.identifiers import COMMUNITY, AccountId, CategoryKey
from projections.history import HistoryFilter
from tests.cast import ANA, BO, CHIDI, GARDENING, RUTH, TODAY
from tests.projections.elm_street import LAST_MONTH, ElmStreet


def test_a_history_is_ordered_by_the_day_help_was_given(street: ElmStreet) -> None:
    today = street.helped()
    before = street.helped(on=LAST_MONTH)
    gift = street.gave(ANA, BO)

    assert [line.item for line in street.views.exchanges.history(ANA).rows] == [gift, today, before]


def test_each_party_sees_the_exchange_from_their_own_side(street: ElmStreet) -> None:
    street.swapped_skills()

    (ana,) = street.views.exchanges.history(ANA).rows
    (bo,) = street.views.exchanges.history(BO).rows

    assert (ana.other, ana.category, ana.category_back, ana.given, ana.received) == (BO, "learning", "home", 60, 120)
    assert (bo.other, bo.category, bo.category_back, bo.given, bo.received) == (ANA, "home", "learning", 120, 60)
    assert (ana.kind, ana.state, ana.given_on) == ("skill-exchange", "settled", TODAY)


def test_a_line_names_those_who_still_have_to_agree(street: ElmStreet) -> None:
    street.helped(ANA, BO, by=ANA)

    (ana,) = street.views.exchanges.history(ANA).rows
    (bo,) = street.views.exchanges.history(BO).rows

    assert (ana.state, ana.awaits, ana.awaiting_me, bo.awaiting_me) == ("waiting", (BO,), False, True)


def test_a_gift_to_everyone_is_in_the_givers_history_only(street: ElmStreet) -> None:
    street.gave(ANA, COMMUNITY, note="Jam")

    (line,) = street.views.exchanges.history(ANA).rows

    assert (line.kind, line.state, line.other, line.given, line.received) == ("gift", "recorded", COMMUNITY, 0, 0)
    assert line.note != ""
    assert street.views.exchanges.history(BO).rows == []


@pytest.mark.parametrize(
    ("wanted", "minutes"),
    [
        (HistoryFilter(other=AccountId(CHIDI)), [2]),
        (HistoryFilter(kind="help"), [5, 2, 1]),
        (HistoryFilter(kind="skill-exchange"), [60]),
        (HistoryFilter(kind="gift"), [0, 0]),
        (HistoryFilter(category=CategoryKey("repairs")), [2]),
        (HistoryFilter(category=CategoryKey("home")), [60]),
        (HistoryFilter(category=CategoryKey("learning")), [60]),
        (HistoryFilter(first_day=date(2026, 3, 1)), [0, 0, 5, 60, 2]),
        (HistoryFilter(last_day=LAST_MONTH), [1]),
        (HistoryFilter(other=AccountId(BO), kind="help", first_day=TODAY, last_day=TODAY), [5]),
        (HistoryFilter(category=CategoryKey("food")), []),
    ],
)
def test_a_history_shows_what_matches_the_filter(street: ElmStreet, wanted: HistoryFilter, minutes: list[int]) -> None:
    street.helped(ANA, BO, 1, on=LAST_MONTH)
    street.helped(ANA, CHIDI, 2, category="repairs")
    street.swapped_skills()
    street.helped(ANA, BO, 5)
    street.gave(ANA, COMMUNITY)
    street.gave(RUTH, ANA)

    assert [line.given for line in street.views.exchanges.history(ANA, wanted).rows] == minutes


def test_filtering_by_group_finds_its_current_members_and_the_group_itself(street: ElmStreet) -> None:
    garden = street.formed(BO, CHIDI)
    with_bo = street.helped(ANA, BO)
    street.helped(ANA, RUTH)
    to_garden = street.gave(ANA, garden)
    street.helped(ANA, CHIDI)
    street.left(garden, CHIDI)

    found = street.views.exchanges.history(ANA, HistoryFilter(group=garden)).rows

    assert [line.item for line in found] == [to_garden, with_bo]


def test_filtered_pages_are_the_same_in_both_directions(street: ElmStreet) -> None:
    for day in range(1, 8):
        street.helped(ANA, BO, day, on=date(2026, 3, day))
        street.helped(ANA, CHIDI, 100 + day, on=date(2026, 3, day))
    wanted = HistoryFilter(other=AccountId(BO))

    first = street.views.exchanges.history(ANA, wanted, limit=3)
    second = street.views.exchanges.history(ANA, wanted, first.older, limit=3)
    third = street.views.exchanges.history(ANA, wanted, second.older, limit=3)

    assert [[line.given for line in page.rows] for page in (first, second, third)] == [[7, 6, 5], [4, 3, 2], [1]]
    assert (first.newer, third.older) == (None, None)
    assert street.views.exchanges.history(ANA, wanted, third.newer, limit=3) == second
    assert street.views.exchanges.history(ANA, wanted, second.newer, limit=3) == first


@pytest.mark.parametrize(
    "wanted",
    [
        HistoryFilter(),
        HistoryFilter(other=AccountId(BO)),
        HistoryFilter(kind="gift"),
        HistoryFilter(category=GARDENING),
        HistoryFilter(first_day=LAST_MONTH, last_day=TODAY),
    ],
)
def test_no_filter_sorts_or_reads_the_lines_of_others(small_street: ElmStreet, wanted: HistoryFilter) -> None:
    small_street.lively()
    queries: list[tuple[str, Any]] = []
    engine = small_street.views._engine
    event.listen(engine, "before_cursor_execute", lambda *args: queries.append((args[2], args[3])))

    small_street.views.exchanges.history(ANA, wanted, "2026-03-14~7")
    with engine.connect() as connection:
        query, given = queries[-1]
        plan = " ".join(row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", given))

    assert "USING INDEX history_lines_by_day" in plan
    assert "member=?" in plan
    assert "TEMP B-TREE" not in plan and "SCAN" not in plan
