"""Nobody reads a number about an account that isn't theirs, whatever they log, agree to or pass on."""

import re

import pytest

from ledger.agreements.commands import AgreeOnConfirmation, AgreeOnLimits
from ledger.agreements.facts import WhoMustAgree
from tests.web.pages.conftest import Street, checked
from tests.web.pages.reader import mistakes_on, send, words_on

LIMIT = 24 * 60
ANAS_HOURS = 217
"""Minutes that Ana has given before, which nobody else may learn."""


@pytest.fixture
def limited(street: Street) -> Street:
    """The street with an upper limit of 24 hours, where Ana has given some."""
    street.helped(by=street.bo_id, minutes=ANAS_HOURS)
    street.bank.do(AgreeOnLimits(debit_limit_minutes=-LIMIT, upper_limit_minutes=LIMIT), by=street.chidi_id)
    return street


def lengths_on(words: str) -> set[str]:
    """Every length of time among these words."""
    return set(re.findall(r"\d+ h(?: \d+ min)?|\d+ min", words.replace("\N{NO-BREAK SPACE}", " ")))


NUMBERS = {"3 h 37 min", "20 h 23 min", "23 h 59 min"}
"""What Ana gave, and what is still open for her and for Bo."""


def test_the_giver_s_account_is_not_shown_to_who_received(limited: Street) -> None:
    page = checked(limited.eve, way="received", other_name="Ana Sousa", hours="24", minutes="0")

    assert page.status_code == 422 and mistakes_on(page) == ["minutes"]
    assert not lengths_on(words_on(page)) & NUMBERS


def test_a_limit_agreed_between_the_check_and_the_report_reveals_nothing_either(street: Street) -> None:
    street.helped(by=street.bo_id, minutes=ANAS_HOURS)
    page = checked(street.eve, way="received", other_name="Ana Sousa", hours="20", minutes="0")
    street.bank.do(AgreeOnLimits(debit_limit_minutes=-LIMIT, upper_limit_minutes=1200), by=street.chidi_id)

    refused = send(street.eve, page, "/exchanges")

    assert refused.status_code == 422
    assert "16 h 23 min" not in lengths_on(words_on(refused))


@pytest.mark.parametrize(("words_needed", "back"), [("both", 0), ("receiver", 60)])
def test_a_giver_who_agrees_last_does_not_read_the_receiver_s_account(
    words_needed: WhoMustAgree, back: int, limited: Street
) -> None:
    limited.bank.do(AgreeOnLimits(debit_limit_minutes=-LIMIT, upper_limit_minutes=None), by=limited.chidi_id)
    limited.bank.do(AgreeOnConfirmation(words_needed=words_needed), by=limited.chidi_id)
    exchange = limited.helped(by=limited.bo_id, minutes=1300, back=back)

    refused = send(limited.ana, limited.ana.get(f"/exchanges/{exchange}"), f"/exchanges/{exchange}/confirmation")

    assert refused.status_code == 422
    assert "20 h 23 min" not in lengths_on(words_on(refused))


def test_a_coordinator_who_logs_for_two_members_reads_no_totals(limited: Street) -> None:
    street = limited
    fields = {"others": "yes", "other": street.ana_id, "second": street.bo_id, "category": "garden"}
    page = street.chidi.get("/exchanges/new?for=others")

    allowed = send(street.chidi, page, "/exchanges/new", **fields, way="gave", hours="2", minutes="0")
    refused = send(street.chidi, page, "/exchanges/new", **fields, way="gave", hours="24", minutes="0")

    assert (allowed.status_code, refused.status_code) == (200, 422)
    assert lengths_on(words_on(allowed)) == {"2 h"}
    assert not lengths_on(words_on(refused)) & NUMBERS


def test_a_coordinator_who_passes_on_an_answer_reads_no_number_of_the_account(limited: Street) -> None:
    exchange = limited.helped(minutes=1300)
    page = limited.chidi.get(f"/exchanges/{exchange}")

    refused = send(limited.chidi, page, f"/exchanges/{exchange}/confirmation")

    assert refused.status_code == 422
    assert not lengths_on(words_on(refused)) & NUMBERS
