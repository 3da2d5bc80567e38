"""The page of one exchange: who can see it, and what it shows them."""

from tests.web.pages.conftest import Street
from tests.web.pages.reader import actions_on, words_on
from tests.web.routes import KEEPERS, PARTIES, Found

FOUND: Found = {"show_exchange": PARTIES | KEEPERS}


def test_parties_coordinators_and_auditors_can_see_an_exchange(street: Street) -> None:
    exchange = street.helped()

    answers = {
        name: getattr(street, name).get(f"/exchanges/{exchange}").status_code
        for name in ("ana", "bo", "chidi", "ruth", "eve")
    }

    assert answers == {"ana": 200, "bo": 200, "chidi": 200, "ruth": 200, "eve": 404}
    assert street.ana.get("/exchanges/x-nothing").status_code == 404


def test_auditors_read_hours_but_not_what_neighbours_wrote(street: Street) -> None:
    exchange = street.helped(note="The knee again")

    assert "The knee again" in words_on(street.bo.get(f"/exchanges/{exchange}"))
    assert "The knee again" in words_on(street.chidi.get(f"/exchanges/{exchange}"))
    assert "The knee again" not in words_on(street.ruth.get(f"/exchanges/{exchange}"))


def test_entries_link_to_the_journal_for_those_who_can_read_it(street: Street) -> None:
    exchange = street.helped()
    street.views.catch_up()
    (view,) = street.views.exchanges.waiting_for(street.bo_id)

    assert f'href="/journal/{view.number}"' in street.ruth.get(f"/exchanges/{exchange}").text
    assert 'href="/journal' not in street.ana.get(f"/exchanges/{exchange}").text


def test_the_page_says_which_entries_it_includes(street: Street) -> None:
    exchange = street.helped()

    assert f"up to entry {street.views.catch_up().number}" in words_on(street.ana.get(f"/exchanges/{exchange}"))


def test_a_person_whose_name_was_erased_is_a_former_member(street: Street) -> None:
    exchange = street.helped()
    street.views.catch_up()
    row = street.views.members.of(street.bo_id)
    assert row is not None
    street.bank.people.drop([row.name])

    words = words_on(street.ana.get(f"/exchanges/{exchange}"))
    assert "a former member" in words and "Bo Lindqvist" not in words


def test_only_buttons_that_the_ledger_would_accept_are_shown(street: Street) -> None:
    exchange = street.helped()

    def offered(name: str) -> set[str]:
        actions = actions_on(getattr(street, name).get(f"/exchanges/{exchange}"))
        return {action.rpartition("/")[2] for action in actions if action.startswith("/exchanges/")}

    assert offered("ana") == {"cancellation"}
    assert offered("bo") == {"confirmation", "declination"}
    assert offered("chidi") == {"confirmation", "declination", "cancellation"}
    assert offered("ruth") == set()
