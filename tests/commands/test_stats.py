"""`hours stats`: the same figures as text, JSON and CSV, of any period and any state of the log."""

import csv
import json

import pytest

from projections.figures.measures.network import Graph
from projections.figures.measures.statistics import Statistics
from tests.commands.conftest import Run

pytestmark = pytest.mark.usefixtures("neighbours")


def test_figures_are_printed_as_json(founded: Run) -> None:
    result = founded("stats", "--format", "json")

    figures = json.loads(result.stdout)
    assert list(figures) == ["as_of_entry", *Statistics.__struct_fields__]
    assert (figures["entries"], figures["minutes"], figures["people"], figures["ties"]) == (3, 120, 3, 2)
    assert (figures["given_back"], figures["comes_round"], figures["passed_on"]) == (0.5, 0.0, 0.5)
    assert figures["by_kind"]["gift"] == {"entries": 1, "minutes": 0, "share": pytest.approx(1 / 3)}
    assert "3 entries counted, up to entry" in result.stderr


def test_figures_are_printed_as_a_table_with_definitions(founded: Run) -> None:
    lines = founded("stats", "--weigh", "acts").stdout.splitlines()

    told = {line[:33].strip(): line[33:].split("  ")[0].strip() for line in lines}
    assert told["given back"].startswith("0.667")
    assert any("by kind: gift" in line and "1 entry, 0 minutes, 33.3%" in line for line in lines)
    assert any("share of all help that the same person returned" in line for line in lines)


def test_figures_are_printed_as_csv_with_one_value_a_line(founded: Run) -> None:
    rows = list(csv.DictReader(founded("stats", "--format", "csv").stdout.splitlines()))

    values = {(row["figure"], row["part"]): row["value"] for row in rows}
    assert values["entries", ""] == "3"
    assert values["by_month.minutes", "2026-03"] == "120"
    assert values["kinds", ""] == "help skill-exchange gift"
    assert values["faces_are_exact", ""] == "true"
    assert values["first_day", ""] == ""


def test_graph_adds_figures_of_the_network(founded: Run) -> None:
    figures = json.loads(founded("stats", "--graph", "--format", "json").stdout)
    acts = json.loads(founded("stats", "--graph", "--weigh", "acts", "--format", "json").stdout)

    assert list(figures)[-1] == "graph"
    assert list(figures["graph"]) == list(Graph.__struct_fields__)
    assert (figures["graph"]["people"], figures["graph"]["mutual_dyads"]) == (2, 1)
    assert (acts["graph"]["people"], acts["graph"]["one_way_dyads"]) == (3, 1)
    assert acts["graph"]["triads"]["111U"] + acts["graph"]["triads"]["111D"] == 1


def test_the_network_covers_the_same_period_and_kinds(founded: Run) -> None:
    def people(*words: str) -> int:
        return json.loads(founded("stats", "--graph", "--weigh", "acts", "--format", "json", *words).stdout)["graph"][
            "people"
        ]

    assert people("--kinds", "gift") == people("--from", "2026-03-28") == 2
    assert people("--to", "2026-03-27") == people("--from", "2026-03-27", "--to", "2026-03-27") == 2
    assert people("--at-entry", "3") == 0


def test_figures_of_the_network_are_printed_as_text(founded: Run) -> None:
    rows = list(csv.DictReader(founded("stats", "--graph", "--format", "csv").stdout.splitlines()))
    lines = founded("stats", "--graph").stdout.splitlines()

    values = {(row["figure"], row["part"]): row["value"] for row in rows}
    assert (values["graph.mutual_dyads", ""], values["graph.triads", "300"]) == ("1", "0")
    assert any("graph: mutual dyads" in line and "pairs of people connected both ways" in line for line in lines)
    assert any("graph: triads: 300" in line for line in lines)


def test_figures_can_be_limited_to_a_period_and_kinds(founded: Run) -> None:
    def entries(*words: str) -> int:
        return json.loads(founded("stats", "--format", "json", *words).stdout)["entries"]

    assert entries("--from", "2026-03-28") == 2
    assert entries("--to", "2026-03-28") == 2
    assert entries("--from", "2026-03-28", "--to", "2026-03-28") == 1
    assert entries("--kinds", "gift") == 1
    assert entries("--kinds", "help, gift") == 3
    assert entries("--at-entry", "3") == 0
    assert entries("--known-at", "2026-03-28T12:00Z") == 0


def test_an_impossible_period_or_kind_is_refused(founded: Run) -> None:
    assert founded("stats", "--from", "2026-03-28", "--to", "2026-03-27").exit_code == 1
    assert founded("stats", "--at-entry", "3000").exit_code == 1
    asked = founded("stats", "--kinds", "chores")
    assert asked.exit_code == 2 and "The kinds are: help, skill-exchange, gift." in asked.stderr


def test_figures_of_an_empty_log_are_empty(founded: Run) -> None:
    figures = json.loads(founded("stats", "--at-entry", "0", "--format", "json").stdout)

    assert (figures["entries"], figures["given_back"], figures["by_kind"]) == (0, None, {})
