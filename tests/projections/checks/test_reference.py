"""The reference says what the code does: every rule, every threshold with its range, and how a sample is drawn."""

import re
from typing import Any

from ledger.agreements.rules import THRESHOLDS
from ledger.seal.verifying.receipt import sample
from projections.checks.log_reading import RULES
from tests.house_rules.tree import ROOT

PAGE = (ROOT / "docs" / "reference" / "exceptions.md").read_text(encoding="utf-8")


def test_the_reference_lists_every_rule_in_the_order_of_the_pages() -> None:
    assert tuple(re.findall(r"^\| `([a-z-]+)` \|", PAGE, re.MULTILINE)) == RULES


def test_every_threshold_is_in_the_reference_with_its_range() -> None:
    listed = re.findall(r"^\| `([a-z_]+)` \| (\d+) \| (\d+) to (\d+) \| (\w+)", PAGE, re.MULTILINE)

    assert [(name, int(usual), int(least), int(most), unit) for name, usual, least, most, unit in listed] == [
        (name, *threshold[:-1]) for name, threshold in THRESHOLDS.items()
    ]


def test_the_program_in_the_reference_draws_the_same_sample() -> None:
    (program,) = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    listed: dict[str, Any] = {}
    exec(program, listed)

    for seed, size, first, last in (("elm", 5, 1, 4242), ("4 2 6 1", 200, 40, 90), ("ünïcode", 3, 7, 7)):
        assert listed["draw"](seed, size, first, last) == sample(seed, size, first, last)
