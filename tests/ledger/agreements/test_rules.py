"""Rules for changing the agreements."""

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from ledger.agreements.facts import (
    CategoriesAgreed,
    Category,
    CommunityFounded,
    ConfirmationAgreed,
    ExceptionsAgreed,
    LimitsAgreed,
)
from ledger.agreements.rules import (
    DEFAULT_CATEGORIES,
    DEFAULT_DEBIT_LIMIT_MINUTES,
    DEFAULT_THRESHOLDS,
    THRESHOLDS,
    Agreements,
    agree_categories,
    agree_confirmation,
    agree_limits,
    agree_thresholds,
)
from ledger.identifiers import CategoryKey
from ledger.refusals import (
    InvalidCategories,
    LimitOutOfRange,
    NotFounded,
    OnlyCoordinators,
    TextTooLong,
    ThresholdOutOfRange,
    UnreadableText,
)
from tests.cast import AGREEMENTS, ANA, CHIDI, RUTH, after, host, member


def kind(key: str, label: str = "Something") -> Category:
    """A kind of help."""
    return Category(key=CategoryKey(key), label=label)


def test_the_defaults_are_in_force_until_something_is_agreed() -> None:
    agreements = Agreements()

    assert not agreements.is_founded
    assert agreements.debit_limit_minutes == DEFAULT_DEBIT_LIMIT_MINUTES == -20 * 60
    assert agreements.upper_limit_minutes is None
    assert agreements.words_needed == "receiver"


def test_the_founding_sets_name_time_zone_and_origin() -> None:
    founded = CommunityFounded(name="Elm Street", time_zone="Asia/Tokyo", language="en", origin="host/elm-street/1")

    agreements = after(Agreements(), [founded])

    assert agreements.is_founded
    assert agreements.local(datetime(2026, 3, 14, 23, 0, tzinfo=UTC)).date().isoformat() == "2026-03-15"


def test_a_coordinator_changes_the_limits() -> None:
    facts = agree_limits(AGREEMENTS, debit_limit_minutes=-600, upper_limit_minutes=3000, by=member(CHIDI))

    assert facts == [LimitsAgreed(debit_limit_minutes=-600, upper_limit_minutes=3000)]
    agreed = after(AGREEMENTS, facts)
    assert (agreed.debit_limit_minutes, agreed.upper_limit_minutes) == (-600, 3000)


def test_an_upper_limit_can_be_removed() -> None:
    limited = after(AGREEMENTS, [LimitsAgreed(debit_limit_minutes=-600, upper_limit_minutes=3000)])

    facts = agree_limits(limited, debit_limit_minutes=-600, upper_limit_minutes=None, by=host())

    assert after(limited, facts).upper_limit_minutes is None


@pytest.mark.parametrize(("debit", "upper"), [(1, None), (-1_000_001, None), (0, 0), (0, -60), (0, 1_000_001)])
def test_limits_on_the_wrong_side_of_zero_are_refused(debit: int, upper: int | None) -> None:
    with pytest.raises(LimitOutOfRange):
        agree_limits(AGREEMENTS, debit_limit_minutes=debit, upper_limit_minutes=upper, by=member(CHIDI))


def test_a_debit_limit_can_be_zero() -> None:
    assert agree_limits(AGREEMENTS, debit_limit_minutes=0, upper_limit_minutes=None, by=member(CHIDI))


def test_a_coordinator_can_require_both_parties_to_agree() -> None:
    facts = agree_confirmation(AGREEMENTS, words_needed="both", by=member(CHIDI))

    assert facts == [ConfirmationAgreed(words_needed="both")]
    assert after(AGREEMENTS, facts).words_needed == "both"


def test_a_coordinator_changes_the_kinds_of_help() -> None:
    facts = agree_categories(AGREEMENTS, categories=[kind("bees", "Bees"), kind("boats", "Boats")], by=member(CHIDI))

    assert facts == [CategoriesAgreed(categories=(kind("bees", "Bees"), kind("boats", "Boats")))]
    assert after(AGREEMENTS, facts).category_keys == {"bees", "boats"}


@pytest.mark.parametrize(
    "categories",
    [
        [],
        [kind("bees", "Bees"), kind("bees", "Other bees")],
        [kind("bees", "Bees"), kind("wasps", " Bees ")],
        [kind("bees", " ")],
        [kind("Bees")],
        [kind("")],
        [kind("two words")],
        [kind("b" * 41)],
        [kind(f"kind-{number}", f"Kind {number}") for number in range(101)],
    ],
)
def test_kinds_of_help_that_are_missing_repeated_or_invalid_are_refused(categories: list[Category]) -> None:
    with pytest.raises(InvalidCategories):
        agree_categories(AGREEMENTS, categories=categories, by=member(CHIDI))


def test_a_label_longer_than_sixty_characters_is_refused() -> None:
    assert agree_categories(AGREEMENTS, categories=[kind("bees", "B" * 60)], by=member(CHIDI))

    with pytest.raises(TextTooLong):
        agree_categories(AGREEMENTS, categories=[kind("bees", "B" * 61)], by=member(CHIDI))


@pytest.mark.parametrize("label", ["half \ud800", "null \x00", "bell \x07"])
def test_a_label_with_unreadable_characters_is_refused(label: str) -> None:
    with pytest.raises(UnreadableText):
        agree_categories(AGREEMENTS, categories=[kind("bees", label)], by=member(CHIDI))


def test_spaces_around_labels_are_removed() -> None:
    (fact,) = agree_categories(AGREEMENTS, categories=[kind("bees", "  Bees ")], by=member(CHIDI))

    assert fact == CategoriesAgreed(categories=(kind("bees", "Bees"),))


def test_agreeing_to_the_current_agreements_records_nothing() -> None:
    by = member(CHIDI)

    assert agree_limits(AGREEMENTS, debit_limit_minutes=-1200, upper_limit_minutes=None, by=by) == []
    assert agree_confirmation(AGREEMENTS, words_needed="receiver", by=by) == []
    assert agree_categories(AGREEMENTS, categories=DEFAULT_CATEGORIES, by=by) == []


def test_only_coordinators_can_change_the_agreements() -> None:
    by = member(ANA)

    with pytest.raises(OnlyCoordinators):
        agree_limits(AGREEMENTS, debit_limit_minutes=0, upper_limit_minutes=None, by=by)
    with pytest.raises(OnlyCoordinators):
        agree_confirmation(AGREEMENTS, words_needed="both", by=by)
    with pytest.raises(OnlyCoordinators):
        agree_categories(AGREEMENTS, categories=[kind("bees")], by=by)


def test_nothing_can_be_agreed_before_the_founding() -> None:
    by = host()

    with pytest.raises(NotFounded):
        agree_limits(Agreements(), debit_limit_minutes=0, upper_limit_minutes=None, by=by)
    with pytest.raises(NotFounded):
        agree_confirmation(Agreements(), words_needed="both", by=by)
    with pytest.raises(NotFounded):
        agree_categories(Agreements(), categories=[kind("bees")], by=by)


def test_a_coordinator_changes_the_thresholds() -> None:
    wanted = replace(DEFAULT_THRESHOLDS, near_days=7)

    facts = agree_thresholds(AGREEMENTS, thresholds=wanted, by=member(CHIDI))

    assert facts == [ExceptionsAgreed(thresholds=wanted)]
    agreed = after(AGREEMENTS, facts)
    assert agreed.thresholds == wanted
    assert agree_thresholds(agreed, thresholds=wanted, by=member(CHIDI)) == [], "it is so already"


@pytest.mark.parametrize("name", THRESHOLDS)
def test_a_threshold_out_of_its_range_is_refused(name: str) -> None:
    _, least, most, _, _ = THRESHOLDS[name]

    for within in (least, most):
        agree_thresholds(AGREEMENTS, thresholds=replace(DEFAULT_THRESHOLDS, **{name: within}), by=member(CHIDI))
    for outside in (least - 1, most + 1):
        with pytest.raises(ThresholdOutOfRange):
            agree_thresholds(AGREEMENTS, thresholds=replace(DEFAULT_THRESHOLDS, **{name: outside}), by=member(CHIDI))


def test_the_default_of_every_threshold_is_in_its_range() -> None:
    assert tuple(THRESHOLDS) == DEFAULT_THRESHOLDS.__struct_fields__
    assert agree_thresholds(AGREEMENTS, thresholds=DEFAULT_THRESHOLDS, by=member(CHIDI)) == []


def test_auditors_and_members_cannot_change_the_thresholds() -> None:
    for who in (ANA, RUTH):
        with pytest.raises(OnlyCoordinators):
            agree_thresholds(AGREEMENTS, thresholds=replace(DEFAULT_THRESHOLDS, near_days=7), by=member(who))
