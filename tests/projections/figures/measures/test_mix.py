"""What is shared, by kind, category and month."""

import numpy as np
import pytest

from projections.figures.measures.activity import SharedPart, by_category, by_kind, by_month, evenness
from tests.projections.figures.measures.communities import FIRST, act, grown


def test_an_entry_is_counted_once_in_each_of_its_categories() -> None:
    swap = [
        act(pair[0], pair[1], length, kind="skill-exchange", category=category, number=1)
        for pair, length, category in (("ab", 60, "garden"), ("ba", 120, "food"))
    ]
    acts = [*swap, act("ana", "bo", kind="gift", category="food")]

    assert by_kind(acts) == {"gift": SharedPart(1, 0, 0.5), "skill-exchange": SharedPart(1, 180, 0.5)}
    assert by_category(acts) == {"food": SharedPart(2, 120, 2 / 3), "garden": SharedPart(1, 60, 1 / 3)}
    assert list(by_month(acts)) == [FIRST.isoformat()[:7]]


def test_evenness_is_entropy_over_its_largest_value() -> None:
    parts = by_category(grown(150)[0])
    shares = np.array([part.share for part in parts.values()])

    assert evenness(parts) == pytest.approx(-(shares * np.log(shares)).sum() / np.log(len(parts)))
    assert sum(shares) == pytest.approx(1)
    assert evenness({"help": SharedPart(3, 60, 1.0)}) is None
