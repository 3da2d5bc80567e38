"""Saying thank you on the page of an exchange or a gift, and who can read it."""

from typing import Any

import pytest

from ledger.groups.commands import JoinGroup
from ledger.members.commands import ChooseVisibility
from tests.web.neighbourhood import Browser
from tests.web.pages.conftest import Street
from tests.web.pages.reader import send, words_on
from tests.web.routes import MEMBERS, PARTIES, TOO_LONG, Attempt, Found, SecondAttempts, counted

FOUND: Found = {
    "thank_for_exchange": PARTIES,
    "share_thanks_for_exchange": PARTIES,
    "thank_for_gift": MEMBERS,
    "share_thanks_for_gift": MEMBERS,
}
NO_SECOND_ATTEMPT: set[str] = {"share_thanks_for_exchange", "share_thanks_for_gift"}


THANKS: dict[str, Any] = {"wrong": {"thanks": TOO_LONG}, "right": {"thanks": "You saved my roses"}}


def thank_for_exchange(street: Street) -> Attempt:
    return counted(street, street.bo, "thanks", **THANKS)


def thank_for_gift(street: Street) -> Attempt:
    gift = street.gave()
    return Attempt(street.bo, f"/gifts/{gift}", f"/gifts/{gift}/thanks", **THANKS)


SECOND_ATTEMPTS: SecondAttempts = (thank_for_exchange, thank_for_gift)

WORDS = "You saved my roses"


def thank(browser: Browser, page: str, **fields: str) -> int:
    return send(browser, browser.get(page), f"{page}/thanks", **fields).status_code


def share(browser: Browser, page: str) -> int:
    return send(browser, browser.get(page), f"{page}/thanks/sharing").status_code


@pytest.fixture(params=["exchange", "gift"])
def page(street: Street, request: pytest.FixtureRequest) -> str:
    """Where Ana helped Bo, or gave him something."""
    if request.param == "exchange":
        return f"/exchanges/{street.helped(by=street.bo_id)}"
    return f"/gifts/{street.gave()}"


def test_thanks_are_read_by_the_two_and_by_nobody_else(street: Street, page: str) -> None:
    assert thank(street.bo, page, thanks=WORDS, may_be_shown="1") == 303

    assert WORDS in words_on(street.ana.get(page)) and WORDS in words_on(street.bo.get(page))
    assert WORDS not in words_on(street.chidi.get(page)) and WORDS not in words_on(street.ruth.get(page))
    newest = street.views.as_of().number
    assert WORDS not in words_on(street.chidi.get(f"/journal/{newest}"))


def test_a_coordinator_reads_them_once_both_share_them_and_both_chose_to_be_seen(street: Street, page: str) -> None:
    thank(street.bo, page, thanks=WORDS, may_be_shown="1")
    assert share(street.ana, page) == 303
    assert WORDS not in words_on(street.chidi.get(page)), "nobody chose to be seen yet"

    for member in (street.ana_id, street.bo_id):
        street.bank.do(ChooseVisibility(member, "coordinators"), by=member)

    assert WORDS in words_on(street.chidi.get(page))


def test_sharing_can_be_taken_back(street: Street, page: str) -> None:
    for member in (street.ana_id, street.bo_id):
        street.bank.do(ChooseVisibility(member, "coordinators"), by=member)
    thank(street.bo, page, thanks=WORDS, may_be_shown="1")
    share(street.ana, page)
    assert WORDS in words_on(street.chidi.get(page))

    share(street.ana, page)

    assert WORDS not in words_on(street.chidi.get(page)) and WORDS in words_on(street.ana.get(page))


def test_the_giver_is_offered_no_thanks_to_give(street: Street, page: str) -> None:
    assert f'action="{page}/thanks"' in street.bo.get(page).text
    assert f'action="{page}/thanks"' not in street.ana.get(page).text


def test_shared_thanks_are_on_the_members_page_for_those_who_may_see_both(street: Street, page: str) -> None:
    for member in (street.ana_id, street.bo_id):
        street.bank.do(ChooseVisibility(member, "groups"), by=member)
    street.bank.do(JoinGroup(street.garden, street.bo_id), by=street.bo_id)
    thank(street.bo, page, thanks=WORDS, may_be_shown="1")
    of_ana = f"/members/{street.ana_id}"
    assert WORDS not in words_on(street.chidi.get(of_ana))

    share(street.ana, page)

    assert WORDS in words_on(street.chidi.get(of_ana))
    assert WORDS not in words_on(street.ruth.get(of_ana)), "Ruth is in none of their groups"
