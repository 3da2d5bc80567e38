"""The coordinators' page: what is waiting, and for whom."""

from datetime import timedelta

from ledger.exchanges.commands import AskForReversal
from ledger.members.commands import GiveRole, InviteMember
from ledger.members.facts import MemberInvited
from tests.web.pages.conftest import Street
from tests.web.pages.reader import words_on
from tests.web.routes import COORDINATORS, Found

FOUND: Found = {"show_coordination": COORDINATORS}


def test_when_nothing_is_waiting_the_page_says_so(street: Street) -> None:
    assert 'class="stub' in street.chidi.get("/coordinator").text


def test_the_longest_wait_comes_first(street: Street) -> None:
    street.helped(minutes=30)
    later = street.helped(minutes=45)

    page = street.chidi.get("/coordinator")
    shown = words_on(page)

    assert "Ana Sousa gave Bo Lindqvist 30 min of help" in shown
    assert shown.index("30 min") < shown.index("45 min")
    assert "Waiting for Bo Lindqvist" in shown
    assert f"/exchanges/{later}" in page.text


def test_a_request_to_take_an_exchange_back_is_waiting_too(street: Street) -> None:
    exchange = street.helped(by=street.bo_id)
    assert f"/exchanges/{exchange}" not in street.chidi.get("/coordinator").text

    street.bank.do(AskForReversal(exchange=exchange, reason="Twice"), by=street.ana_id)

    assert f"/exchanges/{exchange}" in street.chidi.get("/coordinator").text


def test_coordinators_are_told_what_another_one_changed(street: Street) -> None:
    street.neighbourhood.clock.passes(timedelta(days=8))
    assert 'id="changes"' not in street.chidi_again().get("/").text

    street.bank.do(GiveRole(member=street.bo_id, role="coordinator"), by=street.chidi_id)

    shown = street.chidi_again().get("/coordinator")
    assert 'id="changes"' in street.chidi_again().get("/").text
    assert "Bo Lindqvist became a coordinator." in words_on(shown) and "Recorded by Chidi Eze" in words_on(shown)


def test_wrong_codes_are_counted_on_the_page(street: Street) -> None:
    stranger = street.neighbourhood.browser()
    stranger.post("/sign-in/codes", data={"email": "ana@example.org"})
    stranger.post("/sign-in/code", data={"code": "no"})

    assert "1 wrong sign-in code was typed" in words_on(street.chidi.get("/coordinator"))


def test_people_who_were_invited_wait_to_be_welcomed(street: Street) -> None:
    newt = street.bank.do(InviteMember(name="Newt Hale"), by=street.chidi_id).fact(MemberInvited).member

    page = street.chidi.get("/coordinator")

    assert "Newt Hale" in words_on(page) and f"/members/{newt}" in page.text


def test_the_page_links_to_what_coordinators_do(street: Street) -> None:
    page = street.chidi.get("/coordinator")

    for path in ("/exchanges/new?for=others", "/members/new", "/groups/new", "/agreements", "/balances", "/journal"):
        assert f'href="{path}"' in page.text
        assert street.chidi.get(path).status_code == 200


def test_more_than_fifty_continue_on_another_page(street: Street) -> None:
    for minutes in range(1, 53):
        street.helped(minutes=minutes)

    first = street.chidi.get("/coordinator")
    after = first.text.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0]
    second = words_on(street.chidi.get(after))

    assert "51 min" in second and "52 min" in second and "51 min" not in words_on(first)


def test_only_coordinators_see_the_page(street: Street) -> None:
    assert street.ana.get("/coordinator").status_code == street.ruth.get("/coordinator").status_code == 403
