"""The years of a member: days, kinds of help, people and first times."""

from datetime import date, timedelta

from ledger.identifiers import COMMUNITY, MemberId
from projections.member_years import Shared
from projections.years import FirstTime, first_times
from tests.cast import ANA, BO, CHIDI, GARDENING, RUTH, TODAY, skills
from tests.projections.elm_street import LAST_MONTH, ElmStreet

LAST_YEAR = date(2025, 12, 31)
NEW_YEAR = date(2026, 1, 1)


def firsts(street: ElmStreet, member: MemberId = ANA, year: str = "2026") -> list[FirstTime]:
    return first_times(street.views.years, street.views.exchanges, member, street.views.years.of(member, year))


def whats(found: list[FirstTime]) -> dict[str, str]:
    """What was done for the first time -> the exchange or gift."""
    return {f"{one.what} {one.of}".strip(): one.item for one in found}


def test_a_year_includes_what_was_given_in_it_whenever_it_was_recorded(small_street: ElmStreet) -> None:
    small_street.helped(minutes=30, on=LAST_YEAR)
    small_street.helped(minutes=60, on=NEW_YEAR)
    small_street.helped(BO, ANA, 45, category="repairs")
    years = small_street.views.years

    assert years.all(ANA) == ["2026", "2025"]
    assert years.of(ANA, "2025").total == Shared(given=30, exchanges=1)
    assert years.of(ANA, "2026").total == Shared(given=60, received=45, exchanges=2)
    assert [(day.day, day.shared.given) for day in years.of(ANA, "2026").days] == [(NEW_YEAR, 60), (TODAY, 0)]
    assert years.span(ANA) == (LAST_YEAR, TODAY)


def test_a_year_has_all_twelve_months_and_they_add_up_to_it(small_street: ElmStreet) -> None:
    small_street.helped(minutes=60)
    small_street.helped(minutes=10, on=LAST_MONTH)
    small_street.gave(ANA, BO)

    year = small_street.views.years.of(ANA, "2026")

    assert [month.month.month for month in year.months] == list(range(1, 13))
    assert year.months[1].shared == Shared(given=10, exchanges=1)
    assert year.months[2].shared == Shared(given=60, exchanges=1, gifts_given=1)
    assert not any(month.shared.acts for month in (year.months[0], *year.months[3:]))


def test_a_skill_exchange_is_one_exchange_in_two_kinds_with_one_neighbour(small_street: ElmStreet) -> None:
    small_street.swapped_skills(skills(60, 120))

    year = small_street.views.years.of(ANA, "2026")

    assert year.total == Shared(given=60, received=120, exchanges=1)
    assert [(kind.way, kind.category, kind.minutes, kind.times) for kind in year.kinds] == [
        ("swap-given", "learning", 60, 1),
        ("swap-received", "home", 120, 1),
    ]
    assert [(companion.member, companion.shared) for companion in year.people] == [(BO, year.total)]
    assert (year.people_helped, year.helped_by) == (1, 1)


def test_a_gift_to_everyone_is_shared_with_no_particular_person(small_street: ElmStreet) -> None:
    garden = small_street.formed(BO)
    small_street.gave(ANA, COMMUNITY)
    small_street.gave(ANA, garden)
    small_street.gave(ANA, BO)

    year = small_street.views.years.of(ANA, "2026")

    assert year.total == Shared(gifts_given=3)
    assert [companion.shared for companion in year.people] == [Shared(gifts_given=1)]
    assert (year.people_helped, year.helped_by) == (1, 0)
    assert small_street.views.years.of(BO, "2026").total == Shared(gifts_received=1)


def test_nothing_is_left_of_what_is_taken_back(small_street: ElmStreet) -> None:
    small_street.took_back(small_street.helped(on=LAST_YEAR))
    small_street.withdrew(small_street.gave(ANA, BO, on=LAST_YEAR))

    year = small_street.views.years.of(ANA, "2025")

    assert (year.days, year.kinds, year.people) == ([], [], [])
    assert small_street.views.years.all(ANA) == []
    assert small_street.views.years.span(ANA) is None
    assert firsts(small_street, year="2025") == []


def test_waiting_and_declined_exchanges_do_not_count(small_street: ElmStreet) -> None:
    small_street.helped(by=ANA)
    small_street.declined(small_street.helped(by=ANA))

    assert small_street.views.years.all(ANA) == []


def test_first_times_are_listed_once_in_their_year(small_street: ElmStreet) -> None:
    first = small_street.helped(on=LAST_YEAR)
    small_street.helped(minutes=5)
    gift = small_street.gave(ANA, CHIDI)
    other = small_street.helped(RUTH, ANA, category="repairs")

    assert whats(firsts(small_street, year="2025")) == {
        "given": first,
        f"kind {GARDENING}": first,
        f"neighbour {BO}": first,
    }
    assert whats(firsts(small_street)) == {
        "gift-given": gift,
        f"neighbour {CHIDI}": gift,
        "received": other,
        "kind repairs": other,
        f"neighbour {RUTH}": other,
    }


def test_the_first_skill_exchange_is_a_first_hour_in_both_directions_too(small_street: ElmStreet) -> None:
    swap = small_street.swapped_skills()

    expected = ("given", "received", "swap", "kind home", "kind learning", f"neighbour {BO}")
    assert whats(firsts(small_street)) == dict.fromkeys(expected, swap)


def test_help_recorded_late_for_an_earlier_day_becomes_the_first_time(small_street: ElmStreet) -> None:
    small_street.helped()
    earlier = small_street.helped(minutes=5, on=LAST_MONTH)

    assert set(whats(firsts(small_street)).values()) == {earlier}


def test_when_the_first_time_is_taken_back_the_next_that_counts_is_the_first(street: ElmStreet) -> None:
    mistake = street.helped(on=LAST_MONTH)
    street.helped(by=ANA, on=LAST_MONTH + timedelta(days=1))
    following = street.helped(on=LAST_MONTH + timedelta(days=2))
    street.helped()

    street.took_back(mistake)

    assert set(whats(firsts(street)).values()) == {following}
    assert [one.on for one in firsts(street)] == [LAST_MONTH + timedelta(days=2)] * 3
    assert street.views.check() == []


def test_when_the_only_one_of_its_year_is_taken_back_the_next_year_has_the_first_time(small_street: ElmStreet) -> None:
    mistake = small_street.helped(on=LAST_YEAR)
    following = small_street.helped()
    assert firsts(small_street) == []

    small_street.took_back(mistake)

    assert firsts(small_street, year="2025") == []
    assert set(whats(firsts(small_street)).values()) == {following}


def test_a_received_gift_is_not_taken_for_a_given_one_after_the_first_was_withdrawn(small_street: ElmStreet) -> None:
    mistake = small_street.gave(ANA, BO, on=LAST_MONTH)
    came = small_street.gave(BO, ANA, on=LAST_MONTH + timedelta(days=1))
    went = small_street.gave(ANA, BO)

    small_street.withdrew(mistake)

    assert whats(firsts(small_street)) == {
        "gift-received": came,
        f"kind {GARDENING}": came,
        f"neighbour {BO}": came,
        "gift-given": went,
    }


def test_a_new_first_time_is_found_behind_many_other_days(small_street: ElmStreet) -> None:
    mistake = small_street.gave(ANA, BO, on=NEW_YEAR)
    for days in range(1, 31):
        small_street.gave(BO, ANA, on=NEW_YEAR + timedelta(days=days))
    went = small_street.gave(ANA, BO)

    small_street.withdrew(mistake)

    assert whats(firsts(small_street))["gift-given"] == went
