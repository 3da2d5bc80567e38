"""Mistakes in forms: each is shown beside its field, nothing typed is lost, and nothing is recorded."""

import pytest

from ledger.groups.commands import JoinGroup
from tests.web.pages.conftest import GARDENING, Street, checked
from tests.web.pages.reader import form_on, send, words_on


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"hours": "0", "minutes": "0"}, "Enter how long it took: 1 minute or more"),
        ({"hours": "", "minutes": ""}, "Enter how long it took: 1 minute or more"),
        ({"hours": "-1"}, "Enter how long it took: 1 minute or more"),
        ({"minutes": "-5"}, "Enter how long it took: 1 minute or more"),
        ({"hours": "25"}, "Help on one day cannot be longer than 24 hours. Log each day separately"),
        ({"hours": "24", "minutes": "1"}, "Help on one day cannot be longer than 24 hours. Log each day separately"),
        ({"hours": "two"}, "Enter a whole number, such as 2"),
        ({"hours": "1e3"}, "Enter a whole number, such as 2"),
        ({"hours": "1.5"}, "Enter a whole number, such as 2"),
        ({"given_on": "2026-11-23"}, "That day is in the future. Choose today or an earlier day"),
        ({"given_on": "day", "day": "31", "month": "2"}, "Enter the date it happened"),
        ({"given_on": "day", "day": "", "month": ""}, "Enter the date it happened"),
        ({"given_on": "day", "day": "1", "month": "5", "year": "this one"}, "Enter the date it happened"),
        ({"given_on": "day", "day": "1", "month": "5", "year": "9" * 12}, "Enter the date it happened"),
        ({"given_on": "soon"}, "Enter the date it happened"),
        ({"other_name": ""}, "Choose a person, or type a name"),
        ({"other_name": "Ana Sousa"}, "Choose someone else. You cannot exchange hours with yourself"),
        ({"other_name": "Nobody At All"}, "Nobody here is called “Nobody At All”"),
        ({"other_name": "Lou Marsh"}, "This person is not a member at the moment"),
        ({"other_name": "m-nobody0000"}, "This person was not found"),
        ({"category": ""}, "Choose a kind of help from the list"),
        ({"category": "dragons"}, "Choose a kind of help from the list"),
        ({"way": "sideways"}, "Choose one of the answers"),
        ({"note": "n" * 10_000}, "Use no more than 2,000 characters"),
        ({"note": "ñ" * 10_000}, "Use no more than 2,000 characters"),
        ({"note": "bell \x07"}, "This text has a character that cannot be saved"),
        ({"corrects": "x-nothing"}, "This can only correct an exchange between the same people that was taken back"),
    ],
)
def test_a_mistake_is_shown_beside_its_field(street: Street, typed: dict[str, str], sentence: str) -> None:
    head = street.bank.log.head()

    page = checked(street.ana, **typed)

    words = words_on(page)
    assert page.status_code == 422
    assert words.count(sentence) >= 2, "on top, and beside the field"
    assert "<title>Error: " in page.text
    kept = form_on(page, "/exchanges/new").fields
    assert {name: kept.get(name, "") for name in typed if name not in {"category", "way", "given_on", "note"}} == {
        name: value for name, value in typed.items() if name not in {"category", "way", "given_on", "note"}
    }
    assert kept["note"] == typed.get("note", "") and kept["minutes"] == typed.get("minutes", "30")
    assert street.bank.log.head() == head


def test_all_mistakes_are_shown_at_once(street: Street) -> None:
    page = checked(street.ana, other_name="", hours="x", category="", given_on="2027-01-01", note="n" * 2_001)

    words = words_on(page)
    assert "Choose a person" in words and "whole number" in words and "Choose a kind of help" in words
    assert "That day is in the future" in words and "Use no more than 2,000 characters" in words
    order = [words.index(part) for part in ("Choose a person", "whole number", "Choose a kind", "in the future")]
    assert order == sorted(order)


def test_half_a_character_is_refused_beside_the_note(street: Street) -> None:
    fields = form_on(street.ana.get("/exchanges/new"), "/exchanges/new").fields | GARDENING
    body = "&".join(f"{name}={value}" for name, value in fields.items() if name != "note") + "&note=%ED%A0%80leeks"

    page = street.ana.post(
        "/exchanges/new", content=body.encode(), headers={"content-type": "application/x-www-form-urlencoded"}
    )

    assert page.status_code == 422
    assert "This text has a character that cannot be saved" in words_on(page)
    assert "leeks" in form_on(page, "/exchanges/new").fields["note"]


def test_a_body_of_a_megabyte_is_too_much(street: Street) -> None:
    for address in ("/exchanges/new", "/exchanges", "/gifts/new", "/gifts"):
        answer = street.ana.post(address, data=GARDENING | {"note": "n" * 1_000_000})

        assert answer.status_code == 413 and "That was too long" in words_on(answer)


def test_people_of_the_same_name_are_listed_with_their_groups(street: Street) -> None:
    other = street.neighbourhood.welcomed("Bo Andersen", "bo.andersen@example.org")
    street.bank.do(JoinGroup(group=street.garden, member=other), by=street.chidi_id)

    page = checked(street.ana)

    words = words_on(page)
    assert page.status_code == 422 and "More than one person matches “Bo”. Choose one" in words
    assert "Bo Andersen Weir garden · since November 2026" in words.replace("AndersenWeir", "Andersen Weir")
    chosen = send(street.ana, page, "/exchanges/new", other=other)
    assert "You gave Bo Andersen" in words_on(chosen)


def test_a_whole_name_wins_over_longer_names_that_contain_it(street: Street) -> None:
    street.neighbourhood.welcomed("Bo Lindqvist-Marsh", "marsh@example.org")

    assert "You gave Bo Lindqvist 2 h" in words_on(checked(street.ana, other_name="bo lindqvist"))


def test_a_member_id_can_be_typed_instead_of_a_name(street: Street) -> None:
    assert "You gave Eve Adler" in words_on(checked(street.ana, other_name=street.eve_id))


def test_too_many_people_of_a_name_ask_for_more_of_it(street: Street) -> None:
    for number in range(9):
        street.neighbourhood.welcomed(f"Bo Number{number}", f"bo{number}@example.org")

    assert "Type more of the name" in words_on(checked(street.ana))


def test_markup_in_names_and_notes_is_shown_as_text(street: Street) -> None:
    street.neighbourhood.welcomed("<b>Mallory</b>", "mallory@example.org")

    page = checked(street.ana, other_name="mallory", note="<script>alert(1)</script>")

    assert "<script>alert" not in page.text and "<b>Mallory" not in page.text
    assert "<b>Mallory</b>" in words_on(page)


@pytest.mark.parametrize(
    "address",
    [
        "/exchanges/x-%00",
        "/exchanges/%ED%A0%80",
        "/gifts/f-%00",
        "/statements/m-%00",
        "/exchanges?member=m-%00",
        "/exchanges?with=m-%00&who=%00",
        "/exchanges?group=g-%00&category=%00&cursor=%00",
        "/exchanges/new?with=m-%00&corrects=x-%00&way=%00",
        "/gifts/new?with=%ED%A0%80",
    ],
)
def test_an_address_that_makes_no_sense_gives_a_plain_page(street: Street, address: str) -> None:
    answer = street.chidi.get(address)

    assert answer.status_code in {200, 400, 404, 422} and "Riverside" in words_on(answer)


def test_characters_that_no_field_can_hold_are_refused(street: Street) -> None:
    fields = form_on(street.ana.get("/exchanges/new"), "/exchanges/new").fields

    page = street.ana.post("/exchanges/new", data=fields | GARDENING | {"other": "m-\x00", "category": "\x00"})

    assert page.status_code == 422
