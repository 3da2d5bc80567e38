"""Names and texts outside the log are verified when read, can be erased, and can be searched."""

import time
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from ledger.identifiers import AccountId
from ledger.log.places import Place
from ledger.personal_data.imported import make_secrets, secrets_of
from ledger.personal_data.spelling import folded
from ledger.personal_data.store import PERSONAL_TEXTS, PersonalData, PersonalText, WordsDoNotMatch, commitment_of
from ledger.refusals import AddressTaken

text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40)


@pytest.fixture
def people(database_url: str) -> Iterator[PersonalData]:
    """Empty personal data, on SQLite and on PostgreSQL."""
    engine = Place(database_url).people_engine()
    yield PersonalData(engine)
    engine.dispose()


@pytest.fixture
def elms(sqlite_url: str) -> Iterator[PersonalData]:
    """Empty personal data in a file."""
    engine = Place(sqlite_url).people_engine()
    yield PersonalData(engine)
    engine.dispose()


def test_a_text_is_found_by_its_commitment_and_verified(people: PersonalData) -> None:
    kept = people.seal(
        [PersonalText("m-ana", "name", "Ana Sousa"), PersonalText("m-ana", "note", "Roses\nand “weeds” 🌹")]
    )

    assert people.words(kept) == {kept[0]: "Ana Sousa", kept[1]: "Roses\nand “weeds” 🌹"}
    assert all(len(commitment) == 64 for commitment in kept)


def test_the_same_text_has_a_different_commitment_each_time(elms: PersonalData) -> None:
    first, second = elms.seal([PersonalText("m-ana", "note", "Roses"), PersonalText("m-bo", "note", "Roses")])

    assert first != second


def test_sealing_no_texts_does_nothing(elms: PersonalData) -> None:
    assert elms.seal([]) == []
    assert elms.words([]) == {}


@pytest.mark.parametrize(
    "change", [{"value": "Tulips"}, {"salt": b"0" * 32}, {"field": "reason"}], ids=lambda c: next(iter(c))
)
def test_a_text_that_was_changed_by_hand_is_never_shown(people: PersonalData, change: dict[str, object]) -> None:
    (kept,) = people.seal([PersonalText("m-ana", "note", "Roses")])
    with people.engine.begin() as connection:
        connection.execute(sa.update(PERSONAL_TEXTS).values(**change))

    with pytest.raises(WordsDoNotMatch, match=kept):
        people.words([kept])
    with pytest.raises(WordsDoNotMatch):
        people.says_the_same(kept, "Tulips")


def test_erased_texts_are_missing_and_others_are_not(people: PersonalData) -> None:
    kept = people.seal([PersonalText("m-ana", "note", "Roses"), PersonalText("m-bo", "note", "Tulips")])
    with people.engine.begin() as connection:
        connection.execute(sa.delete(PERSONAL_TEXTS).where(PERSONAL_TEXTS.c.subject == "m-ana"))

    assert people.words([*kept, "", "f" * 64]) == {kept[1]: "Tulips"}
    assert people.says_the_same(kept[0], "anything at all")
    assert not people.says_the_same(kept[1], "anything at all")


def test_more_texts_are_read_than_a_query_has_parameters(elms: PersonalData) -> None:
    kept = elms.seal([PersonalText("m-ana", "note", f"Note {number}") for number in range(1000)])

    assert list(elms.words(kept).values()).count("Note 7") == 1
    assert len(elms.words(kept)) == 1000


def test_texts_of_a_refused_entry_are_deleted(people: PersonalData) -> None:
    kept = people.seal([PersonalText("m-ana", "note", "Roses"), PersonalText("m-ana", "email", "ana@elm.example")])

    people.drop(kept)
    people.drop([])

    assert people.words(kept) == {}
    assert people.member_with_address("ana@elm.example") is None


@given(text, text, st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_a_commitment_covers_field_salt_and_text(one: str, other: str, salt: bytes, pepper: bytes) -> None:
    first = commitment_of("note", salt, one)

    assert first == commitment_of("note", salt, one)
    assert (first == commitment_of("note", salt, other)) == (one == other)
    assert (first == commitment_of("note", pepper, one)) == (salt == pepper)
    assert first != commitment_of("reason", salt, one)


def test_a_commitment_is_computed_as_documented() -> None:
    # Computed once by hand: sha256 over the tag, the field, 32 salt bytes and the words, with a zero byte between.
    expected = "719f65f3c192f5cd523150514996004c43b1c3b3f5b02b9390597f47d075bc6f"

    assert commitment_of("name", bytes(32), "Ana") == expected


# Addresses


def test_an_address_belongs_to_one_member_regardless_of_capitals_and_spaces(people: PersonalData) -> None:
    people.seal([PersonalText("m-ana", "email", "Ana@Elm.Example")])

    for again in ("ana@elm.example", "ANA@ELM.EXAMPLE", " Ana@elm.example "):
        with pytest.raises(AddressTaken):
            people.seal([PersonalText("m-bo", "name", "Bo"), PersonalText("m-bo", "email", again)])
        assert people.member_with_address(again) == "m-ana"
    assert people.of("m-bo", "name") == [], "nothing of a refused sealing is kept"


def test_addresses_that_differ_by_an_accent_belong_to_two_people(people: PersonalData) -> None:
    people.seal([PersonalText("m-ana", "email", "josé@elm.example")])
    people.seal(
        [PersonalText("m-bo", "email", "jose@elm.example"), PersonalText("m-chidi", "email", "straße@elm.example")]
    )

    assert people.member_with_address("jose\u0301@elm.example") == "m-ana", "the same letter, typed in two signs"
    assert people.member_with_address("jose@elm.example") == "m-bo"
    assert people.member_with_address("strasse@elm.example") is None
    assert people.member_with_address("ｊose@elm.example") is None


def test_an_empty_or_unknown_address_belongs_to_no_one(elms: PersonalData) -> None:
    elms.seal([PersonalText("m-ana", "note", "No address")])

    assert elms.member_with_address("") is None
    assert elms.member_with_address("nobody@elm.example") is None


def test_an_orphaned_address_is_deleted_and_others_stay(people: PersonalData) -> None:
    people.seal([PersonalText("m-ana", "email", "ana@elm.example"), PersonalText("m-bo", "email", "bo@elm.example")])
    later = PersonalData(people.engine, now=lambda: time.time() + 60)

    assert later.forget_orphan_address("ANA@elm.example")

    assert people.member_with_address("ana@elm.example") is None
    assert people.member_with_address("bo@elm.example") == "m-bo"
    assert people.forget_orphan_address("nobody@elm.example"), "what was never there is as good as forgotten"


def test_an_address_whose_entry_may_still_be_recorded_is_not_deleted(people: PersonalData) -> None:
    people.seal([PersonalText("m-ana", "email", "ana@elm.example")])

    assert not people.forget_orphan_address("ana@elm.example")

    assert people.member_with_address("ana@elm.example") == "m-ana"


def test_a_field_returns_only_the_values_of_its_subject(elms: PersonalData) -> None:
    elms.seal([PersonalText("m-ana", "email", "Ana@elm.example"), PersonalText("m-bo", "email", "bo@elm.example")])

    assert elms.of("m-ana", "email") == ["Ana@elm.example"]
    assert elms.of("m-ana", "phone") == []


# Searching for names


@pytest.mark.parametrize(
    ("written", "sought"),
    [
        ("José", "jose"),
        ("ÅSA", "asa"),
        ("Nguyễn Văn Việt", "nguyen van viet"),
        ("  Ana \u00a0  Sousa\n", "ana sousa"),
        ("Straße", "strasse"),
        ("İpek", "ipek"),
        ("مُحَمَّد", "محمد"),
        ("ＡＢＣ", "abc"),
        ("Ωμέγα", "ωμεγα"),
        ("", ""),
    ],
)
def test_names_are_searched_without_accents_capitals_and_extra_spaces(written: str, sought: str) -> None:
    assert folded(written) == sought
    assert folded(folded(written)) == sought


@given(text)
def test_folding_a_folded_text_changes_nothing(written: str) -> None:
    assert folded(folded(written)) == folded(written)


NAMED = {
    "m-1": "Zoë Ödegård",
    "m-2": "ana sousa",
    "m-3": "Ana Sousa",
    "m-4": "Ánh Nguyễn Việt",
    "m-5": "محمد علي",
    "m-6": "50% Bob_by",
    "m-7": "Åsa Öst",
    "m-8": "O'Neil, Ana-María",
    "m-9": "李小龍",
}


def test_members_are_listed_by_name_in_pages_each_once(people: PersonalData) -> None:
    people.seal([PersonalText(who, "name", name) for who, name in NAMED.items()])
    people.seal([PersonalText("g-garden", "name", "Ana's garden"), PersonalText("m-1", "note", "Ana")])

    seen = people.named(limit=4)
    while page := people.named(after=(seen[-1].folded, seen[-1].subject), limit=4):
        seen += page

    assert [found.subject for found in seen] == [found.subject for found in people.named(limit=50)]
    assert [found.subject for found in seen] == ["m-6", "m-2", "m-3", "m-4", "m-7", "m-8", "m-1", "m-5", "m-9"]
    assert people.words(found.commitment for found in seen) == {found.commitment: found.name for found in seen}


def test_names_are_sorted_the_same_in_every_locale(postgresql_url: str) -> None:
    engine = Place(postgresql_url).people_engine()
    PersonalData(engine)
    with engine.connect() as connection:
        columns = connection.exec_driver_sql(
            "SELECT column_name FROM information_schema.columns WHERE table_name = 'words' AND collation_name = 'C'"
        )
        assert set(columns.scalars()) == {"folded", "subject"}
    engine.dispose()


@pytest.mark.parametrize(
    ("part", "found"),
    [
        ("ANA", {"m-2", "m-3", "m-8"}),
        ("viet", {"m-4"}),
        ("VIỆT", {"m-4"}),
        ("asa", {"m-7"}),
        ("odegard", {"m-1"}),
        ("علي", {"m-5"}),
        ("مُحَمَّد", {"m-5"}),
        ("小", {"m-9"}),
        ("%", {"m-6"}),
        ("_", {"m-6"}),
        ("\\", set[str]()),
        ("'", {"m-8"}),
        ("nobody", set[str]()),
    ],
)
def test_members_are_found_by_part_of_their_name(elms: PersonalData, part: str, found: set[str]) -> None:
    elms.seal([PersonalText(who, "name", name) for who, name in NAMED.items()])

    assert {one.subject for one in elms.named(part)} == found


def test_parts_of_names_are_found_the_same_on_both_databases(people: PersonalData) -> None:
    people.seal([PersonalText(who, "name", name) for who, name in NAMED.items()])

    assert [one.subject for one in people.named("AN")] == ["m-2", "m-3", "m-4", "m-8"]
    assert [one.subject for one in people.named("%")] == ["m-6"]
    assert [one.subject for one in people.named("مُحَمَّد")] == ["m-5"]


def test_a_secret_is_created_once_and_does_not_change(database_url: str) -> None:
    people = PersonalData(Place(database_url).people_engine())
    ana, bo = AccountId("m-ana"), AccountId("m-bo")
    made = make_secrets(people, [ana, ana])
    again = PersonalData(Place(database_url).people_engine())

    assert make_secrets(again, [ana])[ana] == made[ana] and len(made[ana]) == 64
    assert make_secrets(people, [bo])[bo] != made[ana]
    assert secrets_of(people, [ana, bo, AccountId("m-eve")]).keys() == {ana, bo}
    people.engine.dispose()
    again.engine.dispose()
