"""The verifier replays the rules about gifts, thanks, members, roles, groups, agreements and erasure."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.ledger.seal.verifying.beginnings import declined, erased, given, gone, settled, thanked
from tests.ledger.seal.verifying.forging import BookWriter, community, verdict_on
from tests.ledger.seal.verifying.test_tampering import report_of

Story = Callable[[BookWriter], int]

FORGED: dict[str, Story] = {
    # Gifts and thanks
    "a gift by a stranger": lambda book: book.gift("m-eve"),
    "a gift to a group that was never formed": lambda book: book.gift(receiver="g-choir"),
    "a gift to somebody who was never invited": lambda book: book.gift(receiver="m-nobody"),
    "a gift to oneself": lambda book: book.gift(receiver="m-ana"),
    "a gift of tomorrow": lambda book: book.gift(given_on="2026-03-15"),
    "a gift of a kind that was not agreed": lambda book: book.gift(category="food"),
    "a gift withdrawn by a stranger": lambda book: given(book).withdraw("m-eve"),
    "a gift withdrawn by somebody who has left": lambda book: gone(given(book)).withdraw("m-bo"),
    "thanks by the giver": lambda book: thanked(settled(book), "m-ana", "m-bo", exchange="x-1"),
    "thanks by a stranger": lambda book: thanked(settled(book), "m-eve", "m-ana", exchange="x-1"),
    "thanks for what does not count": lambda book: thanked(declined(book), "m-bo", "m-ana", exchange="x-1"),
    "thanks for a gift to oneself": lambda book: thanked(given(book, "community"), "m-ana", "m-ana", gift="f-1"),
    "thanks of somebody outside the group": lambda book: thanked(given(book, "g-garden"), "m-eve", "m-ana", gift="f-1"),
    "thanks for a gift that was withdrawn": lambda book: (
        given(book).withdraw("m-ana"),
        thanked(book, "m-bo", "m-ana", gift="f-1"),
    )[-1],
    "a stranger shares thanks": lambda book: settled(book).add(
        "thanks-sharing-chosen", "m-eve", chosen_by="m-eve", may_be_shown=True, exchange="x-1"
    ),
    # Members, roles, groups, agreements
    "a member invites": lambda book: book.add("member-invited", "m-ana", member="m-finn"),
    "invited twice": lambda book: book.add("member-invited", "m-chidi", member="m-bo"),
    "welcomed uninvited": lambda book: book.add("member-welcomed", "m-chidi", member="m-finn"),
    "welcomed twice": lambda book: book.add("member-welcomed", "m-chidi", member="m-bo"),
    "welcomed by a member": lambda book: (
        book.add("member-invited", "m-chidi", member="m-finn"),
        book.add("member-welcomed", "m-ana", member="m-finn"),
    )[-1],
    "removed by a member": lambda book: book.add("member-left", "m-ana", member="m-bo"),
    "a member makes herself a coordinator": lambda book: book.add(
        "role-given", "m-ana", member="m-ana", role="coordinator"
    ),
    "a role for somebody who is only invited": lambda book: (
        book.add("member-invited", "m-chidi", member="m-finn"),
        book.add("role-given", "m-chidi", member="m-finn", role="coordinator"),
    )[-1],
    "a role given twice": lambda book: book.add("role-given", "m-chidi", member="m-dora", role="coordinator"),
    "a role taken from somebody without it": lambda book: book.add(
        "role-withdrawn", "m-chidi", member="m-ana", role="coordinator"
    ),
    "a role taken by a member": lambda book: book.add("role-withdrawn", "m-ana", member="m-dora", role="coordinator"),
    "the last coordinator removed": lambda book: (
        gone(book, "m-dora"),
        book.add("role-withdrawn", "host", member="m-chidi", role="coordinator"),
    )[-1],
    "the last coordinator leaves": lambda book: len(gone(gone(book, "m-dora"), "m-chidi").entries),
    "visibility chosen by somebody else": lambda book: book.add(
        "visibility-chosen", "m-chidi", member="m-ana", sees="groups"
    ),
    "a group formed by a member": lambda book: book.add("group-formed", "m-ana", group="g-choir"),
    "a group formed twice": lambda book: book.add("group-formed", "m-chidi", group="g-garden"),
    "joined twice": lambda book: book.add("group-joined", "m-ana", group="g-garden", member="m-ana"),
    "joined by somebody else": lambda book: book.add("group-joined", "m-ana", group="g-garden", member="m-bo"),
    "joined a group that does not exist": lambda book: book.add("group-joined", "m-bo", group="g-choir", member="m-bo"),
    "left a group without being in it": lambda book: book.add("group-left", "m-bo", group="g-garden", member="m-bo"),
    "limits agreed by a member": lambda book: book.add("limits-agreed", "m-ana", debit_limit_minutes=-6000),
    "agreement agreed by a member": lambda book: book.add("confirmation-agreed", "m-ana", words_needed="both"),
    "kinds of help agreed by a member": lambda book: book.add(
        "categories-agreed", "m-ana", categories=[{"key": "food", "label": "Food"}]
    ),
    "a kind of help listed twice": lambda book: book.add(
        "categories-agreed", "m-chidi", categories=[{"key": "food", "label": "Food"}, {"key": "food", "label": "Meals"}]
    ),
    # Erasure
    "erasure asked by a stranger": lambda book: book.add("erasure-asked", "m-ana", member="m-bo", asked_by="m-ana"),
    "erasure withdrawn though nobody asked": lambda book: book.add(
        "erasure-withdrawn", "m-bo", member="m-bo", withdrawn_by="m-bo"
    ),
    "erased by a member": lambda book: erased(gone(book), "m-ana"),
    "erased while still a member": lambda book: erased(book, "m-chidi"),
    "erased at a request that nobody made": lambda book: erased(gone(book), "m-chidi", ground="asked"),
    "erased by themselves": lambda book: erased(gone(book, "m-dora"), "m-dora", member="m-dora"),
    "erased twice": lambda book: (erased(gone(book), "m-chidi"), erased(book, "m-chidi"))[-1],
}


@pytest.mark.parametrize("story", FORGED.values(), ids=FORGED)
def test_what_nobody_was_allowed_to_record_is_named_with_its_entry(story: Story, tmp_path: Path) -> None:
    book = community()
    number = story(book)

    verdict = verdict_on(tmp_path / "book", book.entries)

    first = min((finding for _, finding in verdict.findings), key=lambda finding: int(finding.split(":")[0].split()[1]))
    assert verdict.code == 1 and first.startswith(f"entry {number}: "), report_of(verdict)
