"""Answering what others logged: agree, say no, cancel; and a coordinator who types an answer for a member."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from httpx import Response

from ledger.agreements.commands import AgreeOnLimits
from ledger.exchanges.commands import CallOffExchange
from ledger.identifiers import AccountId, ExchangeId
from tests.web.neighbourhood import Browser
from tests.web.pages.conftest import Street
from tests.web.pages.reader import actions_on, form_on, mistakes_on, send, words_on
from tests.web.routes import COORDINATORS, PARTIES, Attempt, Found, SecondAttempts

FOUND: Found = {
    "confirm_exchange": PARTIES | COORDINATORS,
    "decline_exchange": PARTIES | COORDINATORS,
    "call_off_exchange": PARTIES | COORDINATORS,
}
NO_SECOND_ATTEMPT: set[str] = {"call_off_exchange"}


def waiting(street: Street, browser: Browser, what: str, minutes: int = 60, **more: Any) -> Attempt:
    """Return an answer to what Ana logged."""
    exchange = street.helped(minutes=minutes)
    return Attempt(browser, f"/exchanges/{exchange}", f"/exchanges/{exchange}/{what}", **more)


def widen_limits(street: Street) -> Callable[[], object]:
    return lambda: street.bank.do(
        AgreeOnLimits(debit_limit_minutes=-100 * 60, upper_limit_minutes=None), by=street.chidi_id
    )


def confirm_exchange(street: Street) -> Attempt:
    return waiting(street, street.bo, "confirmation", 21 * 60, meanwhile=widen_limits(street))


def decline_exchange(street: Street) -> Attempt:
    return waiting(street, street.bo, "declination", wrong={"reason": ""}, right={"reason": "It was Monday"})


SECOND_ATTEMPTS: SecondAttempts = (confirm_exchange, decline_exchange)


def at(exchange: ExchangeId, what: str = "") -> str:
    return f"/exchanges/{exchange}/{what}".rstrip("/")


def state_of(street: Street, exchange: ExchangeId) -> str:
    view = street.views.exchanges.of(exchange)
    assert view is not None
    return view.state


def test_the_exchange_counts_once_the_neighbour_agrees(street: Street) -> None:
    exchange = street.helped(note="Two rows of leeks")
    page = street.bo.get(at(exchange))
    words = words_on(page)
    assert all(part in words for part in ("Ana Sousa", "2 h 30 min", "Two rows of leeks"))

    done = send(street.bo, page, at(exchange, "confirmation"))

    assert (done.status_code, done.headers["location"]) == (303, f"{at(exchange)}?done=agreed")
    assert 'role="status"' in street.bo.get(done.headers["location"]).text
    assert street.views.balances.of(AccountId(street.ana_id)).given == 150
    assert street.views.balances.of(AccountId(street.bo_id)).received == 150


def test_the_page_shows_the_totals_that_agreeing_would_lead_to(street: Street) -> None:
    exchange = street.helped(minutes=16 * 60)

    words = words_on(street.bo.get(at(exchange)))

    assert "You gave0 h" in words and "You received16 h" in words
    assert "you can still receive 4 h" in words


def test_the_neighbour_says_no_and_gives_a_reason(street: Street) -> None:
    exchange = street.helped()
    page = street.bo.get(at(exchange))

    without = send(street.bo, page, at(exchange, "declination"), reason="  ")
    done = send(street.bo, page, at(exchange, "declination"), reason="It was on Monday")

    assert without.status_code == 422 and mistakes_on(without) == ["reason"]
    assert done.headers["location"] == f"{at(exchange)}?done=declined"
    assert "It was on Monday" in words_on(street.ana.get(at(exchange)))
    assert state_of(street, exchange) == "declined"


def test_a_reason_that_is_too_long_is_refused_and_not_lost(street: Street) -> None:
    exchange = street.helped()

    answer = send(street.bo, street.bo.get(at(exchange)), at(exchange, "declination"), reason="n" * 10_000)

    assert answer.status_code == 422 and mistakes_on(answer) == ["reason"]
    assert form_on(answer, at(exchange, "declination")).fields["reason"] == "n" * 10_000


def test_the_reporter_cancels_what_nobody_has_answered(street: Street) -> None:
    exchange = street.helped()

    done = send(street.ana, street.ana.get(at(exchange)), at(exchange, "cancellation"))

    assert done.headers["location"] == f"{at(exchange)}?done=called-off"
    assert state_of(street, exchange) == "called-off"
    assert street.views.exchanges.waiting_for(street.bo_id) == []


def test_agreeing_to_what_was_cancelled_meanwhile_explains_that(street: Street) -> None:
    exchange = street.helped()
    page = street.bo.get(at(exchange))
    street.bank.do(CallOffExchange(exchange=exchange), by=street.ana_id)

    late = send(street.bo, page, at(exchange, "confirmation"))

    assert late.status_code == 422 and mistakes_on(late) == ["answer"]
    assert "cancelled in the meantime" in words_on(late)
    assert state_of(street, exchange) == "called-off"


def test_saying_no_after_agreeing_on_the_same_page_is_told_that_it_counts(street: Street) -> None:
    exchange = street.helped()
    page = street.bo.get(at(exchange))
    send(street.bo, page, at(exchange, "confirmation"))

    late = send(street.bo, page, at(exchange, "declination"), reason="On second thoughts")

    assert late.status_code == 422 and "already been agreed" in words_on(late)
    assert state_of(street, exchange) == "settled"


def test_one_of_two_answers_at_the_same_instant_wins(street: Street) -> None:
    exchange = street.helped()
    agree = form_on(street.bo.get(at(exchange)), at(exchange, "confirmation")).fields
    cancel = form_on(street.ana.get(at(exchange)), at(exchange, "cancellation")).fields

    async def both() -> Sequence[Response]:
        return await asyncio.gather(
            street.bo._client.post(at(exchange, "confirmation"), data=agree),
            street.ana._client.post(at(exchange, "cancellation"), data=cancel),
        )

    answers = street.bo._loop.run(both())

    assert sorted(answer.status_code for answer in answers) == [303, 422]
    assert state_of(street, exchange) == ("settled" if answers[0].status_code == 303 else "called-off")


def test_sending_the_same_answer_twice_counts_once(street: Street) -> None:
    exchange = street.helped()
    page = street.bo.get(at(exchange))

    first, second = (send(street.bo, page, at(exchange, "confirmation")) for _ in range(2))

    assert first.headers["location"] == second.headers["location"]
    assert street.views.balances.of(AccountId(street.bo_id)).received == 150


def test_agreeing_beyond_the_limit_says_how_much_is_still_open(street: Street) -> None:
    exchange = street.helped(minutes=21 * 60)

    answer = send(street.bo, street.bo.get(at(exchange)), at(exchange, "confirmation"))

    assert answer.status_code == 422
    assert "20 h can still be received" in words_on(answer)
    assert street.views.balances.of(AccountId(street.bo_id)).received == 0


def test_members_cannot_answer_for_others(street: Street) -> None:
    exchange = street.helped()

    assert street.ana.post(at(exchange, "confirmation"), data={}).status_code == 422
    assert street.eve.post(at(exchange, "confirmation"), data={}).status_code == 404
    assert street.ana.post(at(exchange, "confirmation"), data={"speaker": street.bo_id}).status_code == 422
    assert street.views.balances.of(AccountId(street.bo_id)).received == 0


def test_a_coordinator_types_that_a_member_agrees_and_the_page_shows_who_typed_it(street: Street) -> None:
    exchange = street.helped()

    done = send(street.chidi, street.chidi.get(at(exchange)), at(exchange, "confirmation"))

    assert done.status_code == 303 and state_of(street, exchange) == "settled"
    assert "Chidi Eze typed this for Bo Lindqvist." in words_on(street.bo.get(at(exchange)))


def test_a_coordinator_types_that_a_member_says_no(street: Street) -> None:
    exchange = street.helped()
    page = street.chidi.get(at(exchange))
    assert at(exchange, "declination") in actions_on(page)
    fields = form_on(page, at(exchange, "confirmation")).fields

    done = street.chidi.post(at(exchange, "declination"), data=fields | {"reason": "Bo was away"})

    assert done.headers["location"] == f"{at(exchange)}?done=declined"
    assert "Bo was away" in words_on(street.ana.get(at(exchange)))
    assert state_of(street, exchange) == "declined"
