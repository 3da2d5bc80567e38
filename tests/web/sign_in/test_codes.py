"""Codes and links on both databases, also when several people try them at the same instant."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa

from ledger.identifiers import MemberId
from ledger.log.places import Place
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


def test_several_processes_may_start_at_once(engine: sa.Engine) -> None:
    METADATA.drop_all(engine)

    with ThreadPoolExecutor(4) as processes:
        assert list(processes.map(lambda _: prepare(engine), range(4))) == [None] * 4


def test_a_code_and_a_link_let_in_once(engine: sa.Engine) -> None:
    request = codes.request_code(engine, ANA, NOON)

    assert codes.link_member(engine, request.link_token, NOON) == ANA
    assert codes.redeem_code(engine, request.browser_token, request.code, NOON) == SignInResult(ANA)
    assert codes.redeem_code(engine, request.browser_token, request.code, NOON) == SignInResult(problem="over")
    assert codes.redeem_link(engine, request.link_token, NOON) == SignInResult(problem="over")


def test_a_code_for_nobody_lets_nobody_in(engine: sa.Engine) -> None:
    request = codes.request_code(engine, None, NOON)

    assert codes.link_member(engine, request.link_token, NOON) is None
    assert codes.redeem_link(engine, request.link_token, NOON).member is None
    assert codes.redeem_code(engine, request.browser_token, request.code, NOON).member is None


def test_many_wrong_tries_at_once_do_not_add_up_to_more_than_five(engine: sa.Engine) -> None:
    request = codes.request_code(engine, ANA, NOON)

    answers = at_once(12, lambda _: codes.redeem_code(engine, request.browser_token, "wrong", NOON))

    assert [answer.problem for answer in answers].count("wrong") == MOST_TRIES - 1
    assert codes.redeem_code(engine, request.browser_token, request.code, NOON) == SignInResult(problem="over")


def test_of_many_right_tries_at_once_one_gets_in(engine: sa.Engine) -> None:
    request = codes.request_code(engine, ANA, NOON)

    def try_it(number: int) -> SignInResult:
        if number % 2:
            return codes.redeem_link(engine, request.link_token, NOON)
        return codes.redeem_code(engine, request.browser_token, request.code, NOON)

    assert [answer.member for answer in at_once(8, try_it)].count(ANA) == 1


def test_old_codes_are_swept_when_new_ones_are_made(engine: sa.Engine) -> None:
    codes.request_code(engine, ANA, NOON)

    codes.request_code(engine, ANA, NOON + timedelta(minutes=15))

    with engine.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(codes.SIGN_IN_CODE)).scalar_one() == 1


def test_sessions_on_both_databases(engine: sa.Engine) -> None:
    first = sessions.start(engine, ANA, NOON)
    second = sessions.start(engine, ANA, NOON + timedelta(days=1), instead_of="of another device")
    sessions.start(engine, ANA, NOON, instead_of=first)

    assert sessions.find(engine, first, NOON) is None
    assert sessions.find(engine, second, NOON + timedelta(days=3)) == sessions.FoundSession(ANA, "", is_due=True)
    sessions.renew(engine, second, NOON + timedelta(days=3))
    assert sessions.find(engine, second, NOON + timedelta(days=3)) == sessions.FoundSession(ANA, "", is_due=False)
    devices = sessions.devices(engine, ANA, second, NOON + timedelta(days=3))
    assert [device.is_this for device in devices] == [True, False]

    sessions.end_everywhere(engine, ANA)
    assert sessions.find(engine, second, NOON) is None
