"""People and groups are found by identifier, address and name."""

from ledger.groups.commands import FormGroup
from ledger.groups.facts import GroupFormed
from ledger.identifiers import AccountId
from ledger.members.commands import InviteMember
from ledger.members.facts import MemberInvited
from ledger.personal_data.search import FoundAccount, find_all, find_members
from ledger.personal_data.store import PersonalText
from ledger.time_bank import TimeBank
from tests.cast import ANA, BO, CHIDI, GARDEN, NAMES

ANA_FOUND = FoundAccount(AccountId(ANA), NAMES[ANA])


def test_a_member_is_found_by_identifier_name_and_address(each_bank: TimeBank) -> None:
    found = find_all(each_bank, [ANA, "ana  SOUSA", "Ana@Elm.example", "Ana", "nobody", "", GARDEN])

    assert found == {
        ANA: [ANA_FOUND],
        "ana  SOUSA": [ANA_FOUND],
        "Ana@Elm.example": [ANA_FOUND],
        "Ana": [],
        "nobody": [],
        "": [],
        GARDEN: [],
    }


def test_all_accounts_of_the_same_name_are_found_including_groups(bank: TimeBank) -> None:
    another = bank.do(InviteMember(name="Aña Sousa"), by=CHIDI).fact(MemberInvited).member
    garden = bank.do(FormGroup(name="The garden"), by=CHIDI).fact(GroupFormed).group

    found = find_all(bank, ["Ana Sousa", "the garden"])

    assert {one.account for one in found["Ana Sousa"]} == {ANA, another}
    assert found["the garden"] == [FoundAccount(AccountId(garden), "The garden")]


def test_an_address_with_an_accent_differs_from_one_without(bank: TimeBank) -> None:
    jose = bank.do(InviteMember(name="José", email="josé@elm.example"), by=CHIDI).fact(MemberInvited).member
    other = bank.do(InviteMember(name="Joe", email="jose@elm.example"), by=CHIDI).fact(MemberInvited).member

    found = find_all(bank, ["JOSÉ@elm.example", "jose@elm.example"])

    assert [one.account for one in found["JOSÉ@elm.example"]] == [jose]
    assert [one.account for one in found["jose@elm.example"]] == [other]


def test_a_name_without_an_entry_is_not_found(bank: TimeBank) -> None:
    bank.people.seal([PersonalText(BO, "name", "Bobby"), PersonalText("m-nobody", "name", "Nobody")])

    assert find_all(bank, ["Bobby", "Nobody"]) == {"Bobby": [], "Nobody": []}
    assert find_members(bank, "Bobb") == []


def test_members_are_found_by_part_of_their_name_when_no_full_name_matches(bank: TimeBank) -> None:
    assert {one.account for one in find_members(bank, "SOU")} == {ANA}
    assert find_members(bank, "Ana Sousa") == [ANA_FOUND]
    assert find_members(bank, " ") == []
    assert find_members(bank, "%") == []


def test_an_erased_member_is_still_found_by_identifier(bank: TimeBank) -> None:
    with bank.people.engine.begin() as connection:
        connection.exec_driver_sql(f"DELETE FROM words WHERE subject = '{ANA}'")

    assert find_all(bank, [ANA, "Ana Sousa"]) == {ANA: [FoundAccount(AccountId(ANA), "")], "Ana Sousa": []}
