"""A report as a sheet: every value with its definition, its period and the entry it stands on, in stable shapes."""

import csv
import io
import json

from projections.figures.reports.kept import Late
from projections.figures.reports.sheet import (
    COLUMNS,
    all_figures_as_csv,
    all_figures_as_json,
    as_csv,
    as_json,
    figure_lines,
    lines,
    meanings,
    to_csv,
)
from tests.web.reports import FOR_COORDINATORS, everything, report


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_every_row_of_the_sheet_is_complete() -> None:
    sheet = rows(as_csv(report()))

    assert [*sheet[0]] == [*COLUMNS]
    assert {(row["first_day"], row["last_day"], row["recorded_by"], row["entry"]) for row in sheet} == {
        ("2025-01-01", "2025-12-31", "2026-01-07", "4201")
    }
    assert [row["figure"] for row in sheet if not row["definition"]] == []


def test_the_parts_of_a_figure_have_a_line_each() -> None:
    sheet = {(row["figure"], row["part"]): row["value"] for row in rows(as_csv(report()))}

    assert sheet["twenty", "given_back"] == "5" and sheet["by_kind", "help.minutes"] == str(2_450 * 60)
    assert sheet["load", "10"] == "0.38" and sheet["months", "2025-10.given"] == str(330 * 60)
    assert sheet["busy", "grain"] == "days" and sheet["typical_given", "2"] == "180"
    assert sheet["by_category", "children"] == "", "too few people to show"
    assert sheet["kinds", ""] == "help skill-exchange gift" and sheet["faces_are_exact", ""] == "true"


def test_late_entries_show_on_the_sheet_and_in_no_figure() -> None:
    quiet, late = report(), report(late=Late(entries=12, taken_back=10, minutes=1_500))

    before, after = ({line[:2]: line.value for line in lines(one)} for one in (quiet, late))

    changed = {name for name, _ in before if before[name, _] != after[name, _]}
    assert changed == {"late_entries", "late_taken_back", "late_minutes"}
    assert (before["late_entries", ""], after["late_entries", ""]) == ("0", "12")


def test_json_has_stable_keys_and_each_figure_its_definition() -> None:
    told = json.loads(as_json(report(**FOR_COORDINATORS)))

    assert {"scope", "period", "audience", "first_day", "last_day", "recorded_by", "entry", "looked_at"} < told.keys()
    assert told["late"] is None and told["late_hidden"] is False
    assert told["figures"]["given_back"] == {"value": 0.25, "definition": meanings()["given_back"]}
    assert all(figure["definition"] for figure in told["figures"].values())


def test_the_same_report_is_the_same_sheet_to_the_byte() -> None:
    assert as_csv(report()) == as_csv(report()) and as_json(report()) == as_json(report())


def test_each_definition_is_complete() -> None:
    leaning = [name for name, meant in meanings().items() if meant.startswith(("the same,", "of these"))]

    assert leaning == []


def test_text_never_becomes_a_formula() -> None:
    assert to_csv(("a",), [("=HYPERLINK(1)",), ("-0.5",), ("-up",)]) == "a\n'=HYPERLINK(1)\n-0.5\n'-up\n"


def test_a_list_of_hidden_parts_is_one_empty_line() -> None:
    assert [*figure_lines({"load": None}, meanings())] == [("load", "", "", meanings()["load"])]


def test_auditors_get_statistics_and_network_with_definitions() -> None:
    kept = everything()

    sheet, told = rows(all_figures_as_csv(kept)), json.loads(all_figures_as_json(kept))

    assert {(row["last_day"], row["entry"]) for row in sheet} == {("2026-01-07", "4201")}
    assert {(row["figure"], row["part"]): row["value"] for row in sheet}["triads", "300"] == "7"
    assert [row["figure"] for row in sheet if not row["definition"]] == []
    assert told["graph"]["transitivity"]["value"] == 0.24 and told["statistics"]["rho"]["definition"]
