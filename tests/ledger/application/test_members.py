"""Inviting, welcoming, entrusting, and letting go."""

import time

import pytest

from ledger.application.time_bank import TimeBank
from ledger.domain.members import Member
from ledger.events.members import VisibilityChosen
from ledger.identifiers import HOST, MemberId
from ledger.log.entry import decode
from ledger.log.people import People, Words
from ledger.refusals import (
    AddressTaken,
    AlreadyLeft,
    AlreadyWelcomed,
    LastCoordinator,
    NoAddress,
    NoName,
    OnlyCoordinators,
    OnlyTheyChoose,
    RoleHeldAlready,
    RoleNotHeld,
    TakesNoPart,
    TooBusy,
    UnknownMember,
    WordsTooLong,
    WordsUnreadable,
)
from tests.cast import ANA, BO, CHIDI, RUTH, TODAY, command, facts_in, help_of
from tests.ledger.application.troubled import losing_the_answer, times, with_trouble


def test_an_invited_person_has_a_name_and_contacts_outside_the_log(each_bank: TimeBank) -> None:
    dana, _ = each_bank.members.invite(
        " Dana  Ruiz ", email=" Dana@Elm.example ", phone="0151 555", command=command(CHIDI)
    )

    (entry,) = [decode(stored.data) for stored in each_bank.log.read({f"member:{dana}": 0})[0]]
    words = each_bank.people.words(entry.sealed.values())
    assert {field: words[commitment] for field, commitment in entry.sealed.items()} == {
        "name": "Dana Ruiz",
        "email": "Dana@Elm.example",
        "phone": "0151 555",
    }
    assert each_bank.people.member_with_address("dana@ELM.example") == dana
    assert each_bank.members.standing(dana) == Member(id=dana, is_invited=True)
    assert b"Dana" not in b"".join(data for _, data in each_bank.log.scan())


def test_what_was_not_given_is_not_sealed(bank: TimeBank) -> None:
    dana, _ = bank.members.invite("Dana", email="  ", command=command(CHIDI))

    (entry,) = [decode(stored.data) for stored in bank.log.read({f"member:{dana}": 0})[0]]
    assert set(entry.sealed) == {"name"}


def test_a_person_is_invited_then_welcomed_then_takes_part(bank: TimeBank) -> None:
    dana, _ = bank.members.invite("Dana", command=command(CHIDI))
    with pytest.raises(TakesNoPart):
        bank.exchanges.report([help_of(dana, BO)], TODAY, command=command(BO))

    bank.members.welcome(dana, command=command(CHIDI))

    bank.exchanges.report([help_of(dana, BO)], TODAY, command=command(BO))
    with pytest.raises(AlreadyWelcomed):
        bank.members.welcome(dana, command=command(CHIDI))


@pytest.mark.parametrize("name", ["", "   "])
def test_a_person_is_called_something(bank: TimeBank, name: str) -> None:
    with pytest.raises(NoName):
        bank.members.invite(name, command=command(CHIDI))


def test_names_and_contacts_are_of_a_length_and_of_letters_that_can_be_kept(bank: TimeBank) -> None:
    head = bank.log.head()

    for contact in ({"name": "D" * 101}, {"name": "Dana", "phone": "1" * 101}, {"name": "Dana", "email": "d@" * 60}):
        with pytest.raises(WordsTooLong):
            bank.members.invite(**contact, command=command(CHIDI))
    with pytest.raises(WordsUnreadable):
        bank.members.invite("Dana \udfff", command=command(CHIDI))

    assert bank.log.head() == head


@pytest.mark.parametrize(
    "address", ["dana", "dana@", "@elm", "a@b@c", "dana ruiz@elm.example", "d@elm\nBcc: everybody@x"]
)
def test_an_address_looks_like_one(bank: TimeBank, address: str) -> None:
    with pytest.raises(NoAddress):
        bank.members.invite("Dana", email=address, command=command(CHIDI))


def test_an_address_is_one_members_whatever_its_capitals(each_bank: TimeBank) -> None:
    head = each_bank.log.head()

    for address in ("ana@elm.example", "ANA@Elm.Example", "  ana@elm.example "):
        with pytest.raises(AddressTaken):
            each_bank.members.invite("Another Ana", email=address, command=command(CHIDI))

    assert each_bank.log.head() == head


def test_addresses_that_differ_by_an_accent_are_two_peoples(bank: TimeBank) -> None:
    jose, _ = bank.members.invite("José", email="josé@elm.example", command=command(CHIDI))

    other, _ = bank.members.invite("Jose", email="jose@elm.example", command=command(CHIDI))

    assert bank.people.member_with_address("JOSÉ@elm.example") == jose
    assert bank.people.member_with_address("JOSE@elm.example") == other


def test_an_address_whose_invitation_was_cut_short_is_free(each_bank: TimeBank) -> None:
    # A crash between the two stores: the words are kept, and the entry never came.
    a_minute_ago(each_bank).seal([Words("m-nobody", "name", "Dana"), Words("m-nobody", "email", "dana@elm.example")])

    dana, _ = each_bank.members.invite("Dana", email="DANA@elm.example", command=command(CHIDI))

    assert each_bank.people.member_with_address("dana@elm.example") == dana


def a_minute_ago(bank: TimeBank) -> People:
    """The people store as it took words in a minute ago."""
    return People(bank.people.engine, now=lambda: time.time() - 60)


def test_an_address_that_is_being_invited_at_this_moment_is_waited_for_in_vain_only_shortly(bank: TimeBank) -> None:
    bank.people.seal([Words("m-nobody", "email", "dana@elm.example")])
    head = bank.log.head()

    with pytest.raises(TooBusy):
        bank.members.invite("Dana", email="dana@elm.example", command=command(CHIDI))
    with pytest.raises(TooBusy):
        bank.desk.consider(bank.members.to_invite("Dana", email="dana@elm.example", command=command(CHIDI)))

    assert bank.log.head() == head
    assert bank.people.member_with_address("dana@elm.example") == "m-nobody", "nobody else's words were dropped"


def test_an_invitation_whose_answer_was_lost_is_found_with_its_words(bank: TimeBank) -> None:
    shaky, _ = with_trouble(bank, after=times(1, losing_the_answer))

    dana, answer = shaky.members.invite("Dana", email="dana@elm.example", command=command(CHIDI, "invite-dana"))
    again, repeat = bank.members.invite("Dana", email="dana@elm.example", command=command(CHIDI, "invite-dana"))

    assert (again, repeat.facts) == (dana, answer.facts)
    assert bank.people.member_with_address("dana@elm.example") == dana


def test_only_coordinators_and_the_host_invite(bank: TimeBank) -> None:
    bank.members.invite("Dana", command=command(HOST))
    for who in (ANA, RUTH, MemberId("m-nobody")):
        with pytest.raises(OnlyCoordinators):
            bank.members.invite("Dora", command=command(who))


def test_a_member_leaves_and_takes_no_part_any_more(bank: TimeBank) -> None:
    bank.members.leave(BO, command=command(BO))

    assert not bank.members.standing(BO).is_active
    with pytest.raises(TakesNoPart):
        bank.exchanges.report([help_of()], TODAY, command=command(ANA))
    with pytest.raises(AlreadyLeft):
        bank.members.leave(BO, command=command(CHIDI))


def test_roles_are_given_and_withdrawn(bank: TimeBank) -> None:
    bank.members.give_role(ANA, "coordinator", command=command(CHIDI))
    with pytest.raises(RoleHeldAlready):
        bank.members.give_role(ANA, "coordinator", command=command(CHIDI))

    bank.members.withdraw_role(CHIDI, "coordinator", command=command(ANA))
    with pytest.raises(RoleNotHeld):
        bank.members.withdraw_role(CHIDI, "coordinator", command=command(ANA))
    with pytest.raises(LastCoordinator):
        bank.members.withdraw_role(ANA, "coordinator", command=command(HOST))
    with pytest.raises(LastCoordinator):
        bank.members.leave(ANA, command=command(ANA))


def test_a_stranger_has_no_standing(bank: TimeBank) -> None:
    nobody = MemberId("m-nobody")

    assert bank.members.standing(nobody) == Member(id=nobody)
    with pytest.raises(UnknownMember):
        bank.members.welcome(nobody, command=command(CHIDI))
    with pytest.raises(UnknownMember):
        bank.members.leave(nobody, command=command(CHIDI))


def test_an_identifier_that_cannot_be_one_is_unknown(each_bank: TimeBank) -> None:
    for nonsense in ("", "m-", "member", "m-\x00", "m-\ud800", "m-é", "m-" + "a" * 5000, "m-ana:x"):
        nobody = MemberId(nonsense)

        with pytest.raises(UnknownMember):
            each_bank.exchanges.report([help_of(ANA, nobody)], TODAY, command=command(ANA))
        with pytest.raises(UnknownMember):
            each_bank.members.welcome(nobody, command=command(CHIDI))


def test_nobody_but_a_coordinator_writes_that_they_act_for_somebody(bank: TimeBank) -> None:
    head = len(facts_in(bank.log))

    with pytest.raises(OnlyCoordinators):
        bank.members.leave(ANA, command=command(ANA, on_behalf=BO))

    assert len(facts_in(bank.log)) == head


def test_a_member_chooses_who_sees_whom_they_help_and_may_choose_anew(bank: TimeBank) -> None:
    first = bank.members.choose_visibility(ANA, "groups", command=command(ANA, "let-them-see"))
    again = bank.members.choose_visibility(ANA, "groups", command=command(ANA, "let-them-see"))
    same = bank.members.choose_visibility(ANA, "groups", command=command(ANA))
    anew = bank.members.choose_visibility(ANA, "nobody", command=command(ANA))

    assert first.facts == again.facts == (VisibilityChosen(member=ANA, sees="groups"),)
    assert same.facts == (), "it was so already"
    assert anew.facts == (VisibilityChosen(member=ANA, sees="nobody"),)
    assert bank.members.standing(ANA).sees == "nobody"


def test_no_coordinator_chooses_it_for_a_member_not_even_on_their_behalf(bank: TimeBank) -> None:
    head = bank.log.head()

    for wish in (command(CHIDI), command(CHIDI, on_behalf=ANA), command(HOST)):
        with pytest.raises(OnlyTheyChoose):
            bank.members.choose_visibility(ANA, "groups", command=wish)

    assert bank.log.head() == head
