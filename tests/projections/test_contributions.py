"""Contributions: what the community and its groups gave and received, by month and by kind."""

from ledger.identifiers import COMMUNITY
from tests.cast import ANA, BO, CHIDI, GARDENING, RUTH
from tests.projections.elm_street import LAST_MONTH, ElmStreet

ALWAYS = ("2020-01", "2030-12")
OURS = "community"


def test_the_community_receives_as_many_minutes_as_it_gives(street: ElmStreet) -> None:
    street.lively()

    for month in street.views.contributions.months(OURS, *ALWAYS):
        assert month.given == month.received
    assert street.views.contributions.total(OURS).given == street.views.balances.total().given


def test_help_counts_in_the_month_in_which_it_was_given(street: ElmStreet) -> None:
    street.helped(minutes=60)
    street.helped(minutes=10, on=LAST_MONTH)
    street.gave(on=LAST_MONTH)

    assert street.views.contributions.months(OURS, *ALWAYS) == [("2026-02", 10, 10, 1, 1), ("2026-03", 60, 60, 1, 0)]
    assert street.views.contributions.months(OURS, "2026-03", "2026-03") == [("2026-03", 60, 60, 1, 0)]
    assert street.views.contributions.total(OURS) == (70, 70, 2, 1)
    assert street.views.contributions.span(OURS) == ("2026-02", "2026-03")


def test_years_add_up_their_months(street: ElmStreet) -> None:
    street.helped(minutes=60)
    street.helped(minutes=10, on=LAST_MONTH)
    street.gave(on=LAST_MONTH)

    assert street.views.contributions.years(OURS) == {"2026": (70, 70, 2, 1)}


def test_what_is_taken_back_is_subtracted_where_it_was_counted(street: ElmStreet) -> None:
    street.helped(minutes=60)
    street.took_back(street.helped(minutes=10, on=LAST_MONTH))
    street.withdrew(street.gave(on=LAST_MONTH))

    assert street.views.contributions.months(OURS, *ALWAYS)[0] == ("2026-02", 0, 0, 0, 0)
    assert street.views.contributions.total(OURS) == (60, 60, 1, 0)
    assert street.views.contributions.span(OURS) == ("2026-03", "2026-03")
    assert street.views.contributions.people(OURS) == 2
    assert [total.kind for total in street.views.contributions.categories(OURS, *ALWAYS)] == ["help"]


def test_categories_distinguish_help_skill_exchanges_and_gifts(street: ElmStreet) -> None:
    street.helped(minutes=60)
    street.swapped_skills()
    street.gave()
    street.gave(on=LAST_MONTH)

    assert street.views.contributions.categories(OURS, *ALWAYS) == [
        (GARDENING, "gift", 0, 0, 0, 2),
        (GARDENING, "help", 60, 60, 1, 0),
        ("home", "skill-exchange", 120, 120, 1, 0),
        ("learning", "skill-exchange", 60, 60, 1, 0),
    ]
    assert street.views.contributions.total(OURS).exchanges == 2


def test_a_group_counts_what_its_members_gave_and_received(street: ElmStreet) -> None:
    garden = street.formed(ANA, BO)
    street.helped(ANA, BO, 10)
    street.helped(ANA, CHIDI, 20)
    street.helped(RUTH, BO, 40)
    street.helped(RUTH, CHIDI, 80)

    assert street.views.contributions.total(garden) == (30, 50, 3, 0)
    assert street.views.contributions.people(garden) == 2


def test_joining_or_leaving_a_group_later_does_not_change_what_counted(street: ElmStreet) -> None:
    garden = street.formed(ANA)
    before = street.helped(ANA, BO, 10)
    street.left(garden, ANA)
    street.joined(garden, BO)
    street.helped(ANA, BO, 20)

    both = street.views.contributions.total(garden)
    street.took_back(before)

    assert both == (10, 20, 2, 0)
    assert street.views.contributions.total(garden) == (0, 20, 1, 0)
    assert street.views.contributions.people(garden) == 1


def test_a_gift_counts_for_the_groups_of_both_parties_and_for_a_group_that_received_it(street: ElmStreet) -> None:
    garden, choir = street.formed(ANA, BO), street.formed(CHIDI, name="The choir")
    street.gave(ANA, BO)
    street.gave(ANA, CHIDI)
    street.gave(RUTH, garden)
    street.withdrew(street.gave(ANA, COMMUNITY))

    assert street.views.contributions.total(garden).gifts == 3
    assert street.views.contributions.total(choir).gifts == 1
    assert street.views.contributions.people(garden) == 3
    assert street.views.contributions.categories(garden, *ALWAYS) == [(GARDENING, "gift", 0, 0, 0, 3)]


def test_a_group_without_history_has_no_contributions(street: ElmStreet) -> None:
    garden = street.formed(ANA)

    assert street.views.contributions.total(garden) == (0, 0, 0, 0)
    assert street.views.contributions.span(garden) is None
    assert street.views.contributions.people(garden) == 0
    assert street.views.contributions.months(garden, *ALWAYS) == []
