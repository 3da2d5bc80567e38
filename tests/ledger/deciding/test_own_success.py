"""A conflict with its own entries: the commit succeeded, its answer was lost, and the retry found the entries in its way."""

from ledger.exchanges.commands import ReportExchange
from ledger.exchanges.facts import ExchangeReported
from ledger.time_bank import TimeBank
from tests.cast import ANA, TODAY, facts_in, help_of
from tests.ledger.deciding.faulty import always_conflicting, times, with_faults


def test_a_conflict_with_its_own_entries_keeps_the_texts_and_records_once(each_bank: TimeBank) -> None:
    faulty, log = with_faults(each_bank, after=times(1, always_conflicting))
    head = each_bank.log.head()

    answer = faulty.do(ReportExchange(legs=(help_of(),), given_on=TODAY, note="Two beds of beans"), by=ANA)
    exchange = answer.fact(ExchangeReported).exchange

    assert log.tries == 1
    assert [type(fact) for fact in facts_in(each_bank.log)[head:]] == [ExchangeReported]
    assert each_bank.exchange(exchange).state == "waiting"
    assert "Two beds of beans" in each_bank.people.of(ANA, "note")
    assert answer.position == each_bank.log.head()


def test_a_conflict_with_someone_else_deletes_the_texts_of_the_first_try(each_bank: TimeBank) -> None:
    faulty, log = with_faults(each_bank, before=times(2, always_conflicting))

    faulty.do(ReportExchange(legs=(help_of(),), given_on=TODAY, note="Two beds of beans"), by=ANA)

    assert log.tries == 3
    assert each_bank.people.of(ANA, "note") == ["Two beds of beans"]
