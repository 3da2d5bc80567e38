"""The `hours` command: what a host types. Starting it loads nothing but what the called command needs (design §12)."""

import gc
import importlib
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import click

from ledger.log.entry import UnreadableEntry
from ledger.log.store import LogUnavailable
from ledger.refusals import Refusal
from web.commands.opening import Where
from web.commands.printing import problem_of


class CommandEntry(NamedTuple):
    """Where a command lives, and what it is for, so that the list of commands needs none of them."""

    module: str
    short_help: str


COMMANDS: dict[str, CommandEntry] = {
    "demo": CommandEntry("demo", "Run a sample neighbourhood to try out."),
    "found": CommandEntry("community", "Start a new community."),
    "serve": CommandEntry("serving", "Serve the community's pages."),
    "import": CommandEntry("importing", "Import records kept elsewhere, from a CSV file."),
    "role": CommandEntry("community", "Give a member a role, or remove it."),
    "sign-in-link": CommandEntry("community", "Make a one-time sign-in link for a member."),
    "balances": CommandEntry("accounts", "Compute every balance from the log alone."),
    "statement": CommandEntry("accounts", "List every change to one account's hours."),
    "stats": CommandEntry("figures", "Compute contribution and reciprocity from the log alone."),
    "exceptions": CommandEntry("reports", "Print what in the log is worth a look."),
    "figures": CommandEntry("figures", "Make the reports of closed months and years."),
    "report": CommandEntry("reports", "Print the report of a closed month or year."),
    "replay": CommandEntry("accounts", "Compare the read models with the log."),
    "daily": CommandEntry("daily", "Run the daily tasks, such as the replay."),
    "asked": CommandEntry("daily", "Run the calculations requested on the website."),
    "rebuild": CommandEntry("storage", "Rebuild all read models from the log."),
    "seal": CommandEntry("sealing", "Sign the log as it is now, and print a seal sheet to keep."),
    "receipt": CommandEntry("sealing", "Print a receipt that proves the seal covers an entry."),
    "sample": CommandEntry("verifying", "Draw random entries to ask people about."),
    "bundle": CommandEntry("sealing", "Write everything an auditor needs to a folder."),
    "verify": CommandEntry("verifying", "Check a bundle or a receipt, offline."),
    "witnesses": CommandEntry("witnesses", "Manage the witnesses asked to sign this log's seals."),
    "witness": CommandEntry("witnesses", "Sign other time banks' seals that extend what was seen before."),
    "erase": CommandEntry("community", "Erase the personal data of a member, at their request."),
    "sweep": CommandEntry("community", "Delete names and notes that belong to no entry."),
    "backup": CommandEntry("storage", "Back up the whole community to one file, while it is running."),
    "restore": CommandEntry("storage", "Restore a community from a backup or a bundle."),
    "doctor": CommandEntry("doctor", "Check everything on the host's side for problems."),
}


class Hours(click.Group):
    """Finds commands by the table above, and turns what went wrong into two plain lines."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's own signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        with _nothing_thrown_away():
            module = importlib.import_module(f"web.commands.{entry.module}")
        return getattr(module, cmd_name.replace("-", "_") + "_command")

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.short_help) for name, entry in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise  # whoever was reading has seen enough; click ends quietly
        except (Refusal, LogUnavailable, UnreadableEntry, OSError) as error:
            raise problem_of(error) from error
        except Exception as error:
            # The database library is loaded by few commands, so its faults are known by where they come from.
            faults = sys.modules.get("sqlalchemy.exc")
            if faults is not None and isinstance(error, faults.OperationalError | faults.DatabaseError):
                raise problem_of(error) from error
            raise


@contextmanager
def _nothing_thrown_away() -> Generator[None]:
    """What a program loads stays, so looking through it for garbage only makes the start longer."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
    gc.freeze()


def _tell_version(ctx: click.Context, _parameter: click.Parameter, is_asked: bool) -> None:
    if is_asked:
        click.echo(f"Common Hours {installed_version()}")
        ctx.exit()


@click.group(cls=Hours, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_tell_version,
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
@click.pass_context
def hours(ctx: click.Context, data: Path, database: str) -> None:
    """Common Hours is a time bank for a neighbourhood. It keeps hours of help in a log that nobody can change
    unnoticed.
    """
    given = ctx.get_parameter_source("data") is not click.core.ParameterSource.DEFAULT
    ctx.obj = Where(data, database, is_chosen=given or bool(database))


def main() -> None:
    """The entry point of the installed `hours` script."""
    hours(prog_name="hours")


def installed_version() -> str:
    """The version of the installed package; sources that were never installed have none."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("common-hours")
    except PackageNotFoundError:
        return "(not installed, running from source)"


if __name__ == "__main__":
    main()
