"""`hours rebuild`: the read models anew, from the log."""

import click

from web.commands.printing import Format, count, format_option, print_rows, progress, say
from web.commands.where import Where


@click.command("rebuild")
@click.option("--check", is_flag=True, help="Only compare: build beside, say what differs, and throw it away.")
@format_option
@click.pass_obj
def rebuild_command(where: Where, check: bool, shape: Format) -> None:
    """Build all read models anew from the log, beside the ones in use, and swap. Members can go on meanwhile.

    What decisions remember of busy accounts is forgotten, and read from the log when it is next needed.

    With --check nothing is swapped; the exit code is 1 when a read model differs from what the log says.
    """
    with where.bank() as bank, where.views(bank) as views:
        if not check:
            with progress("Rebuilding") as tell:
                views.rebuild(tell)
            bank.log.forget_snapshots()  # only a cache, and anew with the next decisions
            say(f"All read models are rebuilt, as of entry {views.as_of().number:,}.")
            return
        with progress("Comparing") as tell:
            differences = views.check(tell)
    print_rows([{"difference": str(difference)} for difference in differences], ["difference"], shape)
    if differences:
        say(f"{count(len(differences), 'difference')}. Put it right with: hours{where.options} rebuild")
        raise click.exceptions.Exit(1)
    say("Every read model says what the log says.")
