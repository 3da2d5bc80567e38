"""The first page."""

from ledger.exchanges.commands import AskForReversal, ConfirmExchange
from tests.web.pages.conftest import Street
from tests.web.pages.reader import words_on


def test_a_newcomer_may_begin_anywhere(street: Street) -> None:
    words = words_on(street.eve.get("/"))

    assert "Welcome, Eve Adler" in words
    assert "nothing given yet" in words and "you can start by receiving" in words
    assert "Nothing waits." in words
    assert "You are not in a group yet." in words


def test_both_tallies_say_with_how_many_neighbours(street: Street) -> None:
    street.helped(by=street.bo_id)
    street.bank.do(ConfirmExchange(exchange=street.helped(back=60, minutes=30)), by=street.bo_id)

    words = words_on(street.ana.get("/"))

    assert "Hello, Ana Sousa" in words
    assert "Given3 hto 1 neighbour" in words and "Received1 hfrom 1 neighbour" in words
    assert "Since you joined in November 2026." in words


def test_gifts_are_counted_beside_the_hours(street: Street) -> None:
    street.gave()

    assert "Gifts: 1 given, 0 received." in words_on(street.ana.get("/"))
    assert "Gifts: 0 given, 1 received." in words_on(street.bo.get("/"))


def test_what_waits_for_a_word_comes_as_slips(street: Street) -> None:
    exchange = street.helped(note="Two rows of leeks")
    asked = street.helped(by=street.bo_id, minutes=60)
    street.bank.do(AskForReversal(exchange=asked, reason="Hm"), by=street.ana_id)

    page = street.bo.get("/")

    words = words_on(page)
    assert "Ana Sousa says they gave you 2 h 30 min on Saturday 21 November 2026." in words
    assert "Two rows of leeks" in words
    assert "Ana Sousa has asked to take back 1 h, logged for Saturday 21 November 2026." in words
    assert page.text.count('class="slip') == 2
    assert f'href="/exchanges/{exchange}"' in page.text and f'href="/exchanges/{asked}"' in page.text


def test_what_others_are_waited_for_is_a_quiet_line(street: Street) -> None:
    street.helped()

    words = words_on(street.ana.get("/"))

    assert "Waiting for Bo Lindqvist to agree to 2 h 30 min, logged for 21 November 2026. There is no rush." in words


def test_a_skill_exchange_waits_as_both_ways(street: Street) -> None:
    street.helped(back=45)

    assert "Ana Sousa says you helped each other" in words_on(street.bo.get("/"))


def test_groups_are_linked(street: Street) -> None:
    page = street.ana.get("/")

    assert f'href="/groups/{street.garden}"' in page.text and "Weir garden" in words_on(page)


def test_coordinators_can_log_for_others_from_here(street: Street) -> None:
    assert "/exchanges/new?for=others" in street.chidi.get("/").text
    assert "/exchanges/new?for=others" not in street.ana.get("/").text
