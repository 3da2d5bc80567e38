"""The coordinator's desk: what waits, and for whom."""

from ledger.exchanges.commands import AskForReversal
from ledger.members.commands import InviteMember
from ledger.members.facts import MemberInvited
from tests.web.pages.conftest import Street
from tests.web.pages.reader import words_on


def test_an_empty_desk_says_so(street: Street) -> None:
    shown = words_on(street.chidi.get("/coordinator"))

    assert "Nothing waits." in shown and "Nobody at the moment. People you invite will appear here" in shown


def test_what_waits_longest_comes_first_with_who_is_asked(street: Street) -> None:
    street.helped(minutes=30)
    later = street.helped(minutes=45)

    page = street.chidi.get("/coordinator")
    shown = words_on(page)

    assert "Ana Sousa gave Bo Lindqvist 30 min of help" in shown
    assert shown.index("30 min") < shown.index("45 min")
    assert "Waiting for Bo Lindqvist. Open this exchange" in shown
    assert f"/exchanges/{later}" in page.text


def test_a_reversal_that_is_asked_for_waits_too(street: Street) -> None:
    exchange = street.helped(by=street.bo_id)
    assert "Nothing waits." in words_on(street.chidi.get("/coordinator"))

    street.bank.do(AskForReversal(exchange=exchange, reason="Twice"), by=street.ana_id)

    assert "Ana Sousa has asked to take it back. Open this exchange" in words_on(street.chidi.get("/coordinator"))


def test_whoever_was_invited_waits_to_be_welcomed(street: Street) -> None:
    newt = street.bank.do(InviteMember(name="Newt Hale"), by=street.chidi_id).fact(MemberInvited).member

    page = street.chidi.get("/coordinator")

    assert "Newt Hale" in words_on(page) and f"/members/{newt}" in page.text


def test_the_ways_to_what_coordinators_do_start_here(street: Street) -> None:
    page = street.chidi.get("/coordinator")

    for path in ("/exchanges/new?for=others", "/members/new", "/groups/new", "/agreements", "/balances", "/journal"):
        assert f'href="{path}"' in page.text
        assert street.chidi.get(path).status_code == 200


def test_more_than_fifty_go_on_another_page(street: Street) -> None:
    for minutes in range(1, 53):
        street.helped(minutes=minutes)

    first = street.chidi.get("/coordinator")
    after = first.text.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0]
    second = words_on(street.chidi.get(after))

    assert "Shorter waits" in words_on(first)
    assert "51 min" in second and "52 min" in second and "Longer waits" in second


def test_the_desk_is_for_coordinators_alone(street: Street) -> None:
    assert street.ana.get("/coordinator").status_code == street.ruth.get("/coordinator").status_code == 403
