"""Limits on requests for codes and on tries with them."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from ledger.log.places import Place
from ledger.personal_data.store import PersonalData
from tests.web.neighbourhood import NOON, Neighbourhood
from web.sign_in import codes
from web.sign_in.codes import REQUESTS_FOR_AN_ADDRESS, REQUESTS_FROM_A_NETWORK, TRIES_FROM_A_NETWORK
from web.sign_in.sessions import SIGN_IN_ATTEMPT, prepare


@pytest.fixture
def engine(database_url: str) -> Iterator[sa.Engine]:
    engine = Place(database_url).people_engine()
    prepare(PersonalData(engine).engine)
    yield engine
    engine.dispose()


def test_a_code_for_one_address_can_be_requested_five_times_an_hour(engine: sa.Engine) -> None:
    allowed = [codes.may_request(engine, "ana@example.org", f"192.0.{number}.1", NOON) for number in range(6)]

    assert allowed == [True] * REQUESTS_FOR_AN_ADDRESS.most + [False]
    assert not codes.may_request(engine, " ANA@Example.org", "198.51.100.1", NOON + timedelta(minutes=59))
    assert codes.may_request(engine, "ana@example.org", "198.51.100.1", NOON + timedelta(minutes=61))
    assert codes.may_request(engine, "bo@example.org", "192.0.2.1", NOON)


def test_requests_from_one_network_are_limited_whatever_the_addresses(engine: sa.Engine) -> None:
    most = REQUESTS_FROM_A_NETWORK.most
    allowed = [
        codes.may_request(engine, f"{number}@example.org", f"192.0.2.{number}", NOON) for number in range(most + 1)
    ]

    assert allowed == [True] * most + [False]
    assert codes.may_request(engine, "ana@example.org", "192.0.3.1", NOON)


def test_tries_from_one_network_are_limited(engine: sa.Engine) -> None:
    most = TRIES_FROM_A_NETWORK.most
    allowed = [codes.may_try(engine, f"2001:db8:0:1::{number:x}", NOON) for number in range(most + 1)]

    assert allowed == [True] * most + [False]
    assert codes.may_try(engine, "2001:db8:0:2::1", NOON)


def test_attempts_are_deleted_after_a_day(engine: sa.Engine) -> None:
    codes.may_request(engine, "ana@example.org", "192.0.2.1", NOON)

    codes.may_try(engine, "198.51.100.1", NOON + timedelta(days=1))

    with engine.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(SIGN_IN_ATTEMPT)).scalar_one() == 1


@pytest.mark.parametrize(
    ("client", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_clients_are_counted_by_network(client: str, network: str) -> None:
    assert codes.network_of(client) == network


def test_too_many_requests_show_a_page_that_says_what_to_do(neighbourhood: Neighbourhood) -> None:
    browser = neighbourhood.browser()

    responses = [browser.post("/sign-in/codes", data={"email": "ana@example.org"}) for _ in range(6)]

    assert [response.status_code for response in responses] == [303] * 5 + [429]
    assert "ask a coordinator for a sign-in link" in responses[-1].text
    assert responses[-1].headers["retry-after"] == "3600"
    assert len(neighbourhood.mails) == 5


def test_unknown_addresses_have_the_same_limit(neighbourhood: Neighbourhood) -> None:
    browser = neighbourhood.browser()

    responses = [browser.post("/sign-in/codes", data={"email": "nobody@example.org"}) for _ in range(6)]

    assert [response.status_code for response in responses] == [303] * 5 + [429]


def test_codes_and_links_share_one_limit_on_tries(neighbourhood: Neighbourhood) -> None:
    browser = neighbourhood.browser()

    statuses = [browser.post("/sign-in/code", data={"code": "123456"}).status_code for _ in range(61)]

    assert set(statuses[:60]) == {422} and statuses[60] == 429
    assert browser.post("/sign-in/links/made-up").status_code == 429


def test_no_address_is_stored_readable(neighbourhood: Neighbourhood, tmp_path: Path) -> None:
    neighbourhood.browser().post("/sign-in/codes", data={"email": "secret-admirer@example.org"})

    assert b"secret-admirer" not in b"".join(file.read_bytes() for file in (tmp_path / "data").iterdir())
