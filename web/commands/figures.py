"""`hours figures`: the reports of closed periods, made and kept; by hand, or as the server's helper in a process of its own."""

import os
import sys
import threading
from datetime import UTC, datetime

import click

from web.commands.printing import count, progress, say
from web.commands.where import Where

NICENESS = 10


@click.command("figures")
@click.option("--quiet", is_flag=True, hidden=True, help="Say nothing at the end.")
@click.option("--aside", is_flag=True, hidden=True, help="Give way to others, and end when standard input does.")
@click.pass_obj
def figures_command(where: Where, quiet: bool, aside: bool) -> None:
    """Make the reports of months and years that are closed, and look for late entries. `hours serve` does it by itself.

    A period is closed seven days after its last day. Its figures are computed once, from what was recorded by then.
    """
    if aside:
        _give_way()
    from projections.reports.refreshing import refresh

    with where.log() as log:
        engine = where.place().views_engine()
        try:
            with progress("Reading the log") as tell:
                made = refresh(log, engine, now=datetime.now(UTC), tell=lambda doing, done, of: tell(done, of))
        finally:
            engine.dispose()
    if quiet or aside:
        return
    if made.is_busy:
        say("Another process is making them just now.")
    else:
        say(f"{count(len(made.periods), 'period')} made. Figures are as of entry {made.number:,}.")


def _give_way() -> None:
    """Lets everything else on the machine go first, and ends with the process that started this one, however that ends."""
    os.nice(NICENESS)
    threading.Thread(target=_end_with_standard_input, daemon=True).start()


def _end_with_standard_input() -> None:
    while sys.stdin.buffer.read(1):
        pass
    os._exit(0)  # what is half made is not written, and made again the next time
