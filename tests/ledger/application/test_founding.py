"""How a community begins."""

import time
from collections.abc import Iterator

import pytest

from ledger.application.time_bank import TimeBank
from ledger.domain.agreements import DEFAULT_CATEGORIES
from ledger.events.agreements import CategoriesAgreed, ConfirmationAgreed, LimitsAgreed
from ledger.events.founding import CommunityFounded
from ledger.events.members import MemberInvited, MemberWelcomed, RoleGiven
from ledger.identifiers import HOST
from ledger.log.people import People, Words
from ledger.refusals import (
    AlreadyFounded,
    CommandUsedBefore,
    NoAddress,
    NoName,
    NotFounded,
    UnknownTimeZone,
    WordsTooLong,
    WordsUnreadable,
)
from tests.cast import ANA, BO, TODAY, clock, command, counting_ids, facts_in, help_of


@pytest.fixture
def empty(sqlite_url: str) -> Iterator[TimeBank]:
    """A place where nothing has happened yet."""
    with TimeBank.open(sqlite_url, clock=clock, ids=counting_ids()) as bank:
        yield bank


def test_a_founding_records_the_community_its_agreements_and_the_first_coordinator(empty: TimeBank) -> None:
    first, answer = empty.founding.found(
        " Elm Street ", time_zone="Europe/London", host="hours.example", coordinator="Chidi", command=command(HOST)
    )

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
    assert empty.members.standing(first).coordinates


def test_a_community_is_founded_without_a_coordinator_too(empty: TimeBank) -> None:
    first, answer = empty.founding.found("Elm Street", time_zone="UTC", email="kept@for.nobody", command=command(HOST))

    assert first is None
    assert len(answer.facts) == 4
    assert empty.people.member_with_address("kept@for.nobody") is None


def test_a_name_without_latin_letters_has_an_origin_all_the_same(empty: TimeBank) -> None:
    empty.founding.found("إلم", time_zone="UTC", command=command(HOST))

    assert empty.agreements.in_force().origin == "localhost/0001/1"


def test_one_log_is_one_community(empty: TimeBank) -> None:
    empty.founding.found("Elm Street", time_zone="UTC", command=command(HOST))

    with pytest.raises(AlreadyFounded):
        empty.founding.found("Oak Street", time_zone="UTC", command=command(HOST))


def test_a_repeated_founding_answers_the_same_coordinator(empty: TimeBank) -> None:
    once = command(HOST)
    first, answer = empty.founding.found("Elm Street", time_zone="UTC", coordinator="Chidi", command=once)

    again, second = empty.founding.found("Elm Street", time_zone="UTC", coordinator="Chidi", command=once)

    assert (again, second.facts) == (first, answer.facts)
    with pytest.raises(CommandUsedBefore):
        empty.founding.found("Elm Street", time_zone="UTC", coordinator="Somebody else", command=once)


@pytest.mark.parametrize("name", ["", "  "])
def test_a_community_has_a_name(empty: TimeBank, name: str) -> None:
    with pytest.raises(NoName):
        empty.founding.found(name, time_zone="UTC", command=command(HOST))


def test_a_community_has_a_name_that_can_be_kept(empty: TimeBank) -> None:
    with pytest.raises(WordsTooLong):
        empty.founding.found("E" * 101, time_zone="UTC", command=command(HOST))
    with pytest.raises(WordsUnreadable):
        empty.founding.found("Elm \ud800", time_zone="UTC", command=command(HOST))


@pytest.mark.parametrize("zone", ["", "Elm/Street", "Europe", "../../etc/passwd", "UTC\x00", "\ud800"])
def test_a_time_zone_is_one_that_exists(empty: TimeBank, zone: str) -> None:
    with pytest.raises(UnknownTimeZone):
        empty.founding.found("Elm Street", time_zone=zone, command=command(HOST))

    assert empty.log.head() == 0


def test_a_refused_founding_leaves_nothing(empty: TimeBank) -> None:
    with pytest.raises(NoAddress):
        empty.founding.found(
            "Elm Street", time_zone="UTC", coordinator="Chidi", email="no address", command=command(HOST)
        )

    assert empty.log.head() == 0


def test_words_left_by_a_founding_that_was_cut_short_do_not_stand_in_the_way(empty: TimeBank) -> None:
    # A crash between the two stores: the words are kept, and the entries never came.
    a_minute_ago = People(empty.people.engine, now=lambda: time.time() - 60)
    a_minute_ago.seal([Words("m-0000", "email", "chidi@elm.example")])

    first, _ = empty.founding.found(
        "Elm Street", time_zone="UTC", coordinator="Chidi", email="chidi@elm.example", command=command(HOST)
    )

    assert empty.people.member_with_address("chidi@elm.example") == first


def test_nothing_else_happens_before_the_founding(empty: TimeBank) -> None:
    with pytest.raises(NotFounded):
        empty.members.invite("Ana", command=command(HOST))
    with pytest.raises(NotFounded):
        empty.groups.form("Garden", command=command(HOST))
    with pytest.raises(NotFounded):
        empty.exchanges.report([help_of(ANA, BO)], TODAY, command=command(HOST))
    with pytest.raises(NotFounded):
        empty.agreements.limits(0, None, command=command(HOST))

    assert empty.log.head() == 0
