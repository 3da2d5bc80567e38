"""The home page."""

from datetime import timedelta

from ledger.erasure.commands import AskForErasure
from ledger.exchanges.commands import AskForReversal, ConfirmExchange
from ledger.members.commands import GiveRole, WithdrawRole
from tests.web.pages.conftest import Street
from tests.web.pages.reader import heading_on, send, words_on
from tests.web.routes import MEMBERS, Found

FOUND: Found = {"show_home": MEMBERS}


def test_a_newcomer_is_welcomed_and_can_log_or_receive_first(street: Street) -> None:
    page = street.eve.get("/")

    assert heading_on(page) == "Welcome, Eve Adler"
    assert 'class="stub' in page.text and 'href="/exchanges/new"' in page.text
    assert 'href="/groups"' in page.text.partition('id="groups"')[2].partition("</section>")[0]


def test_the_home_page_shows_hours_and_the_number_of_neighbours(street: Street) -> None:
    street.helped(by=street.bo_id)
    street.bank.do(ConfirmExchange(exchange=street.helped(back=60, minutes=30)), by=street.bo_id)

    words = words_on(street.ana.get("/"))

    assert "Hello, Ana Sousa" in words
    assert "Given3 hto 1 neighbour" in words and "Received1 hfrom 1 neighbour" in words


def test_gifts_are_shown_beside_the_hours(street: Street) -> None:
    street.gave()

    assert "Gifts: 1 given, 0 received." in words_on(street.ana.get("/"))
    assert "Gifts: 0 given, 1 received." in words_on(street.bo.get("/"))


def test_what_the_reader_has_to_answer_is_listed(street: Street) -> None:
    exchange = street.helped(note="Two rows of leeks")
    asked = street.helped(by=street.bo_id, minutes=60)
    street.bank.do(AskForReversal(exchange=asked, reason="Hm"), by=street.ana_id)

    page = street.bo.get("/")

    words = words_on(page)
    assert "Ana Sousa says they gave you 2 h 30 min" in words and "Two rows of leeks" in words
    assert page.text.count('class="slip') == 2
    assert f'href="/exchanges/{exchange}"' in page.text and f'href="/exchanges/{asked}"' in page.text


def test_what_the_reader_waits_for_is_listed(street: Street) -> None:
    street.helped()

    assert "Waiting for Bo Lindqvist" in words_on(street.ana.get("/"))


def test_a_skill_exchange_asks_about_help_both_ways(street: Street) -> None:
    street.helped(back=45)

    assert "Ana Sousa says you helped each other" in words_on(street.bo.get("/"))


def test_groups_are_linked(street: Street) -> None:
    page = street.ana.get("/")

    assert f'href="/groups/{street.garden}"' in page.text and "Weir garden" in words_on(page)


def test_coordinators_can_log_for_others_from_here(street: Street) -> None:
    assert "/exchanges/new?for=others" in street.chidi.get("/").text
    assert "/exchanges/new?for=others" not in street.ana.get("/").text


def test_the_home_page_says_that_somebody_signed_in_elsewhere(street: Street) -> None:
    assert 'id="elsewhere"' not in street.ana.get("/").text

    street.neighbourhood.clock.passes(timedelta(minutes=1))
    phone = street.neighbourhood.browser(member=street.ana_id)

    assert 'id="elsewhere"' in street.ana.get("/").text
    assert 'id="elsewhere"' not in phone.get("/").text, "it is this device"
    street.neighbourhood.clock.passes(timedelta(days=7))
    assert 'id="elsewhere"' not in street.ana.get("/").text


def test_a_member_reads_that_somebody_wants_them_erased_and_stops_it(street: Street) -> None:
    street.bank.do(AskForErasure(member=street.ana_id), by=street.chidi_id)
    assert 'id="erasure"' in street.ana.get("/").text

    path = f"/members/{street.ana_id}/erasure"
    send(street.ana, street.ana.get(path), f"{path}-request/withdrawal")

    assert street.bank.member(street.ana_id).erasure_asked_by is None
    assert 'id="erasure"' not in street.ana.get("/").text


def test_a_coordinator_reads_that_another_wants_them_removed(street: Street) -> None:
    street.bank.do(GiveRole(member=street.ana_id, role="coordinator"), by=street.chidi_id)

    street.bank.do(WithdrawRole(member=street.chidi_id, role="coordinator"), by=street.ana_id)

    assert 'id="removal"' in street.chidi.get("/").text and 'id="removal"' not in street.ana.get("/").text
