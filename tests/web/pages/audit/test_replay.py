"""The check of all hours: everyone reads the result; coordinators and auditors see what differs, and start a check."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from ledger.log.entry import instant_text
from projections.checks.replays import ReplayCheck
from projections.engine.background import MIN_INTERVAL
from projections.views import check_by_replay
from tests.web.pages.conftest import Street
from tests.web.pages.reader import form_on, mistakes_on, send, words_on
from tests.web.routes import KEEPERS, MEMBERS, Attempt, Found, SecondAttempts
from web.commands.main import hours

FOUND: Found = {"show_replay": MEMBERS, "ask_replay": KEEPERS}


def ask_replay(street: Street) -> Attempt:
    return Attempt(street.ruth, "/replay", "/replay", {"at_entry": "999999"}, {"at_entry": "2"})


SECOND_ATTEMPTS: SecondAttempts = (ask_replay,)


def checked(street: Street, at_entry: int | None = None) -> None:
    """Run a check, then let a minute pass."""
    engine = street.bank.place.views_engine()
    check_by_replay(street.bank.log, engine, street.views, now=street.neighbourhood.clock(), at_entry=at_entry)
    engine.dispose()
    street.neighbourhood.clock.passes(timedelta(minutes=1))


def tampered(street: Street) -> None:
    """Change the hours Ana gave in a read model, but not in the log."""
    street.views.catch_up()
    engine = street.bank.place.views_engine()
    with engine.begin() as connection:
        connection.execute(sa.text(f"UPDATE tallies SET given = given + 600 WHERE account = '{street.ana_id}'"))
    engine.dispose()


def as_the_other_process_does(street: Street) -> None:
    result = CliRunner().invoke(hours, ["--database", street.bank.place.url, "asked"])
    assert result.exit_code == 0, result.output


def test_everyone_reads_that_everything_matched(street: Street) -> None:
    street.helped(by=street.bo_id)
    checked(street)
    number = street.views.as_of().number

    for browser in (street.ana, street.bo, street.chidi, street.ruth):
        words = words_on(browser.get("/replay"))
        assert f"all {number} entries were added up again and everything matched" in words
    home, community = street.ana.get("/"), street.ana.get("/community")
    for page in (home, community):
        assert 'href="/replay"' in page.text


def test_only_coordinators_and_auditors_read_exact_totals(street: Street) -> None:
    """The totals of two days would reveal what someone did between them."""
    street.helped(by=street.bo_id)
    checked(street)

    for browser in (street.chidi, street.ruth):
        assert "2 h 30 min given and 2 h 30 min received" in words_on(browser.get("/replay"))
    for browser in (street.ana, street.eve):
        assert "2 h 30 min" not in words_on(browser.get("/replay"))
        assert "accounts" not in words_on(browser.get("/replay"))


def test_before_the_first_check_only_this_page_mentions_it(street: Street) -> None:
    assert "Not checked yet." in words_on(street.eve.get("/replay"))
    assert "against the record" not in words_on(street.eve.get("/"))


def test_earlier_checks_are_listed(street: Street) -> None:
    for _ in range(3):
        checked(street)

    page = street.eve.get("/replay")

    number = street.views.as_of().number
    assert page.text.count(f'<th scope="row">{number}</th>') == 2


def test_a_wrong_number_raises_an_alarm_that_says_hours_are_safe(street: Street) -> None:
    street.helped(by=street.bo_id)
    tampered(street)
    checked(street)

    for browser in (street.ana, street.eve, street.chidi, street.ruth):
        for path in ("/", "/community"):
            page = browser.get(path)
            assert 'role="alert"' in page.text
            assert 'href="/replay"' in page.text
        assert "No hours are lost." in words_on(browser.get("/replay"))


def test_coordinators_and_auditors_see_what_differs_and_what_to_do(street: Street) -> None:
    street.helped(by=street.bo_id)
    tampered(street)
    checked(street)

    for browser in (street.chidi, street.ruth):
        words = words_on(browser.get("/replay"))
        assert "Ana Sousa Given, on the Balances page 2 h 30 min 12 h 30 min" in words
        assert "hours rebuild" in words
    members_words = words_on(street.eve.get("/replay"))
    assert "Ana Sousa" not in members_words and "hours rebuild" not in members_words


def test_when_entries_are_missing_no_page_says_that_no_hours_are_lost(street: Street) -> None:
    as_of = street.views.as_of()
    missing = "The log has 5 entries, but 20 were shown. Entries are missing."
    at = instant_text(street.neighbourhood.clock())
    street.views.replays.add(ReplayCheck(at, True, as_of.number, as_of.position, trouble=missing))

    for browser in (street.ana, street.ruth):
        words = words_on(browser.get("/replay"))
        assert "No hours are lost" not in words
    assert missing in words and "hours doctor --all" in words


def test_rebuilt_read_models_match_again(street: Street) -> None:
    tampered(street)
    checked(street)

    street.views.rebuild()
    checked(street)

    latest = street.views.replays.latest()
    assert latest is not None and latest.is_sound
    assert 'role="alert"' not in street.eve.get("/replay").text + street.eve.get("/").text


@pytest.mark.parametrize("who", ["chidi", "ruth"])
def test_coordinators_and_auditors_start_a_check(street: Street, who: str) -> None:
    browser = getattr(street, who)

    answer = send(browser, browser.get("/replay"), "/replay")
    waiting = browser.get("/replay")
    as_the_other_process_does(street)
    done = browser.get("/replay")

    assert (answer.status_code, answer.headers["location"]) == (303, "/replay#again")
    assert 'role="status"' in waiting.text and 'role="status"' not in done.text
    assert street.views.requests.waiting() == [] and street.views.replays.latest() is not None


def test_a_check_can_stop_at_an_entry(street: Street) -> None:
    street.helped(by=street.bo_id, minutes=60)
    number = street.views.catch_up().number
    street.helped(by=street.bo_id, minutes=30)

    send(street.ruth, street.ruth.get("/replay"), "/replay", at_entry=str(number))
    as_the_other_process_does(street)

    words = words_on(street.ruth.get("/replay"))
    assert f"At entry {number}, added up on" in words
    assert "1 h given and 1 h received, across 2 accounts" in words
    assert "1 h given" not in words_on(street.ana.get("/replay"))


@pytest.mark.parametrize("typed", ["0", "-1", "9999", "1e3", "soon", "٣٣٣٣٣٣٣٣٣٣", "2147483648"])
def test_an_entry_that_does_not_exist_is_refused_and_shown_as_typed(street: Street, typed: str) -> None:
    answer = send(street.ruth, street.ruth.get("/replay"), "/replay", at_entry=typed)

    assert answer.status_code == 422
    assert form_on(answer, "/replay").fields["at_entry"] == typed
    assert street.views.requests.waiting() == []


def test_one_check_runs_at_a_time_and_not_twice_in_a_minute(street: Street) -> None:
    send(street.ruth, street.ruth.get("/replay"), "/replay")
    other = send(street.chidi, street.chidi.get("/replay"), "/replay", at_entry="3")
    as_the_other_process_does(street)
    again = send(street.ruth, street.ruth.get("/replay"), "/replay")
    street.neighbourhood.clock.passes(MIN_INTERVAL)
    later = send(street.ruth, street.ruth.get("/replay"), "/replay")

    assert (other.status_code, again.status_code, later.status_code) == (422, 422, 303)
    assert mistakes_on(other) == mistakes_on(again) == ["at_entry"]


def test_members_and_strangers_cannot_start_a_check(street: Street) -> None:
    assert street.ana.post("/replay", data={}).status_code == 403
    assert street.neighbourhood.browser().post("/replay", data={}).status_code == 303
    assert street.neighbourhood.browser().get("/replay").status_code == 303
    assert street.views.requests.waiting() == []
    assert 'action="/replay"' not in street.ana.get("/replay").text
