"""Commands are carried out despite conflicts with other commands and lost answers."""

import pytest

from ledger.deciding.requests import Recorded
from ledger.exchanges.commands import ConfirmExchange, ReportExchange
from ledger.exchanges.facts import ExchangeConfirmed, ExchangeReported, ExchangeSettled
from ledger.identifiers import MemberId
from ledger.log.entry import decode
from ledger.log.store import LogUnavailable
from ledger.refusals import BeyondDebitLimit, TooBusy
from ledger.time_bank import TimeBank
from tests.cast import ANA, BO, CHIDI, TODAY, caller, help_of, minutes_of
from tests.ledger.deciding.faulty import Entries, always_conflicting, answer_lost, times, with_faults


def report(bank: TimeBank, identifier: str = "", *, by: MemberId = ANA, note: str = "", minutes: int = 60) -> Recorded:
    """Report help by default as Ana, of an hour for Bo."""
    return bank.do(
        ReportExchange(legs=(help_of(minutes=minutes),), given_on=TODAY, note=note), by=caller(by, identifier)
    )


def texts_stored(bank: TimeBank) -> int:
    """Return how many texts are stored."""
    with bank.people.engine.connect() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM words").scalar_one())


# Conflicts


def test_a_conflict_is_decided_again(each_bank: TimeBank) -> None:
    exchange = each_bank.do(ReportExchange(legs=(help_of(),), given_on=TODAY), by=ANA).fact(ExchangeReported).exchange
    slow, log = with_faults(each_bank, before=times(3, always_conflicting))

    answer = slow.do(ConfirmExchange(exchange=exchange), by=BO)

    assert log.tries == 4
    assert [type(fact) for fact in answer.facts] == [ExchangeConfirmed, ExchangeSettled]


def test_a_retry_sees_what_others_recorded_in_between(each_bank: TimeBank) -> None:
    # Bo is an hour away from the limit. While the second hour is being decided, the first one is settled.
    each_bank.do(ReportExchange(legs=(help_of(CHIDI, BO, 1140),), given_on=TODAY), by=BO)

    def another_hour(_: Entries) -> None:
        report(each_bank, by=BO)

    slow, log = with_faults(each_bank, before=times(1, another_hour))

    with pytest.raises(BeyondDebitLimit) as refusal:
        report(slow, by=BO)

    assert refusal.value.details["open_minutes"] == 0
    assert minutes_of(each_bank, BO) == -1200
    assert log.tries == 1, "the second decision refused, and so appended nothing"


def test_too_many_conflicts_end_in_a_refusal_and_leave_nothing(bank: TimeBank) -> None:
    head, texts = bank.log.head(), texts_stored(bank)
    slow, log = with_faults(bank, before=always_conflicting)

    with pytest.raises(TooBusy):
        report(slow, note="Roses")

    assert 10 <= log.tries <= 100
    assert (bank.log.head(), texts_stored(bank)) == (head, texts)


def test_texts_are_saved_before_their_entry_is_appended(bank: TimeBank) -> None:
    seen: list[str] = []

    def look(entries: Entries) -> None:
        seen.extend(bank.people.words(decode(entries[0][1]).sealed.values()).values())

    watched, _ = with_faults(bank, before=look)
    report(watched, note="Roses")

    assert seen == ["Roses"]


# Lost answers


def test_a_command_whose_answer_was_lost_is_found_and_recorded_once(each_bank: TimeBank) -> None:
    shaky, log = with_faults(each_bank, after=times(1, answer_lost))

    answer = report(shaky, "an-unlucky-form", by=BO, note="Roses")
    later = report(shaky, by=BO)

    assert [type(fact) for fact in answer.facts] == [ExchangeReported, ExchangeSettled]
    assert log.tries == 2
    assert later.position > answer.position
    assert minutes_of(shaky, BO) == minutes_of(each_bank, BO) == -120
    assert report(each_bank, "an-unlucky-form", by=BO, note="Roses").facts == answer.facts


def test_an_append_that_failed_raises_and_works_the_next_time(each_bank: TimeBank) -> None:
    head = each_bank.log.head()
    shaky, _ = with_faults(each_bank, before=times(1, answer_lost))

    with pytest.raises(LogUnavailable):
        report(shaky, "an-unlucky-form", by=BO)

    assert each_bank.log.head() == head
    assert report(shaky, "an-unlucky-form", by=BO).facts


def test_if_the_outcome_cannot_be_looked_up_a_repeat_returns_it(bank: TimeBank) -> None:
    shaky, log = with_faults(bank)

    def lose_everything(entries: Entries) -> None:
        log.is_readable = False
        answer_lost(entries)

    log._after = lose_everything
    with pytest.raises(LogUnavailable):
        report(shaky, "an-unlucky-form", by=BO)
    log.is_readable, log._after = True, lambda entries: None

    answer = report(shaky, "an-unlucky-form", by=BO)

    assert len(answer.facts) == 2
    assert minutes_of(bank, BO) == -60
