"""`hours import`: records kept elsewhere. Every row is checked before anything is written."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

import click
import msgspec

from ledger.agreements.rules import Agreements
from ledger.deciding.requests import wall_clock
from ledger.importing.plan import ImportOutcome, NewCommunity, Plan, carry_out, plan_import
from ledger.importing.rows import DayOrder, Kind, read_rows
from ledger.importing.sheets import COLUMNS, BadRow, read_sheet
from ledger.log.store import LogUnavailable
from ledger.refusals import Refusal
from ledger.time_bank import TimeBank
from web.commands.opening import Location
from web.commands.printing import CommandProblem, Format, count, echo_err, format_option, print_rows, progress_bar

MOST_SHOWN = 50


class Columns(click.ParamType[dict[str, str]]):
    """A mapping from our columns to the headings of the file, such as giver=From,receiver=To,date=Day."""

    name = "columns"

    def convert(
        self, value: str | dict[str, str], param: click.Parameter | None, ctx: click.Context | None
    ) -> dict[str, str]:
        if isinstance(value, dict):
            return value
        columns: dict[str, str] = {}
        for pair in value.split(","):
            ours, sign, theirs = (part.strip() for part in pair.partition("="))
            if not sign or not theirs or ours not in COLUMNS:
                self.fail(f"“{pair}” should be OURS=THEIRS, where OURS is one of: {', '.join(COLUMNS)}.", param, ctx)
            if ours in columns:
                self.fail(f"“{ours}” is named twice.", param, ctx)
            columns[ours] = theirs
        return columns


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--columns",
    type=Columns(),
    metavar="OURS=THEIRS,...",
    help="Which of the file's headings stands for which of ours.",
)
@click.option("--as", "kind", type=click.Choice(["help", "gift"]), help="What every row stands for.")
@click.option("--day-order", type=click.Choice(["dmy", "mdy"]), help="How to read dates like 07/01/2026.")
@click.option(
    "--debit-limit",
    type=click.IntRange(min=0),
    metavar="HOURS",
    help="First set this limit, in hours, on receiving beyond what was given.",
)
@click.option("--dry-run", is_flag=True, help="Show what would happen, without writing anything.")
@click.option("--skip-bad", is_flag=True, help="Record the good rows even if others are bad.")
@click.option("--name", default=NewCommunity().name, show_default=True, help="Name of a new community.")
@click.option("--timezone", "time_zone", default="UTC", show_default=True, help="Time zone of a new community.")
@format_option
@click.pass_obj
def import_command(
    location: Location,
    file: Path,
    columns: dict[str, str] | None,
    kind: Kind | None,
    day_order: DayOrder | None,
    debit_limit: int | None,
    dry_run: bool,
    skip_bad: bool,
    name: str,
    time_zone: str,
    output: Format,
) -> None:
    """Import help and gifts from a CSV file, plain or gzipped.

    The columns are date, giver, receiver, hours or minutes, category, note, reference and kind (help or gift). Map any
    other headings with --columns. People are found by name, email address or identifier. Anyone new is invited and
    welcomed. Either all rows are recorded or none, unless you use --skip-bad. Running the import again adds nothing
    twice.
    """
    try:
        ZoneInfo(time_zone)
    except (ValueError, OSError, KeyError) as error:
        raise click.BadParameter("Use a name like Europe/London.", param_hint="--timezone") from error
    with _bank_if_there(location) as bank:
        agreements = bank.agreements if bank else Agreements()
        zone = ZoneInfo(agreements.time_zone if agreements.is_founded else time_zone)
        sheet = read_sheet(file, columns)
        rows, unreadable = read_rows(sheet, kind=kind, day_order=day_order, zone=zone)
        plan = plan_import(
            bank,
            rows,
            now=max(wall_clock(), bank.handler.now()) if bank else wall_clock(),
            community=NewCommunity(name, time_zone),
            debit_limit_minutes=None if debit_limit is None else -60 * debit_limit,
        )
    bad = sorted([*unreadable, *plan.bad])
    for remark in sheet.remarks:
        echo_err(remark)
    _print_bad(bad)
    if plan.new_kinds:
        echo_err(
            f"Kinds of help in the file: {', '.join(kind.label for kind in plan.new_kinds)}. They {'would go' if dry_run else 'go'} "
            "into the log as they are, for ever. Check that none of them says anything about a person."
        )
    stops = bool(bad) and not skip_bad
    outcome = ImportOutcome(0, []) if dry_run or stops or not plan.rows else _carry_out(location, plan)
    _print_bad(outcome.refused)
    _print_summary(plan, len(rows) + len(unreadable), bad, outcome, output, dry_run=dry_run or stops)
    if stops and not dry_run:
        raise CommandProblem(
            f"Nothing was recorded, because {count(len(bad), 'row')} cannot be imported.",
            "Correct them in the file, or leave them out with --skip-bad."
            + (" Or set a wider limit first: --debit-limit HOURS" if plan.beyond_limit else ""),
        )
    if bad or outcome.refused:
        raise click.exceptions.Exit(0 if skip_bad and not outcome.refused else 1)
    _print_next_step(location, plan, outcome)


@contextmanager
def _bank_if_there(location: Location) -> Generator[TimeBank | None]:
    """Open the time bank, or yield nothing if there is none yet: a plan creates no folder and no tables."""
    if not _is_there(location):
        yield None
        return
    with location.bank(new=True) as bank:
        yield bank


def _is_there(location: Location) -> bool:
    try:
        with location.log():
            return True
    except CommandProblem:
        return False
    except LogUnavailable as fault:
        if fault.kind == "missing":
            return False
        raise


def _carry_out(location: Location, plan: Plan) -> ImportOutcome:
    with location.bank(new=True) as bank, progress_bar("Recording") as progress:
        try:
            return carry_out(bank, plan, progress)
        except (Refusal, LogUnavailable):
            echo_err("It was interrupted. What was recorded stays recorded. Run the same command again for the rest.")
            raise


def _print_bad(bad: Sequence[BadRow]) -> None:
    for row in bad[:MOST_SHOWN]:
        echo_err(f"line {row.line}: {row.sentence}")
    if len(bad) > MOST_SHOWN:
        echo_err(f"... and {count(len(bad) - MOST_SHOWN, 'more bad row')}. Use --format json to list them all.")


def _print_summary(
    plan: Plan, rows: int, bad: Sequence[BadRow], outcome: ImportOutcome, output: Format, *, dry_run: bool
) -> None:
    summary = {
        "rows": rows,
        "new": len(plan.rows) if dry_run else outcome.recorded,
        "already_there": plan.already,
        "bad": len(bad) + len(outcome.refused),
        "people_new": len(plan.newcomers),
        "kinds_new": len(plan.new_kinds),
    }
    if output == "json":
        lines = [{"line": row.line, "sentence": row.sentence} for row in (*bad, *outcome.refused)]
        whole = {
            **summary,
            "recorded": outcome.recorded,
            "kinds": [{"key": kind.key, "label": kind.label} for kind in plan.new_kinds],
            "bad_rows": lines,
        }
        click.echo(msgspec.json.format(msgspec.json.encode(whole), indent=2).decode())
    elif output == "csv":
        print_rows([tuple(summary.values())], tuple(summary), output)
    else:
        would = " (would be)" if dry_run else ""
        click.echo(
            f"Rows: {rows:,}. New{would}: {summary['new']:,}. Already imported: {plan.already:,}. Bad: "
            f"{summary['bad']:,}."
        )
        click.echo(f"People new{would}: {summary['people_new']:,}. Kinds of help new{would}: {summary['kinds_new']:,}.")


def _print_next_step(location: Location, plan: Plan, outcome: ImportOutcome) -> None:
    if plan.founds and outcome.recorded:
        echo_err(
            f"There was no community, so “{plan.founds.name}” was started, without a coordinator. Make someone a coordinator:"
        )
        echo_err(f"  hours{location.options} role give MEMBER coordinator")
