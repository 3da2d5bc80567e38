"""Forming groups, joining and leaving them."""

import pytest

from ledger.application.time_bank import TimeBank
from ledger.identifiers import GroupId
from ledger.log.entry import decode
from ledger.refusals import (
    BelongsAlready,
    BelongsNot,
    CommandUsedBefore,
    NoName,
    OnlyCoordinators,
    UnknownGroup,
    WordsTooLong,
)
from tests.cast import ANA, BO, CHIDI, command


def test_a_group_has_a_name_outside_the_log(bank: TimeBank) -> None:
    garden, _ = bank.groups.form("  The   garden ", command=command(CHIDI))

    (entry,) = [decode(stored.data) for stored in bank.log.read({f"group:{garden}": 0})[0]]
    assert bank.people.words(entry.sealed.values()) == {entry.sealed["name"]: "The garden"}
    assert bank.groups.standing(garden).is_formed


def test_a_repeated_form_forms_one_group(bank: TimeBank) -> None:
    once = command(CHIDI)
    garden, _ = bank.groups.form("Garden", command=once)

    assert bank.groups.form(" Garden", command=once)[0] == garden
    with pytest.raises(CommandUsedBefore):
        bank.groups.form("Choir", command=once)


def test_a_group_is_called_something_short(bank: TimeBank) -> None:
    with pytest.raises(NoName):
        bank.groups.form(" ", command=command(CHIDI))
    with pytest.raises(WordsTooLong):
        bank.groups.form("G" * 101, command=command(CHIDI))
    with pytest.raises(OnlyCoordinators):
        bank.groups.form("Garden", command=command(ANA))


def test_members_join_and_leave(each_bank: TimeBank) -> None:
    garden, _ = each_bank.groups.form("Garden", command=command(CHIDI))

    each_bank.groups.join(garden, ANA, command=command(ANA))
    each_bank.groups.join(garden, BO, command=command(CHIDI))
    with pytest.raises(BelongsAlready):
        each_bank.groups.join(garden, ANA, command=command(CHIDI))
    each_bank.groups.leave(garden, ANA, command=command(ANA))

    assert not each_bank.groups.belonging(garden, ANA).belongs
    assert each_bank.groups.belonging(garden, BO).belongs
    with pytest.raises(BelongsNot):
        each_bank.groups.leave(garden, ANA, command=command(ANA))
    with pytest.raises(OnlyCoordinators):
        each_bank.groups.leave(garden, BO, command=command(ANA))


def test_an_unknown_group_is_not_joined(bank: TimeBank) -> None:
    with pytest.raises(UnknownGroup):
        bank.groups.join(GroupId("g-nothing"), ANA, command=command(ANA))
