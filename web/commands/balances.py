"""`hours balances`: every account's hours, computed from the log and nothing else."""

from datetime import date, datetime

import click

from ledger.application.replaying import Replayed, Until, replay
from ledger.identifiers import AccountId
from ledger.log.store import Log
from web.commands.printing import Format, count, format_option, hours_and_minutes, print_rows, progress, say
from web.commands.problems import Problem
from web.commands.typed import Day, Instant
from web.commands.where import Where


@click.command("balances")
@click.option("--as-of", type=Day(), help="Count what had happened by the end of this day.")
@click.option("--known-at", type=Instant(), help="Count what had been recorded by this instant.")
@click.option("--at-entry", type=click.IntRange(min=0), help="Count the log up to and with this entry number.")
@click.option(
    "--names/--no-names", default=True, help="Show what members are called; without, nothing but the log is opened."
)
@format_option
@click.pass_obj
def balances_command(
    where: Where,
    as_of: date | None,
    known_at: datetime | None,
    at_entry: int | None,
    names: bool,
    shape: Format,
) -> None:
    """Compute every balance from the log alone.

    Given, received and balance are hours in text, and minutes in JSON and CSV. All balances together are zero; when
    they are not, the log is not sound and the exit code is 1.
    """
    with where.log() as log:
        replayed = _replayed(log, Until(as_of, known_at, at_entry), names=names)
    moved = {account: tally for account, tally in replayed.accounts.items() if tally.exchanges or tally.balance}
    called = _called(where, replayed, list(moved)) if names and moved else {}
    named = {account: called.get(account, "a former member") for account in moved}
    columns = ["account", *(["name"] if names else []), "given", "received", "balance"]
    print_rows(
        (
            {
                "account": account,
                **({"name": named[account]} if names else {}),
                "given": tally.given,
                "received": tally.received,
                "balance": tally.balance,
            }
            for account, tally in sorted(moved.items(), key=lambda pair: (named[pair[0]].casefold(), pair[0]))
        ),
        columns,
        shape,
        lengths=columns[-3:],
    )
    say(
        f"{count(len(moved), 'account')}, {hours_and_minutes(replayed.given)} hours given and "
        f"{hours_and_minutes(replayed.received)} received, as of entry {replayed.number:,}."
    )
    if replayed.given != replayed.received:
        raise Problem("The balances do not sum to zero.", "The log is damaged: keep it, and look into your backups.")


def _replayed(log: Log, until: Until, *, names: bool) -> Replayed:
    head = log.head()
    with progress("Reading the log") as tell:
        return replay(log, until, gifts=False, names=names, tell=lambda number: tell(number, max(head, number)))


def _called(where: Where, replayed: Replayed, accounts: list[AccountId]) -> dict[AccountId, str]:
    """Account -> name, where the people store still has it, proven against the log."""
    from ledger.log.people import People

    people = People(where.place().people_engine())
    try:
        words = people.words(replayed.names.get(account, "") for account in accounts)
    finally:
        people.engine.dispose()
    return {account: words[replayed.names[account]] for account in accounts if replayed.names.get(account) in words}
