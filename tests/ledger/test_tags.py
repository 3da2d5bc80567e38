"""The tags of facts."""

from ledger.exchanges.facts import ExchangeReversed, ExchangeSettled
from ledger.members.facts import MemberLeft, RoleGiven, RoleWithdrawn
from tests.ledger.facts import one_of_each

FOR_EVER = {
    "community-founded": ("agreements",),
    "limits-agreed": ("agreements",),
    "confirmation-agreed": ("agreements",),
    "categories-agreed": ("agreements",),
    "exceptions-agreed": ("agreements",),
    "member-invited": ("member:m-ana",),
    "member-welcomed": ("member:m-ana",),
    "member-left": ("member:m-ana", "coordinators"),
    "role-given": ("member:m-chidi", "coordinators"),
    "role-withdrawn": ("member:m-chidi", "coordinators"),
    "visibility-chosen": ("member:m-ana",),
    "group-formed": ("group:g-garden",),
    "group-joined": ("belonging:g-garden:m-ana",),
    "group-left": ("belonging:g-garden:m-ana",),
    "exchange-reported": ("exchange:x-0001",),
    "exchange-confirmed": ("exchange:x-0001",),
    "exchange-settled": ("exchange:x-0001", "account:m-ana", "account:m-bo"),
    "exchange-declined": ("exchange:x-0001",),
    "exchange-called-off": ("exchange:x-0001",),
    "reversal-asked": ("exchange:x-0001",),
    "reversal-declined": ("exchange:x-0001",),
    "exchange-reversed": ("exchange:x-0001", "account:m-ana", "account:m-bo"),
    "gift-recorded": ("gift:f-0001",),
    "gift-withdrawn": ("gift:f-0001",),
    "thanks-given": ("exchange:x-0001",),
    "thanks-sharing-chosen": ("gift:f-0001",),
    "erasure-asked": ("member:m-ana",),
    "erasure-withdrawn": ("member:m-ana",),
    "personal-data-erased": ("member:m-ana", "erasures"),
}


def test_every_fact_has_the_tags_it_is_stored_with() -> None:
    assert {fact.stored.name: fact.tags for fact in one_of_each()} == FOR_EVER


def test_every_fact_has_tags_and_they_are_ascii_words() -> None:
    for fact in one_of_each():
        tags = fact.tags

        assert tags
        assert len(set(tags)) == len(tags)
        assert all(tag.isascii() and tag.isprintable() and " " not in tag for tag in tags)


def test_only_facts_that_move_minutes_have_account_tags() -> None:
    moving = {type(fact) for fact in one_of_each() if any(tag.startswith("account:") for tag in fact.tags)}

    assert moving == {ExchangeSettled, ExchangeReversed}


def test_a_skill_exchange_has_each_account_tag_once() -> None:
    (settled,) = [fact for fact in one_of_each() if isinstance(fact, ExchangeSettled)]

    assert settled.tags == ("exchange:x-0001", "account:m-ana", "account:m-bo")


def test_facts_that_change_who_coordinates_have_the_coordinators_tag() -> None:
    found = {type(fact) for fact in one_of_each() if "coordinators" in fact.tags}

    assert found == {MemberLeft, RoleGiven, RoleWithdrawn}
