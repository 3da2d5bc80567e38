"""What the whole community gave: once enough people stand behind it, for any number of years."""

from datetime import date
from itertools import pairwise

import pytest

from ledger.application.exchanges import help_given
from ledger.identifiers import AccountId, CategoryKey, MemberId
from tests.web.pages.conftest import YESTERDAY, Street
from tests.web.pages.reader import words_on


def taking_part(street: Street, people: int, *, on: date = YESTERDAY) -> list[MemberId]:
    """So many neighbours, each of whom gave one gift or received one; Chidi logged them."""
    neighbours = [street.neighbourhood.welcomed(f"Neighbour {number:02}", "") for number in range(people)]
    for giver, receiver in pairwise(neighbours):
        street.bank.gifts.record(
            giver, AccountId(receiver), CategoryKey("food"), on, command=street.command(street.chidi_id)
        )
    return neighbours


def test_a_new_community_is_told_what_will_be_here(street: Street) -> None:
    shown = words_on(street.ana.get("/community"))

    assert "Nothing counts yet." in shown and "Log hours or a gift" in shown


@pytest.mark.parametrize(("people", "sees", "keeper_sees"), [(4, False, False), (5, False, True), (10, True, True)])
def test_figures_appear_once_enough_people_stand_behind_them(
    street: Street, people: int, sees: bool, keeper_sees: bool
) -> None:
    taking_part(street, people)

    for browser, expected in ((street.ana, sees), (street.chidi, keeper_sees), (street.ruth, keeper_sees)):
        shown = words_on(browser.get("/community"))
        assert ("Since it began" in shown, "too few people to show" in shown) == (expected, not expected)


def test_hours_exchanges_and_gifts_are_counted(street: Street) -> None:
    first, second, *_ = taking_part(street, 10)
    street.bank.exchanges.report(
        [help_given(first, second, 90, "garden")], YESTERDAY, command=street.command(street.chidi_id)
    )

    page = street.ana.get("/community")
    shown = words_on(page)

    assert "in 1 exchange" in shown and "10 people gave or received." in shown
    assert "November 2026 was the busiest month" in shown
    assert "Most of all: Garden" in shown and "November 2026 1 h 30 min 1 9" in shown
    assert "Neighbour 01" not in shown, "kinds of help, never people"
    assert "as of entry" in shown


def test_twenty_years_are_shown_as_years_and_each_year_as_months(street: Street) -> None:
    taking_part(street, 10, on=date(2006, 5, 1))
    taking_part(street, 3)

    everything = words_on(street.ana.get("/community", params={"period": "all"}))
    one_year = words_on(street.ana.get("/community", params={"period": "2006"}))

    assert "2006 9" in everything and "2026 2" in everything
    assert "May 2006 9" in one_year and "April 2006 0" in one_year


def test_where_nothing_but_gifts_was_given_gifts_are_drawn(street: Street) -> None:
    taking_part(street, 10)

    page = street.ana.get("/community")
    shown = words_on(page)

    assert "November 2026 was the busiest month" in shown and "Gifts each month." in shown
    assert '<title id="months-chart-title">Gifts each month</title>' in page.text


def test_a_book_that_rests_opens_at_its_last_year_and_a_quiet_time_says_so(street: Street) -> None:
    taking_part(street, 10, on=date(2006, 5, 1))

    opened = words_on(street.ana.get("/community"))
    quiet = words_on(street.ana.get("/community", params={"period": "months"}))

    assert "May 2006 was the busiest month" in opened
    assert "Nothing was logged in this time" in quiet and "No hours in this time." in quiet
