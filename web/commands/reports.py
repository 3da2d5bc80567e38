"""`hours report`: the figures of a closed month or year, as the pages show them, to hand on."""

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

import click

from ledger.identifiers import is_group
from ledger.personal_data.search import find_all
from web.commands.opening import Where
from web.commands.printing import CommandProblem, Format, count, format_option, print_rows, progress, say

if TYPE_CHECKING:
    from ledger.time_bank import TimeBank
    from projections.figures.reports.kept import Report

COMMUNITY = "community"
PERIOD = re.compile(r"[0-9]{4}(-(0[1-9]|1[0-2]))?")


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
    where: Where, period: str, group: str, audience: Literal["everyone", "coordinators"], shape: Format
) -> None:
    """Print the report of PERIOD, a closed month like 2025-10 or a closed year like 2025.

    A period closes seven days after its last day. What was recorded by then counts, so the report never changes.
    Anything recorded later is listed as late. Each figure comes with its definition. A figure based on too few people
    is left empty. In JSON and CSV, shares are between 0 and 1, and lengths are in minutes.
    """
    from projections.figures.reports.sheet import as_csv, as_json, lines

    if not PERIOD.fullmatch(period):
        raise CommandProblem(f"{period} is not a month or a year.", "Use a month like 2025-10 or a year like 2025.")
    with where.bank() as bank:
        report = _found(bank, _scope(bank, group), period, audience)
    match shape:
        case "json":
            click.echo(as_json(report).decode(), nl=False)
        case "csv":
            click.echo(as_csv(report), nl=False)
        case "text":
            rows = [
                {
                    "figure": f"{line.figure}: {line.part}" if line.part else line.figure,
                    "value": line.value or "-",
                    "what it says": line.definition,
                }
                for line in lines(report)
            ]
            print_rows(rows, ("figure", "value", "what it says"), shape)
    say(
        f"Happened between {report.first_day} and {report.last_day}. Recorded by the end of {report.known_on}, "
        f"up to entry {report.entry:,}."
    )


def _scope(bank: "TimeBank", group: str) -> str:
    if not group:
        return COMMUNITY
    found = [match.account for match in find_all(bank, [group])[group] if is_group(match.account)]
    if len(found) != 1:
        raise CommandProblem(
            f"There is no group called {group}." if not found else f"More than one group is called {group}.",
            "Give its identifier, which is in the address of its page.",
        )
    return found[0]


def _found(bank: "TimeBank", scope: str, period: str, audience: Literal["everyone", "coordinators"]) -> "Report":
    """The report as it is kept. What was never made is made first, with all others that are missing."""
    from projections.figures.reports.kept import Reports
    from projections.figures.reports.refreshing import refresh

    engine = bank.place.views_engine()
    try:
        kept = Reports(engine, bank.log)
        kept.prepare()
        report = kept.of(scope, period, audience)
        if report is None:
            refresh(bank.log, engine, now=datetime.now(UTC), everything=False)
            report = kept.of(scope, period, audience)
        if report is not None:
            return report
        known = kept.periods(scope)
    finally:
        engine.dispose()
    latest = f"The latest closed period is {known[0]}." if known else "No period has closed yet."
    raise CommandProblem(f"There is no report for {period}: it is not closed yet, or no report was made.", latest)


COLUMNS = ("rule", "people", "measured", "unit", "day", "entries")


@click.command("exceptions")
@click.option(
    "--rule", "wanted", metavar="RULE", multiple=True, help="Show only what this rule finds. Can be repeated."
)
@click.option("--at-entry", type=click.IntRange(min=0), help="Check the log up to and including this entry number.")
@format_option
@click.pass_obj
def exceptions_command(where: Where, wanted: tuple[str, ...], at_entry: int | None, shape: Format) -> None:
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
    with where.log() as log:
        head = log.head()
        with progress("Reading the log") as tell:
            book = read_log(log, at_entry, progress=lambda number: tell(number, max(head, number)))
    found = [one for one in find_anomalies(book) if not wanted or one.rule in wanted]
    print_rows(
        (
            {
                "rule": one.rule,
                "people": " ".join(one.people),
                "measured": one.measured,
                "unit": UNITS[one.rule],
                "day": one.day,
                "entries": " ".join(map(str, one.entries)),
            }
            for one in found
        ),
        COLUMNS,
        shape,
    )
    say(f"{count(len(found), 'thing')} worth a look, up to entry {book.number:,}.")
