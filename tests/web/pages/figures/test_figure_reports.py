"""Reports to print and share, with the figures that everyone can see."""

import csv
import io
import json

import pytest

from projections.figures.reports.kept import Late
from tests.web.pages.conftest import Street
from tests.web.pages.reader import words_on
from tests.web.reports import FOR_COORDINATORS, hidden, kept, month_of, report
from tests.web.routes import KEEPERS, Found

FOUND: Found = {"list_reports": KEEPERS, "show_report": KEEPERS}


def test_a_coordinator_finds_every_closed_period(street: Street) -> None:
    kept(street.views, [report(2025), report(2024), month_of(report(2025), 10)])

    page = street.chidi.get("/community/reports")
    shown = words_on(page)

    assert "Reports of Riverside" in shown and "October 2025 CSV · JSON" in shown and "Weir garden" in shown
    assert all(f'href="/community/report/2025-10{suffix}"' in page.text for suffix in ("", ".csv", ".json"))


def test_before_the_first_month_is_closed_the_list_says_when(street: Street) -> None:
    assert "The first will appear a week after the first month ends." in words_on(
        street.chidi.get("/community/reports")
    )


def test_a_report_names_its_dates_and_its_last_entry(street: Street) -> None:
    kept(street.views, [report(late=Late(entries=25, taken_back=0, minutes=1_500))])

    shown = words_on(street.chidi.get("/community/report/2025"))

    assert "Happened between 1 January 2025 and 31 December 2025." in shown
    assert "Recorded by the end of 7 January 2026, up to entry 4,201 of the journal." in shown
    assert "Recorded since then and not counted here: 25 exchanges and gifts." in shown
    assert "Hours given minutes given, which equal minutes received 3,105 h" in shown
    assert "Given back share of all help that the same person returned 25%" in shown


def test_an_exported_report_holds_only_what_everyone_can_see(street: Street) -> None:
    theirs = report(audience="coordinators", people=9_999, **FOR_COORDINATORS)
    kept(street.views, [report(), theirs])

    for browser in (street.chidi, street.ruth):
        sheets = [browser.get(f"/community/report/2025{suffix}").text for suffix in ("", ".csv", ".json")]
        assert not any("9,999" in sheet or "9999" in sheet for sheet in sheets)
        assert not any("overloaded" in sheet or "giving too much" in sheet for sheet in sheets)


def test_downloaded_reports_hold_the_same_figures(street: Street) -> None:
    kept(street.views, [report()])

    as_csv, as_json = (street.chidi.get(f"/community/report/2025.{suffix}") for suffix in ("csv", "json"))

    rows = {(row["figure"], row["part"]): row for row in csv.DictReader(io.StringIO(as_csv.text))}
    figures = json.loads(as_json.content)["figures"]
    assert rows["people", ""]["value"] == str(figures["people"]["value"]) == "148"
    assert rows["people", ""]["definition"] == figures["people"]["definition"]
    assert as_csv.headers["content-type"].startswith("text/csv")
    assert as_csv.headers["content-disposition"] == 'attachment; filename="report-2025.csv"'
    assert as_json.headers["content-type"].startswith("application/json")


def test_a_group_has_reports_of_its_own(street: Street) -> None:
    theirs = report(scope=street.garden, given=1_240 * 60, received=1_170 * 60, members=64)
    kept(street.views, [theirs])

    page = street.chidi.get("/community/report/2025", params={"group": street.garden})
    listed = words_on(street.chidi.get("/community/reports", params={"group": street.garden}))
    sheet = street.chidi.get("/community/report/2025.csv", params={"group": street.garden})

    assert "Weir garden is a group of Riverside" in words_on(page) and "1,170 h" in words_on(page)
    assert f"/community/report/2025.csv?group={street.garden}" in page.text
    assert "Reports of Weir garden" in listed and "2025 CSV · JSON" in listed
    assert f'report-2025-{street.garden}.csv"' in sheet.headers["content-disposition"]
    assert street.chidi.get("/community/report/2025").status_code == 404, "the community has none"


def test_a_report_without_figures_says_why(street: Street) -> None:
    kept(street.views, [hidden(report())])

    shown = words_on(street.chidi.get("/community/report/2025"))

    assert "Too few people took part in 2025 to show figures without revealing something about one of them." in shown


@pytest.mark.parametrize(
    "address",
    [
        "2031",
        "2025.xml",
        "2025.",
        "2025.csv.json",
        "..%2F2025",
        "x" * 500,
        "2025?group=g-0000",
        "2025?group=m-1",
        "2025?group=*",
    ],
)
def test_an_invented_report_is_not_found(street: Street, address: str) -> None:
    kept(street.views, [report()])

    assert street.chidi.get(f"/community/report/{address}").status_code == 404


@pytest.mark.parametrize("address", ["/community/reports", "/community/report/2025", "/community/report/2025.csv"])
def test_members_cannot_open_reports(street: Street, address: str) -> None:
    kept(street.views, [report()])

    assert {browser.get(address).status_code for browser in (street.ana, street.bo, street.eve)} == {403}
    assert street.neighbourhood.browser().get(address).status_code == 303
