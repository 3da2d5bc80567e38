"""Batches of commands."""

from dataclasses import dataclass

from ledger.agreements.commands import AgreeOnLimits
from ledger.deciding.requests import Recorded
from ledger.exchanges.commands import ReportExchange
from ledger.exchanges.facts import ExchangeReported, ExchangeSettled
from ledger.identifiers import MemberId
from ledger.members.commands import InviteMember
from ledger.members.facts import MemberInvited
from ledger.refusals import AddressTaken, BeyondUpperLimit, Refusal
from ledger.time_bank import TimeBank
from tests.cast import ANA, BO, CHIDI, TODAY, caller, facts_in, founded, help_of, minutes_of, reopened


@dataclass
class Row:
    """One row of an import."""

    giver: MemberId
    receiver: MemberId
    minutes: int


ROWS = [Row(ANA, BO, 60), Row(BO, ANA, 30), Row(ANA, BO, 0), Row(ANA, BO, 1230), Row(BO, CHIDI, 45), Row(ANA, BO, 1171)]


def test_a_batch_records_the_same_facts_as_single_commands_and_a_refused_one_affects_no_other(
    each_bank: TimeBank, sqlite_url: str
) -> None:
    from_chidi = [caller(CHIDI, f"row-{number:04}", via="import") for number in range(len(ROWS))]
    legs = [[help_of(row.giver, row.receiver, row.minutes)] for row in ROWS]
    orders = [
        each_bank.handler.request(ReportExchange(legs=tuple(leg), given_on=TODAY), by)
        for leg, by in zip(legs, from_chidi, strict=True)
    ]

    together = each_bank.handler.do_all(orders)

    one_by_one: list[Recorded | Refusal] = []
    with reopened_elsewhere(sqlite_url) as other:
        for leg, by in zip(legs, from_chidi, strict=True):
            try:
                one_by_one.append(other.do(ReportExchange(legs=tuple(leg), given_on=TODAY), by=by))
            except Refusal as refusal:
                one_by_one.append(refusal)
        assert [kinds(outcome) for outcome in together] == [kinds(outcome) for outcome in one_by_one]
        assert {who: minutes_of(each_bank, who) for who in (ANA, BO, CHIDI)} == {
            who: minutes_of(other, who) for who in (ANA, BO, CHIDI)
        }


def reopened_elsewhere(sqlite_url: str) -> TimeBank:
    """Another community with the same people, in another folder."""
    return founded(f"{sqlite_url}-elsewhere")


def kinds(outcome: Recorded | Refusal) -> object:
    """Return the kinds of facts of an outcome, or of its refusal."""
    if isinstance(outcome, Refusal):
        return type(outcome), outcome.details
    return [(type(fact), fact.legs) for fact in outcome.facts if isinstance(fact, ExchangeReported | ExchangeSettled)]


def test_a_command_that_is_twice_in_a_batch_is_recorded_once(bank: TimeBank) -> None:
    once = caller(BO, "the-same-row")
    orders = [bank.handler.request(ReportExchange(legs=(help_of(),), given_on=TODAY), once) for _ in range(2)]

    first, second = bank.handler.do_all(orders)

    assert isinstance(first, Recorded)
    assert isinstance(second, Recorded)
    assert first.facts == second.facts
    assert minutes_of(bank, BO) == -60


def test_repeating_a_batch_returns_the_same_facts_and_records_nothing(bank: TimeBank) -> None:
    callers = [caller(BO, f"row-{number:04}") for number in range(3)]
    first = bank.handler.do_all(
        [bank.handler.request(ReportExchange(legs=(help_of(),), given_on=TODAY), by) for by in callers]
    )
    head = bank.log.head()

    again = bank.handler.do_all(
        [bank.handler.request(ReportExchange(legs=(help_of(),), given_on=TODAY), by) for by in callers]
    )

    assert [one.facts for one in again if isinstance(one, Recorded)] == [
        one.facts for one in first if isinstance(one, Recorded)
    ]
    assert bank.log.head() == head


def test_a_command_in_a_batch_sees_what_earlier_ones_recorded_even_in_states_it_reads_late(bank: TimeBank) -> None:
    # Ana's account is not read before the upper limit is agreed in the middle of the batch.
    first = bank.handler.request(ReportExchange(legs=(help_of(minutes=100),), given_on=TODAY), caller(BO))
    limit = bank.handler.request(AgreeOnLimits(debit_limit_minutes=-1200, upper_limit_minutes=120), caller(CHIDI))
    second = bank.handler.request(ReportExchange(legs=(help_of(minutes=60),), given_on=TODAY), caller(BO))

    outcomes = bank.handler.do_all([first, limit, second])

    assert isinstance(outcomes[2], BeyondUpperLimit)
    assert minutes_of(bank, ANA) == 100
    with reopened(bank) as cold:
        assert minutes_of(cold, ANA) == 100


def test_a_command_that_is_refused_halfway_records_nothing(bank: TimeBank) -> None:
    dana = bank.handler.request(InviteMember(name="Dana", email="dana@elm.example", and_welcome=True), caller(CHIDI))
    dora = bank.handler.request(InviteMember(name="Dora", email="DANA@elm.example", and_welcome=True), caller(CHIDI))
    head = bank.log.head()

    first, second = bank.handler.do_all([dana, dora])

    assert isinstance(first, Recorded)
    assert isinstance(second, AddressTaken)
    assert len(facts_in(bank.log)) == head + 2
    assert [fact for fact in first.facts if isinstance(fact, MemberInvited)]


def test_an_empty_batch_records_nothing(bank: TimeBank) -> None:
    assert bank.handler.do_all([]) == []
