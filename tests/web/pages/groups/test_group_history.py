"""A group's history: the figures of its closed years and months, the same for every reader."""

import pytest

from ledger.identifiers import CategoryKey
from tests.web import reports
from tests.web.pages.conftest import Street
from tests.web.pages.garden import kept, month_of_garden, months_of, of_garden
from tests.web.pages.reader import words_on


@pytest.fixture
def path(street: Street) -> str:
    return f"/groups/{street.garden}"


def test_before_the_first_period_closes_the_page_says_when_figures_will_appear(street: Street, path: str) -> None:
    street.helped(by=street.bo_id, minutes=150)

    shown = words_on(street.ana.get(path))

    assert "The first figures will appear a week after the first month ends." in shown
    assert "2 h 30 min" not in shown, "what is not closed is told to nobody"


def test_everyone_reads_what_the_group_gave_and_received_in_its_latest_year(street: Street, path: str) -> None:
    kept(street, of_garden(street, 2024), of_garden(street))

    for browser in (street.ana, street.bo):
        page = browser.get(path)
        shown = words_on(page)

        assert "2025 · Choose another period, or compare two" in shown
        assert "by its members, in the group and outside it" in shown
        assert "<b>400</b>" in page.text and "<b>455</b>" in page.text, "the two tallies"
        assert "It had 212 exchanges and gifts between 61 people in the group and outside it." in shown
        assert "Half of the people who gave helped 3 people or more." in shown
        assert "Some help on most days" in shown
        assert "up to entry 4,201" in shown and "Hours are rounded to the nearest 5." in shown


def test_months_with_too_few_people_are_shown_as_hidden(street: Street, path: str) -> None:
    kept(street, of_garden(street))

    page = street.bo.get(path)
    shown = words_on(page)

    assert "Of the months shown, June 2025 was the busiest" in shown
    assert "March 2025 too few people to show" in shown
    assert "June 2025 60 h 70 h" in shown and "December 2025 0 h 10 h" in shown
    assert '<path class="untold"' in page.text and "Dashed months have too few people to show." in shown


def test_kinds_of_help_with_too_few_people_are_named_without_numbers(street: Street, path: str) -> None:
    kept(street, of_garden(street))

    shown = words_on(street.bo.get(path))

    assert "Largest share shown: Garden" in shown
    assert "Garden 300 h 120" in shown and "Meals and food 150 h 70" in shown
    assert "about a few people: Children and family and Lifts and errands." in shown


def test_a_year_with_too_few_people_shows_no_figures(street: Street, path: str) -> None:
    months = [month | {"given": None, "received": None, "entries": None} for month in months_of(2025)]
    kept(street, reports.hidden(of_garden(street, months=months, busy=None)))

    page = street.ana.get(path)
    shown = words_on(page)

    assert "Too few people took part in 2025 to show figures without revealing something about one of them." in shown
    assert "Given" not in shown and "<figure" not in page.text


def test_a_month_is_shown_with_the_months_before_it(street: Street, path: str) -> None:
    kept(street, of_garden(street), *(month_of_garden(street, 2025, number) for number in range(1, 13)))

    page = street.bo.get(path, params={"period": "2025-04"})
    shown = words_on(page)

    assert "April 2025 · Choose another period" in shown
    assert "Of the months shown, April 2025 was the busiest" in shown
    assert "June 2025" not in shown.split("About these figures")[0]


def test_two_periods_are_compared_without_figures_that_neither_shows(street: Street, path: str) -> None:
    kept(street, of_garden(street), of_garden(street, 2024, given=300 * 60, retention=None))
    kept(street, of_garden(street, 2025, retention=None))

    shown = words_on(street.bo.get(path, params={"period": "2025", "beside": "2024"}))

    assert "2025 compared with 2024" in shown
    assert "Hours given by its members 400 h 300 h" in shown
    assert "Came back" not in shown and "Hours given 4" not in shown


def test_a_period_without_figures_falls_back_on_the_latest(street: Street, path: str) -> None:
    kept(street, of_garden(street))

    for asked in ({"period": "1999"}, {"period": "../1999"}, {"beside": "x" * 500}):
        answer = street.bo.get(path, params=asked)
        assert answer.status_code == 200
        assert "There are no figures for that period. These are the latest." in words_on(answer)


def test_a_kind_of_help_that_was_removed_is_shown_by_its_key(street: Street, path: str) -> None:
    kept(street, of_garden(street, by_category={str(CategoryKey("old-kind")): reports.part(100, 50, 1.0)}))

    assert "Largest share: old kind" in words_on(street.bo.get(path))
