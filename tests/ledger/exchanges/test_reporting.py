"""Reporting help, and correcting a report."""

from datetime import date

import pytest

from ledger.agreements.rules import Agreements
from ledger.catalogue import Fact
from ledger.exchanges.facts import ExchangeReported, ExchangeSettled, Leg
from ledger.exchanges.rules import Exchange, report
from ledger.identifiers import AccountId, MemberId
from ledger.members.rules import Member
from ledger.refusals import (
    BeyondDebitLimit,
    DayInFuture,
    InvalidLegs,
    NotActive,
    NotAParty,
    NotFounded,
    NothingToCorrect,
    NotWithYourself,
    TooLong,
    TooShort,
    UnknownCategory,
    UnknownMember,
)
from tests.cast import (
    AGREEMENTS,
    ANA,
    BO,
    BOTH_WORDS,
    CHIDI,
    EXCHANGE,
    RUTH,
    TODAY,
    balances,
    called_off,
    declined,
    gone,
    help_of,
    host,
    invited,
    member,
    reported,
    reversed_exchange,
    settled,
    skills,
    stranger,
)

UNKNOWN = Exchange(id=EXCHANGE)


def report_of(
    *legs: Leg,
    by: Member,
    parties: tuple[Member, ...] = (),
    agreements: Agreements = AGREEMENTS,
    on: date = TODAY,
    balance: dict[MemberId, int] | None = None,
    corrects: Exchange | None = None,
) -> list[Fact]:
    """Return the facts of a report, by default of an hour from Ana to Bo."""
    people = {AccountId(one.id): one for one in (member(ANA), member(BO), member(CHIDI), member(RUTH), *parties)}
    legs = legs or (help_of(),)
    return list(
        report(
            EXCHANGE,
            legs,
            on,
            by=by,
            parties={side: people[side] for leg in legs for side in (leg.giver, leg.receiver)},
            accounts=balances(balance),
            agreements=agreements,
            today=TODAY,
            corrects=corrects,
        )
    )


def test_a_report_by_the_giver_waits_for_the_receiver() -> None:
    facts = report_of(by=member(ANA))

    assert facts == [
        ExchangeReported(exchange=EXCHANGE, legs=(help_of(),), given_on=TODAY, reported_by=ANA, awaiting=(BO,))
    ]


def test_a_report_by_the_receiver_settles_straight_away() -> None:
    facts = report_of(by=member(BO))

    assert facts == [
        ExchangeReported(exchange=EXCHANGE, legs=(help_of(),), given_on=TODAY, reported_by=BO, awaiting=()),
        ExchangeSettled(exchange=EXCHANGE, legs=(help_of(),), given_on=TODAY),
    ]


def test_a_skill_exchange_waits_for_the_other_party() -> None:
    for reporter, other in ((ANA, BO), (BO, ANA)):
        (fact,) = report_of(*skills(), by=member(reporter))

        assert isinstance(fact, ExchangeReported)
        assert fact.awaiting == (other,)


def test_where_both_have_to_agree_a_report_by_the_receiver_waits_for_the_giver() -> None:
    (fact,) = report_of(by=member(BO), agreements=BOTH_WORDS)

    assert isinstance(fact, ExchangeReported)
    assert fact.awaiting == (ANA,)


def test_a_report_by_a_coordinator_for_both_settles() -> None:
    for agreements in (AGREEMENTS, BOTH_WORDS):
        first, second = report_of(by=member(CHIDI), agreements=agreements)

        assert isinstance(first, ExchangeReported)
        assert first.reported_by == CHIDI
        assert first.awaiting == ()
        assert isinstance(second, ExchangeSettled)


def test_a_coordinator_who_helped_waits_like_everyone_else() -> None:
    (fact,) = report_of(help_of(giver=CHIDI), by=member(CHIDI))

    assert isinstance(fact, ExchangeReported)
    assert fact.awaiting == (BO,)


def test_a_report_by_the_host_for_both_settles() -> None:
    assert len(report_of(by=host())) == 2


def test_someone_who_is_neither_a_party_nor_a_coordinator_cannot_report() -> None:
    with pytest.raises(NotAParty):
        report_of(by=member(RUTH))


def test_nobody_exchanges_with_themselves() -> None:
    with pytest.raises(NotWithYourself):
        report_of(help_of(ANA, ANA), by=member(ANA))


@pytest.mark.parametrize("minutes", [0, -5])
def test_help_of_no_minutes_is_refused(minutes: int) -> None:
    with pytest.raises(TooShort):
        report_of(help_of(minutes=minutes), by=member(ANA))


def test_help_takes_from_one_minute_to_one_day() -> None:
    assert report_of(help_of(minutes=1), by=member(ANA))
    assert report_of(help_of(minutes=1440), by=member(ANA))

    with pytest.raises(TooLong):
        report_of(help_of(minutes=1441), by=member(ANA))


def test_both_legs_of_a_skill_exchange_are_checked() -> None:
    with pytest.raises(TooShort):
        report_of(*skills(back=0), by=member(ANA))


def test_a_kind_of_help_that_is_not_agreed_is_refused() -> None:
    with pytest.raises(UnknownCategory):
        report_of(help_of(category="flying"), by=member(ANA))


@pytest.mark.parametrize(
    "legs",
    [
        (help_of(ANA, BO), help_of(ANA, BO)),
        (help_of(ANA, BO), help_of(BO, CHIDI)),
        (help_of(ANA, BO), help_of(BO, ANA), help_of(ANA, BO)),
    ],
)
def test_an_exchange_has_one_leg_or_two_opposite_ones(legs: tuple[Leg, ...]) -> None:
    with pytest.raises(InvalidLegs):
        report_of(*legs, by=member(ANA))


def test_an_exchange_without_legs_is_refused() -> None:
    with pytest.raises(InvalidLegs):
        report(EXCHANGE, (), TODAY, by=member(ANA), parties={}, accounts={}, agreements=AGREEMENTS, today=TODAY)


def test_nothing_can_be_reported_before_the_founding() -> None:
    with pytest.raises(NotFounded):
        report_of(by=member(ANA), agreements=Agreements())


def test_help_by_or_for_an_unknown_person_is_refused() -> None:
    with pytest.raises(UnknownMember):
        report_of(by=member(ANA), parties=(stranger(BO),))


@pytest.mark.parametrize("bo", [invited(BO), gone(BO)], ids=["not welcomed yet", "gone"])
def test_people_who_are_not_active_cannot_exchange(bo: Member) -> None:
    with pytest.raises(NotActive):
        report_of(by=member(ANA), parties=(bo,))
    with pytest.raises(NotActive):
        report_of(by=bo, parties=(bo,))
    with pytest.raises(NotActive):
        report_of(by=member(CHIDI), parties=(bo,))


def test_help_in_the_future_is_refused() -> None:
    with pytest.raises(DayInFuture):
        report_of(by=member(ANA), on=date(2026, 3, 15))


def test_a_report_by_the_receiver_beyond_the_limit_is_refused() -> None:
    with pytest.raises(BeyondDebitLimit):
        report_of(by=member(BO), balance={BO: -1199})


def test_a_waiting_report_does_not_use_up_the_limit() -> None:
    assert report_of(by=member(ANA), balance={BO: -1200})


# Correcting


def test_a_correction_names_the_reversed_exchange() -> None:
    fact, *_ = report_of(help_of(minutes=30), by=member(ANA), corrects=reversed_exchange())

    assert isinstance(fact, ExchangeReported)
    assert fact.corrects == EXCHANGE


def test_a_correction_can_swap_giver_and_receiver() -> None:
    assert report_of(help_of(BO, ANA), by=member(ANA), corrects=reversed_exchange())


@pytest.mark.parametrize("exchange", [UNKNOWN, reported(by=ANA), settled(), declined(), called_off()])
def test_only_a_reversed_exchange_can_be_corrected(exchange: Exchange) -> None:
    with pytest.raises(NothingToCorrect):
        report_of(by=member(ANA), corrects=exchange)


def test_a_correction_is_between_the_same_people() -> None:
    with pytest.raises(NothingToCorrect):
        report_of(help_of(receiver=RUTH), by=member(ANA), corrects=reversed_exchange())
