"""`hours statement`: what moved the hours of one account."""

from datetime import date

import click

from ledger.identifiers import AccountId, is_group
from web.commands.names import names_of
from web.commands.people import the_member
from web.commands.printing import Format, format_option, hours_and_minutes, print_rows, say
from web.commands.problems import Problem
from web.commands.typed import Day
from web.commands.where import Where

COLUMNS = (
    "number",
    "given_on",
    "other",
    "name",
    "category",
    "kind",
    "given",
    "received",
    "given_so_far",
    "received_so_far",
)


@click.command("statement")
@click.argument("account")
@click.option("--from", "first_day", type=Day(), help="Leave out what happened before this day.")
@click.option("--to", "last_day", type=Day(), help="Leave out what happened after this day.")
@format_option
@click.pass_obj
def statement_command(where: Where, account: str, first_day: date | None, last_day: date | None, shape: Format) -> None:
    """List what moved the hours of ACCOUNT, in the order it was recorded.

    ACCOUNT is a member: a name, an e-mail address, or an identifier. Lengths are hours in text, minutes in JSON and CSV.
    """
    if is_group(account):
        raise Problem("Groups receive gifts, and have no hours of their own.", "Ask for the statement of a member.")
    with where.bank() as bank, where.views(bank) as views:
        member, name = the_member(bank, account)
        lines = list(views.statements.between(AccountId(member), first_day, last_day))
        called = names_of(bank, views, {line.other for line in lines})
        tally, as_of = views.balances.of(AccountId(member)), views.as_of()
    print_rows(
        [
            {
                "number": line.number,
                "given_on": line.given_on.isoformat(),
                "other": line.other,
                "name": called[line.other],
                "category": line.category,
                "kind": f"{line.kind}, taken back" if line.reversal else line.kind,
                "given": line.given,
                "received": line.received,
                "given_so_far": line.given_so_far,
                "received_so_far": line.received_so_far,
            }
            for line in lines
        ],
        COLUMNS,
        shape,
        lengths=COLUMNS[-4:],
    )
    say(
        f"{name} ({member}): {hours_and_minutes(tally.given)} hours given and {hours_and_minutes(tally.received)} "
        f"received in all, as of entry {as_of.number:,}."
    )
