"""The tags under which facts are found again."""

from ledger.domain.subjects import subjects_of
from ledger.events import ExchangeReversed, ExchangeSettled, MemberLeft, RoleGiven, RoleWithdrawn
from tests.ledger.facts import one_of_each


def test_every_fact_is_found_by_something_and_its_tags_are_ascii_words() -> None:
    for fact in one_of_each():
        tags = subjects_of(fact)

        assert tags
        assert len(set(tags)) == len(tags)
        assert all(tag.isascii() and tag.isprintable() and " " not in tag for tag in tags)


def test_only_what_moves_minutes_is_found_by_accounts() -> None:
    moving = {type(fact) for fact in one_of_each() if any(tag.startswith("account:") for tag in subjects_of(fact))}

    assert moving == {ExchangeSettled, ExchangeReversed}


def test_a_skill_exchange_is_found_by_both_accounts_once() -> None:
    (settled,) = [fact for fact in one_of_each() if isinstance(fact, ExchangeSettled)]

    assert subjects_of(settled) == ("exchange:x-0001", "account:m-ana", "account:m-bo")


def test_whatever_changes_who_coordinates_is_found_with_the_coordinators() -> None:
    found = {type(fact) for fact in one_of_each() if "coordinators" in subjects_of(fact)}

    assert found == {MemberLeft, RoleGiven, RoleWithdrawn}
