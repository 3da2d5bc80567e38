"""A wish is carried out whatever comes between: others who are quicker, and answers that are lost."""

import pytest

from ledger.deciding.requests import Recorded
from ledger.exchanges.commands import ConfirmExchange, ReportExchange
from ledger.exchanges.facts import ExchangeConfirmed, ExchangeReported, ExchangeSettled
from ledger.identifiers import MemberId
from ledger.log.entry import decode
from ledger.log.store import LogUnavailable
from ledger.refusals import (
    BeyondDebitLimit,
    TooBusy,
)
from ledger.time_bank import TimeBank
from tests.cast import ANA, BO, CHIDI, TODAY, caller, help_of, minutes_of
from tests.ledger.deciding.troubled import Entries, always_conflicting, losing_the_answer, times, with_trouble


def report(bank: TimeBank, identifier: str = "", *, by: MemberId = ANA, note: str = "", minutes: int = 60) -> Recorded:
    """Ana's report of an hour for Bo, unless told otherwise."""
    return bank.do(
        ReportExchange(legs=(help_of(minutes=minutes),), given_on=TODAY, note=note), by=caller(by, identifier)
    )


def words_kept(bank: TimeBank) -> int:
    """How many values lie in the people store."""
    with bank.people.engine.connect() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM words").scalar_one())


# When others are quicker


def test_a_conflict_is_decided_anew(each_bank: TimeBank) -> None:
    exchange = each_bank.do(ReportExchange(legs=(help_of(),), given_on=TODAY), by=ANA).fact(ExchangeReported).exchange
    slow, log = with_trouble(each_bank, before=times(3, always_conflicting))

    answer = slow.do(ConfirmExchange(exchange=exchange), by=BO)

    assert log.tries == 4
    assert [type(fact) for fact in answer.facts] == [ExchangeConfirmed, ExchangeSettled]


def test_what_others_recorded_in_between_is_seen(each_bank: TimeBank) -> None:
    # Bo is at the limit but for an hour; while the second hour is being decided, the first one comes to count.
    each_bank.do(ReportExchange(legs=(help_of(CHIDI, BO, 1140),), given_on=TODAY), by=BO)

    def another_hour(_: Entries) -> None:
        report(each_bank, by=BO)

    slow, log = with_trouble(each_bank, before=times(1, another_hour))

    with pytest.raises(BeyondDebitLimit) as refusal:
        report(slow, by=BO)

    assert refusal.value.details["open_minutes"] == 0
    assert minutes_of(each_bank, BO) == -1200
    assert log.tries == 1, "the second decision refused, and so appended nothing"


def test_try_after_try_in_vain_ends_in_a_kind_word_and_leaves_nothing(bank: TimeBank) -> None:
    head, kept = bank.log.head(), words_kept(bank)
    slow, log = with_trouble(bank, before=always_conflicting)

    with pytest.raises(TooBusy):
        report(slow, note="Roses")

    assert 10 <= log.tries <= 100
    assert (bank.log.head(), words_kept(bank)) == (head, kept)


def test_words_lie_in_the_store_before_their_entry_lies_in_the_log(bank: TimeBank) -> None:
    seen: list[str] = []

    def look(entries: Entries) -> None:
        seen.extend(bank.people.words(decode(entries[0][1]).sealed.values()).values())

    watched, _ = with_trouble(bank, before=look)
    report(watched, note="Roses")

    assert seen == ["Roses"]


# When an answer is lost


def test_a_lost_answer_is_found_by_the_command_and_recorded_once(each_bank: TimeBank) -> None:
    shaky, log = with_trouble(each_bank, after=times(1, losing_the_answer))

    answer = report(shaky, "an-unlucky-form", by=BO, note="Roses")
    later = report(shaky, by=BO)

    assert [type(fact) for fact in answer.facts] == [ExchangeReported, ExchangeSettled]
    assert log.tries == 2
    assert later.position > answer.position
    assert minutes_of(shaky, BO) == minutes_of(each_bank, BO) == -120
    assert report(each_bank, "an-unlucky-form", by=BO, note="Roses").facts == answer.facts


def test_an_append_that_never_came_through_is_said_so_and_works_the_next_time(each_bank: TimeBank) -> None:
    head = each_bank.log.head()
    shaky, _ = with_trouble(each_bank, before=times(1, losing_the_answer))

    with pytest.raises(LogUnavailable):
        report(shaky, "an-unlucky-form", by=BO)

    assert each_bank.log.head() == head
    assert report(shaky, "an-unlucky-form", by=BO).facts


def test_an_outcome_that_cannot_be_looked_up_stays_open_and_the_repeat_tells(bank: TimeBank) -> None:
    shaky, log = with_trouble(bank)

    def lose_everything(entries: Entries) -> None:
        log.is_readable = False
        losing_the_answer(entries)

    log._after = lose_everything
    with pytest.raises(LogUnavailable):
        report(shaky, "an-unlucky-form", by=BO)
    log.is_readable, log._after = True, lambda entries: None

    answer = report(shaky, "an-unlucky-form", by=BO)

    assert len(answer.facts) == 2
    assert minutes_of(bank, BO) == -60
