"""The verifier replays the rules for what takes two people: erasing somebody, and removing a coordinator."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.ledger.seal.verifying.beginnings import gone
from tests.ledger.seal.verifying.forging import BookWriter, community, verdict_on
from tests.ledger.seal.verifying.test_tampering import report_of

Story = Callable[[BookWriter], int]


def asked(book: BookWriter, by: str, member: str = "m-bo", *, days: int = 30) -> BookWriter:
    """Somebody asks for an erasure, when Chidi and Dora have been coordinators for a while."""
    book.wait(days)
    book.add("erasure-asked", by, member=member, asked_by=by)
    return book


def erased(
    book: BookWriter, by: str, *, asked_by: str = "", member: str = "m-bo", ground: str = "asked", leaves: bool = True
) -> int:
    """Somebody confirms it."""
    if leaves:
        book.add("member-left", by, member=member, ver=2)
    fact: dict[str, Any] = {
        "member": member,
        "fields": ["name"],
        "ground": ground,
        "asked_by": asked_by or by,
        "confirmed_by": by,
    }
    return book.add("personal-data-erased", by, same_command=leaves, ver=2, **fact)


def removal_asked(book: BookWriter, by: str = "m-chidi", *, days: int = 30) -> BookWriter:
    """Chidi asks to remove Dora. Ana has become a coordinator in the meantime."""
    book.add("role-given", "host", member="m-ana", role="coordinator")
    book.wait(days)
    book.add("coordinator-removal-asked", by, member="m-dora", asked_by=by)
    return book


def removed(book: BookWriter, by: str, member: str = "m-dora") -> int:
    """Somebody takes the role of a coordinator."""
    return book.add("role-withdrawn", by, member=member, role="coordinator", ver=2)


def waited(book: BookWriter, days: int) -> BookWriter:
    """Days pass."""
    book.wait(days)
    return book


HONEST: dict[str, Story] = {
    "a member asks, a coordinator confirms": lambda book: erased(asked(book, "m-bo"), "m-chidi", asked_by="m-bo"),
    "a coordinator asks, another confirms": lambda book: erased(asked(book, "m-chidi"), "m-dora", asked_by="m-chidi"),
    "a coordinator asks, the host confirms": lambda book: erased(asked(book, "m-chidi"), "host", asked_by="m-chidi"),
    "the only coordinator waits": lambda book: erased(
        waited(asked(gone(book, "m-dora"), "m-chidi"), 7), "m-chidi", asked_by="m-chidi"
    ),
    "a coordinator asks for themselves": lambda book: erased(
        asked(book, "m-dora", "m-dora"), "m-chidi", asked_by="m-dora", member="m-dora"
    ),
    "the host erases someone who has left": lambda book: erased(
        gone(book), "host", ground="no-longer-needed", leaves=False
    ),
    "a second coordinator removes one": lambda book: removed(removal_asked(book), "m-ana"),
    "they give the role back themselves": lambda book: removed(book, "m-dora"),
    "the host takes it": lambda book: removed(book, "host"),
    "the host removes a coordinator": lambda book: book.add("member-left", "host", member="m-dora", ver=2),
    "an auditor stops": lambda book: (
        book.add("role-given", "m-chidi", member="m-ana", role="auditor"),
        book.add("role-withdrawn", "m-chidi", member="m-ana", role="auditor", ver=2),
    )[-1],
    "by the rules of the first release": lambda book: (
        book.add("role-withdrawn", "m-chidi", member="m-dora", role="coordinator"),
        book.add("member-left", "m-chidi", member="m-dora"),
    )[-1],
}
FORGED: dict[str, Story] = {
    "who asks confirms": lambda book: erased(asked(book, "m-chidi"), "m-chidi", asked_by="m-chidi"),
    "the only coordinator does not wait": lambda book: erased(
        waited(asked(gone(book, "m-dora"), "m-chidi"), 6), "m-chidi", asked_by="m-chidi"
    ),
    "a coordinator made for it confirms": lambda book: (
        asked(book, "m-chidi"),
        book.add("role-given", "m-chidi", member="m-ana", role="coordinator"),
        erased(book, "m-ana", asked_by="m-chidi"),
    )[-1],
    "a coordinator erases without a request": lambda book: erased(
        gone(book), "m-chidi", ground="no-longer-needed", leaves=False
    ),
    "another asked": lambda book: erased(asked(book, "m-bo"), "m-chidi", asked_by="m-chidi"),
    "a ground that is not there": lambda book: erased(gone(book), "host", leaves=False),
    "a coordinator removes one alone": lambda book: removed(book, "m-chidi"),
    "who asks for the removal confirms it": lambda book: removed(removal_asked(book), "m-chidi"),
    "the removal lapsed": lambda book: removed(waited(removal_asked(book), 40), "m-ana"),
    "a coordinator of yesterday confirms the removal": lambda book: removed(removal_asked(book, days=1), "m-ana"),
    "a member asks for the removal": lambda book: len(removal_asked(book, "m-bo").entries),
    "a coordinator removes another from the community": lambda book: book.add(
        "member-left", "m-chidi", member="m-dora", ver=2
    ),
    "a coordinator removes another with an erasure": lambda book: (
        erased(asked(book, "m-chidi", "m-dora"), "host", asked_by="m-chidi", member="m-dora"),
        book.entries[-2].update(actor="m-chidi"),
        len(book.entries) - 1,
    )[-1],
}


@pytest.mark.parametrize("story", HONEST.values(), ids=HONEST)
def test_two_people_are_enough(story: Story, tmp_path: Path) -> None:
    book = community()
    story(book)

    verdict = verdict_on(tmp_path / "book", book.entries)

    assert verdict.code == 0, report_of(verdict)


@pytest.mark.parametrize("story", FORGED.values(), ids=FORGED)
def test_one_person_alone_is_named_with_the_entry(story: Story, tmp_path: Path) -> None:
    book = community()
    number = story(book)

    verdict = verdict_on(tmp_path / "book", book.entries)

    assert verdict.code == 1 and f"entry {number}: " in report_of(verdict), report_of(verdict)
