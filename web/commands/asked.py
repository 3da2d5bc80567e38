"""`hours asked`: what somebody asked for on a page and takes too long to be done there; `hours serve` calls it by itself."""

from datetime import UTC, date, datetime

import click
from sqlalchemy.exc import SQLAlchemyError

from ledger.application.time_bank import TimeBank
from ledger.log.entry import UnreadableEntry
from ledger.log.faults import LogUnavailable
from ledger.refusals import Refusal
from projections.asked import Wish
from projections.reports.at_moments import everything_at
from projections.views import Views
from web.commands.aside import aside_options, give_way
from web.commands.printing import count, progress, say
from web.commands.problems import Problem, problem_of
from web.commands.replaying import checked
from web.commands.where import Where


@click.command("asked")
@aside_options
@click.pass_obj
def asked_command(where: Where, quiet: bool, aside: bool) -> None:
    """Work out what was asked for on the pages, such as adding up the book now, or all figures at an entry. `hours serve` does it by itself."""
    if aside:
        give_way()
    done: list[Wish] = []
    failed: list[str] = []
    with where.bank() as bank, where.views(bank) as views, views.wishes.alone() as is_alone:
        while is_alone and (waiting := views.wishes.waiting()):
            wish = waiting[0]
            if wish.state == "begun":
                trouble = "It broke off."
            else:
                views.wishes.begin(wish)
                trouble = _carried_out(where, bank, views, wish)
            views.wishes.finish(wish, trouble)
            done.append(wish)
            failed += [f"{wish.what}: {trouble}"] if trouble else []
    if failed:
        raise Problem(" ".join(failed), "Whoever asked reads it on the page, and may ask again.")
    if not quiet and not aside:
        say(f"{count(len(done), 'wish', 'wishes')} carried out.")


def _carried_out(where: Where, bank: TimeBank, views: Views, wish: Wish) -> str:
    """Does what is wanted, and keeps it where the page looks; returns why it could not be done."""
    try:
        if wish.what == "replay":
            checked(where, wish.number or None)
        else:
            with progress("Reading the log") as tell:
                day = date.fromisoformat(wish.day) if wish.day else None
                found = everything_at(bank.log, wish.number, day, tell=lambda done: tell(done, wish.number))
            views.statistics.keep(found, wish.day, datetime.now(UTC))
    except (Refusal, LogUnavailable, UnreadableEntry, OSError, SQLAlchemyError) as error:
        return problem_of(error).message
    return ""
