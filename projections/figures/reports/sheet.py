"""Exports a report: every figure with its definition, its period, and the entry it is based on."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, cast

import msgspec

from projections.figures.measures.statistics import definitions
from projections.figures.reports.kept import AllFigures, Report

COLUMNS = ("figure", "part", "value", "definition", "first_day", "last_day", "recorded_by", "entry")

ALL_FIGURES_COLUMNS = ("figure", "part", "value", "definition", "last_day", "entry")

TOO_FEW = "no value: too few people to show, or nothing to take a share of"

REPORT_MEANINGS: Mapping[str, str] = {
    "twenty": "of every 20 hours: given back, come round, passed on; each that has any hours gets at least 1",
    "people_30": "people who took part in the last 30 days",
    "people_90": "people who took part in the last 90 days",
    "people_365": "people who took part in the last 365 days",
    "people_gave_only": "people who gave and received nothing",
    "people_received_only": "people who received and gave nothing",
    "people_both": "people who gave and received",
    "load": "shares of the hours given by equal groups of people, those who gave least first",
    "load_people": "people in each of these groups",
    "months": "minutes given and received, and entries, in each month",
    "busy": "how busy each day, week or month was: 0 nothing, 1 one or two exchanges and gifts, 2 three or four, "
    "3 five or six, 4 seven or more",
    "typical_given": "minutes per month given by the middle half of givers, in months when they took part: from, to",
    "typical_received": "minutes per month received by the middle half of receivers, in months when they took part: from, to",
    "access": "minutes received by each member of a group who took part, the ratio to everyone else, and its 95% range",
    "theil_between": "share of the inequality of minutes received (Theil's T) that lies between groups",
    "given": "minutes given by members of the group",
    "received": "minutes received by members of the group",
    "members": "members of the group on the last day",
    "unconfirmed": "share of exchanges logged for this period that nobody has agreed to yet",
    "late_share": "share of entries recorded more than seven days after they happened",
    "newcomers_waiting": "members who joined 30 days ago or more and have not given or received yet",
    "overloaded": "people who gave twice as much as they usually do and over ten hours in a month, or over twenty hours "
    "in each of three months",
}
"""What the figures mean that only reports have."""

HEADS: Mapping[str, str] = {
    "scope": "whose figures these are: the community's, or a group's by its identifier",
    "period": "the calendar month or year in which it happened",
    "audience": "who can read this; figures with too few people for these readers were left out",
    "known_on": "only what was recorded by the end of this day counts",
    "looked_at": "the last entry checked for late ones",
    "late_entries": "recorded after that day for days in the period; not counted here",
    "late_taken_back": "counted here, but taken back after that day",
    "late_minutes": "the minutes of entries recorded late",
    "late_hidden": "whether there were late entries, but too few to show",
}
"""What comes before the figures of a sheet."""


class SheetLine(NamedTuple):
    """One value of a sheet. `part` distinguishes the values of one figure; no value is ""."""

    figure: str
    part: str
    value: str
    definition: str


def meanings() -> dict[str, str]:
    """Return what each figure of a report counts, by its name, in the order in which they are listed."""
    return {**definitions(), **REPORT_MEANINGS}


def lines(report: Report) -> list[SheetLine]:
    """Return a line for each value of the report; first what it is about, then its figures."""
    heads = {name: _head(report, name) for name in HEADS}
    return [
        *(SheetLine(name, "", _plain(value), HEADS[name]) for name, value in heads.items()),
        *figure_lines(report.figures, meanings()),
    ]


def figure_lines(figures: Mapping[str, Any], meant: Mapping[str, str]) -> Iterator[SheetLine]:
    """Return a line for each value of these figures, in the order of their definitions."""
    for name in (*(name for name in meant if name in figures), *(name for name in figures if name not in meant)):
        for part, value in _parts(figures[name]):
            yield SheetLine(name, part, value, meant.get(name, ""))


def as_rows(report: Report) -> list[dict[str, str | int]]:
    """Return the sheet as rows, each with the period, the day by which it was recorded, and the entry number."""
    about = (str(report.first_day), str(report.last_day), str(report.known_on), report.entry)
    return [dict(zip(COLUMNS, (*line, *about), strict=True)) for line in lines(report)]


def as_csv(report: Report) -> str:
    """Return the sheet as CSV with a header line; shares between 0 and 1, lengths in minutes."""
    return to_csv(COLUMNS, ([row[column] for column in COLUMNS] for row in as_rows(report)))


def to_csv(columns: Sequence[str], rows: Iterable[Sequence[str | int]]) -> str:
    """Write a header line and rows as CSV, with text escaped that a spreadsheet would take for a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([[_without_formula(value) for value in row] for row in rows])
    return text.getvalue()


def as_json(report: Report) -> bytes:
    """Return the sheet as JSON with stable keys: what it is about, then `figures` with values and definitions."""
    late = msgspec.to_builtins(report.late) if report.late else None
    about = {
        "scope": report.scope,
        "period": report.period,
        "audience": report.audience,
        "first_day": report.first_day,
        "last_day": report.last_day,
        "recorded_by": report.known_on,
        "entry": report.entry,
        "looked_at": report.looked_at,
        "late": late,
        "late_hidden": report.late_hidden,
        "null": TOO_FEW,
    }
    return (
        msgspec.json.format(
            msgspec.json.encode({**about, "figures": _with_definitions(report.figures, meanings())}), indent=2
        )
        + b"\n"
    )


def all_figures_lines(figures: AllFigures) -> list[SheetLine]:
    """Return a line for each unprotected value: the statistics of all time, then the network."""
    # Loads the library for graphs, which only auditors need.
    from projections.figures.measures.network import graph_definitions  # noqa: PLC0415

    return [*figure_lines(figures.statistics, definitions()), *figure_lines(figures.graph, graph_definitions())]


def all_figures_as_csv(figures: AllFigures) -> str:
    """Return the same as CSV; each line has the last day and the entry number it is based on."""
    about = (str(figures.as_of), figures.entry)
    return to_csv(ALL_FIGURES_COLUMNS, ((*line, *about) for line in all_figures_lines(figures)))


def all_figures_as_json(figures: AllFigures) -> bytes:
    """Return the same as JSON with stable keys: `statistics` and `graph`, with values and definitions."""
    from projections.figures.measures.network import graph_definitions  # noqa: PLC0415

    about = {"entry": figures.entry, "as_of": figures.as_of}
    parts = {
        "statistics": _with_definitions(figures.statistics, definitions()),
        "graph": _with_definitions(figures.graph, graph_definitions()),
    }
    return msgspec.json.format(msgspec.json.encode({**about, **parts}), indent=2) + b"\n"


def _with_definitions(figures: Mapping[str, Any], meant: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Return each figure with its value and its definition, in the order of the definitions."""
    names = (*(name for name in meant if name in figures), *(name for name in figures if name not in meant))
    return {name: {"value": figures[name], "definition": meant.get(name, "")} for name in names}


def _head(report: Report, name: str) -> Any:
    if name.startswith("late_") and name != "late_hidden":
        return getattr(report.late, name.removeprefix("late_")) if report.late else None if report.late_hidden else 0
    return getattr(report, name)


def _parts(value: Any) -> Iterator[tuple[str, str]]:
    """Return the values of one figure with the names of their parts; a figure without values has one empty line."""
    match value:
        case dict():
            yield from _named(cast(dict[str, Any], value).items())
        case [dict(), *_]:
            for one in cast(list[dict[str, Any]], value):
                name, *others = one.items()
                yield from _named([(name[1], dict(others))])
        case [int() | float(), *_]:
            yield from ((str(place), _plain(one)) for place, one in enumerate(value, start=1))
        case _:
            yield "", _plain(value)


def _named(parts: Iterable[tuple[Any, Any]]) -> Iterator[tuple[str, str]]:
    for name, value in parts:
        inner = list(_parts(value))
        for part, plain in inner:
            yield f"{name}.{part}" if part else str(name), plain


def _plain(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case list() | tuple():
            return " ".join(str(one) for one in value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        case _:
            return str(value)


def _without_formula(value: str | int) -> str | int:
    """Escape text that a spreadsheet would take for a formula, but not negative numbers."""
    if not isinstance(value, str) or not value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return value
    try:
        float(value)
    except ValueError:
        return f"'{value}"
    return value
