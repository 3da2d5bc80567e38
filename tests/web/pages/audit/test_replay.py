"""Whether the book adds up: everybody reads what came out; those who keep the book see where, and ask for it."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from ledger.log.entry import instant_text
from projections.checks.replays import ReplayCheck
from projections.engine.background import MIN_INTERVAL
from projections.views import check_by_replay
from tests.web.pages.conftest import Street
from tests.web.pages.reader import form_on, send, words_on
from web.commands.main import hours


def checked(street: Street, at_entry: int | None = None) -> None:
    """Added up again; a minute passes, as nobody asks twice at once."""
    engine = street.bank.place.views_engine()
    check_by_replay(street.bank.log, engine, street.views, now=street.neighbourhood.clock(), at_entry=at_entry)
    engine.dispose()
    street.neighbourhood.clock.passes(timedelta(minutes=1))


def tampered(street: Street) -> None:
    """Somebody makes Ana's given hours more than they are, behind our back."""
    street.views.catch_up()
    engine = street.bank.place.views_engine()
    with engine.begin() as connection:
        connection.execute(sa.text(f"UPDATE tallies SET given = given + 600 WHERE account = '{street.ana_id}'"))
    engine.dispose()


def as_the_other_process_does(street: Street) -> None:
    result = CliRunner().invoke(hours, ["--database", street.bank.place.url, "asked"])
    assert result.exit_code == 0, result.output


def test_everybody_reads_that_the_book_agreed(street: Street) -> None:
    street.helped(by=street.bo_id)
    checked(street)
    number = street.views.as_of().number

    for browser in (street.ana, street.bo, street.chidi, street.ruth):
        words = words_on(browser.get("/replay"))
        assert f"all {number} entries were added up again and everything matched" in words
        assert "match, as they should" in words
    home, community = street.ana.get("/"), street.ana.get("/community")
    for page in (home, community):
        assert "All hours were last checked against the record on 22 November 2026" in words_on(page)
        assert 'href="/replay"' in page.text


def test_only_those_who_keep_the_book_read_exact_sums(street: Street) -> None:
    """From the sums of two days, whoever took no part would learn what somebody did between them."""
    street.helped(by=street.bo_id)
    checked(street)

    for browser in (street.chidi, street.ruth):
        assert "2 h 30 min given and 2 h 30 min received" in words_on(browser.get("/replay"))
    for browser in (street.ana, street.eve):
        assert "2 h 30 min" not in words_on(browser.get("/replay"))
        assert "accounts" not in words_on(browser.get("/replay"))


def test_before_the_first_time_the_page_says_so_and_the_others_are_silent(street: Street) -> None:
    assert "Not checked yet." in words_on(street.eve.get("/replay"))
    assert "against the record" not in words_on(street.eve.get("/"))


def test_the_times_before_are_listed(street: Street) -> None:
    for _ in range(3):
        checked(street)

    page = street.eve.get("/replay")

    assert "Earlier checks" in words_on(page) and words_on(page).count("every balance matched") == 2
    number = street.views.as_of().number
    assert page.text.count(f'<th scope="row">{number}</th>') == 2, "a phone has room for a number there, not for a day"


def test_a_wrong_page_is_told_loudly_and_that_hours_are_safe(street: Street) -> None:
    street.helped(by=street.bo_id)
    tampered(street)
    checked(street)

    for browser in (street.ana, street.eve, street.chidi, street.ruth):
        for path in ("/", "/community"):
            page = browser.get(path)
            assert 'role="alert"' in page.text
            assert "your hours are safe" in words_on(page)
        assert "No hours are lost. They are in the book, and its seal tells whether it is still the same." in words_on(
            browser.get("/replay")
        )


def test_those_who_keep_the_book_see_where_and_what_to_do(street: Street) -> None:
    street.helped(by=street.bo_id)
    tampered(street)
    checked(street)

    for browser in (street.chidi, street.ruth):
        words = words_on(browser.get("/replay"))
        assert "Ana Sousa Given, on the Balances page 2 h 30 min 12 h 30 min" in words
        assert "to run hours doctor --all first" in words and "hours rebuild and then hours replay" in words
    members_words = words_on(street.eve.get("/replay"))
    assert "Ana Sousa" not in members_words and "hours rebuild" not in members_words
    assert "1 number on these pages does not match." in members_words


def test_when_entries_are_missing_nobody_is_told_that_no_hours_are_lost(street: Street) -> None:
    as_of = street.views.as_of()
    missing = "The log has 5 entries, but 20 were shown. Entries are missing."
    at = instant_text(street.neighbourhood.clock())
    street.views.replays.add(ReplayCheck(at, True, as_of.number, as_of.position, trouble=missing))

    for browser in (street.ana, street.ruth):
        words = words_on(browser.get("/replay"))
        assert "could not be completed" in words and "No hours are lost" not in words
    assert missing in words and "hours doctor --all" in words


def test_made_anew_it_agrees_again(street: Street) -> None:
    tampered(street)
    checked(street)

    street.views.rebuild()
    checked(street)

    assert "every balance matched" in words_on(street.eve.get("/replay"))
    assert "do not match" not in words_on(street.eve.get("/"))


@pytest.mark.parametrize("who", ["chidi", "ruth"])
def test_keepers_of_the_book_ask_for_it_now(street: Street, who: str) -> None:
    browser = getattr(street, who)

    answer = send(browser, browser.get("/replay"), "/replay")
    waiting = words_on(browser.get("/replay"))
    as_the_other_process_does(street)
    done = words_on(browser.get("/replay"))

    assert (answer.status_code, answer.headers["location"]) == (303, "/replay#again")
    assert "and now running." in waiting and "Not checked yet" in waiting
    assert "now running" not in done and "every balance matched" in done


def test_it_is_added_up_to_an_entry_that_is_asked_for(street: Street) -> None:
    street.helped(by=street.bo_id, minutes=60)
    number = street.views.catch_up().number
    street.helped(by=street.bo_id, minutes=30)

    send(street.ruth, street.ruth.get("/replay"), "/replay", at_entry=str(number))
    as_the_other_process_does(street)

    words = words_on(street.ruth.get("/replay"))
    assert f"At entry {number}, added up on" in words
    assert (
        "1 h given and 1 h received, across 2 accounts. The two match, as they should. Every statement matched."
        in words
    )
    assert "1 h were given" not in words_on(street.ana.get("/replay"))


@pytest.mark.parametrize("typed", ["0", "-1", "9999", "1e3", "soon", "٣٣٣٣٣٣٣٣٣٣", "2147483648"])
def test_what_is_no_entry_comes_back_as_it_was_typed(street: Street, typed: str) -> None:
    answer = send(street.ruth, street.ruth.get("/replay"), "/replay", at_entry=typed)

    assert answer.status_code == 422
    assert form_on(answer, "/replay").fields["at_entry"] == typed
    assert street.views.requests.waiting() == []


def test_one_at_a_time_and_not_again_and_again(street: Street) -> None:
    send(street.ruth, street.ruth.get("/replay"), "/replay")
    other = send(street.chidi, street.chidi.get("/replay"), "/replay", at_entry="3")
    as_the_other_process_does(street)
    again = send(street.ruth, street.ruth.get("/replay"), "/replay")
    street.neighbourhood.clock.passes(MIN_INTERVAL)
    later = send(street.ruth, street.ruth.get("/replay"), "/replay")

    assert (other.status_code, again.status_code, later.status_code) == (422, 422, 303)
    assert "A check up to another entry is running" in words_on(other) and "a moment ago" in words_on(again)


def test_members_and_strangers_do_not_ask(street: Street) -> None:
    assert street.ana.post("/replay", data={}).status_code == 403
    assert street.neighbourhood.browser().post("/replay", data={}).status_code == 303
    assert street.neighbourhood.browser().get("/replay").status_code == 303
    assert street.views.requests.waiting() == []
    assert 'action="/replay"' not in street.ana.get("/replay").text
