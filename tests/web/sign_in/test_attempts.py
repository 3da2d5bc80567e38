"""Limits on requests for codes and on tries with them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from threading import Barrier

import pytest
import sqlalchemy as sa

from ledger.identifiers import MemberId
from ledger.log.places import Place
from ledger.personal_data.store import PersonalData
from tests.cast import ANA, BO
from tests.web.neighbourhood import ADDRESS, NOON, Neighbourhood
from web.sign_in import codes, limits
from web.sign_in.codes import make_sign_in_link
from web.sign_in.limits import (
    REQUESTS_FOR_AN_ADDRESS,
    REQUESTS_FROM_A_NETWORK,
    TRIES_FROM_A_NETWORK,
    WRONG_FOR_A_MEMBER,
    WRONG_FOR_EVERYONE,
)
from web.sign_in.sessions import SIGN_IN_ATTEMPT, prepare


@pytest.fixture
def engine(database_url: str) -> Iterator[sa.Engine]:
    engine = Place(database_url).people_engine()
    prepare(PersonalData(engine).engine)
    yield engine
    engine.dispose()


def test_a_code_for_one_address_can_be_requested_five_times_an_hour(engine: sa.Engine) -> None:
    allowed = [limits.may_request(engine, "ana@example.org", f"192.0.{number}.1", NOON) for number in range(6)]

    assert allowed == [True] * REQUESTS_FOR_AN_ADDRESS.most + [False]
    assert not limits.may_request(engine, " ANA@Example.org", "198.51.100.1", NOON + timedelta(minutes=59))
    assert limits.may_request(engine, "ana@example.org", "198.51.100.1", NOON + timedelta(minutes=61))
    assert limits.may_request(engine, "bo@example.org", "192.0.2.1", NOON)


def test_requests_from_one_network_are_limited_whatever_the_addresses(engine: sa.Engine) -> None:
    most = REQUESTS_FROM_A_NETWORK.most
    allowed = [
        limits.may_request(engine, f"{number}@example.org", f"192.0.2.{number}", NOON) for number in range(most + 1)
    ]

    assert allowed == [True] * most + [False]
    assert limits.may_request(engine, "ana@example.org", "192.0.3.1", NOON)


def test_tries_from_one_network_are_limited(engine: sa.Engine) -> None:
    most = TRIES_FROM_A_NETWORK.most
    allowed = [limits.may_try(engine, f"2001:db8:0:1::{number:x}", NOON) for number in range(most + 1)]

    assert allowed == [True] * most + [False]
    assert limits.may_try(engine, "2001:db8:0:2::1", NOON)


def test_attempts_are_deleted_after_a_day(engine: sa.Engine) -> None:
    limits.may_request(engine, "ana@example.org", "192.0.2.1", NOON)

    limits.may_try(engine, "198.51.100.1", NOON + timedelta(days=1))

    with engine.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(SIGN_IN_ATTEMPT)).scalar_one() == 1


@pytest.mark.parametrize(
    ("client", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("192.0.2.77:5000", "192.0.2.0/24"),
        ("[2001:db8:1:2::5]:443", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::5]", "2001:db8:1:2::/64"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_clients_are_counted_by_network(client: str, network: str) -> None:
    assert limits.network_of(client) == network


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


def test_simultaneous_requests_cannot_pass_the_limit(engine: sa.Engine) -> None:
    """On PostgreSQL, six of five had passed."""
    at_once = Barrier(12)

    def request(number: int) -> bool:
        at_once.wait()
        return limits.may_request(engine, "ana@example.org", f"192.0.{number}.1", NOON)

    with ThreadPoolExecutor(12) as pool:
        allowed = [*pool.map(request, range(12))]

    assert allowed.count(True) == REQUESTS_FOR_AN_ADDRESS.most


def wrong(engine: sa.Engine, member: MemberId | None, times: int, at: datetime = NOON) -> list[str | None]:
    """Type this many wrong codes, five for each request, as someone who guesses would."""
    problems: list[str | None] = []
    while len(problems) < times:
        request = codes.request_code(engine, member, at)
        guess = f"{(int(request.code) + 1) % 10**8:08}"
        tries = min(codes.MOST_TRIES, times - len(problems))
        problems += [codes.redeem_code(engine, request.browser_token, guess, at).problem for _ in range(tries)]
    return problems


def test_after_too_many_wrong_codes_only_links_sign_a_member_in(engine: sa.Engine) -> None:
    wrong(engine, ANA, WRONG_FOR_A_MEMBER.most)
    request = codes.request_code(engine, ANA, NOON)

    assert codes.redeem_code(engine, request.browser_token, request.code, NOON).problem == "capped"
    assert codes.redeem_link(engine, request.link_token, NOON).member == ANA
    bo, next_day = codes.request_code(engine, BO, NOON), NOON + timedelta(days=1, seconds=1)
    assert codes.redeem_code(engine, bo.browser_token, bo.code, NOON).member == BO
    later = codes.request_code(engine, ANA, next_day)
    assert codes.redeem_code(engine, later.browser_token, later.code, next_day).member == ANA


def test_wrong_codes_are_capped_for_the_whole_community(engine: sa.Engine) -> None:
    for number in range(20):
        wrong(engine, MemberId(f"m-{number}"), 10)
    request = codes.request_code(engine, ANA, NOON)

    assert limits.wrong_codes(engine, NOON) == (200, WRONG_FOR_EVERYONE.most)
    assert codes.redeem_code(engine, request.browser_token, request.code, NOON).problem == "capped"
    assert codes.redeem_link(engine, request.link_token, NOON).member == ANA


def test_nobody_locks_a_member_out_by_using_up_their_requests(neighbourhood: Neighbourhood) -> None:
    app = neighbourhood.app()
    phone, stranger = neighbourhood.browser(app), neighbourhood.browser(app)
    phone.post(make_sign_in_link(neighbourhood.bank.people, neighbourhood.ana, ADDRESS, neighbourhood.clock.now))
    phone.post("/sign-out")
    address = {"email": "ana@example.org"}
    assert [stranger.post("/sign-in/codes", data=address).status_code for _ in range(6)] == [303] * 5 + [429]

    assert phone.post("/sign-in/codes", data=address).status_code == 303
    assert stranger.post("/sign-in/codes", data=address).status_code == 429
    assert phone.post("/sign-in/codes", data={"email": "bo@example.org"}).status_code == 303, (
        "a device of hers, not his"
    )
    assert [phone.post("/sign-in/codes", data=address).status_code for _ in range(5)] == [303] * 4 + [429]


def test_no_address_is_stored_readable(neighbourhood: Neighbourhood, tmp_path: Path) -> None:
    neighbourhood.browser().post("/sign-in/codes", data={"email": "secret-admirer@example.org"})

    assert b"secret-admirer" not in b"".join(file.read_bytes() for file in (tmp_path / "data").iterdir())
