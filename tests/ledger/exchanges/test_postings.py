"""The postings of facts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.catalogue import Fact, Posting
from ledger.exchanges.facts import ExchangeReversed, ExchangeSettled
from tests.cast import ANA, BO, CHIDI, EXCHANGE, RUTH, TODAY, help_of, skills
from tests.ledger.recorded.samples import one_of_each

MOVING = (ExchangeSettled, ExchangeReversed)

legs = st.lists(
    st.builds(
        help_of,
        giver=st.sampled_from([ANA, BO, CHIDI, RUTH]),
        receiver=st.sampled_from([ANA, BO, CHIDI, RUTH]),
        minutes=st.integers(1, 1440),
    ),
    max_size=6,
).map(tuple)


def test_a_settled_exchange_moves_minutes_from_receiver_to_giver() -> None:
    assert ExchangeSettled(exchange=EXCHANGE, legs=skills(60, 90), given_on=TODAY).postings == (
        Posting(ANA, given=60, received=0),  # pyright: ignore[reportArgumentType]
        Posting(BO, given=0, received=60),  # pyright: ignore[reportArgumentType]
        Posting(BO, given=90, received=0),  # pyright: ignore[reportArgumentType]
        Posting(ANA, given=0, received=90),  # pyright: ignore[reportArgumentType]
    )


@given(legs)
def test_postings_sum_to_zero_and_a_reversal_undoes_them(legs: tuple[object, ...]) -> None:
    settled = ExchangeSettled(exchange=EXCHANGE, legs=legs, given_on=TODAY).postings  # pyright: ignore[reportArgumentType]
    undone = ExchangeReversed(
        exchange=EXCHANGE,
        legs=legs,  # pyright: ignore[reportArgumentType]
        given_on=TODAY,
        asked_by=ANA,
        approved_by=BO,
    ).postings

    assert sum(posting.minutes for posting in settled) == 0
    assert [(p.account, -p.given, -p.received) for p in settled] == [tuple(p) for p in undone]


@pytest.mark.parametrize("fact", one_of_each(), ids=lambda fact: type(fact).__name__)
def test_no_other_fact_has_postings(fact: Fact) -> None:
    assert bool(fact.postings) == isinstance(fact, MOVING)
