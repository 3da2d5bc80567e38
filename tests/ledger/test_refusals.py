"""Every "no" is a sentence for the person who meets it."""

import string

import pytest

from ledger import refusals
from ledger.refusals import BeyondDebitLimit, Refusal

ALL = [kind for kind in vars(refusals).values() if isinstance(kind, type) and issubclass(kind, Refusal)]
DETAILS = {
    "open_minutes": 30,
    "limit": 2000,
    "time_zone": "Elm/Street",
    "entries": 7,
    "number": 8,
    "least": 1,
    "most": 9,
}


@pytest.mark.parametrize("refusal", ALL, ids=lambda refusal: refusal.__name__)
def test_a_refusal_is_a_whole_sentence_that_can_be_said(refusal: type[Refusal]) -> None:
    said = str(refusal(**DETAILS))

    assert said[0].isupper() or said[0] == "“"
    assert said[-1] == "."
    assert "{" not in said
    assert refusal.__doc__


@pytest.mark.parametrize("refusal", ALL, ids=lambda refusal: refusal.__name__)
def test_a_refusal_needs_no_other_details_than_these(refusal: type[Refusal]) -> None:
    needed = {name for _, name, _, _ in string.Formatter().parse(refusal.sentence) if name}

    assert needed <= set(DETAILS)


def test_a_refusal_tells_what_is_open() -> None:
    assert "30 can still be received" in str(BeyondDebitLimit(open_minutes=30))
