"""Attacks told by hand: on groups beside the community and one another, and on what came late."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from projections.figures.measures.acts import Act
from projections.figures.privacy.cells import Audience
from projections.figures.reports.kept import COMMUNITY, Report
from tests.projections.figures.measures.communities import act, ring
from tests.projections.figures.reports.written import DAY, Written

SEEDS = (1, 4)
Reports = Mapping[tuple[str, str, Audience], Report]


def street(*groups: tuple[str, Iterable[str]], people: int = 40) -> Written:
    """Everybody helps their two next neighbours in January; the groups were formed before, the first one first."""
    written = Written()
    names = [f"m-{place}" for place in range(people)]
    written.welcomed(names)
    for name, circle in groups:
        written.formed(name, circle)
    written.happened(ring(people, on=date(2025, 1, 5)))
    return written


def january(written: Written, scope: str) -> int | None:
    return written.reports(today=date(2025, 2, 8))[scope, "2025-01", "coordinators"].figures["entries"]


def people(first: int, last: int) -> list[str]:
    return [f"m-{place}" for place in range(first, last + 1)]


def test_a_group_is_shown_if_the_rest_of_the_community_is_enough_people() -> None:
    beside_many, beside_few = people(0, 17), people(0, 36)

    assert january(street(("g-a", beside_many)), "g-a") == 39
    assert january(street(("g-a", beside_few)), "g-a") is None, "three people would be left, and what they did"
    assert january(street(("g-a", people(0, 4))), "g-a") is None, "nor one of five"


def test_the_younger_of_two_groups_is_hidden_if_their_difference_would_reveal_a_few_people() -> None:
    """The second holds the first, and two people more."""
    nested = street(("g-a", people(0, 17)), ("g-b", people(0, 19)))
    the_same = street(("g-a", people(0, 17)), ("g-b", people(0, 17)))

    assert (january(nested, "g-a"), january(nested, "g-b")) == (39, None)
    assert (january(the_same, "g-a"), january(the_same, "g-b")) == (39, 39)


def test_groups_are_not_shown_together_if_few_people_are_in_neither() -> None:
    """Thirty-six of forty people are in either group: what is left, and what passes between, would follow."""
    both = street(("g-a", people(0, 17)), ("g-b", people(20, 37)))

    assert (january(both, "g-a"), january(both, "g-b")) == (39, None)


def test_what_members_receive_does_not_reveal_who_joined_in_between() -> None:
    """Access is told of those who belong at the end; Ana joined late, and her hours before must not follow."""
    written = street(("g-a", people(0, 17)))
    written.happened([act("m-30", "m-29", 600, date(2025, 1, 6))])
    before = written.reports(today=date(2025, 2, 8))[COMMUNITY, "2025-01", "everyone"].figures["access"]
    written.joined("g-a", "m-29", date(2025, 1, 20))

    after = written.reports(today=date(2025, 2, 8))[COMMUNITY, "2025-01", "everyone"].figures["access"]

    assert [one["group"] for one in before] == ["g-a"] and after is None


# What comes late


def with_late(acts: Iterable[Act]) -> Reports:
    """Each month everybody helped their neighbours; and in June somebody tells of more that happened in February."""
    written = street()
    for number in range(2, 13):
        written.happened(ring(40, on=date(2025, number, 5)))
    late = list(acts)
    written.happened(late, recorded_after=date(2025, 6, 10) - late[0].given_on)
    return written.reports()


def test_a_year_includes_late_entries_of_enough_people() -> None:
    reports = with_late(ring(15, on=date(2025, 2, 9)))

    february, whole = reports[COMMUNITY, "2025-02", "everyone"], reports[COMMUNITY, "2025", "everyone"]

    assert february.figures["entries"] == 80 and whole.figures["entries"] == 12 * 80 + 30
    assert february.late is not None and (february.late.entries, february.late.minutes) == (30, 1800)
    assert february.looked_at > february.entry and not february.late_hidden
    assert whole.late is None and not whole.late_hidden
    assert [month["entries"] for month in whole.figures["months"]] == [80] * 12, "months stay as their reports told"


def test_a_year_less_its_months_does_not_reveal_the_late_entries_of_two_people() -> None:
    reports = with_late([act("m-1", "m-2", 120, date(2025, 2, 9))])

    for name in ("2025-02", "2025"):
        report = reports[COMMUNITY, name, "coordinators"]
        assert report.late is None and report.late_hidden
    assert reports[COMMUNITY, "2025", "coordinators"].figures["entries"] == 12 * 80


def test_no_single_late_entry_shows_between_two_checks() -> None:
    """Enough came late in March and shows. One more in April does not, until enough have come again."""
    written = street()
    written.happened(ring(12, on=date(2025, 1, 9)), recorded_after=60 * DAY)
    first = written.reports(today=date(2025, 4, 8))[COMMUNITY, "2025-01", "everyone"]
    written.happened([act("m-1", "m-2", 120, date(2025, 1, 10))], recorded_after=100 * DAY)
    second = written.reports(today=date(2025, 6, 8))[COMMUNITY, "2025-01", "everyone"]
    written.happened(ring(12, on=date(2025, 1, 11), prefix="m-n"), recorded_after=150 * DAY)
    third = written.reports(today=date(2025, 8, 8))[COMMUNITY, "2025-01", "everyone"]

    assert first.late is not None and first.late.entries == 24
    assert (second.late, second.looked_at) == (first.late, first.looked_at)
    assert third.late is not None and third.late.entries == 49


def test_wellbeing_signs_are_shown_for_enough_people() -> None:
    waiting = street()
    waiting.waits(act("m-1", "m-2", on=date(2025, 1, 6)))
    many = street()
    for one in ring(12, on=date(2025, 1, 6)):
        many.waits(one)

    def care(written: Written, name: str) -> Any:
        return written.reports(today=date(2025, 2, 8))[COMMUNITY, "2025-01", "coordinators"].figures[name]

    assert care(waiting, "unconfirmed") is None, "two people, of whom everybody knew"
    assert care(many, "unconfirmed") == round(24 / 104, 2)
    assert care(many, "late_share") == 0.0 and care(many, "overloaded") == 0
    assert "unconfirmed" not in many.reports(today=date(2025, 2, 8))[COMMUNITY, "2025-01", "everyone"].figures
