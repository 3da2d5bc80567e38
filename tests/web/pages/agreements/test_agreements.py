"""What the community has agreed, and how coordinators change it."""

from typing import Any

import pytest

from ledger.agreements.rules import DEFAULT_THRESHOLDS, THRESHOLDS
from tests.web.neighbourhood import Browser
from tests.web.pages.conftest import Street
from tests.web.pages.reader import actions_on, send, words_on
from tests.web.routes import COORDINATORS, MEMBERS, Attempt, Found, SecondAttempts
from web.pages.agreements.agreements import in_typed_unit, key_for

FOUND: Found = {
    "show_agreements": MEMBERS,
    "agree_limits": COORDINATORS,
    "agree_confirmation": COORDINATORS,
    "agree_categories": COORDINATORS,
    "agree_thresholds": COORDINATORS,
}


def agreement(street: Street, what: str, field: str, right: Any, wrong: Any = "") -> Attempt:
    return Attempt(street.chidi, "/agreements", f"/agreements/{what}", {field: wrong}, {field: right})


def agree_limits(street: Street) -> Attempt:
    return agreement(street, "limits", "debit", "30")


def agree_confirmation(street: Street) -> Attempt:
    return agreement(street, "confirmation", "words_needed", "both")


def agree_categories(street: Street) -> Attempt:
    of_all = agreement(street, "categories", "label", ["Garden", "Music"])
    return of_all._replace(right={**of_all.right, "key": ["garden", ""]})


def agree_thresholds(street: Street) -> Attempt:
    return agreement(street, "exceptions", "late_days", "14", "soon")


SECOND_ATTEMPTS: SecondAttempts = (agree_limits, agree_confirmation, agree_categories, agree_thresholds)


def agreed(browser: Browser, noun: str, /, **typed: object) -> tuple[int, str]:
    answer = send(browser, browser.get("/agreements"), f"/agreements/{noun}", **typed)
    page = browser.get(answer.headers["location"]) if answer.status_code == 303 else answer
    return answer.status_code, words_on(page)


def test_everyone_reads_the_agreements_and_members_cannot_change_them(street: Street) -> None:
    page = street.ana.get("/agreements")

    assert "up to 20 h more than they gave" in words_on(page) and "Lifts and errands" in words_on(page)
    assert not any(action.startswith("/agreements") for action in actions_on(page))


def test_a_coordinator_agrees_on_limits(street: Street) -> None:
    status, shown = agreed(street.chidi, "limits", debit="10", upper="٤٠")

    assert status == 303
    assert "up to 10 h more than they gave" in shown and "up to 40 h more than they received" in shown
    assert street.bank.agreements.debit_limit_minutes == -600


def test_no_upper_limit_is_an_empty_field(street: Street) -> None:
    agreed(street.chidi, "limits", debit="10", upper="40")

    _, shown = agreed(street.chidi, "limits", debit="0", upper="")

    assert "up to 0 h more" in shown
    assert street.bank.agreements.upper_limit_minutes is None


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
def test_limits_that_make_no_sense_are_refused_beside_the_field(
    street: Street, typed: dict[str, str], sentence: str
) -> None:
    status, shown = agreed(street.chidi, "limits", **typed)

    assert status == 422 and sentence in shown
    assert street.bank.agreements.debit_limit_minutes == -1200


def test_a_coordinator_changes_who_has_to_agree(street: Street) -> None:
    assert agreed(street.chidi, "confirmation", words_needed="both")[0] == 303
    assert street.bank.agreements.words_needed == "both"


def test_an_unknown_answer_to_who_has_to_agree_is_refused(street: Street) -> None:
    assert agreed(street.chidi, "confirmation", words_needed="nobody")[0] == 422


def test_kinds_of_help_are_renamed_added_and_removed(street: Street) -> None:
    status, _ = agreed(
        street.chidi, "categories", key=["garden", "lifts", "", ""], label=["Garden and balcony", "", "Música", "歌"]
    )

    assert status == 303
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
def test_kinds_of_help_that_make_no_sense_are_refused(
    street: Street, keys: list[str], labels: list[str], sentence: str
) -> None:
    status, shown = agreed(street.chidi, "categories", key=keys, label=labels)

    assert status == 422 and sentence in shown


def test_kinds_of_help_that_were_refused_are_shown_as_typed(street: Street) -> None:
    page = street.chidi.get("/agreements")

    answer = send(street.chidi, page, "/agreements/categories", key=["garden", ""], label=["Same", "Same"])

    assert answer.text.count('value="Same"') == 2


def test_members_cannot_change_the_agreements(street: Street) -> None:
    for noun in ("limits", "confirmation", "categories"):
        assert street.ana.post(f"/agreements/{noun}", data={"command": "a-command-of-this-test"}).status_code == 403


TYPED = {name: str(in_typed_unit(one, one.default)) for name, one in THRESHOLDS.items()}
"""The form before anyone types."""


def test_a_coordinator_changes_the_thresholds(street: Street) -> None:
    status, shown = agreed(street.chidi, "exceptions", **(TYPED | {"day_minutes": "12", "near_days": "٧"}))

    assert status == 303 and 'role="status"' in street.chidi.get("/agreements?done=exceptions").text, shown
    agreed_on = street.bank.agreements.thresholds
    assert (agreed_on.day_minutes, agreed_on.near_days) == (720, 7)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"day_minutes": "24"}, "Enter 23 or less"),
        ({"near_percent": "0"}, "Enter 1 or more"),
        ({"resting_days": "often"}, "Enter a whole number"),
        ({"burst_acts": ""}, "Fill this in"),
    ],
)
def test_thresholds_that_make_no_sense_are_refused_beside_the_field(
    street: Street, typed: dict[str, str], sentence: str
) -> None:
    status, shown = agreed(street.chidi, "exceptions", **(TYPED | {"new_days": "21"} | typed))

    assert status == 422 and sentence in shown
    assert street.bank.agreements.thresholds == DEFAULT_THRESHOLDS


def test_auditors_read_the_thresholds_and_members_do_not(street: Street) -> None:
    ruth, ana = street.ruth.get("/agreements"), street.ana.get("/agreements")
    assert 'id="worth-a-look"' in ruth.text and "/agreements/exceptions" not in actions_on(ruth)
    assert 'id="worth-a-look"' not in ana.text
