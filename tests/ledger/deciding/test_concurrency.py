"""Several commands at the same instant: one is recorded, the others are refused, and nothing counts twice."""

import threading
from collections.abc import Callable, Iterator, Sequence

import pytest

from ledger.agreements.commands import AgreeOnLimits
from ledger.deciding.requests import Recorded
from ledger.exchanges.commands import ApproveReversal, AskForReversal, ConfirmExchange, DeclineExchange, ReportExchange
from ledger.exchanges.facts import ExchangeReported
from ledger.identifiers import MemberId, random_id
from ledger.log.entry import decode
from ledger.members.commands import GiveRole, InviteMember, LeaveCommunity
from ledger.members.facts import MemberInvited
from ledger.refusals import AddressTaken, AlreadyDeclined, AlreadySettled, BeyondDebitLimit, LastCoordinator, Refusal
from ledger.time_bank import TimeBank
from tests.cast import ANA, BO, CHIDI, RUTH, TODAY, caller, help_of, minutes_of, reopened, replayed

Act = Callable[[TimeBank], Recorded]


@pytest.fixture
def banks(each_bank: TimeBank) -> Iterator[Sequence[TimeBank]]:
    """Eight references to one community: four to one open time bank and four to another, as in two processes."""
    with reopened(each_bank, ids=random_id) as other:
        yield [each_bank, other] * 4


def at_once(acts: Sequence[Callable[[], Recorded]]) -> list[Recorded | Refusal]:
    """Start all at the same instant, and return the outcome of each."""
    barrier = threading.Barrier(len(acts))
    outcomes: list[Recorded | Refusal | BaseException] = [AssertionError("never ran")] * len(acts)

    def act(number: int) -> None:
        barrier.wait()
        try:
            outcomes[number] = acts[number]()
        except BaseException as fault:  # noqa: BLE001 - raised below, in the thread of the test
            outcomes[number] = fault

    threads = [threading.Thread(target=act, args=(number,)) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    collected: list[Recorded | Refusal] = []
    for outcome in outcomes:
        if not isinstance(outcome, Recorded | Refusal):
            raise outcome
        collected.append(outcome)
    return collected


def split(outcomes: Sequence[Recorded | Refusal]) -> tuple[list[Recorded], list[Refusal]]:
    """Split outcomes into those recorded and those refused."""
    answers = [outcome for outcome in outcomes if isinstance(outcome, Recorded)]
    return answers, [outcome for outcome in outcomes if isinstance(outcome, Refusal)]


def test_when_someone_agrees_and_declines_at_the_same_instant_only_one_counts(banks: Sequence[TimeBank]) -> None:
    yes_bank, no_bank = banks[0], banks[1]
    counted = 0
    for _ in range(8):
        exchange = (
            yes_bank.do(ReportExchange(legs=(help_of(minutes=10),), given_on=TODAY), by=ANA)
            .fact(ExchangeReported)
            .exchange
        )

        outcomes = at_once(
            [
                lambda: yes_bank.do(ConfirmExchange(exchange=exchange), by=BO),  # noqa: B023
                lambda: no_bank.do(DeclineExchange(exchange=exchange, reason="No"), by=BO),  # noqa: B023
            ]
        )

        (answer,), (refusal,) = split(outcomes)
        counted += 10 * (len(answer.facts) == 2)
        assert isinstance(refusal, AlreadyDeclined | AlreadySettled)
        assert minutes_of(banks[2], BO) == -counted


def test_a_form_sent_eight_times_at_once_records_one_exchange(banks: Sequence[TimeBank]) -> None:
    once = caller(BO, "the-same-form")

    outcomes = at_once(
        [
            lambda bank=bank: bank.do(ReportExchange(legs=(help_of(),), given_on=TODAY, note="Roses"), by=once)
            for bank in banks
        ]
    )

    answers, refusals = split(outcomes)
    assert refusals == []
    assert all(answer.facts == answers[0].facts for answer in answers)
    assert replayed(banks[0].log) == {ANA: 60, BO: -60}


def test_an_invitation_sent_eight_times_at_once_invites_one_person_with_their_address(
    banks: Sequence[TimeBank],
) -> None:
    for number in range(4):
        once, address = caller(CHIDI, f"invite-dana-{number}"), f"dana-{number}@elm.example"

        outcomes = at_once(
            [lambda bank=bank: bank.do(InviteMember(name="Dana", email=address), by=once) for bank in banks]  # noqa: B023
        )

        answers, refusals = split(outcomes)
        assert refusals == []
        assert all(answer.facts == answers[0].facts for answer in answers)
        assert [MemberInvited(member=banks[0].people.member_with_address(address) or MemberId(""))] == [
            *answers[0].facts
        ]
    assert_every_entry_has_its_texts(banks[0])


def test_an_address_invited_eight_times_at_once_belongs_to_one_member(banks: Sequence[TimeBank]) -> None:
    for number in range(4):
        address = f"dana-{number}@elm.example"

        outcomes = at_once(
            [
                lambda bank=bank: bank.do(InviteMember(name="Dana", email=address), by=CHIDI)  # noqa: B023
                for bank in banks
            ]
        )

        (answer,), refusals = split(outcomes)
        assert {type(refusal) for refusal in refusals} == {AddressTaken}
        assert [MemberInvited(member=banks[0].people.member_with_address(address) or MemberId(""))] == [*answer.facts]
    assert_every_entry_has_its_texts(banks[0])


def assert_every_entry_has_its_texts(bank: TimeBank) -> None:
    """Assert that every commitment in the log has its text."""
    sealed = {commitment for _, data in bank.log.scan() for commitment in decode(data).sealed.values()}
    assert set(bank.people.words(sealed)) == sealed


def test_of_eight_hours_reported_at_once_only_those_within_the_limit_count(banks: Sequence[TimeBank]) -> None:
    banks[0].do(AgreeOnLimits(debit_limit_minutes=-180, upper_limit_minutes=None), by=CHIDI)

    outcomes = at_once(
        [
            lambda bank=bank, giver=giver: bank.do(ReportExchange(legs=(help_of(giver),), given_on=TODAY), by=BO)
            for bank, giver in zip(banks, [ANA, CHIDI, RUTH, ANA, CHIDI, RUTH, ANA, CHIDI], strict=True)
        ]
    )

    answers, refusals = split(outcomes)
    assert len(answers) == 3
    assert [type(refusal) for refusal in refusals] == [BeyondDebitLimit] * 5
    assert {refusal.details["open_minutes"] for refusal in refusals} == {0}
    assert [minutes_of(bank, BO) for bank in banks] == [-180] * 8


def test_the_last_two_coordinators_cannot_both_leave_at_once(banks: Sequence[TimeBank]) -> None:
    banks[0].do(GiveRole(member=ANA, role="coordinator"), by=CHIDI)

    outcomes = at_once(
        [
            lambda: banks[0].do(LeaveCommunity(member=CHIDI), by=CHIDI),
            lambda: banks[1].do(LeaveCommunity(member=ANA), by=ANA),
        ]
    )

    (_,), (refusal,) = split(outcomes)
    assert isinstance(refusal, LastCoordinator)


def test_a_reversal_approved_twice_at_once_happens_once(banks: Sequence[TimeBank]) -> None:
    exchange = banks[0].do(ReportExchange(legs=(help_of(),), given_on=TODAY), by=BO).fact(ExchangeReported).exchange
    banks[0].do(AskForReversal(exchange=exchange, reason="A slip"), by=BO)

    outcomes = at_once(
        [
            lambda bank=bank, by=by: bank.do(ApproveReversal(exchange=exchange), by=by)
            for bank, by in zip(banks, [ANA, CHIDI] * 4, strict=True)
        ]
    )

    answers, _ = split(outcomes)
    assert len(answers) == 1
    assert replayed(banks[0].log) == {ANA: 0, BO: 0}
