"""The page of one exchange: who sees it, and what it tells."""

from tests.web.pages.conftest import Street
from tests.web.pages.reader import words_on


def test_parties_coordinators_and_auditors_see_it_and_nobody_else(street: Street) -> None:
    exchange = street.helped()

    seen = {
        name: getattr(street, name).get(f"/exchanges/{exchange}").status_code
        for name in ("ana", "bo", "chidi", "ruth", "eve")
    }

    assert seen == {"ana": 200, "bo": 200, "chidi": 200, "ruth": 200, "eve": 404}
    assert street.ana.get("/exchanges/x-nothing").status_code == 404


def test_auditors_read_hours_and_not_what_neighbours_wrote(street: Street) -> None:
    exchange = street.helped(note="The knee again")

    assert "The knee again" in words_on(street.bo.get(f"/exchanges/{exchange}"))
    assert "The knee again" in words_on(street.chidi.get(f"/exchanges/{exchange}"))
    assert "The knee again" not in words_on(street.ruth.get(f"/exchanges/{exchange}"))


def test_entries_link_to_the_journal_for_those_who_may_read_it(street: Street) -> None:
    exchange = street.helped()
    street.views.catch_up()
    (view,) = street.views.exchanges.waiting_for(street.bo_id)
    number = view.number

    assert f'href="/journal/{number}"' in street.ruth.get(f"/exchanges/{exchange}").text
    assert "/journal#" not in street.ana.get(f"/exchanges/{exchange}").text
    assert f"Entry {number}" in words_on(street.ana.get(f"/exchanges/{exchange}"))


def test_the_page_says_up_to_which_entry_it_is_true(street: Street) -> None:
    exchange = street.helped()

    assert f"as of entry {street.views.catch_up().number}" in words_on(street.ana.get(f"/exchanges/{exchange}"))


def test_whoever_was_forgotten_is_a_former_member(street: Street) -> None:
    exchange = street.helped()
    street.views.catch_up()
    row = street.views.members.of(street.bo_id)
    assert row is not None
    street.bank.people.drop([row.name])

    assert "You gave a former member 2 h 30 min" in words_on(street.ana.get(f"/exchanges/{exchange}"))


def test_no_button_is_shown_that_would_be_refused(street: Street) -> None:
    exchange = street.helped()

    ana, bo, ruth = (words_on(who.get(f"/exchanges/{exchange}")) for who in (street.ana, street.bo, street.ruth))

    assert "Cancel this exchange" in ana and "Yes, I agree" not in ana
    assert "Yes, I agree" in bo and "Cancel this exchange" not in bo
    assert not any(button in ruth for button in ("Yes, I agree", "Cancel this exchange", "They agree"))
