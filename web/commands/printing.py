"""What went wrong, for whoever typed the command: one line says what it is, one what to do. Never a stack trace."""

import csv
import io
import sys
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import IO, Any, Literal

import click
import msgspec

from ledger.log.entry import UnreadableEntry
from ledger.log.store import LogUnavailable
from ledger.refusals import Refusal


class CommandProblem(click.ClickException):
    """Something that the person at the keyboard can put right. The command ends with exit code 1."""

    exit_code = 1

    def __init__(self, wrong: str, to_do: str = "") -> None:
        super().__init__(wrong)
        self.to_do = to_do

    def show(self, file: IO[Any] | None = None) -> None:  # noqa: ARG002 - click's own signature
        click.echo(f"Error: {self.message}", err=True)
        if self.to_do:
            click.echo(self.to_do, err=True)


def problem_of(error: Exception) -> CommandProblem:
    """The problem behind a refusal or a fault of the places where things are kept."""
    match error:
        case Refusal() | LogUnavailable():
            return CommandProblem(*two_lines(str(error)))
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
        case _:
            said = str(getattr(error, "orig", error)).strip().splitlines() or ["it gave no reason"]
            return CommandProblem(
                f"The database cannot be used at the moment: {said[0]}.",
                "Nothing was left half written. Fix the problem, then try again.",
            )


def two_lines(sentences: str) -> tuple[str, str]:
    """What is wrong, and what to do: the first sentence, and the rest."""
    wrong, stop, to_do = sentences.partition(". ")
    return (f"{wrong}.", to_do) if stop else (sentences, "")


Format = Literal["text", "json", "csv"]
Row = Mapping[str, str | int]

format_option = click.option(
    "--format",
    "shape",
    type=click.Choice(["text", "json", "csv"]),
    default="text",
    show_default=True,
    help="Output format.",
)
"""The `--format` of every command that prints data; its value comes in as `shape`."""


def print_rows(rows: Iterable[Row], columns: Sequence[str], shape: Format, *, lengths: Sequence[str] = ()) -> None:
    """Rows under headings. In text, the columns in `lengths` (minutes) are shown as hours; elsewhere as minutes."""
    match shape:
        case "json":
            click.echo(msgspec.json.format(msgspec.json.encode(list(rows)), indent=2).decode())
        case "csv":
            text = io.StringIO()
            writer = csv.writer(text, lineterminator="\n")
            writer.writerow(columns)
            writer.writerows([[_harmless(row[column]) for column in columns] for row in rows])
            click.echo(text.getvalue(), nl=False)
        case "text":
            _print_table(list(rows), columns, lengths)


def say(words: str = "") -> None:
    """A line for the reader, not for the next program: it goes to standard error."""
    click.echo(words, err=True)


def count(number: int, one: str, many: str = "") -> str:
    """A number with its noun: "1 member", "1,817 members"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


@contextmanager
def progress(doing: str) -> Generator[Callable[[int, int], None]]:
    """A bar on a terminal, nothing elsewhere. Yields what is told how much is done, and of how much."""
    if not sys.stderr.isatty():
        yield lambda done, of: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(doing, total=None)

        def tell(task: Any, done: int, of: int) -> None:
            bar.update(task, completed=done, total=of)

        yield partial(tell, task)


@contextmanager
def steps() -> Generator[Callable[[str], Callable[[int, int], None]]]:
    """A bar for each of several steps, on a terminal. Yields what names the next step, and answers what to tell then."""
    with ExitStack() as bars:

        def begin(doing: str) -> Callable[[int, int], None]:
            bars.close()
            return bars.enter_context(progress(doing))

        yield begin


def hours_and_minutes(minutes: int) -> str:
    """A length as tables show it: "2:30", and "-0:15" below zero."""
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else ''}{hours}:{rest:02}"


def _print_table(rows: Sequence[Row], columns: Sequence[str], lengths: Sequence[str]) -> None:
    if not rows:
        return
    numbers = [column for column in columns if isinstance(rows[0][column], int)]
    lines = [
        [column.replace("_", " ") for column in columns],
        *([_cell(row[column], column in lengths) for column in columns] for row in rows),
    ]
    cell_len = _cell_len()
    widths = [max(cell_len(line[place]) for line in lines) for place in range(len(columns))]
    for line in lines:
        cells = [
            " " * (width - cell_len(cell)) + cell if column in numbers else cell + " " * (width - cell_len(cell))
            for column, cell, width in zip(columns, line, widths, strict=True)
        ]
        click.echo("  ".join(cells).rstrip())


def _cell(cell: str | int, is_length: bool) -> str:
    """A cell on one line; words of members without the signs that would steer a terminal."""
    if isinstance(cell, int):
        return hours_and_minutes(cell) if is_length else f"{cell:,}"
    return "".join(sign if sign.isprintable() else " " for sign in cell)


def _harmless(cell: str | int) -> str | int:
    """Spreadsheets take words that begin with these signs for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def _cell_len() -> Callable[[str], int]:
    """How many places a text takes in a terminal: some letters take two, marks take none."""
    from rich.cells import cell_len

    return cell_len
