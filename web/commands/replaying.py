"""`hours replay`: the log computed anew, beside what people read."""

from datetime import UTC, datetime

import click

from projections.replays.checking import check_by_replay
from projections.replays.kept import ReplayCheck
from web.commands.printing import Format, count, format_option, print_rows, progress, say
from web.commands.problems import Problem
from web.commands.where import Where

COLUMNS = ("account", "read_model", "what", "log", "shown")


@click.command("replay")
@click.option("--at-entry", type=click.IntRange(min=0), help="Compare as it stood at this entry number.")
@format_option
@click.pass_obj
def replay_command(where: Where, at_entry: int | None, shape: Format) -> None:
    """Compute every account from the log alone, beside the read models, and print the differences.

    There should be none; when there are, the exit code is 1. Lengths are minutes. With --at-entry the totals of that
    moment are compared with the statements, which tell of every moment; without it the balances are compared too. What
    comes out is kept, and members read of it.
    """
    check = checked(where, at_entry)
    print_rows(
        [
            {"account": one.account, "read_model": one.read_model, "what": one.what, "log": one.log, "shown": one.shown}
            for one in check.listed
        ],
        COLUMNS,
        shape,
    )
    say(told(where, check))


def checked(where: Where, at_entry: int | None = None) -> ReplayCheck:
    """The log beside the read models, and the result kept for the page that tells of it; a bar on a terminal."""
    with where.bank() as bank, where.views(bank) as views:
        engine = bank.place.views_engine()
        try:
            with progress("Adding up") as tell:
                return check_by_replay(
                    bank.log,
                    engine,
                    views,
                    now=datetime.now(UTC),
                    at_entry=at_entry,
                    tell=lambda doing, done, of: tell(done, of),
                )
        finally:
            engine.dispose()


def told(where: Where, check: ReplayCheck) -> str:
    """What came out, as a sentence; a Problem when anything is wrong."""
    said = f"{count(check.accounts, 'account')} from {count(check.number, 'entry', 'entries')}"
    if check.trouble:
        raise Problem(check.trouble, f"Ask: hours{where.options} doctor --all")
    if check.given != check.received:
        raise Problem(f"{said}: the balances do not sum to zero.", "The log is damaged; look into your backups.")
    if check.differences:
        raise Problem(
            f"{said}: {count(check.differences, 'difference')}.",
            f"Is the log the one that was sealed? Ask: hours{where.options} doctor --all. If it is: hours{where.options} rebuild",
        )
    return f"{said}: no differences, and the balances sum to zero."
