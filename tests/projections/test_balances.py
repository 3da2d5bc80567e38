"""Balances: what each account gave and received, and with whom."""

from ledger.identifiers import COMMUNITY, AccountId
from tests.cast import ANA, BO, CHIDI, RUTH, replayed
from tests.projections.elm_street import ElmStreet


def test_an_hour_of_help_is_given_by_one_and_received_by_the_other(street: ElmStreet) -> None:
    street.helped(ANA, BO, 60)

    ana, bo = street.views.balances.of(AccountId(ANA)), street.views.balances.of(AccountId(BO))

    assert (ana.given, ana.received, ana.exchanges, ana.people_helped, ana.helped_by) == (60, 0, 1, 1, 0)
    assert (bo.given, bo.received, bo.exchanges, bo.people_helped, bo.helped_by) == (0, 60, 1, 0, 1)
    assert (ana.balance, bo.balance) == (60, -60)


def test_a_waiting_exchange_does_not_count(street: ElmStreet) -> None:
    street.helped(ANA, BO, 60, by=ANA)

    assert street.views.balances.of(AccountId(ANA)).given == 0
    assert street.views.balances.people(AccountId(ANA)) == []


def test_a_reversal_subtracts_everything(street: ElmStreet) -> None:
    stored = street.helped(ANA, BO, 30)
    street.took_back(street.helped(ANA, BO, 60))

    once = street.views.balances.of(AccountId(ANA))
    street.took_back(stored)

    assert (once.given, once.exchanges, once.people_helped) == (30, 1, 1)
    assert street.views.balances.of(AccountId(ANA)) == (ANA, 0, 0, 0, 0, 0, 0, 0)
    assert street.views.balances.people(AccountId(ANA)) == []


def test_each_person_counts_once_however_often_they_helped(street: ElmStreet) -> None:
    street.helped(ANA, BO)
    street.helped(ANA, BO)
    street.helped(ANA, CHIDI)
    street.swapped_skills()

    ana = street.views.balances.of(AccountId(ANA))

    assert (ana.people_helped, ana.helped_by, ana.exchanges) == (2, 1, 4)


def test_a_gift_counts_and_changes_no_minutes(street: ElmStreet) -> None:
    street.gave(ANA, BO)
    street.gave(ANA, COMMUNITY)
    street.withdrew(street.gave(ANA, BO))

    ana, bo = street.views.balances.of(AccountId(ANA)), street.views.balances.of(AccountId(BO))

    assert (ana.gifts_given, ana.given, ana.people_helped) == (2, 0, 1)
    assert (bo.gifts_received, bo.received, bo.helped_by) == (1, 0, 1)
    assert street.views.balances.of(COMMUNITY).gifts_received == 1


def test_people_are_listed_latest_first_with_what_was_given_and_received(street: ElmStreet) -> None:
    street.helped(ANA, BO, 60)
    street.helped(ANA, CHIDI, 20)
    street.gave(ANA, RUTH)
    street.helped(BO, ANA, 15)

    people = street.views.balances.people(AccountId(ANA))

    assert people == [(BO, 60, 15, 2, 0), (RUTH, 0, 0, 0, 1), (CHIDI, 20, 0, 1, 0)]
    assert [tie.other for tie in street.views.balances.people(AccountId(ANA), limit=1)] == [BO]


def test_accounts_can_be_paged_in_both_directions(street: ElmStreet) -> None:
    first = street.views.balances.page(limit=3)
    second = street.views.balances.page(first.older or "", limit=3)
    back = street.views.balances.page(second.newer or "", limit=3)

    assert [tally.account for tally in first.rows] == [ANA, BO, CHIDI]
    assert [tally.account for tally in second.rows] == [RUTH]
    assert (first.newer, second.older, back) == (None, None, first)


def test_the_total_agrees_with_the_accounts_and_with_the_log(street: ElmStreet) -> None:
    street.lively()

    tallies = street.views.balances.page().rows
    total = street.views.balances.total()

    assert total == (sum(t.given for t in tallies), sum(t.received for t in tallies), len(tallies))
    assert total.given == total.received
    assert {t.account: t.balance for t in tallies if t.balance} == {
        account: minutes for account, minutes in replayed(street.bank.log).items() if minutes
    }
