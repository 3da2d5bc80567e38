"""What counts, read from the log alone: confirmed, not taken back, between members, as of any moment."""

import random
from datetime import date, timedelta

import pytest

from ledger.identifiers import AccountId
from ledger.log.entry import UnreadableEntry
from ledger.members.commands import LeaveCommunity
from ledger.members.facts import MemberLeft
from ledger.refusals import NoSuchEntry
from ledger.replay import Until, replay
from projections.figures.chronicle import counted
from projections.figures.measures.statistics import Statistics, statistics
from tests.cast import ANA, BO, CHIDI, RUTH, TODAY
from tests.projections.elm_street import LAST_MONTH, ElmStreet

DAY = timedelta(days=1)


def acts(street: ElmStreet, until: Until | None = None) -> list[tuple[str, str, int, str]]:
    found = counted(street.bank.log, until or Until()).acts
    return [(act.giver, act.receiver, act.minutes, act.kind) for act in found]


def figures(street: ElmStreet, until: Until | None = None) -> Statistics:
    found = counted(street.bank.log, until or Until())
    return statistics(found.acts, found.members, as_of=found.last_day, weigh="acts")


def test_settled_exchanges_and_gifts_between_members_count(street: ElmStreet) -> None:
    street.helped(ANA, BO, 60)
    street.swapped_skills()
    street.gave(BO, CHIDI)

    assert acts(street) == [
        (ANA, BO, 60, "help"),
        (ANA, BO, 60, "skill-exchange"),
        (BO, ANA, 120, "skill-exchange"),
        (BO, CHIDI, 0, "gift"),
    ]
    swap = counted(street.bank.log).acts[1:3]
    assert swap[0].number == swap[1].number


def test_a_report_does_not_count_until_it_is_confirmed(small_street: ElmStreet) -> None:
    waiting = small_street.helped(by=ANA)
    small_street.declined(small_street.helped(by=ANA))
    small_street.called_off(small_street.helped(by=ANA))

    assert acts(small_street) == []
    small_street.agreed(waiting)
    assert len(acts(small_street)) == 1


def test_gifts_to_a_group_or_the_community_are_not_between_two_people(small_street: ElmStreet) -> None:
    small_street.gave(ANA)
    small_street.gave(ANA, small_street.formed(BO))

    assert acts(small_street) == []


def test_what_is_taken_back_is_in_no_figure(small_street: ElmStreet) -> None:
    small_street.helped(BO, CHIDI, 45)
    before = figures(small_street)
    taken_back = small_street.helped(ANA, BO, 90)
    gift = small_street.gave(ANA, CHIDI)
    assert figures(small_street) != before

    small_street.took_back(taken_back)
    small_street.withdrew(gift)

    assert figures(small_street) == before


def test_a_corrected_exchange_counts_once_as_corrected(small_street: ElmStreet) -> None:
    wrong = small_street.helped(ANA, BO, 60)
    small_street.took_back(wrong)
    small_street.helped(ANA, BO, 45, corrects=wrong)

    assert acts(small_street) == [(ANA, BO, 45, "help")]


def test_minutes_are_those_of_the_balances(street: ElmStreet) -> None:
    street.lively()

    found = counted(street.bank.log)

    tallies = replay(street.bank.log).accounts
    for member in (ANA, BO, CHIDI, RUTH):
        tally = tallies.get(AccountId(member))
        given = sum(act.minutes for act in found.acts if act.giver == member)
        received = sum(act.minutes for act in found.acts if act.receiver == member)
        assert (given, received) == ((tally.given, tally.received) if tally else (0, 0))
    assert found.number == street.views.as_of().number


def test_kinds_and_months_are_those_that_groups_read(small_street: ElmStreet) -> None:
    """Gifts to groups and to all apart, which measures between people leave out."""
    small_street.helped(ANA, BO, 60)
    small_street.helped(BO, ANA, 30, category="repairs", on=LAST_MONTH)
    small_street.swapped_skills()
    small_street.gave(BO, CHIDI)

    found = figures(small_street)

    read = small_street.views.contributions.categories("community", "0000", "9999")
    by_category: dict[str, tuple[int, int]] = {}
    for row in read:
        entries, minutes = by_category.get(row.category, (0, 0))
        by_category[row.category] = (entries + row.exchanges + row.gifts, minutes + row.given)
    assert {key: (part.entries, part.minutes) for key, part in found.by_category.items()} == by_category
    months = small_street.views.contributions.months("community", "0000", "9999")
    assert {key: (part.entries, part.minutes) for key, part in found.by_month.items()} == {
        row.month: (row.exchanges + row.gifts, row.given) for row in months
    }


def test_every_prefix_of_the_log_gives_the_figures_at_that_entry(small_street: ElmStreet) -> None:
    remembered: dict[int, Statistics] = {}
    chance = random.Random(1)
    for step in range(10):
        is_wrong = step % 3 == 2
        giver, receiver = (ANA, BO) if is_wrong else chance.sample((ANA, BO, CHIDI), 2)
        exchange = small_street.helped(giver, receiver, chance.randrange(15, 90))
        if is_wrong:
            small_street.took_back(exchange)
        found = counted(small_street.bank.log)
        remembered[found.number] = figures(small_street)

    for number, as_remembered in remembered.items():
        assert figures(small_street, Until(number=number)) == as_remembered


def test_figures_can_be_computed_for_another_time(small_street: ElmStreet) -> None:
    small_street.helped(ANA, BO, 60, on=LAST_MONTH)
    known = small_street.time.moment
    taken_back = small_street.helped(ANA, BO, 30)
    before_reversal = small_street.time.moment
    number = counted(small_street.bank.log).number
    small_street.took_back(taken_back)
    assert counted(small_street.bank.log, Until(known_at=before_reversal)).number == number

    assert len(acts(small_street)) == 1
    assert len(acts(small_street, Until(known_at=known))) == 1
    assert len(acts(small_street, Until(known_at=before_reversal))) == 2
    assert len(acts(small_street, Until(number=number))) == 2
    assert acts(small_street, Until(as_of=LAST_MONTH - DAY)) == []
    assert len(acts(small_street, Until(as_of=LAST_MONTH, number=number))) == 1
    with pytest.raises(NoSuchEntry):
        acts(small_street, Until(number=10_000))


def test_members_are_those_welcomed_until_they_leave(small_street: ElmStreet) -> None:
    small_street.bank.do(LeaveCommunity(member=BO), by=BO)

    found = {row.member: row for row in counted(small_street.bank.log).members}

    assert set(found) == {ANA, BO, CHIDI, RUTH}
    assert (found[ANA].joined_on, found[ANA].left_on) == (TODAY, None)
    assert found[BO].left_on == TODAY


def test_days_are_those_of_the_community(sqlite_url: str) -> None:
    """Welcomed at noon in Greenwich, which is tomorrow in Kiribati."""
    street = ElmStreet.founded(sqlite_url, time_zone="Pacific/Kiritimati")

    found = counted(street.bank.log)

    assert {row.joined_on for row in found.members} == {found.last_day} == {TODAY + DAY}
    street.close()


def test_nothing_counts_before_the_first_entry(small_street: ElmStreet) -> None:
    assert counted(small_street.bank.log, Until(number=0)) == ([], [], 0, date.min)


def test_an_unreadable_entry_is_reported_by_its_number(small_street: ElmStreet) -> None:
    small_street.wrote(MemberLeft(member=ANA))
    number = counted(small_street.bank.log).number
    small_street.bank.log.append([("strange", b"{}", ("made-up",))], unless=("nothing",), after=0)

    with pytest.raises(UnreadableEntry, match=f"entry {number + 1}"):
        counted(small_street.bank.log)
