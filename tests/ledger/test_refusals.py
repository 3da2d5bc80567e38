"""Every refusal has a sentence for the person who reads it."""

import pytest

from ledger import refusals
from ledger.refusals import BeyondDebitLimit, Refusal

ALL = [kind for kind in vars(refusals).values() if isinstance(kind, type) and issubclass(kind, Refusal)]
DETAILS = {
    "open_minutes": 30,
    "character": "U+200B (zero width space)",
    "limit": 2000,
    "time_zone": "Elm/Street",
    "entries": 7,
    "number": 8,
    "least": 1,
    "most": 9,
    "now_on": "2027-01-01",
    "last_on": "2026-01-01",
}


@pytest.mark.parametrize("refusal", ALL, ids=lambda refusal: refusal.__name__)
def test_every_refusal_has_a_whole_sentence(refusal: type[Refusal]) -> None:
    sentence = str(refusal(**DETAILS))

    assert sentence[0].isupper() or sentence[0] == "“"
    assert sentence[-1] == "."
    assert "{" not in sentence
    assert refusal.__doc__


def test_a_refusal_names_the_minutes_still_open() -> None:
    assert "30 min" in str(BeyondDebitLimit(open_minutes=30))
