"""Commands about members."""

import time

import pytest

from ledger.exchanges.commands import ReportExchange
from ledger.identifiers import HOST, MemberId
from ledger.log.entry import decode
from ledger.members.commands import (
    ChooseVisibility,
    GiveRole,
    InviteMember,
    LeaveCommunity,
    WelcomeMember,
    WithdrawRole,
)
from ledger.members.facts import MemberInvited, VisibilityChosen
from ledger.members.rules import Member
from ledger.personal_data.store import PersonalData, PersonalText
from ledger.refusals import (
    AddressTaken,
    AlreadyHasRole,
    AlreadyLeft,
    AlreadyWelcomed,
    InvalidAddress,
    LastCoordinator,
    NameNeeded,
    NotActive,
    OnlyCoordinators,
    OnlyTheMemberChooses,
    RoleNotHeld,
    TextTooLong,
    TooBusy,
    UnknownMember,
    UnreadableText,
)
from ledger.time_bank import TimeBank
from tests.cast import ANA, BO, CHIDI, RUTH, TODAY, caller, facts_in, help_of
from tests.ledger.deciding.faulty import answer_lost, times, with_faults


def test_name_and_contacts_are_stored_outside_the_log(each_bank: TimeBank) -> None:
    dana = (
        each_bank.do(InviteMember(name=" Dana  Ruiz ", email=" Dana@Elm.example ", phone="0151 555"), by=CHIDI)
        .fact(MemberInvited)
        .member
    )

    (entry,) = [decode(stored.data) for stored in each_bank.log.read({f"member:{dana}": 0})[0]]
    words = each_bank.people.words(entry.sealed.values())
    assert {field: words[commitment] for field, commitment in entry.sealed.items()} == {
        "name": "Dana Ruiz",
        "email": "Dana@Elm.example",
        "phone": "0151 555",
    }
    assert each_bank.people.member_with_address("dana@ELM.example") == dana
    assert each_bank.member(dana) == Member(id=dana, is_invited=True)
    assert b"Dana" not in b"".join(data for _, data in each_bank.log.scan())


def test_missing_contacts_are_not_sealed(bank: TimeBank) -> None:
    dana = bank.do(InviteMember(name="Dana", email="  "), by=CHIDI).fact(MemberInvited).member

    (entry,) = [decode(stored.data) for stored in bank.log.read({f"member:{dana}": 0})[0]]
    assert set(entry.sealed) == {"name"}


def test_an_invited_person_is_active_once_welcomed(bank: TimeBank) -> None:
    dana = bank.do(InviteMember(name="Dana"), by=CHIDI).fact(MemberInvited).member
    with pytest.raises(NotActive):
        bank.do(ReportExchange(legs=(help_of(dana, BO),), given_on=TODAY), by=BO)

    bank.do(WelcomeMember(member=dana), by=CHIDI)

    bank.do(ReportExchange(legs=(help_of(dana, BO),), given_on=TODAY), by=BO)
    with pytest.raises(AlreadyWelcomed):
        bank.do(WelcomeMember(member=dana), by=CHIDI)


@pytest.mark.parametrize("name", ["", "   "])
def test_a_member_needs_a_name(bank: TimeBank, name: str) -> None:
    with pytest.raises(NameNeeded):
        bank.do(InviteMember(name=name), by=CHIDI)


def test_names_and_contacts_that_are_too_long_or_unreadable_are_refused(bank: TimeBank) -> None:
    head = bank.log.head()

    for invitation in (
        InviteMember(name="D" * 101),
        InviteMember(name="Dana", phone="1" * 101),
        InviteMember(name="Dana", email="d@" * 60),
    ):
        with pytest.raises(TextTooLong):
            bank.do(invitation, by=CHIDI)
    with pytest.raises(UnreadableText):
        bank.do(InviteMember(name="Dana \udfff"), by=CHIDI)

    assert bank.log.head() == head


@pytest.mark.parametrize(
    "address", ["dana", "dana@", "@elm", "a@b@c", "dana ruiz@elm.example", "d@elm\nBcc: everybody@x"]
)
def test_an_invalid_address_is_refused(bank: TimeBank, address: str) -> None:
    with pytest.raises(InvalidAddress):
        bank.do(InviteMember(name="Dana", email=address), by=CHIDI)


def test_an_address_belongs_to_one_member_whatever_its_case(each_bank: TimeBank) -> None:
    head = each_bank.log.head()

    for address in ("ana@elm.example", "ANA@Elm.Example", "  ana@elm.example "):
        with pytest.raises(AddressTaken):
            each_bank.do(InviteMember(name="Another Ana", email=address), by=CHIDI)

    assert each_bank.log.head() == head


def test_addresses_that_differ_by_an_accent_belong_to_two_people(bank: TimeBank) -> None:
    jose = bank.do(InviteMember(name="José", email="josé@elm.example"), by=CHIDI).fact(MemberInvited).member

    other = bank.do(InviteMember(name="Jose", email="jose@elm.example"), by=CHIDI).fact(MemberInvited).member

    assert bank.people.member_with_address("JOSÉ@elm.example") == jose
    assert bank.people.member_with_address("JOSE@elm.example") == other


def test_the_address_of_an_interrupted_invitation_can_be_used(each_bank: TimeBank) -> None:
    # A crash between the two stores: the texts are saved, but the entry was never appended.
    a_minute_ago(each_bank).seal(
        [PersonalText("m-nobody", "name", "Dana"), PersonalText("m-nobody", "email", "dana@elm.example")]
    )

    dana = each_bank.do(InviteMember(name="Dana", email="DANA@elm.example"), by=CHIDI).fact(MemberInvited).member

    assert each_bank.people.member_with_address("dana@elm.example") == dana


def a_minute_ago(bank: TimeBank) -> PersonalData:
    """The personal data with its clock a minute behind."""
    return PersonalData(bank.people.engine, now=lambda: time.time() - 60)


def test_an_address_that_is_being_invited_at_the_moment_is_refused_after_a_short_wait(bank: TimeBank) -> None:
    bank.people.seal([PersonalText("m-nobody", "email", "dana@elm.example")])
    head = bank.log.head()

    with pytest.raises(TooBusy):
        bank.do(InviteMember(name="Dana", email="dana@elm.example"), by=CHIDI)
    with pytest.raises(TooBusy):
        bank.preview(InviteMember(name="Dana", email="dana@elm.example"), by=CHIDI)

    assert bank.log.head() == head
    assert bank.people.member_with_address("dana@elm.example") == "m-nobody", "nobody else's texts were deleted"


def test_an_invitation_whose_answer_was_lost_is_found_with_its_texts(bank: TimeBank) -> None:
    shaky, _ = with_faults(bank, after=times(1, answer_lost))

    answer = shaky.do(InviteMember(name="Dana", email="dana@elm.example"), by=caller(CHIDI, "invite-dana"))
    dana = answer.fact(MemberInvited).member
    repeat = bank.do(InviteMember(name="Dana", email="dana@elm.example"), by=caller(CHIDI, "invite-dana"))
    again = repeat.fact(MemberInvited).member

    assert (again, repeat.facts) == (dana, answer.facts)
    assert bank.people.member_with_address("dana@elm.example") == dana


def test_only_coordinators_and_the_host_can_invite(bank: TimeBank) -> None:
    bank.do(InviteMember(name="Dana"), by=HOST)
    for who in (ANA, RUTH, MemberId("m-nobody")):
        with pytest.raises(OnlyCoordinators):
            bank.do(InviteMember(name="Dora"), by=who)


def test_a_member_who_left_is_not_active(bank: TimeBank) -> None:
    bank.do(LeaveCommunity(member=BO), by=BO)

    assert not bank.member(BO).is_active
    with pytest.raises(NotActive):
        bank.do(ReportExchange(legs=(help_of(),), given_on=TODAY), by=ANA)
    with pytest.raises(AlreadyLeft):
        bank.do(LeaveCommunity(member=BO), by=CHIDI)


def test_roles_are_given_and_withdrawn(bank: TimeBank) -> None:
    bank.do(GiveRole(member=ANA, role="coordinator"), by=CHIDI)
    with pytest.raises(AlreadyHasRole):
        bank.do(GiveRole(member=ANA, role="coordinator"), by=CHIDI)

    bank.do(WithdrawRole(member=CHIDI, role="coordinator"), by=CHIDI)
    with pytest.raises(RoleNotHeld):
        bank.do(WithdrawRole(member=CHIDI, role="coordinator"), by=ANA)
    with pytest.raises(LastCoordinator):
        bank.do(WithdrawRole(member=ANA, role="coordinator"), by=HOST)
    with pytest.raises(LastCoordinator):
        bank.do(LeaveCommunity(member=ANA), by=ANA)


def test_an_unknown_person_is_not_active(bank: TimeBank) -> None:
    nobody = MemberId("m-nobody")

    assert bank.member(nobody) == Member(id=nobody)
    with pytest.raises(UnknownMember):
        bank.do(WelcomeMember(member=nobody), by=CHIDI)
    with pytest.raises(UnknownMember):
        bank.do(LeaveCommunity(member=nobody), by=CHIDI)


def test_an_invalid_identifier_is_unknown(each_bank: TimeBank) -> None:
    for nonsense in ("", "m-", "member", "m-\x00", "m-\ud800", "m-é", "m-" + "a" * 5000, "m-ana:x"):
        nobody = MemberId(nonsense)

        with pytest.raises(UnknownMember):
            each_bank.do(ReportExchange(legs=(help_of(ANA, nobody),), given_on=TODAY), by=ANA)
        with pytest.raises(UnknownMember):
            each_bank.do(WelcomeMember(member=nobody), by=CHIDI)


def test_only_a_coordinator_can_act_for_a_member(bank: TimeBank) -> None:
    head = len(facts_in(bank.log))

    with pytest.raises(OnlyCoordinators):
        bank.do(LeaveCommunity(member=ANA), by=caller(ANA, on_behalf=BO))

    assert len(facts_in(bank.log)) == head


def test_a_member_chooses_who_sees_whom_they_help_and_can_choose_again(bank: TimeBank) -> None:
    first = bank.do(ChooseVisibility(member=ANA, sees="groups"), by=caller(ANA, "let-them-see"))
    again = bank.do(ChooseVisibility(member=ANA, sees="groups"), by=caller(ANA, "let-them-see"))
    same = bank.do(ChooseVisibility(member=ANA, sees="groups"), by=ANA)
    anew = bank.do(ChooseVisibility(member=ANA, sees="nobody"), by=ANA)

    assert first.facts == again.facts == (VisibilityChosen(member=ANA, sees="groups"),)
    assert same.facts == (), "it was so already"
    assert anew.facts == (VisibilityChosen(member=ANA, sees="nobody"),)
    assert bank.member(ANA).sees == "nobody"


def test_a_coordinator_cannot_choose_for_a_member(bank: TimeBank) -> None:
    head = bank.log.head()

    for by in (caller(CHIDI), caller(CHIDI, on_behalf=ANA), caller(HOST)):
        with pytest.raises(OnlyTheMemberChooses):
            bank.do(ChooseVisibility(member=ANA, sees="groups"), by=by)

    assert bank.log.head() == head
