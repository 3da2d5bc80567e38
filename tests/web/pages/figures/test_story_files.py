"""My story as files: every line as CSV, and everything as JSON."""

import csv
import io
import json

import httpx
import pytest

from ledger.agreements.commands import AgreeOnCategories
from ledger.agreements.facts import Category
from ledger.identifiers import CategoryKey
from tests.web.pages.conftest import Street
from tests.web.pages.figures.test_story import busy
from tests.web.routes import MEMBERS, Found
from web.pages.figures import story_files

FOUND: Found = {"story_as_csv": MEMBERS, "story_as_json": MEMBERS}


def rows_of(answer: httpx.Response) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.text)))


def test_the_table_lists_everything_with_notes(street: Street) -> None:
    busy(street)
    street.helped(note="Two rows of leeks")

    answer = street.ana.get("/story.csv")

    rows = rows_of(answer)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="my-story.csv"'
    assert answer.headers["cache-control"] == "private, no-store"
    assert len(rows) == 7
    told = {tuple(row[name] for name in ("kind", "with", "given_minutes", "received_minutes", "state")) for row in rows}
    assert told == {
        ("help", "Bo Lindqvist", "30", "0", "settled"),
        ("help", "Bo Lindqvist", "150", "0", "settled"),
        ("skill-exchange", "Bo Lindqvist", "60", "45", "settled"),
        ("gift", "Bo Lindqvist", "0", "0", "recorded"),
        ("gift", "Chidi Eze", "0", "0", "recorded"),
        ("help", "Bo Lindqvist", "90", "0", "reversed"),
        ("help", "Bo Lindqvist", "150", "0", "waiting"),
    }
    assert [row["note"] for row in rows if row["note"]] == ["Two rows of leeks"]
    gifts = {row["with"]: (row["gifts_given"], row["gifts_received"]) for row in rows if row["kind"] == "gift"}
    assert gifts == {"Bo Lindqvist": ("1", "0"), "Chidi Eze": ("0", "1")}


def test_the_table_is_complete_for_any_number_of_lines_read_at_a_time(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    for minutes in range(1, 8):
        street.helped(by=street.bo_id, minutes=minutes)
    whole = street.ana.get("/story.csv").text, street.ana.get("/story.json").json()

    monkeypatch.setattr(story_files, "AT_ONCE", 3)

    assert (street.ana.get("/story.csv").text, street.ana.get("/story.json").json()) == whole
    assert sorted(int(row["given_minutes"]) for row in csv.DictReader(io.StringIO(whole[0]))) == list(range(1, 8))


def test_text_that_looks_like_a_formula_is_made_safe(street: Street) -> None:
    formulas = ['=HYPERLINK("x")', "+1", "-1+2", "@SUM(A1)", "＝1"]
    street.bank.do(
        AgreeOnCategories(
            categories=tuple(Category(key=key, label=label) for key, label in [(CategoryKey("garden"), "=1+1")])
        ),
        by=street.chidi_id,
    )
    for formula in (*formulas, "1=1"):
        street.helped(note=formula)

    rows = rows_of(street.ana.get("/story.csv"))

    assert {row["note"] for row in rows} == {"1=1", *(f"'{formula}" for formula in formulas)}
    assert {row["category"] for row in rows} == {"'=1+1"}
    assert {row["given_minutes"] for row in rows} == {"150"}


def test_the_json_file_matches_the_pages(street: Street) -> None:
    busy(street)

    answer = street.ana.get("/story.json")

    story = json.loads(answer.content)
    assert answer.headers["content-type"].startswith("application/json")
    assert (story["name"], story["community"], story["groups"][0]["name"]) == ("Ana Sousa", "Riverside", "Weir garden")
    assert (story["given_minutes"], story["received_minutes"]) == (240, 45)
    assert [year["year"] for year in story["years"]] == ["2026", "2025"]
    for name in ("given_minutes", "received_minutes", "gifts_given", "gifts_received"):
        for parts in ("days", "months"):
            assert sum(part[name] for year in story["years"] for part in year[parts]) == story[name]
    counted = [line for line in story["lines"] if line["state"] in ("settled", "recorded")]
    assert sum(line["given_minutes"] for line in counted) == story["given_minutes"]
    assert {one["what"] for one in story["years"][1]["first_times"]} == {"given", "kind", "neighbour"}
    assert story["entry"] == street.views.as_of().number


def test_a_newcomer_downloads_an_empty_story(street: Street) -> None:
    story = street.eve.get("/story.json").json()

    assert (story["name"], story["years"], story["lines"], story["first_day"]) == ("Eve Adler", [], [], None)
    assert rows_of(street.eve.get("/story.csv")) == []
