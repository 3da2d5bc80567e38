"""A verdict says what was checked, what was not and what was found, and sums it up in one result."""

import pytest

from ledger.seal.verifying.verdict import FORKED, INCOMPLETE, SOUND, TAMPERED, Verdict


def test_a_sound_verdict_lists_what_was_checked_and_what_was_not() -> None:
    verdict = Verdict()
    verdict.checked += ["the hashes", "the root"]
    verdict.unchecked += ["what happened"]

    assert verdict.code == SOUND
    assert verdict.lines == [
        "Checked:",
        "  + the hashes",
        "  + the root",
        "",
        "Not checked:",
        "  - what happened",
        "",
        "SOUND: everything that was checked is correct.",
    ]


def test_the_most_serious_finding_comes_first_and_decides_the_verdict() -> None:
    verdict = Verdict()
    for code, finding in ((INCOMPLETE, "b is missing"), (TAMPERED, "z was changed"), (FORKED, "c"), (TAMPERED, "a")):
        verdict.find(code, finding)

    assert verdict.code == TAMPERED
    assert verdict.lines == [
        "Found:",
        "  ! z was changed",
        "  ! a",
        "  ! c",
        "  ! b is missing",
        "",
        "TAMPERED: something was changed, or a required signature is missing or wrong.",
    ]


@pytest.mark.parametrize(
    ("found", "rest"), [(19, []), (20, []), (21, ["  ! and 1 more"]), (1020, ["  ! and 1,000 more"])]
)
def test_twenty_findings_are_shown_and_the_rest_counted(found: int, rest: list[str]) -> None:
    verdict = Verdict()
    for number in range(found):
        verdict.find(INCOMPLETE, f"entry {number}")

    assert verdict.lines[:-2] == ["Found:", *(f"  ! entry {number}" for number in range(min(found, 20))), *rest]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[31m\nb", "a\N{REPLACEMENT CHARACTER}[31m\N{REPLACEMENT CHARACTER}b"),
        ("é 字", "é 字"),
        ("x" * 500, "x" * 500),
        ("x" * 501, "x" * 500 + "..."),
    ],
    ids=["signs that steer", "letters", "just short enough", "too long"],
)
def test_text_from_files_is_shown_safely(text: str, shown: str) -> None:
    verdict = Verdict()
    verdict.checked.append(text)

    assert verdict.lines[1] == f"  + {shown}"
