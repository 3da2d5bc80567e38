"""`hours replay`: the log computed anew, beside what people read."""

import click

from projections.replays.comparing import Compared, compare
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
    moment are compared with the statements, which tell of every moment; without it the balances are compared too.
    """
    compared = compared_with_log(where, at_entry)
    print_rows(
        [
            {"account": one.account, "read_model": one.read_model, "what": one.what, "log": one.log, "shown": one.shown}
            for one in compared.differences
        ],
        COLUMNS,
        shape,
    )
    say(told(where, compared))


def compared_with_log(where: Where, at_entry: int | None = None) -> Compared:
    """The log beside the read models, brought up to date first; a bar on a terminal."""
    with where.bank() as bank, where.views(bank):
        engine = bank.place.views_engine()
        try:
            with progress("Adding up") as tell:
                return compare(bank.log, engine, at_entry, tell=lambda doing, done, of: tell(done, of))
        finally:
            engine.dispose()


def told(where: Where, compared: Compared) -> str:
    """What came out, as a sentence; a Problem when anything differs."""
    replayed = compared.replayed
    said = f"{count(len(replayed.accounts), 'account')} from {count(replayed.number, 'entry', 'entries')}"
    for model, why in sorted(compared.stopped.items()):
        raise Problem(f"The read model of {model} stopped: {why}.", "Ask: hours doctor")
    if replayed.given != replayed.received:
        raise Problem(f"{said}: the balances do not sum to zero.", "The log is damaged; look into your backups.")
    if compared.differences:
        raise Problem(
            f"{said}: {count(len(compared.differences), 'difference')}.", f"Then: hours{where.options} rebuild"
        )
    return f"{said}: no differences, and the balances sum to zero."
