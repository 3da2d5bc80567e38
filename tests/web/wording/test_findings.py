"""Findings of a report: true to its numbers, kind to everyone, and left out where there are too few people."""

import re
from typing import Any

import pytest

from tests.web.reports import GARDEN, figures_of_a_year, hidden, month_of, part, report
from web.pages.figures.community import wellbeing_of
from web.pages.figures.findings import access_of, mix_of, months_of, ways_of
from web.pages.figures.reports import Findings, findings_of
from web.wording.findings import FIGURES, beginning, breadth, figure_sections

LABELS = {"garden": "Garden", "food": "Meals and food", "children": "Children and family"}


def found(**changed: Any) -> Findings:
    """Return the findings of 2025 with some figures changed."""
    return findings_of(report(**changed), LABELS, {})


def headings(findings: Findings) -> list[str]:
    """Return every heading that contains a finding."""
    parts = (
        findings.participation,
        findings.load,
        findings.kinds,
        findings.categories,
        findings.months,
        findings.access,
    )
    return [one.finding for one in parts if one is not None]


def test_the_ways_help_travels_are_shown_in_order_as_hours_of_twenty() -> None:
    findings = ways_of(report())

    assert findings is not None
    assert [(face.heading, face.of_twenty) for face in findings.ways] == [
        ("Given back", 5),
        ("Comes round", 4),
        ("Passed on", 11),
    ]
    assert findings.sentence == (
        "Of every 20 hours given in 2025, 5 were given back by the same person, 4 came round through "
        "others and 11 were passed on."
    )


def test_one_hour_of_twenty_is_singular() -> None:
    findings = ways_of(report(twenty={"given_back": 1, "comes_round": 1, "passed_on": 18}))

    assert findings is not None
    assert "1 was given back by the same person, 1 came round through others and 18 were passed on" in findings.sentence


@pytest.mark.parametrize(
    ("share", "by_chance", "said"),
    [
        (0.25, 0.11, "more often than you would expect by chance"),
        (0.12, 0.11, "about as often as you would expect by chance"),
        (0.05, 0.2, "less often"),
    ],
)
def test_giving_back_is_compared_with_chance(share: float, by_chance: float, said: str) -> None:
    findings = ways_of(report(given_back=share, given_back_by_chance=by_chance))

    assert findings is not None and said in findings.compared_with_chance


@pytest.mark.parametrize(
    ("people", "heading"), [(2, "Some of us"), (21, "One in ten of us"), (148, "Seven in ten of us")]
)
def test_participation_is_written_in_tenths(people: int, heading: str) -> None:
    findings = found(people_365=people).participation

    assert findings is not None and findings.finding == f"{heading} took part in 2025"


def test_a_month_counts_the_people_who_took_part_in_it() -> None:
    findings = findings_of(month_of(report(), 10), LABELS, {}).participation

    assert findings is not None and findings.finding == "Three in ten of us took part in October 2025", "74 of 212"


def test_no_heading_contains_a_percentage_or_a_ranking() -> None:
    for findings in (found(), found(people_365=3), found(load=[0.0] * 9 + [1.0])):
        assert [
            heading for heading in headings(findings) if re.search(r"%|percent|worst|lowest|rank|best", heading)
        ] == []


def test_a_load_on_few_people_is_described_without_blame() -> None:
    heavy, even = found(load=[0.02] * 5 + [0.05, 0.1, 0.12, 0.13, 0.5]).load, found(load=[0.1] * 10).load

    assert heavy is not None and heavy.finding == "Some people give a lot more than others"
    assert even is not None and even.finding == "Many people share the giving"


def test_hidden_figures_have_no_findings() -> None:
    findings = findings_of(hidden(report()), LABELS, {})

    assert not findings.is_shown and findings.busy is None and findings.in_all == ""
    assert (
        findings.ways,
        findings.participation,
        findings.load,
        findings.kinds,
        findings.categories,
        findings.months,
    ) == (None,) * 6
    assert (findings.coming_back, findings.beginning, [*findings.breadth], [*findings.flow]) == ("", "", [], [])


def test_a_hidden_kind_is_named_without_a_number() -> None:
    findings = found().categories

    assert findings is not None
    assert [(row.label, row.minutes) for row in findings.rows] == [
        ("Meals and food", 830 * 60),
        ("Garden", 560 * 60),
        ("Children and family", None),
    ]
    assert mix_of({GARDEN: None}, LABELS) is None, "no table of hidden kinds alone"


def test_kinds_without_hours_are_compared_by_how_often() -> None:
    findings = mix_of({"gift": part(0, 9, 0.9), GARDEN: part(0, 1, 0.1)}, LABELS)

    assert findings is not None and [(row.label, row.width) for row in findings.rows] == [
        ("gift", "200"),
        ("Garden", "22.2"),
    ]


def test_the_busiest_month_is_the_busiest_of_the_months_shown() -> None:
    some, every = (
        months_of(figures_of_a_year()["months"]),
        months_of([{"month": "2025-10", "given": 60}, {"month": "2025-11", "given": 30}]),
    )

    assert some is not None and some.finding == "Of the months shown, October 2025 was the busiest" and some.hidden == 1
    assert every is not None and every.finding == "October 2025 was the busiest month"
    assert months_of([{"month": "2025-10", "given": None}]) is None


def test_medians_of_people_are_rounded_up() -> None:
    assert [*breadth({"median_people_helped": 2.5, "median_helped_by": 1})] == [
        "Half of the people who gave helped 3 people or more.",
        "Half of the people who received were helped by 1 person or more.",
    ]


def test_newcomers_are_not_rushed_when_fewer_than_half_have_started() -> None:
    findings = beginning({"newcomers": 30, "newcomers_began": 11, "median_days_to_first_exchange": None})

    assert findings == "30 newcomers joined, and 11 have given or received so far. There is no rush."


def group(id: str, low: float | None, high: float | None) -> dict[str, Any]:
    return {"group": id, "received_per_member": 600.0, "ratio": 1.0, "low": low, "high": high}


def test_a_group_receives_less_only_where_chance_cannot_explain_it() -> None:
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


def test_coordinators_see_counts_except_where_there_are_too_few_people() -> None:
    findings = wellbeing_of({"unconfirmed": 0.004, "late_share": 0.0, "newcomers_waiting": 0, "overloaded": None})

    assert "1 was still waiting" in findings.unconfirmed, "a share above zero is at least one"
    assert findings.late == "Everything was recorded within a week of the day it happened."
    assert findings.waiting.startswith("Every newcomer") and findings.overloaded == ""


def test_every_figure_of_a_printed_report_has_a_name_a_value_and_a_definition() -> None:
    names = [name for figures in FIGURES.values() for name in figures]
    meanings = {name: f"what {name} counts" for name in names}

    rows = [row for section in figure_sections(figures_of_a_year(), meanings=meanings) for row in section.rows]

    assert len(rows) > 30 and all(row.name and row.values[0] and row.definition for row in rows)
    assert len(names) == len(set(names))


def test_two_periods_are_compared_figure_by_figure() -> None:
    sections = figure_sections(figures_of_a_year(2025), figures_of_a_year(2024) | {"people_30": None})

    rows = {row.name: [*row.values] for section in sections for row in section.rows}

    assert rows["Took part in the last month"] == ["74", "too few people to show"]
    assert rows["Given back"] == ["25%", "25%"] and rows["Hours given"] == ["3,105\N{NO-BREAK SPACE}h"] * 2


def value_of(name: str, **figures: Any) -> str:
    """The value of a figure as a report shows it."""
    rows = [row for section in figure_sections({name: None} | figures) for row in section.rows]
    named = {figure.name: name for part in FIGURES.values() for name, figure in part.items()}
    return next(row.values[0] for row in rows if named[row.name] == name)


def test_a_figure_without_a_value_is_not_always_hidden() -> None:
    assert value_of("median_days_to_first_exchange", newcomers_began=11) == "fewer than half have started so far"
    assert value_of("median_days_to_first_exchange", newcomers_began=None) == "too few people to show"
    assert value_of("retention", retention_people=0) == "nobody to count"
    assert value_of("retention", retention=None, retention_people=None) == "too few people to show"


def test_values_are_written_as_people_say_them() -> None:
    assert value_of("holding_days", holding_days=1.2) == "1 day"
    assert value_of("effective_givers", effective_givers=46.25) == "46.2"
    assert (
        value_of("typical_given", typical_given=[60, 150])
        == "1\N{NO-BREAK SPACE}h to 2\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}30\N{NO-BREAK SPACE}min"
    )
