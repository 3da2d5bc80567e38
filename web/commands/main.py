"""The `hours` command line. Starting it loads only what the given command needs."""

import gc
import importlib
from collections.abc import Generator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import click

from web.commands.opening import DayOption, Location
from web.commands.printing import problem_of


class CommandEntry(NamedTuple):
    """The module of a command and its purpose, so that listing the commands loads none of them."""

    module: str
    short_help: str


COMMANDS: dict[str, CommandEntry] = {
    "demo": CommandEntry("serving", "Run a sample neighbourhood to try out."),
    "found": CommandEntry("community", "Start a new community."),
    "serve": CommandEntry("serving", "Serve the community's pages."),
    "import": CommandEntry("importing", "Import records kept elsewhere, from a CSV file."),
    "role": CommandEntry("community", "Give a member a role, or remove it."),
    "sign-in-link": CommandEntry("community", "Make a one-time sign-in link for a member."),
    "balances": CommandEntry("accounts", "Compute every balance from the log alone."),
    "statement": CommandEntry("accounts", "List every change to one account's hours."),
    "stats": CommandEntry("reports", "Compute contribution and reciprocity from the log alone."),
    "exceptions": CommandEntry("reports", "Print what in the log is worth a look."),
    "figures": CommandEntry("background", "Make the reports of closed months and years."),
    "report": CommandEntry("reports", "Print the report of a closed month or year."),
    "replay": CommandEntry("accounts", "Compare the read models with the log."),
    "daily": CommandEntry("background", "Run the daily tasks, such as the replay."),
    "asked": CommandEntry("background", "Run the calculations requested on the website."),
    "rebuild": CommandEntry("storage", "Rebuild all read models from the log."),
    "seal": CommandEntry("sealing", "Sign the log as it is now, and print a seal sheet to keep."),
    "receipt": CommandEntry("verifying", "Print a receipt that proves the seal covers an entry."),
    "sample": CommandEntry("verifying", "Draw random entries to ask people about."),
    "bundle": CommandEntry("verifying", "Write everything an auditor needs to a folder."),
    "verify": CommandEntry("verifying", "Check a bundle or a receipt, offline."),
    "witnesses": CommandEntry("sealing", "Manage the witnesses asked to sign this log's seals."),
    "witness": CommandEntry("witness", "Sign other time banks' seals that extend what was seen before."),
    "erase": CommandEntry("community", "Erase the personal data of a member, at their request."),
    "sweep": CommandEntry("community", "Delete names and notes that belong to no entry."),
    "backup": CommandEntry("storage", "Back up the whole community to one file, while it is running."),
    "restore": CommandEntry("storage", "Restore a community from a backup or a bundle."),
    "doctor": CommandEntry("doctor", "Check everything on the host's side for problems."),
}


class Hours(click.Group):
    """Finds commands in `COMMANDS`, and turns errors into two plain lines."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's own signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        with _without_garbage_collection():
            module = importlib.import_module(f"web.commands.{entry.module}")
        return getattr(module, cmd_name.replace("-", "_") + "_command")

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.short_help) for name, entry in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise  # the reader has closed the pipe, and click ends quietly
        except Exception as error:
            problem = problem_of(error)
            if problem is None or problem is error:
                raise
            raise problem from error


@contextmanager
def _without_garbage_collection() -> Generator[None]:
    """Start faster: modules that are loaded stay, so there is no garbage to look for among them."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
    gc.freeze()


def _print_version(ctx: click.Context, _parameter: click.Parameter, is_given: bool) -> None:
    if is_given:
        click.echo(f"Common Hours {installed_version()}")
        ctx.exit()


@click.group(cls=Hours, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the version and exit.",
)
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="HOURS_DATA",
    default=Path("./data"),
    show_default=True,
    help="Folder that contains the community.",
)
@click.option(
    "--database",
    envvar="HOURS_DATABASE",
    default="",
    metavar="URL",
    help="Where the community is instead: postgresql://... or sqlite:///FOLDER.",
)
@click.option(
    "--clock-checked-on",
    type=DayOption(),
    envvar="HOURS_CLOCK_CHECKED_ON",
    help="The day you compared this machine's clock with a calendar, such as 2026-03-28. Needed once, when the clock is "
    "half a year or more after the last entry.",
)
@click.pass_context
def hours(ctx: click.Context, data: Path, database: str, clock_checked_on: date | None) -> None:
    """Common Hours is a time bank for a neighbourhood. It keeps hours of help in a log that nobody can change
    unnoticed.
    """
    given = ctx.get_parameter_source("data") is not click.core.ParameterSource.DEFAULT
    is_chosen = given or bool(database)
    ctx.obj = Location(data, database, is_chosen=is_chosen, clock_checked_on=clock_checked_on)


def main() -> None:
    """Run the installed `hours` script."""
    hours(prog_name="hours")


def installed_version() -> str:
    """The version of the installed package. Sources that were never installed have none."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("common-hours")
    except PackageNotFoundError:
        return "(not installed, running from source)"


if __name__ == "__main__":
    main()
