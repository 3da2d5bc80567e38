"""What went wrong, for whoever typed the command: one line says what it is, one what to do. Never a stack trace."""

from typing import IO, Any

import click

from ledger.application.telling import sentence_of
from ledger.log.entry import UnreadableEntry
from ledger.log.faults import LogUnavailable
from ledger.refusals import Refusal


class Problem(click.ClickException):
    """Something that the person at the keyboard can put right. The command ends with exit code 1."""

    exit_code = 1

    def __init__(self, wrong: str, to_do: str = "") -> None:
        super().__init__(wrong)
        self.to_do = to_do

    def show(self, file: IO[Any] | None = None) -> None:  # noqa: ARG002 - click's own signature
        click.echo(f"Error: {self.message}", err=True)
        if self.to_do:
            click.echo(self.to_do, err=True)


def problem_of(error: Exception) -> Problem:
    """The problem behind a refusal or a fault of the places where things are kept."""
    match error:
        case Refusal():
            return Problem(*two_lines(sentence_of(error)))
        case LogUnavailable():
            return Problem(*two_lines(str(error)))
        case UnreadableEntry():
            return Problem(
                f"The log cannot be read on: {error}.",
                "Nothing was changed. Use the version of the program that wrote it, or look into your backups.",
            )
        case OSError():
            what = error.strerror or str(error)
            return Problem(
                f"{error.filename}: {what}." if error.filename else f"{what}.",
                "See that the file or folder is there, and that you may use it.",
            )
        case _:
            said = str(getattr(error, "orig", error)).strip().splitlines() or ["it gave no reason"]
            return Problem(
                f"The database cannot be used now: {said[0]}.", "Nothing is half written. Put it right, and try again."
            )


def two_lines(sentences: str) -> tuple[str, str]:
    """What is wrong, and what to do: the first sentence, and the rest."""
    wrong, stop, to_do = sentences.partition(". ")
    return (f"{wrong}.", to_do) if stop else (sentences, "")
