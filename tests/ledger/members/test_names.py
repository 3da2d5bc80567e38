"""No name hides a character. Two names that look the same are stored alike, or a coordinator sees that they clash."""

import unicodedata

import pytest
import sqlalchemy as sa

from ledger.deciding.requests import Caller
from ledger.groups.commands import FormGroup
from ledger.groups.facts import GroupFormed
from ledger.identifiers import HOST, MemberId, new_command_id
from ledger.log.upgrades import VERSIONS
from ledger.members.commands import InviteMember
from ledger.members.facts import MemberInvited
from ledger.members.names import LONGEST_NAME, checked_name
from ledger.personal_data.search import find_members, look_alikes
from ledger.personal_data.spelling import folded
from ledger.refusals import HiddenCharacter, NameNeeded, Refusal, TextTooLong, UnreadableText
from ledger.time_bank import TimeBank
from tests.cast import CHIDI

HIDDEN = [
    *("\u200b", "\u200e", "\u200f", "\u2028", "\u2029", "\ufeff", "\u00ad", "\u034f", "\u2060", "\u3164", "\u115f"),
    *map(chr, range(0x202A, 0x202F)),
    *map(chr, range(0x2066, 0x206A)),
    *("\U000e0041", "\U000e007f", "\ufe0f", "\U000e0100", "\ue000", "\ufffe"),
]


@pytest.mark.parametrize("character", HIDDEN, ids=lambda character: f"U+{ord(character):04X}")
@pytest.mark.parametrize("pattern", ["Amina{} Yusuf", "{}Amina Yusuf", "Amina Yusuf{}"])
def test_a_name_with_a_character_that_nobody_sees_is_refused_and_the_refusal_names_it(
    character: str, pattern: str
) -> None:
    with pytest.raises(HiddenCharacter) as refusal:
        checked_name(pattern.format(character))

    found = unicodedata.normalize("NFKC", character)
    assert f"U+{ord(found):04X}" in str(refusal.value)


@pytest.mark.parametrize(
    "name",
    [
        "Amina Yusuf",
        "José Álvarez",
        "O’Neill",
        "Anne-Marie",
        "Łukasz",
        "Đặng Thị Hà",
        "أمينة يوسف",
        "می\u200cنا",
        "陳大文",
        "क्\u200dष",
        "Ana & Bo",
        "Weir garden",
        "Оля",
        "キャ・ク",
        "Paul·la",
        "Dr. Strange (3)",
    ],
)
def test_names_of_all_scripts_are_stored_as_they_were_typed(name: str) -> None:
    assert checked_name(name) == unicodedata.normalize("NFKC", name) == name


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("Jose\u0301", "José"),
        ("Ａｍｉｎａ", "Amina"),
        ("  Amina \t Yusuf\n", "Amina Yusuf"),
        ("Amina\u00a0\u2003Yusuf", "Amina Yusuf"),
        ("ﬁnn", "finn"),
    ],
)
def test_what_looks_the_same_is_stored_in_one_way(typed: str, stored: str) -> None:
    assert checked_name(typed) == stored
    assert checked_name(stored) == stored


@pytest.mark.parametrize(
    ("name", "refusal"),
    [
        ("", NameNeeded),
        (" \u00a0 ", NameNeeded),
        ("\u3000", NameNeeded),
        ("A" * (LONGEST_NAME + 1), TextTooLong),
        ("\ufdfa" * 20, TextTooLong),
        ("\x07Ana", UnreadableText),
        ("\ud800", UnreadableText),
        ("\x7fAna", HiddenCharacter),
    ],
)
def test_other_names_that_cannot_be_used_are_refused(name: str, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        checked_name(name)


def test_groups_and_communities_have_such_names_too(bank: TimeBank) -> None:
    group = bank.do(FormGroup(name="Ｗeir  garden"), by=CHIDI).fact(GroupFormed).group

    assert bank.people.of(group, "name") == ["Weir garden"]
    with pytest.raises(HiddenCharacter):
        bank.do(FormGroup(name="Weir\u200bgarden"), by=CHIDI)


def test_the_same_form_sent_twice_invites_once_however_the_name_was_encoded(bank: TimeBank) -> None:
    caller = Caller(id=new_command_id(), by=HOST)

    first = bank.do(InviteMember(name="Jose\u0301  Silva"), by=caller)

    assert bank.do(InviteMember(name="Jose\u0301  Silva"), by=caller).facts == first.facts
    assert bank.people.of(first.fact(MemberInvited).member, "name") == ["José Silva"]


@pytest.mark.parametrize("old", ["Ami\u0301na", "Ａmína", "Am\u00edna\u00a0"])
def test_an_old_name_stays_and_is_found_beside_a_new_one_that_looks_the_same(
    old: str, bank: TimeBank, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as before:
        before.setattr("ledger.members.commands.checked_name", str)  # earlier versions took every name
        first = invited(bank, old)
    second = invited(bank, "Amína")

    assert [found.account for found in look_alikes(bank, {second: "Amína"})[second]] == [first]
    assert {found.account for found in find_members(bank, "Amína")} == {first, second}
    assert bank.people.of(first, "name") == [old.strip()]


@pytest.mark.parametrize("old", ["Ami\u200bna", "\u2066Amina\u2069", "Amina\U000e0041", "\ufeffAmina"])
def test_an_old_name_that_hides_a_character_is_found_and_clashes_once_the_store_is_upgraded(
    old: str, each_bank: TimeBank, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as before:
        before.setattr("ledger.members.commands.checked_name", str)
        before.setattr("ledger.personal_data.store.folded", str.casefold)
        first = invited(each_bank, old)
    with each_bank.people.engine.begin() as connection:
        connection.execute(sa.update(VERSIONS).where(VERSIONS.c.tables == "personal data").values(version=1))

    with TimeBank.open(each_bank.place) as upgraded:
        second = invited(upgraded, "Amina")

        assert [found.account for found in look_alikes(upgraded, {second: "Amina"})[second]] == [first]
        assert {found.account for found in find_members(upgraded, "amina")} == {first, second}
        assert upgraded.people.of(first, "name") == [old]


def invited(bank: TimeBank, name: str) -> MemberId:
    return bank.do(InviteMember(name=name), by=CHIDI).fact(MemberInvited).member


def test_names_that_look_different_do_not_clash(bank: TimeBank) -> None:
    jose, plain = invited(bank, "José"), invited(bank, "Jose")

    assert folded("José") == folded("Jose")
    assert look_alikes(bank, {jose: "José", plain: "Jose"}) == {jose: [], plain: []}
