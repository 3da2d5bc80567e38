"""`hours stats`, `hours report` and `hours exceptions`: figures computed from the log."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Literal, cast, get_args

import click
import msgspec

from ledger.identifiers import is_group
from web.commands.opening import DayOption, InstantOption, Location
from web.commands.printing import CommandProblem, Format, count, echo_err, format_option, log_progress_bar, print_rows

if TYPE_CHECKING:
    from ledger.time_bank import TimeBank
    from projections.figures.reports.kept import Report

KindName = Literal["help", "skill-exchange", "gift"]
KIND_NAMES: tuple[KindName, ...] = get_args(KindName)
PERIOD = re.compile(r"[0-9]{4}(-(0[1-9]|1[0-2]))?")
STATS_COLUMNS = ("figure", "part", "value")
ANOMALY_COLUMNS = ("rule", "people", "measured", "unit", "day", "entries")


class Kinds(click.ParamType[tuple[KindName, ...]]):
    """Kinds separated by commas, such as help,gift."""

    name = "kinds"

    def convert(
        self, value: str | Sequence[KindName], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[KindName, ...]:
        words = [word.strip() for word in value.split(",")] if isinstance(value, str) else list(value)
        for word in words:
            if word not in KIND_NAMES:
                self.fail(f"“{word}” is not a kind. The kinds are: {', '.join(KIND_NAMES)}.", param, ctx)
        return tuple(kind for kind in KIND_NAMES if kind in words)


@click.command("stats")
@click.option(
    "--from", "first_day", type=DayOption(), help="First day of the period. Defaults to the day of the first entry."
)
@click.option(
    "--to", "last_day", type=DayOption(), help="Last day of the period. Defaults to the day of the last entry."
)
@click.option("--kinds", type=Kinds(), default=KIND_NAMES, metavar="KIND,...", help="Count only these kinds.")
@click.option(
    "--weigh",
    type=click.Choice(["minutes", "acts"]),
    default="minutes",
    show_default=True,
    help="What to weight connections by. Gifts have no minutes.",
)
@click.option("--at-entry", type=click.IntRange(min=0), help="Count the log up to and including this entry number.")
@click.option("--known-at", type=InstantOption(), help="Count what had been recorded by this time.")
@click.option("--graph", "with_graph", is_flag=True, help="Also describe the network of connections. Takes longer.")
@format_option
@click.pass_obj
def stats_command(
    location: Location,
    first_day: date | None,
    last_day: date | None,
    kinds: tuple[KindName, ...],
    weigh: Literal["minutes", "acts"],
    at_entry: int | None,
    known_at: datetime | None,
    with_graph: bool,
    output: Format,
) -> None:
    """Compute what was given and received, by whom, and how it came back, from the log alone.

    Exchanges between members count once they are settled, and gifts once they are recorded, until they are taken back.
    In JSON and CSV, shares are between 0 and 1, and lengths are in minutes. These figures are not protected: they can
    reveal small groups, so do not share them as they are.
    """
    from ledger.replay import Until
    from projections.figures.chronicle import counted
    from projections.figures.measures.statistics import definitions, statistics

    if first_day and last_day and first_day > last_day:
        raise CommandProblem("The period ends before it begins.", "Choose a --from day that is not after --to.")
    with location.log() as log, log_progress_bar(log) as progress:
        counted_log = counted(log, Until(last_day, known_at, at_entry), progress=progress)
    as_of = last_day or counted_log.last_day
    figures = statistics(
        counted_log.acts, counted_log.members, as_of=as_of, first_day=first_day, weigh=weigh, kinds=kinds
    )
    plain: dict[str, Any] = {"as_of_entry": counted_log.number, **msgspec.to_builtins(figures)}
    meanings = {"as_of_entry": "the last entry counted here", **definitions()}
    if with_graph:
        from projections.figures.measures.acts import select_acts
        from projections.figures.measures.network import graph, graph_definitions

        acts = select_acts(counted_log.acts, first_day=first_day, last_day=as_of, kinds=kinds)
        plain["graph"] = msgspec.to_builtins(graph(acts, weigh))
        meanings |= {f"graph.{name}": meaning for name, meaning in graph_definitions().items()}
    match output:
        case "json":
            click.echo(msgspec.json.format(msgspec.json.encode(plain), indent=2).decode())
        case "csv":
            print_rows(_rows(plain), STATS_COLUMNS, output)
        case "text":
            print_rows(list(_lines(plain, meanings)), ("figure", "value", "what it says"), output)
    echo_err(f"{count(figures.entries, 'entry', 'entries')} counted, up to entry {counted_log.number:,} and {as_of}.")


def _values(plain: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Figure, part and value. A figure without parts has an empty one. Those of the network are called graph.NAME."""
    for figure, value in plain.items():
        if figure == "graph":
            yield from ((f"graph.{name}", part, number) for name, part, number in _values(value))
        elif isinstance(value, dict):
            yield from ((figure, part, number) for part, number in cast(dict[str, Any], value).items())
        else:
            yield figure, "", value


def _rows(plain: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    """One value a row. A part that has several numbers has a row for each."""
    for figure, part, value in _values(plain):
        if isinstance(value, dict):
            for name, number in cast(dict[str, Any], value).items():
                yield f"{figure}.{name}", part, _plain(number)
        else:
            yield figure, part, _plain(value)


def _plain(value: Any) -> str:
    if isinstance(value, tuple):
        return " ".join(cast(tuple[str, ...], value))
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _lines(plain: dict[str, Any], meanings: dict[str, str]) -> Iterator[tuple[str, ...]]:
    for figure, part, value in _values(plain):
        name = figure.replace("_", " ").replace(".", ": ") + (f": {part}" if part else "")
        if isinstance(value, dict):
            numbers = cast(dict[str, int], value)
            entries, minutes = count(numbers["entries"], "entry", "entries"), count(numbers["minutes"], "minute")
            text = f"{entries}, {minutes}, {numbers['share']:.1%}"
        else:
            text = _shown(value)
        yield name, text, meanings[figure]


def _shown(value: Any) -> str:
    """A figure as text, with three decimal places."""
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:,.3f}"
        case int():
            return f"{value:,}"
        case tuple():
            return ", ".join(cast(tuple[str, ...], value))
        case _:
            return str(value)


@click.command("report")
@click.argument("period")
@click.option("--group", default="", help="A group, by its name or identifier. Defaults to the whole community.")
@click.option(
    "--for",
    "audience",
    type=click.Choice(["everyone", "coordinators"]),
    default="everyone",
    show_default=True,
    help="Who will read it. Figures based on fewer than ten people are for coordinators only.",
)
@format_option
@click.pass_obj
def report_command(
    location: Location, period: str, group: str, audience: Literal["everyone", "coordinators"], output: Format
) -> None:
    """Print the report of PERIOD, a closed month like 2025-10 or a closed year like 2025.

    A period closes seven days after its last day. What was recorded by then counts, so the report never changes.
    Anything recorded later is listed as late. Each figure comes with its definition. A figure based on too few people
    is left empty. In JSON and CSV, shares are between 0 and 1, and lengths are in minutes.
    """
    from projections.figures.reports.sheet import as_csv, as_json, lines

    if not PERIOD.fullmatch(period):
        raise CommandProblem(f"{period} is not a month or a year.", "Use a month like 2025-10 or a year like 2025.")
    with location.bank() as bank:
        report = _stored_report(bank, _scope(bank, group), period, audience)
    match output:
        case "json":
            click.echo(as_json(report).decode(), nl=False)
        case "csv":
            click.echo(as_csv(report), nl=False)
        case "text":
            rows = [
                (f"{line.figure}: {line.part}" if line.part else line.figure, line.value or "-", line.definition)
                for line in lines(report)
            ]
            print_rows(rows, ("figure", "value", "what it says"), output)
    echo_err(
        f"Happened between {report.first_day} and {report.last_day}. Recorded by the end of {report.known_on}, "
        f"up to entry {report.entry:,}."
    )


def _scope(bank: "TimeBank", group: str) -> str:
    from ledger.personal_data.search import find_all

    if not group:
        return "community"
    found = [match.account for match in find_all(bank, [group])[group] if is_group(match.account)]
    if len(found) != 1:
        raise CommandProblem(
            f"There is no group called {group}." if not found else f"More than one group is called {group}.",
            "Give its identifier, which is in the address of its page.",
        )
    return found[0]


def _stored_report(
    bank: "TimeBank", scope: str, period: str, audience: Literal["everyone", "coordinators"]
) -> "Report":
    """The stored report. If it is missing, all missing reports are made first."""
    from projections.figures.reports.kept import Reports
    from projections.figures.reports.refreshing import refresh

    engine = bank.place.views_engine()
    try:
        reports = Reports(engine, bank.log)
        reports.prepare()
        report = reports.of(scope, period, audience)
        if report is None:
            refresh(bank.log, engine, now=datetime.now(UTC), everything=False)
            report = reports.of(scope, period, audience)
        if report is not None:
            return report
        periods = reports.periods(scope)
    finally:
        engine.dispose()
    latest = f"The latest closed period is {periods[0]}." if periods else "No period has closed yet."
    raise CommandProblem(f"There is no report for {period}: it is not closed yet, or no report was made.", latest)


@click.command("exceptions")
@click.option(
    "--rule", "wanted", metavar="RULE", multiple=True, help="Show only what this rule finds. Can be repeated."
)
@click.option("--at-entry", type=click.IntRange(min=0), help="Check the log up to and including this entry number.")
@format_option
@click.pass_obj
def exceptions_command(location: Location, wanted: tuple[str, ...], at_entry: int | None, output: Format) -> None:
    """Print what is worth a look, by the agreed thresholds, with the entries it is based on.

    None of it means that something is wrong. Most of it has a good explanation. Newest first. If there are more than
    fifty entries, the newest are printed. Rules and thresholds: docs/reference/exceptions.md.
    """
    from projections.checks.anomalies import find_anomalies
    from projections.checks.log_reading import RULES, UNITS, read_log

    for rule in wanted:
        if rule not in RULES:
            raise click.BadParameter(
                f"There is no rule “{rule}”. The rules are: {', '.join(RULES)}.", param_hint="--rule"
            )
    with location.log() as log, log_progress_bar(log) as progress:
        counted_log = read_log(log, at_entry, progress=progress)
    found = [anomaly for anomaly in find_anomalies(counted_log) if not wanted or anomaly.rule in wanted]
    rows = (
        (
            anomaly.rule,
            " ".join(anomaly.people),
            anomaly.measured,
            UNITS[anomaly.rule],
            anomaly.day,
            " ".join(map(str, anomaly.entries)),
        )
        for anomaly in found
    )
    print_rows(rows, ANOMALY_COLUMNS, output)
    echo_err(f"{count(len(found), 'thing')} worth a look, up to entry {counted_log.number:,}.")
