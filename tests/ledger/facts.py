"""Strategies for any fact in property tests, and facts that exist for one test only."""

from collections.abc import Generator
from contextlib import contextmanager

from hypothesis import strategies as st

from ledger import catalogue
from ledger.agreements.facts import LimitsAgreed, Thresholds
from ledger.catalogue import Fact, facts
from ledger.exchanges.facts import Leg
from ledger.hours import LARGEST_INTEGER


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
