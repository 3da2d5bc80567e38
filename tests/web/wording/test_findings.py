"""What a report says in words: true to its numbers, kind to everybody, and silent where there are too few people."""

import re
from typing import Any

import pytest

from tests.web.reports import GARDEN, figures_of_a_year, hidden, month_of, part, report
from web.pages.figures.community import wellbeing_of
from web.pages.figures.findings import access_of, mix_of, months_of, ways_of
from web.pages.figures.reports import Findings, findings_of
from web.wording.figure_words import CALLED, PARTS, compared, said, sections, valued
from web.wording.findings import beginning, breadth

LABELS = {"garden": "Garden", "food": "Meals and food", "children": "Children and family"}


def found(**changed: Any) -> Findings:
    """The findings of the year 2025, with some figures changed."""
    return findings_of(report(**changed), LABELS, {})


def headings(told: Findings) -> list[str]:
    """Every heading that says a finding."""
    parts = (told.participation, told.load, told.kinds, told.categories, told.months, told.access)
    return [one.finding for one in parts if one is not None]


def test_the_three_ways_help_travels_are_listed_in_order_as_hours_of_twenty() -> None:
    told = ways_of(report())

    assert told is not None
    assert [(way.heading, way.of_twenty) for way in told.ways] == [
        ("Given back", 5),
        ("Comes round", 4),
        ("Passed on", 11),
    ]
    assert told.sentence == (
        "Of every 20 hours given in 2025, 5 were given back by the same person, 4 came round by way of "
        "others and 11 were passed on."
    )


def test_one_hour_of_twenty_is_told_as_one() -> None:
    told = ways_of(report(twenty={"given_back": 1, "comes_round": 1, "passed_on": 18}))

    assert told is not None
    assert "1 was given back by the same person, 1 came round by way of others, and 18 were passed on" in told.sentence


@pytest.mark.parametrize(
    ("share", "by_chance", "said"),
    [
        (0.25, 0.11, "more often than you would expect by chance"),
        (0.12, 0.11, "about as often as you would expect by chance"),
        (0.05, 0.2, "less often"),
    ],
)
def test_giving_back_stands_compared_with_chance(share: float, by_chance: float, said: str) -> None:
    told = ways_of(report(given_back=share, given_back_by_chance=by_chance))

    assert told is not None and said in told.compared_with_chance


@pytest.mark.parametrize(("people", "heading"), [(2, "Some of us"), (21, "One in ten"), (148, "Seven in ten")])
def test_how_many_took_part_is_said_in_tenths(people: int, heading: str) -> None:
    told = found(people_365=people).participation

    assert told is not None and told.finding == f"{heading} took part in 2025"


def test_a_month_is_told_of_those_who_took_part_in_it() -> None:
    told = findings_of(month_of(report(), 10), LABELS, {}).participation

    assert told is not None and told.finding == "Three in ten of us took part in October 2025", "74 of 212"


def test_no_heading_holds_a_percentage_and_none_ranks_anybody() -> None:
    for told in (found(), found(people_365=3), found(load=[0.0] * 9 + [1.0])):
        assert [heading for heading in headings(told) if re.search(r"%|percent|worst|lowest|rank|best", heading)] == []


def test_a_load_that_rests_on_a_few_is_said_without_blame() -> None:
    heavy, even = found(load=[0.02] * 5 + [0.05, 0.1, 0.12, 0.13, 0.5]).load, found(load=[0.1] * 10).load

    assert heavy is not None and heavy.finding == "Some people give a lot more than others"
    assert even is not None and even.finding == "Many people share the giving"


def test_what_is_hidden_is_not_told() -> None:
    told = findings_of(hidden(report()), LABELS, {})

    assert not told.is_shown and told.busy is None and told.in_all == ""
    assert (told.ways, told.participation, told.load, told.kinds, told.categories, told.months) == (None,) * 6
    assert (told.coming_back, told.beginning, [*told.breadth], [*told.flow]) == ("", "", [], [])


def test_a_hidden_kind_is_named_and_says_no_number() -> None:
    told = found().categories

    assert told is not None
    assert [(row.label, row.minutes) for row in told.rows] == [
        ("Meals and food", 830 * 60),
        ("Garden", 560 * 60),
        ("Children and family", None),
    ]
    assert mix_of({GARDEN: None}, LABELS) is None, "nothing but hidden kinds is no table"


def test_kinds_without_hours_are_told_by_how_often() -> None:
    told = mix_of({"gift": part(0, 9, 0.9), GARDEN: part(0, 1, 0.1)}, LABELS)

    assert told is not None and [(row.label, row.width) for row in told.rows] == [("gift", "200"), ("Garden", "22.2")]


def test_the_busiest_month_is_only_the_busiest_of_those_shown() -> None:
    some, every = (
        months_of(figures_of_a_year()["months"]),
        months_of([{"month": "2025-10", "given": 60}, {"month": "2025-11", "given": 30}]),
    )

    assert some is not None and some.finding == "Of the months shown, October 2025 was the busiest" and some.hidden == 1
    assert every is not None and every.finding == "October 2025 was the busiest month"
    assert months_of([{"month": "2025-10", "given": None}]) is None


def test_half_of_the_givers_helped_whole_people() -> None:
    assert [*breadth({"median_people_helped": 2.5, "median_helped_by": 1})] == [
        "Half of the people who gave helped 3 people or more.",
        "Half of the people who received were helped by 1 person or more.",
    ]


def test_newcomers_of_whom_fewer_than_half_have_begun_are_given_time() -> None:
    told = beginning({"newcomers": 30, "newcomers_began": 11, "median_days_to_first_exchange": None})

    assert told == "30 newcomers joined, and 11 have given or received so far. There is no rush."


def group(id: str, low: float | None, high: float | None) -> dict[str, Any]:
    return {"group": id, "received_per_member": 600.0, "ratio": 1.0, "low": low, "high": high}


def test_a_group_receives_less_only_where_chance_is_no_reason() -> None:
    names = {"g-1": "Weir Circle", "g-2": "Mill Lane"}

    alike = access_of({"access": [group("g-1", 0.8, 1.3), group("g-2", None, None)]}, names)
    apart = access_of({"access": [group("g-1", 1.1, 1.9), group("g-2", 0.3, 0.8)]}, names)

    assert alike is not None and alike.finding == "Help reaches every group equally"
    assert [(row.group, row.comparison) for row in alike.rows] == [
        ("Mill Lane", ""),
        ("Weir Circle", "about as much as elsewhere"),
    ]
    assert apart is not None and [row.comparison for row in apart.rows] == [
        "less than elsewhere",
        "more than elsewhere",
    ]
    assert access_of({"access": None}, names) is None


def test_coordinators_are_told_counts_and_nothing_where_there_are_too_few() -> None:
    told = wellbeing_of({"unconfirmed": 0.004, "late_share": 0.0, "newcomers_waiting": 0, "overloaded": None})

    assert told.unconfirmed.endswith("1 still waited for somebody’s word."), (
        "a share that is not nothing is one at least"
    )
    assert told.late == "Everything was recorded within a week of the day it happened."
    assert told.waiting.startswith("Every newcomer") and told.overloaded == ""


def test_every_figure_of_a_printed_report_has_a_name_a_value_and_a_definition() -> None:
    meanings = {name: f"what {name} counts" for name in CALLED}

    rows = [row for section in sections(figures_of_a_year(), meanings) for row in section.rows]

    assert len(rows) > 30 and all(row.words and row.value and row.definition for row in rows)
    assert {name for one in PARTS for name in one.figures} <= CALLED.keys()


def test_two_periods_are_compared_figure_by_figure() -> None:
    told = compared(figures_of_a_year(2025), figures_of_a_year(2024) | {"people_30": None})

    rows = {row.words: [*row.values] for one in told for row in one.rows}

    assert rows["Took part in the last month"] == ["74", "too few people to show"]
    assert rows["Given back"] == ["25%", "25%"] and rows["Hours given"] == ["3,105\N{NO-BREAK SPACE}h"] * 2


def test_what_has_no_value_is_not_said_to_be_hidden() -> None:
    assert valued("median_days_to_first_exchange", {"newcomers_began": 11}) == "fewer than half have started so far"
    assert valued("median_days_to_first_exchange", {"newcomers_began": None}) == "too few people to show"
    assert valued("retention", {"retention_people": 0}) == "nobody to count"
    assert valued("retention", {"retention": None, "retention_people": None}) == "too few people to show"


def test_values_are_said_as_people_say_them() -> None:
    assert said("holding_days", 1.2) == "1 day" and said("effective_givers", 46.25) == "46.2"
    assert (
        said("typical_given", [60, 150])
        == "1\N{NO-BREAK SPACE}h to 2\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}30\N{NO-BREAK SPACE}min"
    )
