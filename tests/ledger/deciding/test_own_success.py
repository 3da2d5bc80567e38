"""A conflict with our own success: the commit was kept, its answer was lost, and the retry below us met its own entry."""

from ledger.exchanges.commands import ReportExchange
from ledger.exchanges.facts import ExchangeReported
from ledger.time_bank import TimeBank
from tests.cast import ANA, TODAY, facts_in, help_of
from tests.ledger.deciding.troubled import always_conflicting, times, with_trouble


def test_a_conflict_with_our_own_success_keeps_the_words_and_records_once(each_bank: TimeBank) -> None:
    troubled, log = with_trouble(each_bank, after=times(1, always_conflicting))
    head = each_bank.log.head()

    answer = troubled.do(ReportExchange(legs=(help_of(),), given_on=TODAY, note="Two beds of beans"), by=ANA)
    exchange = answer.fact(ExchangeReported).exchange

    assert log.tries == 1
    assert [type(fact) for fact in facts_in(each_bank.log)[head:]] == [ExchangeReported]
    assert each_bank.exchange(exchange).state == "waiting"
    assert "Two beds of beans" in each_bank.people.of(ANA, "note")
    assert answer.position == each_bank.log.head()


def test_a_conflict_with_somebody_else_drops_the_words_of_the_first_try(each_bank: TimeBank) -> None:
    troubled, log = with_trouble(each_bank, before=times(2, always_conflicting))

    troubled.do(ReportExchange(legs=(help_of(),), given_on=TODAY, note="Two beds of beans"), by=ANA)

    assert log.tries == 3
    assert each_bank.people.of(ANA, "note") == ["Two beds of beans"]
