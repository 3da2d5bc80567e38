"""The verifier replays the rules and names every entry that nobody was allowed to record, even in a sealed log."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.ledger.seal.conftest import SealedCommunity
from tests.ledger.seal.verifying.beginnings import (
    asked_back,
    both,
    called_off,
    declined,
    given,
    gone,
    limited,
    settled,
    thanked,
)
from tests.ledger.seal.verifying.forging import BookWriter, community, entries_of, verdict_on
from tests.ledger.seal.verifying.test_tampering import report_of

OLD = Path(__file__).parents[3] / "compatibility" / "from_0_1" / "bundle"
Story = Callable[[BookWriter], int]


HONEST: dict[str, Story] = {
    "the receiver reports": lambda book: book.help_given("m-bo", awaiting=(), settled=True),
    "the receiver agrees": lambda book: len(settled(book).entries),
    "both agree": lambda book: (both(book).help_given("m-bo", awaiting=("m-ana",)), book.agree("m-ana"))[-1],
    "a coordinator reports for both": lambda book: book.help_given("m-chidi", awaiting=(), settled=True),
    "a coordinator types for the giver": lambda book: book.help_given("m-ana", actor="m-chidi", behalf="m-ana"),
    "the host reports what is ten years old": lambda book: book.help_given(
        "host", awaiting=(), settled=True, given_on="2016-02-29"
    ),
    "a member reports what is a year old": lambda book: book.help_given(given_on="2025-03-14"),
    "a coordinator types what is two years old": lambda book: book.help_given(
        "m-ana", actor="m-chidi", behalf="m-ana", given_on="2024-03-14"
    ),
    "down to the limit": lambda book: book.help_given("m-bo", minutes=1200, awaiting=(), settled=True),
    "back towards zero from beyond the limit": lambda book: (
        book.help_given("m-bo", minutes=600, awaiting=(), settled=True),
        limited(book, -60),
        book.help_given("m-ana", exchange="x-2", giver="m-bo", receiver="m-ana", awaiting=(), settled=True),
    )[-1],
    "a reversal takes somebody beyond the limit": lambda book: (
        book.help_given("m-bo", minutes=1000, awaiting=(), settled=True),
        book.help_given(
            "m-ana", exchange="x-2", giver="m-eve", receiver="m-ana", minutes=1200, awaiting=(), settled=True
        ),
        book.help_given(
            "m-ana", exchange="x-3", giver="m-eve", receiver="m-ana", minutes=900, awaiting=(), settled=True
        ),
        book.take_back("m-chidi", "m-bo"),
    )[-1],
    "the other party approves": lambda book: asked_back(book).take_back("m-ana", "m-bo"),
    "a coordinator approves": lambda book: asked_back(book).take_back("m-chidi", "m-bo"),
    "a coordinator reverses at the request of a party": lambda book: settled(book).take_back("m-chidi", "m-ana"),
    "the asker keeps it": lambda book: asked_back(book).add(
        "reversal-declined", "m-bo", exchange="x-1", declined_by="m-bo"
    ),
    "a coordinator cancels": lambda book: (
        book.help_given(),
        book.add("exchange-called-off", "m-chidi", exchange="x-1", called_off_by="m-chidi"),
    )[-1],
    "corrected": lambda book: (
        asked_back(book).take_back("m-ana", "m-bo"),
        book.help_given("m-bo", exchange="x-2", minutes=30, awaiting=(), settled=True, corrects="x-1"),
    )[-1],
    "a gift to the garden": lambda book: book.gift(receiver="g-garden"),
    "a gift taken back by its receiver": lambda book: given(book).withdraw("m-bo"),
    "a gift taken back by a coordinator": lambda book: given(book).withdraw("m-chidi"),
    "a gift taken back by a former coordinator who recorded it": lambda book: (
        book.gift("m-dora"),
        book.add("role-withdrawn", "m-chidi", member="m-dora", role="coordinator"),
        book.withdraw("m-dora"),
    )[-1],
    "thanks for help": lambda book: thanked(settled(book), "m-bo", "m-ana", exchange="x-1"),
    "thanks for a gift to everyone": lambda book: thanked(given(book, "community"), "m-eve", "m-ana", gift="f-1"),
    "thanks of a member of the group": lambda book: (
        book.add("group-joined", "m-chidi", group="g-garden", member="m-eve"),
        thanked(given(book, "g-garden"), "m-eve", "m-ana", gift="f-1"),
    )[-1],
    "a sharing of thanks": lambda book: settled(book).add(
        "thanks-sharing-chosen", "m-ana", chosen_by="m-ana", may_be_shown=True, exchange="x-1"
    ),
    "the last agreement is still to be settled": lambda book: (
        book.help_given(),
        book.add("exchange-confirmed", "m-bo", exchange="x-1", confirmed_by="m-bo"),
    )[-1],
    "erased at their request": lambda book: (
        book.add("erasure-asked", "m-bo", member="m-bo", asked_by="m-bo"),
        book.add("member-left", "m-chidi", member="m-bo"),
        book.add(
            "personal-data-erased",
            "m-chidi",
            same_command=True,
            member="m-bo",
            fields=["name"],
            ground="asked",
            asked_by="m-bo",
            confirmed_by="m-chidi",
        ),
    )[-1],
    "a role for a while": lambda book: (
        book.add("role-given", "m-chidi", member="m-ana", role="auditor"),
        book.add("role-withdrawn", "m-dora", member="m-ana", role="auditor"),
    )[-1],
    "out of the garden": lambda book: book.add("group-left", "m-chidi", group="g-garden", member="m-ana"),
    "who sees whom": lambda book: book.add("visibility-chosen", "m-ana", member="m-ana", sees="groups"),
}


@pytest.mark.parametrize("story", HONEST.values(), ids=HONEST)
def test_what_the_rules_allow_is_sound(story: Story, tmp_path: Path) -> None:
    book = community()
    story(book)

    verdict = verdict_on(tmp_path / "book", book.entries)

    assert verdict.code == 0, report_of(verdict)


FORGED: dict[str, Story] = {
    # Exchanges
    "settled without the agreement of the receiver": lambda book: (book.help_given(), book.settle())[-1],
    "settled in the report, though the receiver has to agree": lambda book: (
        book.help_given("m-ana", awaiting=()),
        book.settle("m-ana"),
    )[0],
    "not asking the giver, though both have to agree": lambda book: both(book).help_given("m-bo", awaiting=()),
    "settled after it was declined": lambda book: declined(book).settle(),
    "settled after it was cancelled": lambda book: called_off(book).settle(),
    "agreed to after it was declined": lambda book: declined(book).agree() - 1,
    "agreed to by somebody else": lambda book: (book.help_given(), book.agree("m-eve"))[-1] - 1,
    "agreed to by the reporter": lambda book: (book.help_given(), book.agree("m-ana"))[-1] - 1,
    "agreed to twice": lambda book: settled(book).add(
        "exchange-confirmed", "m-bo", exchange="x-1", confirmed_by="m-bo"
    ),
    "settled later than agreed": lambda book: (
        book.help_given(),
        book.add("exchange-confirmed", "m-bo", exchange="x-1", confirmed_by="m-bo"),
        book.gift(),
        book.settle(),
    )[-1],
    "declined after it was settled": lambda book: settled(book).add(
        "exchange-declined", "m-bo", exchange="x-1", declined_by="m-bo"
    ),
    "cancelled after it was settled": lambda book: settled(book).add(
        "exchange-called-off", "m-ana", exchange="x-1", called_off_by="m-ana"
    ),
    "cancelled by the other party": lambda book: (
        book.help_given(),
        book.add("exchange-called-off", "m-bo", exchange="x-1", called_off_by="m-bo"),
    )[-1],
    "cancelled by somebody else": lambda book: (
        book.help_given(),
        book.add("exchange-called-off", "m-eve", exchange="x-1", called_off_by="m-eve"),
    )[-1],
    "agreed to in an unknown exchange": lambda book: book.add(
        "exchange-confirmed", "m-bo", exchange="x-9", confirmed_by="m-bo"
    ),
    "agreed to in the name of somebody else": lambda book: (
        book.help_given(),
        book.add("exchange-confirmed", "m-ana", exchange="x-1", confirmed_by="m-bo"),
    )[-1],
    "typed for the receiver by the giver, who coordinates": lambda book: (
        book.help_given("m-chidi", giver="m-chidi"),
        book.add("exchange-confirmed", "m-chidi", behalf="m-bo", exchange="x-1", confirmed_by="m-bo"),
    )[-1],
    "typed for somebody by a member": lambda book: book.help_given(actor="m-eve", behalf="m-ana"),
    "reported by somebody else": lambda book: book.help_given("m-eve", awaiting=()),
    "reported between people who were never invited": lambda book: book.help_given(
        "host", giver="m-nobody", awaiting=()
    ),
    "reported for somebody who is only invited": lambda book: (
        book.add("member-invited", "m-chidi", member="m-finn"),
        book.help_given("m-ana", receiver="m-finn", awaiting=("m-finn",)),
    )[-1],
    "reported as help of a kind that was not agreed": lambda book: (
        book.add("categories-agreed", "m-chidi", categories=[{"key": "food", "label": "Food"}]),
        book.help_given(),
    )[-1],
    "reported for tomorrow": lambda book: book.help_given(given_on="2026-03-15"),
    "reported for a day in twenty years": lambda book: book.help_given(given_on="2046-03-14"),
    "reported by a member after more than a year": lambda book: book.help_given(given_on="2025-03-13"),
    # Limits
    "beyond the limit": lambda book: book.help_given("m-bo", minutes=1201, awaiting=(), settled=True),
    "beyond the limit by many small steps": lambda book: [
        book.help_given("m-bo", exchange=f"x-{number}", minutes=500, awaiting=(), settled=True) for number in range(4)
    ][2],
    "beyond a limit that became stricter": lambda book: limited(book, -30).help_given(
        "m-bo", awaiting=(), settled=True
    ),
    "above the upper limit": lambda book: limited(book, -1200, 30).help_given("m-bo", awaiting=(), settled=True),
    "a limit above zero": lambda book: len(limited(book, 60).entries),
    # Reversals
    "taken back though nobody asked": lambda book: settled(book).take_back("m-ana", "m-bo"),
    "taken back by who asked": lambda book: asked_back(book).take_back("m-bo", "m-bo"),
    "taken back for somebody who did not ask": lambda book: asked_back(book).take_back("m-bo", "m-ana"),
    "taken back by a stranger": lambda book: asked_back(book).take_back("m-eve", "m-bo"),
    "taken back at a stranger's request": lambda book: settled(book).take_back("m-chidi", "m-eve"),
    "taken back after that was declined": lambda book: (
        asked_back(book).add("reversal-declined", "m-ana", exchange="x-1", declined_by="m-ana"),
        book.take_back("m-ana", "m-bo"),
    )[-1],
    "asked back by a stranger": lambda book: len(asked_back(book, "m-eve").entries),
    "asked back twice": lambda book: asked_back(book).add("reversal-asked", "m-ana", exchange="x-1", asked_by="m-ana"),
    "asked back before it counted": lambda book: (
        book.help_given(),
        book.add("reversal-asked", "m-bo", exchange="x-1", asked_by="m-bo"),
    )[-1],
    "kept by a stranger": lambda book: asked_back(book).add(
        "reversal-declined", "m-eve", exchange="x-1", declined_by="m-eve"
    ),
    "corrects what was not taken back": lambda book: settled(book).help_given(exchange="x-2", corrects="x-1"),
    "corrects an exchange between others": lambda book: (
        asked_back(book).take_back("m-ana", "m-bo"),
        book.help_given(exchange="x-2", receiver="m-eve", awaiting=("m-eve",), corrects="x-1"),
    )[-1],
    # After leaving
    "reports after leaving": lambda book: gone(book, "m-ana").help_given(),
    "receives after leaving": lambda book: gone(book).help_given(),
    "agrees after leaving": lambda book: (book.help_given(), gone(book), book.agree())[-1] - 1,
    "asks back after leaving": lambda book: (settled(book), gone(book))[-1].add(
        "reversal-asked", "m-bo", exchange="x-1", asked_by="m-bo"
    ),
    "cancels after leaving": lambda book: (
        book.help_given(),
        gone(book, "m-ana"),
        book.add("exchange-called-off", "m-ana", exchange="x-1", called_off_by="m-ana"),
    )[-1],
    "coordinates after leaving": lambda book: gone(book, "m-dora").add("member-invited", "m-dora", member="m-finn"),
    "is welcomed again after leaving": lambda book: gone(book).add("member-welcomed", "m-chidi", member="m-bo"),
    "leaves twice": lambda book: len(gone(gone(book)).entries),
}


@pytest.mark.parametrize("story", FORGED.values(), ids=FORGED)
def test_what_nobody_was_allowed_to_record_is_named_with_its_entry(story: Story, tmp_path: Path) -> None:
    book = community()
    number = story(book)

    verdict = verdict_on(tmp_path / "book", book.entries)

    first = min((finding for _, finding in verdict.findings), key=lambda finding: int(finding.split(":")[0].split()[1]))
    assert verdict.code == 1 and first.startswith(f"entry {number}: "), report_of(verdict)


def test_without_rules_a_book_is_never_sound(tmp_path: Path) -> None:
    forged, honest = community(), community()
    forged.help_given()
    forged.settle(same_command=False)

    for place, book in (("forged", forged), ("honest", honest)):
        verdict = verdict_on(tmp_path / place, book.entries, rules=False)
        assert verdict.code == 3 and "the rules were not checked" in report_of(verdict)


def test_a_book_of_the_first_release_follows_the_rules(tmp_path: Path, sealed_community: SealedCommunity) -> None:
    for place, bundle in (("old", OLD), ("new", sealed_community.bundle)):
        entries = entries_of(bundle)
        origin = entries[0]["log"]
        verdict = verdict_on(tmp_path / place, entries, origin=origin)
        assert verdict.code == 0, report_of(verdict)
