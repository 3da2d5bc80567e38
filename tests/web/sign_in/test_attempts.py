"""How often somebody may ask for a code, or try one, before they wait."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from ledger.log.places import Place
from ledger.personal_data.store import PersonalData
from tests.web.neighbourhood import NOON, Neighbourhood
from web.sign_in import tables as attempts
from web.sign_in.tables import ASKS_FOR_AN_ADDRESS, ASKS_FROM_A_NETWORK, SIGN_IN_ATTEMPT, TRIES_FROM_A_NETWORK, prepare


@pytest.fixture
def engine(database_url: str) -> Iterator[sa.Engine]:
    engine = Place(database_url).people_engine()
    prepare(PersonalData(engine).engine)
    yield engine
    engine.dispose()


def test_an_address_is_asked_for_five_times_an_hour(engine: sa.Engine) -> None:
    asked = [attempts.may_ask(engine, "ana@example.org", f"192.0.{number}.1", NOON) for number in range(6)]

    assert asked == [True] * ASKS_FOR_AN_ADDRESS.most + [False]
    assert not attempts.may_ask(engine, " ANA@Example.org", "198.51.100.1", NOON + timedelta(minutes=59))
    assert attempts.may_ask(engine, "ana@example.org", "198.51.100.1", NOON + timedelta(minutes=61))
    assert attempts.may_ask(engine, "bo@example.org", "192.0.2.1", NOON)


def test_a_network_asks_for_so_many_an_hour_whatever_the_addresses(engine: sa.Engine) -> None:
    most = ASKS_FROM_A_NETWORK.most
    asked = [attempts.may_ask(engine, f"{number}@example.org", f"192.0.2.{number}", NOON) for number in range(most + 1)]

    assert asked == [True] * most + [False]
    assert attempts.may_ask(engine, "ana@example.org", "192.0.3.1", NOON)


def test_a_network_tries_so_many_codes_an_hour(engine: sa.Engine) -> None:
    most = TRIES_FROM_A_NETWORK.most
    tried = [attempts.may_try(engine, f"2001:db8:0:1::{number:x}", NOON) for number in range(most + 1)]

    assert tried == [True] * most + [False]
    assert attempts.may_try(engine, "2001:db8:0:2::1", NOON)


def test_attempts_are_forgotten_after_a_day(engine: sa.Engine) -> None:
    attempts.may_ask(engine, "ana@example.org", "192.0.2.1", NOON)

    attempts.may_try(engine, "198.51.100.1", NOON + timedelta(days=1))

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
def test_networks(client: str, network: str) -> None:
    assert attempts.network_of(client) == network


def test_asking_too_often_meets_a_page_that_says_what_to_do(neighbourhood: Neighbourhood) -> None:
    browser = neighbourhood.browser()

    answers = [browser.post("/sign-in/codes", data={"email": "ana@example.org"}) for _ in range(6)]

    assert [answer.status_code for answer in answers] == [303] * 5 + [429]
    assert "ask a coordinator for a sign-in link" in answers[-1].text
    assert answers[-1].headers["retry-after"] == "3600"
    assert len(neighbourhood.mails) == 5


def test_unknown_addresses_wait_in_the_same_way(neighbourhood: Neighbourhood) -> None:
    browser = neighbourhood.browser()

    answers = [browser.post("/sign-in/codes", data={"email": "nobody@example.org"}) for _ in range(6)]

    assert [answer.status_code for answer in answers] == [303] * 5 + [429]


def test_guessing_codes_and_links_ends_in_the_same_page(neighbourhood: Neighbourhood) -> None:
    browser = neighbourhood.browser()

    statuses = [browser.post("/sign-in/code", data={"code": "123456"}).status_code for _ in range(61)]

    assert set(statuses[:60]) == {422} and statuses[60] == 429
    assert browser.post("/sign-in/links/made-up").status_code == 429


def test_no_address_is_stored_readable(neighbourhood: Neighbourhood, tmp_path: Path) -> None:
    neighbourhood.browser().post("/sign-in/codes", data={"email": "secret-admirer@example.org"})

    assert b"secret-admirer" not in b"".join(file.read_bytes() for file in (tmp_path / "data").iterdir())
