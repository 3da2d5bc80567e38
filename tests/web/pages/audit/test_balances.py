"""The balances of all accounts, for coordinators and auditors."""

from tests.web.pages.conftest import Street
from tests.web.pages.reader import words_on
from tests.web.routes import KEEPERS, Found

FOUND: Found = {"show_balances": KEEPERS}


def test_each_account_is_listed_with_its_hours(street: Street) -> None:
    street.helped(by=street.bo_id, minutes=150)
    street.gave()

    for browser in (street.chidi, street.ruth):
        shown = words_on(browser.get("/balances"))

        assert "Ana Sousa 2 h 30 min 0 h 1 1 0" in shown
        assert "Bo Lindqvist 0 h 2 h 30 min 1 0 1" in shown


def test_hours_given_equal_hours_received(street: Street) -> None:
    street.helped(by=street.bo_id, minutes=150)
    number = street.views.catch_up().number

    shown = words_on(street.ruth.get("/balances"))

    assert f"Up to entry {number}: 2 h 30 min given and 2 h 30 min received, across 6 accounts." in shown
    assert "The two match, as they should" in shown


def test_fifty_accounts_make_a_page(street: Street) -> None:
    for number in range(50):
        street.neighbourhood.welcomed(f"Neighbour {number:02}", "")

    first = street.ruth.get("/balances")
    after = first.text.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0]
    second = street.ruth.get(after)

    assert first.text.count('data-label="Exchanges"') == 50
    assert second.text.count('data-label="Exchanges"') == 6
    assert "Previous page" in words_on(second)


def test_members_cannot_see_the_balances(street: Street) -> None:
    assert street.ana.get("/balances").status_code == 403
