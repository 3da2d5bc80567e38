"""Commands about groups."""

import pytest

from ledger.groups.commands import FormGroup, JoinGroup, LeaveGroup
from ledger.groups.facts import GroupFormed
from ledger.identifiers import GroupId
from ledger.log.entry import decode
from ledger.refusals import (
    AlreadyInGroup,
    CommandIdReused,
    NameNeeded,
    NotInGroup,
    OnlyCoordinators,
    TextTooLong,
    UnknownGroup,
)
from ledger.time_bank import TimeBank
from tests.cast import ANA, BO, CHIDI, caller


def test_the_name_of_a_group_is_stored_outside_the_log(bank: TimeBank) -> None:
    garden = bank.do(FormGroup(name="  The   garden "), by=CHIDI).fact(GroupFormed).group

    (entry,) = [decode(stored.data) for stored in bank.log.read({f"group:{garden}": 0})[0]]
    assert bank.people.words(entry.sealed.values()) == {entry.sealed["name"]: "The garden"}
    assert bank.group(garden).is_formed


def test_repeating_the_command_forms_one_group(bank: TimeBank) -> None:
    once = caller(CHIDI)
    garden = bank.do(FormGroup(name="Garden"), by=once).fact(GroupFormed).group

    assert bank.do(FormGroup(name=" Garden"), by=once).fact(GroupFormed).group == garden
    with pytest.raises(CommandIdReused):
        bank.do(FormGroup(name="Choir"), by=once)


def test_a_group_needs_a_short_name(bank: TimeBank) -> None:
    with pytest.raises(NameNeeded):
        bank.do(FormGroup(name=" "), by=CHIDI)
    with pytest.raises(TextTooLong):
        bank.do(FormGroup(name="G" * 101), by=CHIDI)
    with pytest.raises(OnlyCoordinators):
        bank.do(FormGroup(name="Garden"), by=ANA)


def test_members_can_join_and_leave(each_bank: TimeBank) -> None:
    garden = each_bank.do(FormGroup(name="Garden"), by=CHIDI).fact(GroupFormed).group

    each_bank.do(JoinGroup(group=garden, member=ANA), by=ANA)
    each_bank.do(JoinGroup(group=garden, member=BO), by=CHIDI)
    with pytest.raises(AlreadyInGroup):
        each_bank.do(JoinGroup(group=garden, member=ANA), by=CHIDI)
    each_bank.do(LeaveGroup(group=garden, member=ANA), by=ANA)

    assert not each_bank.membership(garden, ANA).is_member
    assert each_bank.membership(garden, BO).is_member
    with pytest.raises(NotInGroup):
        each_bank.do(LeaveGroup(group=garden, member=ANA), by=ANA)
    with pytest.raises(OnlyCoordinators):
        each_bank.do(LeaveGroup(group=garden, member=BO), by=ANA)


def test_an_unknown_group_cannot_be_joined(bank: TimeBank) -> None:
    with pytest.raises(UnknownGroup):
        bank.do(JoinGroup(group=GroupId("g-nothing"), member=ANA), by=ANA)
