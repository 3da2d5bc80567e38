"""Several people at the same instant: one wins, the others are told kindly, and nothing is counted twice."""

import threading
from collections.abc import Callable, Iterator, Sequence

import pytest

from ledger.application.commands import Answer
from ledger.application.time_bank import TimeBank
from ledger.events.members import MemberInvited
from ledger.identifiers import MemberId, random_id
from ledger.log.entry import decode
from ledger.refusals import (
    AddressTaken,
    AlreadyDeclined,
    AlreadySettled,
    BeyondDebitLimit,
    LastCoordinator,
    Refusal,
)
from tests.cast import ANA, BO, CHIDI, RUTH, TODAY, command, help_of, minutes_of, reopened, replayed

Act = Callable[[TimeBank], Answer]


@pytest.fixture
def banks(each_bank: TimeBank) -> Iterator[Sequence[TimeBank]]:
    """Eight ways to the same community: four through one open time bank and four through another, as two processes have."""
    with reopened(each_bank, ids=random_id) as other:
        yield [each_bank, other] * 4


def at_once(acts: Sequence[Callable[[], Answer]]) -> list[Answer | Refusal]:
    """Starts all at the same instant, and answers what each came to."""
    barrier = threading.Barrier(len(acts))
    outcomes: list[Answer | Refusal | BaseException] = [AssertionError("never ran")] * len(acts)

    def act(number: int) -> None:
        barrier.wait()
        try:
            outcomes[number] = acts[number]()
        except BaseException as fault:  # noqa: BLE001 - looked at below, in the test's own thread
            outcomes[number] = fault

    threads = [threading.Thread(target=act, args=(number,)) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    told: list[Answer | Refusal] = []
    for outcome in outcomes:
        if not isinstance(outcome, Answer | Refusal):
            raise outcome
        told.append(outcome)
    return told


def split(outcomes: Sequence[Answer | Refusal]) -> tuple[list[Answer], list[Refusal]]:
    """Those who won, and those who were refused."""
    answers = [outcome for outcome in outcomes if isinstance(outcome, Answer)]
    return answers, [outcome for outcome in outcomes if isinstance(outcome, Refusal)]


def test_of_yes_and_no_at_the_same_instant_one_wins_and_the_other_is_told_kindly(banks: Sequence[TimeBank]) -> None:
    yes_bank, no_bank = banks[0], banks[1]
    counted = 0
    for _ in range(8):
        exchange, _ = yes_bank.exchanges.report([help_of(minutes=10)], TODAY, command=command(ANA))

        outcomes = at_once(
            [
                lambda: yes_bank.exchanges.confirm(exchange, command=command(BO)),  # noqa: B023
                lambda: no_bank.exchanges.decline(exchange, reason="No", command=command(BO)),  # noqa: B023
            ]
        )

        (answer,), (refusal,) = split(outcomes)
        counted += 10 * (len(answer.facts) == 2)
        assert isinstance(refusal, AlreadyDeclined | AlreadySettled)
        assert minutes_of(banks[2], BO) == -counted


def test_one_form_sent_eight_times_at_once_is_one_exchange(banks: Sequence[TimeBank]) -> None:
    once = command(BO, "the-same-form")

    outcomes = at_once(
        [lambda bank=bank: bank.exchanges.report([help_of()], TODAY, command=once, note="Roses")[1] for bank in banks]
    )

    answers, refusals = split(outcomes)
    assert refusals == []
    assert all(answer.facts == answers[0].facts for answer in answers)
    assert replayed(banks[0].log) == {ANA: 60, BO: -60}


def test_one_invitation_sent_eight_times_at_once_invites_one_person_who_keeps_their_address(
    banks: Sequence[TimeBank],
) -> None:
    for number in range(4):
        once, address = command(CHIDI, f"invite-dana-{number}"), f"dana-{number}@elm.example"

        outcomes = at_once(
            [lambda bank=bank: bank.members.invite("Dana", email=address, command=once)[1] for bank in banks]  # noqa: B023
        )

        answers, refusals = split(outcomes)
        assert refusals == []
        assert all(answer.facts == answers[0].facts for answer in answers)
        assert [MemberInvited(member=banks[0].people.member_with_address(address) or MemberId(""))] == [
            *answers[0].facts
        ]
    every_entry_has_its_words(banks[0])


def test_an_address_that_eight_invite_at_once_is_one_members(banks: Sequence[TimeBank]) -> None:
    for number in range(4):
        address = f"dana-{number}@elm.example"

        outcomes = at_once(
            [
                lambda bank=bank: bank.members.invite("Dana", email=address, command=command(CHIDI))[1]  # noqa: B023
                for bank in banks
            ]
        )

        (answer,), refusals = split(outcomes)
        assert {type(refusal) for refusal in refusals} == {AddressTaken}
        assert [MemberInvited(member=banks[0].people.member_with_address(address) or MemberId(""))] == [*answer.facts]
    every_entry_has_its_words(banks[0])


def every_entry_has_its_words(bank: TimeBank) -> None:
    """No commitment in the log is without its words."""
    sealed = {commitment for _, data in bank.log.scan() for commitment in decode(data).sealed.values()}
    assert set(bank.people.words(sealed)) == sealed


def test_eight_hours_at_once_do_not_pass_a_limit_that_has_room_for_three(banks: Sequence[TimeBank]) -> None:
    banks[0].agreements.limits(-180, None, command=command(CHIDI))

    outcomes = at_once(
        [
            lambda bank=bank, giver=giver: bank.exchanges.report([help_of(giver)], TODAY, command=command(BO))[1]
            for bank, giver in zip(banks, [ANA, CHIDI, RUTH, ANA, CHIDI, RUTH, ANA, CHIDI], strict=True)
        ]
    )

    answers, refusals = split(outcomes)
    assert len(answers) == 3
    assert [type(refusal) for refusal in refusals] == [BeyondDebitLimit] * 5
    assert {refusal.details["open_minutes"] for refusal in refusals} == {0}
    assert [minutes_of(bank, BO) for bank in banks] == [-180] * 8


def test_the_last_two_coordinators_cannot_both_leave_at_once(banks: Sequence[TimeBank]) -> None:
    banks[0].members.give_role(ANA, "coordinator", command=command(CHIDI))

    outcomes = at_once(
        [
            lambda: banks[0].members.leave(CHIDI, command=command(CHIDI)),
            lambda: banks[1].members.leave(ANA, command=command(ANA)),
        ]
    )

    (_,), (refusal,) = split(outcomes)
    assert isinstance(refusal, LastCoordinator)


def test_a_reversal_approved_twice_at_once_moves_the_hours_back_once(banks: Sequence[TimeBank]) -> None:
    exchange, _ = banks[0].exchanges.report([help_of()], TODAY, command=command(BO))
    banks[0].exchanges.ask_reversal(exchange, reason="A slip", command=command(BO))

    outcomes = at_once(
        [
            lambda bank=bank, by=by: bank.exchanges.approve_reversal(exchange, command=command(by))
            for bank, by in zip(banks, [ANA, CHIDI] * 4, strict=True)
        ]
    )

    answers, _ = split(outcomes)
    assert len(answers) == 1
    assert replayed(banks[0].log) == {ANA: 0, BO: 0}
