"""One of each fact, as in the recorded samples, and strategies for any fact in property tests."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import date

from hypothesis import strategies as st

from ledger import catalogue
from ledger.agreements.facts import (
    CategoriesAgreed,
    Category,
    CommunityFounded,
    ConfirmationAgreed,
    ExceptionsAgreed,
    LimitsAgreed,
    Thresholds,
)
from ledger.catalogue import Fact, facts
from ledger.erasure.facts import ErasureAsked, ErasureWithdrawn, PersonalDataErased
from ledger.exchanges.facts import (
    ExchangeCalledOff,
    ExchangeConfirmed,
    ExchangeDeclined,
    ExchangeReported,
    ExchangeReversed,
    ExchangeSettled,
    Leg,
    ReversalAsked,
    ReversalDeclined,
)
from ledger.gifts.facts import GiftRecorded, GiftWithdrawn, ThanksGiven, ThanksSharingChosen
from ledger.groups.facts import GroupFormed, GroupJoined, GroupLeft
from ledger.hours import LARGEST_INTEGER
from ledger.identifiers import AccountId, CategoryKey, ExchangeId, GiftId, GroupId, MemberId
from ledger.members.facts import MemberInvited, MemberLeft, MemberWelcomed, RoleGiven, RoleWithdrawn, VisibilityChosen

ANA = MemberId("m-ana")
BO = MemberId("m-bo")
CHIDI = MemberId("m-chidi")
GARDEN = GroupId("g-garden")
EXCHANGE = ExchangeId("x-0001")
GIFT = GiftId("f-0001")
DAY = date(2026, 3, 14)
LEGS = (
    Leg(giver=AccountId(ANA), receiver=AccountId(BO), minutes=60, category=CategoryKey("learning")),
    Leg(giver=AccountId(BO), receiver=AccountId(ANA), minutes=120, category=CategoryKey("home")),
)

THRESHOLDS = Thresholds(
    late_days=60,
    near_days=7,
    near_percent=5,
    day_minutes=720,
    minute_wishes=12,
    round_acts=30,
    burst_acts=6,
    burst_days=3,
    resting_days=365,
    new_days=21,
    changed_days=10,
    taken_back_acts=4,
    taken_back_percent=25,
)


def one_of_each() -> Sequence[Fact]:
    """One fact of every kind, in the order of the catalogue. These values are in the recorded samples: never change them."""
    gift = {"giver": ANA, "receiver": AccountId(GARDEN), "category": CategoryKey("garden"), "given_on": DAY}
    return [
        CommunityFounded(name="Elm Street", time_zone="Europe/London", language="en", origin="localhost/elm-street/1"),
        LimitsAgreed(debit_limit_minutes=-1200, upper_limit_minutes=6000),
        ConfirmationAgreed(words_needed="both"),
        CategoriesAgreed(
            categories=(
                Category(key=CategoryKey("garden"), label="Garden"),
                Category(key=CategoryKey("meals"), label="Meals, café and “tea”"),
            )
        ),
        ExceptionsAgreed(thresholds=THRESHOLDS),
        MemberInvited(member=ANA),
        MemberWelcomed(member=ANA),
        MemberLeft(member=ANA),
        RoleGiven(member=CHIDI, role="coordinator"),
        RoleWithdrawn(member=CHIDI, role="coordinator"),
        VisibilityChosen(member=ANA, sees="groups"),
        GroupFormed(group=GARDEN),
        GroupJoined(group=GARDEN, member=ANA),
        GroupLeft(group=GARDEN, member=ANA),
        ExchangeReported(
            exchange=EXCHANGE, legs=LEGS, given_on=DAY, reported_by=ANA, awaiting=(BO,), corrects=ExchangeId("x-0000")
        ),
        ExchangeConfirmed(exchange=EXCHANGE, confirmed_by=BO),
        ExchangeSettled(exchange=EXCHANGE, legs=LEGS, given_on=DAY),
        ExchangeDeclined(exchange=EXCHANGE, declined_by=BO),
        ExchangeCalledOff(exchange=EXCHANGE, called_off_by=ANA),
        ReversalAsked(exchange=EXCHANGE, asked_by=ANA),
        ReversalDeclined(exchange=EXCHANGE, declined_by=BO),
        ExchangeReversed(exchange=EXCHANGE, legs=LEGS, given_on=DAY, asked_by=ANA, approved_by=BO),
        GiftRecorded(gift=GIFT, recorded_by=ANA, **gift),  # pyright: ignore[reportArgumentType]
        GiftWithdrawn(gift=GIFT, withdrawn_by=ANA, **gift),  # pyright: ignore[reportArgumentType]
        ThanksGiven(to=ANA, given_by=BO, may_be_shown=True, exchange=EXCHANGE),
        ThanksSharingChosen(chosen_by=ANA, may_be_shown=False, gift=GIFT),
        ErasureAsked(member=ANA, asked_by=CHIDI),
        ErasureWithdrawn(member=ANA, withdrawn_by=ANA),
        PersonalDataErased(
            member=ANA, fields=("contacts", "name", "words"), ground="asked", asked_by=ANA, confirmed_by=CHIDI
        ),
    ]


def any_fact() -> st.SearchStrategy[Fact]:
    """A strategy for facts of every kind, with any text."""
    text = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
    minutes = st.integers(-LARGEST_INTEGER, LARGEST_INTEGER)
    st.register_type_strategy(str, text)
    st.register_type_strategy(
        Leg, st.builds(Leg, giver=text, receiver=text, minutes=st.integers(1, 1440), category=text)
    )
    st.register_type_strategy(
        LimitsAgreed, st.builds(LimitsAgreed, debit_limit_minutes=minutes, upper_limit_minutes=st.none() | minutes)
    )
    names = Thresholds.__struct_fields__
    st.register_type_strategy(Thresholds, st.builds(Thresholds, **{name: st.integers(1, 1_000_000) for name in names}))
    return st.one_of([st.from_type(kind) for kind in facts().values()])


@contextmanager
def made_up_facts() -> Generator[None]:
    """Remove facts registered inside this context from the catalogue at the end."""
    before = dict(facts())
    try:
        yield
    finally:
        catalogue._recorded.clear()
        catalogue._recorded.update(before)
