"""What waits for a word: agreeing, declining, calling off, and a coordinator who passes a word on."""

import asyncio
from collections.abc import Sequence

from httpx import Response

from ledger.exchanges.commands import CallOffExchange
from ledger.identifiers import AccountId, ExchangeId
from tests.web.pages.conftest import Street
from tests.web.pages.reader import form_on, send, words_on


def at(exchange: ExchangeId, what: str = "") -> str:
    return f"/exchanges/{exchange}/{what}".rstrip("/")


def test_the_neighbour_agrees_and_it_counts(street: Street) -> None:
    exchange = street.helped(note="Two rows of leeks")
    page = street.bo.get(at(exchange))
    words = words_on(page)
    assert "Ana Sousa logged help with you. Is this right?" in words
    assert "Ana Sousa gave you 2 h 30 min of help" in words and "Two rows of leeks" in words
    assert "your name will appear here when you agree" in words

    done = send(street.bo, page, at(exchange, "confirmation"))

    assert (done.status_code, done.headers["location"]) == (303, f"{at(exchange)}?done=agreed")
    assert "Agreed. It now counts for both people." in words_on(street.bo.get(done.headers["location"]))
    assert street.views.balances.of(AccountId(street.ana_id)).given == 150
    assert street.views.balances.of(AccountId(street.bo_id)).received == 150


def test_agreeing_shows_the_tallies_as_they_will_be(street: Street) -> None:
    exchange = street.helped(minutes=16 * 60)

    words = words_on(street.bo.get(at(exchange)))

    assert "Your totals if you agree You gave0 h" in words and "You received16 hin total (now 0 h)" in words
    assert "After this, you can still receive 4 h." in words


def test_the_neighbour_declines_with_a_word_of_why(street: Street) -> None:
    exchange = street.helped()
    page = street.bo.get(at(exchange))

    without = send(street.bo, page, at(exchange, "declination"), reason="  ")
    done = send(street.bo, page, at(exchange, "declination"), reason="It was on Monday")

    assert without.status_code == 422 and words_on(without).count("Give a reason in a few words") == 2
    assert done.headers["location"] == f"{at(exchange)}?done=declined"
    told = words_on(street.ana.get(at(exchange)))
    assert "Bo Lindqvist said no. It was on Monday" in told
    assert "does not count" in told


def test_a_reason_that_is_too_long_is_kept_and_told(street: Street) -> None:
    exchange = street.helped()

    answer = send(street.bo, street.bo.get(at(exchange)), at(exchange, "declination"), reason="n" * 10_000)

    assert answer.status_code == 422 and "Use no more than 2,000 characters" in words_on(answer)
    assert form_on(answer, at(exchange, "declination")).fields["reason"] == "n" * 10_000


def test_the_reporter_calls_off_what_still_waits(street: Street) -> None:
    exchange = street.helped()

    done = send(street.ana, street.ana.get(at(exchange)), at(exchange, "cancellation"))

    assert done.headers["location"] == f"{at(exchange)}?done=called-off"
    assert "Ana Sousa cancelled it." in words_on(street.bo.get(at(exchange)))
    assert street.views.exchanges.waiting_for(street.bo_id) == []


def test_who_comes_too_late_is_told_kindly(street: Street) -> None:
    exchange = street.helped()
    page = street.bo.get(at(exchange))
    street.bank.do(CallOffExchange(exchange=exchange), by=street.ana_id)

    late = send(street.bo, page, at(exchange, "confirmation"))

    assert late.status_code == 422
    assert "This was cancelled in the meantime. It does not count." in words_on(late)
    assert "It was cancelled before the other person answered." in words_on(late)


def test_who_says_no_after_a_yes_on_the_same_page_is_told_that_it_counts(street: Street) -> None:
    exchange = street.helped()
    page = street.bo.get(at(exchange))
    send(street.bo, page, at(exchange, "confirmation"))

    late = send(street.bo, page, at(exchange, "declination"), reason="On second thoughts")

    assert late.status_code == 422 and "This has already been agreed. It counts." in words_on(late)
    assert "already been used for something else" not in words_on(late)


def test_of_two_answers_at_the_same_instant_one_wins(street: Street) -> None:
    exchange = street.helped()
    yes = form_on(street.bo.get(at(exchange)), at(exchange, "confirmation")).fields
    off = form_on(street.ana.get(at(exchange)), at(exchange, "cancellation")).fields

    async def both() -> Sequence[Response]:
        return await asyncio.gather(
            street.bo._client.post(at(exchange, "confirmation"), data=yes),
            street.ana._client.post(at(exchange, "cancellation"), data=off),
        )

    answers = street.bo._loop.run(both())

    assert sorted(answer.status_code for answer in answers) == [303, 422]
    (told,) = (answer for answer in answers if answer.status_code == 422)
    assert "in the meantime" in words_on(told) or "already been agreed" in words_on(told)


def test_the_same_answer_sent_twice_is_one_answer(street: Street) -> None:
    exchange = street.helped()
    page = street.bo.get(at(exchange))

    first, second = (send(street.bo, page, at(exchange, "confirmation")) for _ in range(2))

    assert first.headers["location"] == second.headers["location"]
    assert street.views.balances.of(AccountId(street.bo_id)).received == 150


def test_beyond_the_limit_the_answer_says_what_is_still_open(street: Street) -> None:
    exchange = street.helped(minutes=21 * 60)

    answer = send(street.bo, street.bo.get(at(exchange)), at(exchange, "confirmation"))

    assert answer.status_code == 422
    assert "20 h can still be received" in words_on(answer)
    assert street.views.balances.of(AccountId(street.bo_id)).received == 0


def test_nobody_answers_for_others(street: Street) -> None:
    exchange = street.helped()

    assert street.ana.post(at(exchange, "confirmation"), data={}).status_code == 422
    assert street.eve.post(at(exchange, "confirmation"), data={}).status_code == 404
    assert street.ana.post(at(exchange, "confirmation"), data={"speaker": street.bo_id}).status_code == 422
    assert street.views.balances.of(AccountId(street.bo_id)).received == 0


def test_a_coordinator_passes_a_word_on_and_the_page_says_so(street: Street) -> None:
    exchange = street.helped()
    page = street.chidi.get(at(exchange))
    assert "Answer for a member" in words_on(page)

    done = send(street.chidi, page, at(exchange, "confirmation"))

    assert done.status_code == 303
    told = words_on(street.bo.get(at(exchange)))
    assert "Bo Lindqvist agreed." in told
    assert "Chidi Eze typed this for Bo Lindqvist." in told


def test_a_coordinator_passes_on_a_no(street: Street) -> None:
    exchange = street.helped()
    fields = form_on(street.chidi.get(at(exchange)), at(exchange, "confirmation")).fields

    done = street.chidi.post(at(exchange, "declination"), data=fields | {"reason": "Bo was away"})

    assert done.headers["location"] == f"{at(exchange)}?done=declined"
    assert "Bo Lindqvist said no. Bo was away" in words_on(street.ana.get(at(exchange)))
