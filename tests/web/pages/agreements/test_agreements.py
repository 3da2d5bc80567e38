"""What the community has agreed upon, and agreeing on something new."""

import pytest

from ledger.agreements.rules import DEFAULT_THRESHOLDS, THRESHOLDS
from tests.web.neighbourhood import Browser
from tests.web.pages.conftest import Street
from tests.web.pages.reader import send, words_on
from web.pages.agreements.agreements import in_typed_unit, key_for


def agreed(browser: Browser, noun: str, /, **typed: object) -> tuple[int, str]:
    answer = send(browser, browser.get("/agreements"), f"/agreements/{noun}", **typed)
    page = browser.get(answer.headers["location"]) if answer.status_code == 303 else answer
    return answer.status_code, words_on(page)


def test_everybody_reads_the_agreements_in_plain_words(street: Street) -> None:
    shown = words_on(street.ana.get("/agreements"))

    assert "Everyone can receive up to 20 h more than they gave, so that newcomers can receive first." in shown
    assert "There is no limit on giving." in shown
    assert "Hours count once the person who received the help agrees." in shown
    assert "Lifts and errands" in shown
    assert "Change the limits" not in shown


def test_a_coordinator_agrees_on_limits(street: Street) -> None:
    status, shown = agreed(street.chidi, "limits", debit="10", upper="٤٠")

    assert status == 303 and "Limits saved." in shown
    assert "up to 10 h more than they gave" in shown and "up to 40 h more than they received" in shown
    assert street.bank.agreements.debit_limit_minutes == -600


def test_no_upper_limit_is_an_empty_field(street: Street) -> None:
    agreed(street.chidi, "limits", debit="10", upper="40")

    _, shown = agreed(street.chidi, "limits", debit="0", upper="")

    assert "up to 0 h more" in shown and "There is no limit on giving." in shown


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"debit": ""}, "Enter a number of hours"),
        ({"debit": "-5"}, "Enter 0 or more"),
        ({"debit": "ten"}, "Enter a whole number"),
        ({"debit": "2.5"}, "Enter a whole number"),
        ({"debit": "999999"}, "or less"),
        ({"debit": "10", "upper": "0"}, "Enter 1 or more"),
    ],
)
def test_limits_that_make_no_sense_are_told_beside_the_field(
    street: Street, typed: dict[str, str], sentence: str
) -> None:
    status, shown = agreed(street.chidi, "limits", **typed)

    assert status == 422 and sentence in shown
    assert street.bank.agreements.debit_limit_minutes == -1200


def test_a_coordinator_agrees_on_whose_word_settles(street: Street) -> None:
    status, shown = agreed(street.chidi, "confirmation", words_needed="both")

    assert status == 303 and "Hours count once both people have agreed, no matter who logged them." in shown


def test_another_word_than_these_two_is_refused(street: Street) -> None:
    assert agreed(street.chidi, "confirmation", words_needed="nobody")[0] == 422


def test_kinds_of_help_are_renamed_added_and_given_up(street: Street) -> None:
    status, shown = agreed(
        street.chidi, "categories", key=["garden", "lifts", "", ""], label=["Garden and balcony", "", "Música", "歌"]
    )

    assert status == 303 and "Kinds of help saved." in shown
    kinds = {category.key: category.label for category in street.bank.agreements.categories}
    assert kinds == {"garden": "Garden and balcony", "musica": "Música", key_for("歌"): "歌"}
    assert key_for("歌").startswith("kind-")


@pytest.mark.parametrize(
    ("keys", "labels", "sentence"),
    [
        (["garden", ""], ["", " "], "Keep at least one kind of help"),
        (["garden", "lifts"], ["Garden", "Garden"], "use each name only once"),
        (["garden"], ["x" * 61], "no more than 60 characters"),
    ],
)
def test_kinds_of_help_that_cannot_be_agreed_upon(
    street: Street, keys: list[str], labels: list[str], sentence: str
) -> None:
    status, shown = agreed(street.chidi, "categories", key=keys, label=labels)

    assert status == 422 and sentence in shown


def test_what_was_typed_is_still_there(street: Street) -> None:
    page = street.chidi.get("/agreements")

    answer = send(street.chidi, page, "/agreements/categories", key=["garden", ""], label=["Same", "Same"])

    assert answer.text.count('value="Same"') == 2


def test_members_agree_on_nothing_alone(street: Street) -> None:
    for noun in ("limits", "confirmation", "categories"):
        assert street.ana.post(f"/agreements/{noun}", data={"command": "a-command-of-this-test"}).status_code == 403


TYPED = {name: str(in_typed_unit(one, one.default)) for name, one in THRESHOLDS.items()}
"""The form as it stands before anybody types."""


def test_a_coordinator_agrees_from_where_on_something_is_worth_a_look(street: Street) -> None:
    status, shown = agreed(street.chidi, "exceptions", **(TYPED | {"day_minutes": "12", "near_days": "٧"}))

    assert status == 303 and "The list will be updated" in shown
    agreed_on = street.bank.agreements.thresholds
    assert (agreed_on.day_minutes, agreed_on.near_days) == (720, 7)
    assert "Agreed: new thresholds for what is worth a look." in words_on(street.ruth.get("/journal"))


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"day_minutes": "24"}, "Enter 23 or less"),
        ({"near_percent": "0"}, "Enter 1 or more"),
        ({"resting_days": "often"}, "Enter a whole number"),
        ({"burst_acts": ""}, "Fill this in"),
    ],
)
def test_thresholds_that_make_no_sense_are_told_beside_the_field(
    street: Street, typed: dict[str, str], sentence: str
) -> None:
    status, shown = agreed(street.chidi, "exceptions", **(TYPED | {"new_days": "21"} | typed))

    assert status == 422 and sentence in shown
    assert street.bank.agreements.thresholds == DEFAULT_THRESHOLDS


def test_auditors_read_what_is_worth_a_look_and_members_are_spared(street: Street) -> None:
    assert "Worth a look" in words_on(street.ruth.get("/agreements"))
    assert "Change these thresholds" not in words_on(street.ruth.get("/agreements"))
    assert "worth a look" not in words_on(street.ana.get("/agreements"))
