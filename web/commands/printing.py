"""What commands print: tables, progress bars, and errors as two lines that say what is wrong and what to do."""

import csv
import io
import sys
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from typing import IO, Any, Literal

import click
import msgspec

from ledger.log.entry import UnreadableEntry
from ledger.log.failures import failure_of
from ledger.log.store import Log, LogUnavailable
from ledger.refusals import HostProblem, Refusal


class CommandProblem(click.ClickException):
    """A problem that the host can solve. The command ends with exit code 1."""

    exit_code = 1

    def __init__(self, wrong: str, to_do: str = "") -> None:
        super().__init__(wrong)
        self.to_do = to_do

    def show(self, file: IO[Any] | None = None) -> None:  # noqa: ARG002 - click's own signature
        click.echo(f"Error: {self.message}", err=True)
        if self.to_do:
            click.echo(self.to_do, err=True)


quotes_drivers: ContextVar[bool] = ContextVar("quotes_drivers", default=True)
"""Whether problems repeat what a database said. A host needs that at a terminal; in a log it could be personal."""


def problem_of(error: Exception) -> CommandProblem | None:
    """The problem that an error stands for, or nothing if it is a bug."""
    database_errors = sys.modules.get("sqlalchemy.exc")  # not imported here, because few commands need it
    match error:
        case CommandProblem():
            return error
        case HostProblem():
            return CommandProblem(error.wrong, error.to_do)
        case LogUnavailable() if not quotes_drivers.get():
            return CommandProblem(f"The log cannot be used at the moment: {failure_of(error)}.")
        case Refusal() | LogUnavailable():
            return CommandProblem(*split_sentences(str(error)))
        case UnreadableEntry():
            return CommandProblem(
                f"The log cannot be read any further: {error}.",
                "Nothing was changed. Use the version of the program that wrote it, or check your backups.",
            )
        case OSError():
            what = error.strerror or str(error)
            return CommandProblem(
                f"{error.filename}: {what}." if error.filename else f"{what}.",
                "Check that the file or folder exists, and that you have permission to use it.",
            )
        case _ if database_errors is not None and isinstance(error, database_errors.DBAPIError):
            reasons = str(getattr(error, "orig", error)).strip().splitlines() or ["it gave no reason"]
            reason = reasons[0] if quotes_drivers.get() else failure_of(error)
            return CommandProblem(
                f"The database cannot be used at the moment: {reason}.",
                "Nothing was left half written. Fix the problem, then try again.",
            )
        case _:
            return None


def split_sentences(sentences: str) -> tuple[str, str]:
    """Split a text into its first sentence, what is wrong, and the rest, what to do."""
    wrong, stop, to_do = sentences.partition(". ")
    return (f"{wrong}.", to_do) if stop else (sentences, "")


Format = Literal["text", "json", "csv"]
Row = Sequence[str | int]

format_option = click.option(
    "--format",
    "output",
    type=click.Choice(["text", "json", "csv"]),
    default="text",
    show_default=True,
    help="Output format.",
)
"""The `--format` of every command that prints data; its value comes in as `output`."""


def print_rows(rows: Iterable[Row], columns: Sequence[str], output: Format, *, lengths: Sequence[str] = ()) -> None:
    """Print rows under headings. The columns in `lengths` hold minutes, which text shows as hours."""
    match output:
        case "json":
            objects = [dict(zip(columns, row, strict=True)) for row in rows]
            click.echo(msgspec.json.format(msgspec.json.encode(objects), indent=2).decode())
        case "csv":
            text = io.StringIO()
            writer = csv.writer(text, lineterminator="\n")
            writer.writerow(columns)
            writer.writerows(map(_escape_formula, row) for row in rows)
            click.echo(text.getvalue(), nl=False)
        case "text":
            _print_table(list(rows), columns, lengths)


def echo_err(line: str) -> None:
    """Print a line for the person, not for the next program: on standard error."""
    click.echo(line, err=True)


def count(number: int, one: str, many: str = "") -> str:
    """A number with its noun: "1 member", "1,817 members"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


@contextmanager
def progress_bar(doing: str) -> Generator[Callable[[int, int], None]]:
    """Show a bar on a terminal, and nothing elsewhere. Yields a callback that takes how much is done, and of how much."""
    if not sys.stderr.isatty():
        yield lambda done, of: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(doing, total=None)

        def update(done: int, of: int) -> None:
            bar.update(task, completed=done, total=of)

        yield update


@contextmanager
def log_progress_bar(log: Log, doing: str = "Reading the log") -> Generator[Callable[[int], None]]:
    """Show a bar while a log is read. Yields a callback that takes the number of the entry that was read."""
    head = log.head()
    with progress_bar(doing) as progress:
        yield lambda number: progress(number, max(head, number))


@contextmanager
def progress_bars() -> Generator[Callable[[str], Callable[[int, int], None]]]:
    """Show a bar for each of several steps. Yields a callback that takes the name of a step and returns its progress callback."""
    with ExitStack() as bars:

        def begin(doing: str) -> Callable[[int, int], None]:
            bars.close()
            return bars.enter_context(progress_bar(doing))

        yield begin


def hours_and_minutes(minutes: int) -> str:
    """A length as in tables: "2:30", or "-0:15" if it is negative."""
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else ''}{hours}:{rest:02}"


def _print_table(rows: Sequence[Row], columns: Sequence[str], lengths: Sequence[str]) -> None:
    from rich.cells import cell_len  # some letters take two columns, combining marks none

    if not rows:
        return
    lines = [[column.replace("_", " ") for column in columns]]
    lines += [[_cell(cell, column in lengths) for column, cell in zip(columns, row, strict=True)] for row in rows]
    widths = [max(map(cell_len, cells)) for cells in zip(*lines, strict=True)]
    for line in lines:
        padded = [
            padding + cell if isinstance(first, int) else cell + padding
            for cell, width, first in zip(line, widths, rows[0], strict=True)
            for padding in [" " * (width - cell_len(cell))]
        ]
        click.echo("  ".join(padded).rstrip())


def _cell(cell: str | int, is_length: bool) -> str:
    """A cell on one line, without control characters, which a member's text could use to steer the terminal."""
    if isinstance(cell, int):
        return hours_and_minutes(cell) if is_length else f"{cell:,}"
    return "".join(character if character.isprintable() else " " for character in cell)


def _escape_formula(cell: str | int) -> str | int:
    """Keep spreadsheets from taking text that begins with one of these characters for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
