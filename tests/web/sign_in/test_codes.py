"""Codes and links on both databases, also with simultaneous tries."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa

from ledger.identifiers import MemberId
from ledger.log.places import Place
from ledger.log.upgrades import VERSIONS
from ledger.personal_data.store import PersonalData
from tests.web.neighbourhood import NOON
from web.sign_in import codes, sessions
from web.sign_in.codes import MOST_TRIES, SignInResult
from web.sign_in.sessions import METADATA, prepare

ANA = MemberId("m-ana")


@pytest.fixture
def engine(database_url: str) -> Iterator[sa.Engine]:
    engine = Place(database_url).people_engine()
    prepare(PersonalData(engine).engine)
    yield engine
    engine.dispose()


def at_once(times: int, act: Callable[[int], SignInResult]) -> list[SignInResult]:
    with ThreadPoolExecutor(times) as people:
        return list(people.map(act, range(times)))


def test_several_processes_can_create_the_tables_at_once(engine: sa.Engine) -> None:
    METADATA.drop_all(engine)
    VERSIONS.drop(engine)

    with ThreadPoolExecutor(4) as processes:
        assert list(processes.map(lambda _: prepare(engine), range(4))) == [None] * 4


def test_a_code_and_its_link_sign_in_once(engine: sa.Engine) -> None:
    request = codes.request_code(engine, ANA, NOON)

    assert codes.link_member(engine, request.link_token, NOON) == ANA
    assert codes.redeem_code(engine, request.browser_token, request.code, NOON) == SignInResult(ANA)
    assert codes.redeem_code(engine, request.browser_token, request.code, NOON) == SignInResult(problem="over")
    assert codes.redeem_link(engine, request.link_token, NOON) == SignInResult(problem="over")


def test_a_code_without_a_member_signs_nobody_in(engine: sa.Engine) -> None:
    request = codes.request_code(engine, None, NOON)

    assert codes.link_member(engine, request.link_token, NOON) is None
    assert codes.redeem_link(engine, request.link_token, NOON).member is None
    assert codes.redeem_code(engine, request.browser_token, request.code, NOON).member is None


def test_simultaneous_wrong_tries_cannot_exceed_the_limit(engine: sa.Engine) -> None:
    request = codes.request_code(engine, ANA, NOON)

    results = at_once(12, lambda _: codes.redeem_code(engine, request.browser_token, "wrong", NOON))

    assert [result.problem for result in results].count("wrong") == MOST_TRIES - 1
    assert codes.redeem_code(engine, request.browser_token, request.code, NOON) == SignInResult(problem="over")


def test_only_one_of_many_simultaneous_right_tries_signs_in(engine: sa.Engine) -> None:
    request = codes.request_code(engine, ANA, NOON)

    def try_it(number: int) -> SignInResult:
        if number % 2:
            return codes.redeem_link(engine, request.link_token, NOON)
        return codes.redeem_code(engine, request.browser_token, request.code, NOON)

    assert [result.member for result in at_once(8, try_it)].count(ANA) == 1


def test_expired_codes_are_deleted_when_a_new_one_is_made(engine: sa.Engine) -> None:
    codes.request_code(engine, ANA, NOON)

    codes.request_code(engine, ANA, NOON + timedelta(minutes=15))

    with engine.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(codes.SIGN_IN_CODE)).scalar_one() == 1


def test_sessions_can_be_started_renewed_and_ended(engine: sa.Engine) -> None:
    first = sessions.start(engine, ANA, NOON)
    second = sessions.start(engine, ANA, NOON + timedelta(days=1), instead_of="of another device")
    sessions.start(engine, ANA, NOON, instead_of=first)

    assert sessions.find(engine, first) is None
    made, seen = NOON + timedelta(days=1), NOON + timedelta(days=3)
    assert sessions.find(engine, second) == sessions.FoundSession(ANA, "", made_at=made, seen_at=made)
    sessions.renew(engine, second, seen)
    assert sessions.find(engine, second) == sessions.FoundSession(ANA, "", made_at=made, seen_at=seen)
    devices = sessions.devices(engine, ANA, second, NOON + timedelta(days=3))
    assert [device.is_this for device in devices] == [True, False]

    sessions.end_everywhere(engine, ANA)
    assert sessions.find(engine, second) is None
