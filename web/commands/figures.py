"""`hours figures`: the reports of closed periods, made and kept; by hand, or as the server's helper in a process of its own."""

from datetime import UTC, datetime

import click

from web.commands.aside import aside_options, give_way
from web.commands.printing import count, progress, say
from web.commands.where import Where


@click.command("figures")
@aside_options
@click.pass_obj
def figures_command(where: Where, quiet: bool, aside: bool) -> None:
    """Make the reports of months and years that are closed, and look for late entries and for what is worth a look.

    `hours serve` does it by itself. A period is closed seven days after its last day. Its figures are computed once,
    from what was recorded by then.
    """
    if aside:
        give_way()
    from projections.exceptions.kept import look
    from projections.reports.refreshing import refresh

    with where.log() as log:
        engine = where.place().views_engine()
        try:
            with progress("Reading the log") as tell:
                made = refresh(log, engine, now=datetime.now(UTC), tell=lambda doing, done, of: tell(done, of))
            if not made.is_busy:
                with progress("Looking at the log") as tell:
                    look(log, engine, tell=tell)
        finally:
            engine.dispose()
    if quiet or aside:
        return
    if made.is_busy:
        say("Another process is making them just now.")
    else:
        say(f"{count(len(made.periods), 'period')} made. Figures are as of entry {made.number:,}.")
