"""Founding a community."""

import time
from collections.abc import Iterator

import pytest

from ledger.agreements.commands import AgreeOnLimits, FoundCommunity
from ledger.agreements.facts import CategoriesAgreed, CommunityFounded, ConfirmationAgreed, LimitsAgreed
from ledger.agreements.rules import DEFAULT_CATEGORIES
from ledger.exchanges.commands import ReportExchange
from ledger.groups.commands import FormGroup
from ledger.identifiers import HOST
from ledger.members.commands import InviteMember
from ledger.members.facts import MemberInvited, MemberWelcomed, RoleGiven
from ledger.personal_data.store import PersonalData, PersonalText
from ledger.refusals import (
    AlreadyFounded,
    CommandIdReused,
    InvalidAddress,
    NameNeeded,
    NotFounded,
    TextTooLong,
    UnknownTimeZone,
    UnreadableText,
)
from ledger.time_bank import TimeBank
from tests.cast import ANA, BO, TODAY, caller, clock, counting_ids, facts_in, help_of


@pytest.fixture
def empty(sqlite_url: str) -> Iterator[TimeBank]:
    """A time bank without a community."""
    with TimeBank.open(sqlite_url, clock=clock, ids=counting_ids()) as bank:
        yield bank


def test_a_founding_records_the_community_its_agreements_and_the_first_coordinator(empty: TimeBank) -> None:
    answer = empty.do(
        FoundCommunity(name=" Elm Street ", time_zone="Europe/London", host="hours.example", coordinator="Chidi"),
        by=HOST,
    )
    first = answer.fact(MemberInvited).member

    assert first is not None
    assert list(answer.facts) == facts_in(empty.log)
    assert answer.facts == (
        CommunityFounded(
            name="Elm Street", time_zone="Europe/London", language="en", origin="hours.example/elm-street/1"
        ),
        LimitsAgreed(debit_limit_minutes=-1200),
        ConfirmationAgreed(words_needed="receiver"),
        CategoriesAgreed(categories=DEFAULT_CATEGORIES),
        MemberInvited(member=first),
        MemberWelcomed(member=first),
        RoleGiven(member=first, role="coordinator"),
    )
    assert empty.member(first).is_coordinator


def test_a_community_can_be_founded_without_a_coordinator(empty: TimeBank) -> None:
    answer = empty.do(FoundCommunity(name="Elm Street", time_zone="UTC", email="kept@for.nobody"), by=HOST)

    assert len(answer.facts) == 4
    assert empty.people.member_with_address("kept@for.nobody") is None


def test_a_community_whose_name_has_no_latin_letters_has_an_origin(empty: TimeBank) -> None:
    empty.do(FoundCommunity(name="إلم", time_zone="UTC"), by=HOST)

    assert empty.agreements.origin == "localhost/0001/1"


def test_one_log_is_one_community(empty: TimeBank) -> None:
    empty.do(FoundCommunity(name="Elm Street", time_zone="UTC"), by=HOST)

    with pytest.raises(AlreadyFounded):
        empty.do(FoundCommunity(name="Oak Street", time_zone="UTC"), by=HOST)


def test_repeating_the_founding_returns_the_same_coordinator(empty: TimeBank) -> None:
    once = caller(HOST)
    answer = empty.do(FoundCommunity(name="Elm Street", time_zone="UTC", coordinator="Chidi"), by=once)
    first = answer.fact(MemberInvited).member

    second = empty.do(FoundCommunity(name="Elm Street", time_zone="UTC", coordinator="Chidi"), by=once)
    again = second.fact(MemberInvited).member

    assert (again, second.facts) == (first, answer.facts)
    with pytest.raises(CommandIdReused):
        empty.do(FoundCommunity(name="Elm Street", time_zone="UTC", coordinator="Someone else"), by=once)


@pytest.mark.parametrize("name", ["", "  "])
def test_a_community_needs_a_name(empty: TimeBank, name: str) -> None:
    with pytest.raises(NameNeeded):
        empty.do(FoundCommunity(name=name, time_zone="UTC"), by=HOST)


def test_a_community_name_must_be_short_readable_text(empty: TimeBank) -> None:
    with pytest.raises(TextTooLong):
        empty.do(FoundCommunity(name="E" * 101, time_zone="UTC"), by=HOST)
    with pytest.raises(UnreadableText):
        empty.do(FoundCommunity(name="Elm \ud800", time_zone="UTC"), by=HOST)


@pytest.mark.parametrize("zone", ["", "Elm/Street", "Europe", "../../etc/passwd", "UTC\x00", "\ud800"])
def test_an_unknown_time_zone_is_refused(empty: TimeBank, zone: str) -> None:
    with pytest.raises(UnknownTimeZone):
        empty.do(FoundCommunity(name="Elm Street", time_zone=zone), by=HOST)

    assert empty.log.head() == 0


def test_a_refused_founding_records_nothing(empty: TimeBank) -> None:
    with pytest.raises(InvalidAddress):
        empty.do(FoundCommunity(name="Elm Street", time_zone="UTC", coordinator="Chidi", email="no address"), by=HOST)

    assert empty.log.head() == 0


def test_an_interrupted_founding_can_be_repeated(empty: TimeBank) -> None:
    # A crash between the two stores: the texts are saved, but the entries were never appended.
    a_minute_ago = PersonalData(empty.people.engine, now=lambda: time.time() - 60)
    a_minute_ago.seal([PersonalText("m-0000", "email", "chidi@elm.example")])

    first = (
        empty.do(
            FoundCommunity(name="Elm Street", time_zone="UTC", coordinator="Chidi", email="chidi@elm.example"), by=HOST
        )
        .fact(MemberInvited)
        .member
    )

    assert empty.people.member_with_address("chidi@elm.example") == first


def test_nothing_can_be_recorded_before_the_founding(empty: TimeBank) -> None:
    with pytest.raises(NotFounded):
        empty.do(InviteMember(name="Ana"), by=HOST)
    with pytest.raises(NotFounded):
        empty.do(FormGroup(name="Garden"), by=HOST)
    with pytest.raises(NotFounded):
        empty.do(ReportExchange(legs=(help_of(ANA, BO),), given_on=TODAY), by=HOST)
    with pytest.raises(NotFounded):
        empty.do(AgreeOnLimits(debit_limit_minutes=0, upper_limit_minutes=None), by=HOST)

    assert empty.log.head() == 0
