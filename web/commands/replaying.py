"""`hours replay`: the log computed anew, beside what people read."""

from collections.abc import Iterator

import click

from ledger.application.replaying import Replayed, Tally, Until, replay
from ledger.identifiers import AccountId
from projections import balances
from projections.views import Views
from web.commands.printing import Format, count, format_option, print_rows, progress, say
from web.commands.problems import Problem
from web.commands.where import Where

COLUMNS = ("account", "read_model", "what", "log", "shown")
COMPARED = ("given", "received", "exchanges", "gifts_given", "gifts_received")


@click.command("replay")
@click.option("--at-entry", type=click.IntRange(min=0), help="Compare as it stood at this entry number.")
@format_option
@click.pass_obj
def replay_command(where: Where, at_entry: int | None, shape: Format) -> None:
    """Compute every account from the log alone, beside the read models, and print the differences.

    There should be none; when there are, the exit code is 1. Lengths are minutes. With --at-entry the totals of that
    moment are compared with the statements, which tell of every moment; without it the balances are compared too.
    """
    with where.bank() as bank, where.views(bank) as views:
        for state in views.state():
            if state.stopped_by:
                raise Problem(f"The read model of {state.name} stopped: {state.stopped_by}.", "Ask: hours doctor")
        as_of = views.as_of()
        if at_entry is not None and at_entry > as_of.number:
            raise Problem(f"The log has {count(as_of.number, 'entry', 'entries')}.", "Give an earlier number.")
        number = as_of.number if at_entry is None else at_entry
        with progress("Reading the log") as tell:
            replayed = replay(bank.log, Until(number=number), tell=lambda done: tell(done, number))
        with progress("Comparing") as tell:
            differences = list(_against_statements(views, replayed, at_entry))
            if at_entry is None:
                differences += _against_balances(views, replayed)
    print_rows(differences, COLUMNS, shape)
    said = f"{count(len(replayed.accounts), 'account')} from {count(replayed.number, 'entry', 'entries')}"
    if replayed.given != replayed.received:
        raise Problem(f"{said}: the balances do not sum to zero.", "The log is damaged; look into your backups.")
    if differences:
        raise Problem(f"{said}: {count(len(differences), 'difference')}.", f"Then: hours{where.options} rebuild")
    say(f"{said}: no differences, and the balances sum to zero.")


def _against_balances(views: Views, replayed: Replayed) -> Iterator[dict[str, str | int]]:
    shown = {tally.account: tally for tally in _all_tallies(views)}
    for account in sorted(replayed.accounts.keys() | shown.keys()):
        log, read = replayed.accounts.get(account, Tally()), shown.get(account)
        for what in COMPARED:
            yield from _difference(account, "balances", what, getattr(log, what), getattr(read, what, 0))
    total = views.balances.total()
    yield from _difference("all accounts", "balances", "given", replayed.given, total.given)
    yield from _difference("all accounts", "balances", "received", replayed.received, total.received)


def _all_tallies(views: Views) -> Iterator[balances.Tally]:
    after: str | None = ""
    while after is not None:
        page = views.balances.page(after, 500)
        yield from page.rows
        after = page.older


def _against_statements(views: Views, replayed: Replayed, at_entry: int | None) -> Iterator[dict[str, str | int]]:
    """The running totals of the last line that each account has by then."""
    for account, log in sorted(replayed.accounts.items()):
        if at_entry is None:
            lines = views.statements.page(account, limit=1).rows
        else:
            lines = [line for line in views.statements.between(account, None, None) if line.number <= at_entry][-1:]
        given, received = (lines[0].given_so_far, lines[0].received_so_far) if lines else (0, 0)
        yield from _difference(account, "statements", "given", log.given, given)
        yield from _difference(account, "statements", "received", log.received, received)


def _difference(
    account: AccountId | str, model: str, what: str, log: int, shown: int
) -> Iterator[dict[str, str | int]]:
    if log != shown:
        yield {"account": account, "read_model": model, "what": what, "log": log, "shown": shown}
