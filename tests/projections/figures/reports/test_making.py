"""Making reports of communities written by hand: what they count, that they are true, and that they never change."""

from datetime import date
from itertools import combinations
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projections.figures.measures.statistics import Statistics, statistics
from projections.figures.privacy.cells import FEWEST, Cell, is_safe
from projections.figures.privacy.figures import rounded_figure
from projections.figures.privacy.groups import WITHOUT_WHOLE
from projections.figures.reports.kept import COMMUNITY, Report
from projections.figures.reports.sheet import REPORT_MEANINGS
from tests.projections.figures.measures.communities import act, ring
from tests.projections.figures.reports.written import CLOSED, DAY, Written, lively

FOR_GROUPS = {"given", "received", "members"}
FOR_COORDINATORS = {"unconfirmed", "late_share", "newcomers_waiting", "overloaded"}
TABLES = {"by_kind", "by_category", "by_month"}


def without_late(report: Report) -> bytes:
    return msgspec.json.encode(msgspec.structs.replace(report, late=None, late_hidden=False, looked_at=0))


@settings(max_examples=2, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 10**6), day=st.dates(date(2025, 4, 10), date(2025, 12, 20)))
def test_a_report_is_the_same_to_the_byte_whatever_is_recorded_later(seed: int, day: date) -> None:
    written = lively(seed, people=40, groups=2)

    then, later = written.reports(today=day, until=day - DAY), written.reports(today=CLOSED)

    assert set(then) < set(later)
    for key, report in then.items():
        assert without_late(later[key]) == without_late(report), key


@settings(max_examples=2, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 10**6))
def test_every_figure_counts_the_acts_known_when_its_period_closed(seed: int) -> None:
    """Worked out once more from the log as it was at the end of that day, by whoever has it."""
    written = lively(seed, people=40, groups=0)
    for (_, period, reader), report in written.reports().items():
        if period == "2025" or report.figures["entries"] is None:
            continue
        told = written.chronicle(until=report.known_on)
        assert told.number == report.entry
        known = told.at(told.number)
        whole = statistics(known.acts, known.members, as_of=report.last_day, first_day=report.first_day)
        within = [one for one in known.acts if report.first_day <= one.given_on <= report.last_day]
        assert not within or is_safe(Cell.of(within), FEWEST[reader])
        plain: dict[str, Any] = msgspec.to_builtins(whole)
        for name in Statistics.__struct_fields__:
            if name not in TABLES and report.figures[name] is not None:
                assert report.figures[name] == rounded_figure(name, plain[name], "minutes"), name


def test_a_year_is_the_sum_of_what_its_months_counted() -> None:
    written = Written()
    for number in range(1, 13):
        written.happened(ring(20 + number, 50 + number, on=date(2025, number, 5)))
    written.happened([act("m-1", "m-2", on=date(2025, 6, 6))], recorded_after=50 * DAY)
    reports = written.reports()

    year = reports[COMMUNITY, "2025", "everyone"].figures
    months = [reports[COMMUNITY, f"2025-{number:02}", "everyone"].figures for number in range(1, 13)]

    assert [month["entries"] for month in year["months"]] == [figures["entries"] for figures in months]
    assert [month["given"] for month in year["months"]] == [figures["minutes"] for figures in months]
    assert year["entries"] == sum(figures["entries"] for figures in months) == 2 * sum(range(21, 33))


def test_each_report_has_every_figure_by_its_name() -> None:
    for (scope, period, reader), report in lively(2, people=50).reports(today=date(2025, 6, 8)).items():
        names = {*Statistics.__struct_fields__, *REPORT_MEANINGS} - (set() if len(period) == 4 else {"months"})
        names -= FOR_GROUPS if scope == COMMUNITY else {"access", "theil_between"}
        names -= set() if (scope, reader) == (COMMUNITY, "coordinators") else FOR_COORDINATORS
        assert set(report.figures) == names, (scope, period, reader)


# When periods close


def test_a_month_closes_seven_days_after_its_end() -> None:
    written = Written()
    written.happened(ring(20))

    assert written.reports(today=date(2025, 2, 7)) == {}
    january = written.reports(today=date(2025, 2, 8))[COMMUNITY, "2025-01", "everyone"]
    assert (january.known_on, january.figures["entries"]) == (date(2025, 2, 7), 40)


def test_what_is_recorded_within_seven_days_counts_and_later_is_late() -> None:
    in_time, late = Written(), Written()
    for written, days in ((in_time, 8), (late, 9)):
        written.happened(ring(20))
        written.happened(ring(20, on=date(2025, 1, 30)), recorded_after=days * DAY)

    counted, told = (one.reports(today=date(2025, 4, 8))[COMMUNITY, "2025-01", "everyone"] for one in (in_time, late))

    assert (counted.figures["entries"], counted.late) == (80, None)
    assert told.figures["entries"] == 40
    assert told.late is not None and told.late.entries == 40


def test_what_is_taken_back_after_the_month_closed_still_counts_and_shows_as_late() -> None:
    written = Written()
    acts = [*ring(20), *ring(20, on=date(2025, 1, 9))]
    written.happened(acts)
    for one in acts[40:]:
        written.taken_back(one, date(2025, 2, 20))

    january = written.reports(today=date(2025, 4, 8))[COMMUNITY, "2025-01", "everyone"]

    assert january.figures["entries"] == 80
    assert january.late is not None and (january.late.entries, january.late.taken_back) == (0, 40)


def test_records_imported_at_the_founding_close_seven_days_after_it() -> None:
    written = Written(founded_on=date(2025, 9, 10))
    for month in (3, 4, 5):
        on = date(2025, month, 5)
        written.happened(ring(20, on=on), recorded_after=date(2025, 9, 12) - on)

    assert written.reports(today=date(2025, 9, 17)) == {}
    reports = written.reports(today=date(2025, 9, 18))
    assert [period for _, period, reader in reports if reader == "everyone"] == [f"2025-{n:02}" for n in range(3, 9)]
    assert reports[COMMUNITY, "2025-04", "everyone"].figures["entries"] == 40
    assert reports[COMMUNITY, "2025-06", "everyone"].figures["entries"] == 0, "nothing happened, and that is said"


def test_a_month_without_entries_shows_zero_and_a_month_of_a_few_people_is_hidden() -> None:
    written = Written()
    written.happened(ring(20))
    written.happened([act("m-1", "m-2", on=date(2025, 3, 3))])

    reports = written.reports(today=date(2025, 4, 8))

    assert [reports[COMMUNITY, f"2025-0{n}", "coordinators"].figures["entries"] for n in (1, 2, 3)] == [40, 0, None]


# Groups


def test_a_groups_history_begins_with_the_month_in_which_it_was_formed() -> None:
    written = Written()
    people = [f"m-{place}" for place in range(40)]
    written.welcomed(people)
    written.happened(ring(40, on=date(2025, 1, 5)))
    written.formed("g-choir", people[:18], on=date(2025, 2, 20))
    written.happened(ring(40, on=date(2025, 2, 25)))

    reports = written.reports(today=date(2025, 4, 8))

    assert ("g-choir", "2025-01", "everyone") not in reports
    figures = reports["g-choir", "2025-02", "everyone"].figures
    assert (figures["entries"], figures["given"], figures["received"], figures["members"]) == (39, 2100, 2100, 18)
    assert all(figures[name] is None for name in WITHOUT_WHOLE), "what went between members stays untold"


def test_members_of_a_group_are_those_when_an_act_was_recorded() -> None:
    """Half of them leave in February: what they do then is not the choir's."""
    written = Written()
    people = [f"m-{place}" for place in range(60)]
    written.welcomed(people)
    written.formed("g-choir", people[:40])
    written.happened(ring(60, on=date(2025, 1, 5)))
    for member in people[20:40]:
        written.left("g-choir", member, date(2025, 2, 1))
    written.happened(ring(60, on=date(2025, 2, 5)))

    reports = written.reports(today=date(2025, 4, 8))

    january, february = (reports["g-choir", f"2025-0{n}", "everyone"].figures for n in (1, 2))
    assert (january["members"], january["entries"]) == (40, 83)
    assert (february["members"], february["entries"]) == (20, 43)


def test_a_group_shows_its_kinds_for_a_year_if_the_rest_is_enough_people() -> None:
    written = Written()
    people = [f"m-{place}" for place in range(60)]
    written.welcomed(people)
    written.formed("g-choir", people[:25])
    for month in (1, 2):
        written.happened(ring(60, on=date(2025, month, 5)))
        written.happened(ring(60, on=date(2025, month, 6), category="food"))
    lifts = [act(*pair, category="lifts", on=date(2025, 2, 7)) for pair in combinations(people[:6], 2)]
    written.happened(lifts)

    figures = written.reports()["g-choir", "2025", "everyone"].figures

    assert {name for name, part in figures["by_category"].items() if part is None} >= {"lifts"}
    assert figures["by_kind"]["help"]["entries"] == figures["entries"]
    assert figures["by_kind"]["help"]["minutes"] == figures["given"] + figures["received"]


# Additional figures


def test_how_the_load_is_shared_is_hidden_if_one_person_dominates_a_part() -> None:
    written, alone = Written(), Written()
    for one in (written, alone):
        one.happened(ring(60))
    alone.happened([act("m-1", f"m-{place}", 600) for place in range(2, 14)])

    shown, hidden = (one.reports(today=date(2025, 2, 8))[COMMUNITY, "2025-01", "everyone"] for one in (written, alone))

    assert shown.figures["load"] == pytest.approx([0.2] * 5) and shown.figures["load_people"] == 12
    assert hidden.figures["load"] is None


def test_typical_hours_are_shown_in_half_hours_for_twenty_people_or_more() -> None:
    few, enough = Written(), Written()
    few.happened(ring(19))
    enough.happened(ring(30, 100))

    def usual(written: Written) -> Any:
        return written.reports(today=date(2025, 2, 8))[COMMUNITY, "2025-01", "everyone"].figures["typical_given"]

    assert usual(few) is None
    assert usual(enough) == [210, 210]


def test_the_calendar_shows_days_if_each_day_has_enough_people() -> None:
    by_days, by_weeks = Written(), Written()
    by_days.happened([*ring(20, on=date(2025, 1, 6)), *ring(20, on=date(2025, 1, 9))])
    by_weeks.happened([*ring(20, on=date(2025, 1, 6)), act("m-1", "m-2", on=date(2025, 1, 9))])

    first, second = (
        one.reports(today=date(2025, 2, 8))[COMMUNITY, "2025-01", "everyone"].figures["busy"]
        for one in (by_days, by_weeks)
    )

    assert first["grain"] == "days" and len(first["cells"]) == 31
    assert {day: band for day, band in first["cells"].items() if band} == {"2025-01-06": 4, "2025-01-09": 4}
    assert second["grain"] == "weeks"
    assert {week: band for week, band in second["cells"].items() if band} == {"2025-01-06": 4}
    assert min(second["cells"]) == "2024-12-30", "the week that the month begins in"
