"""`hours balances`: every account's hours, computed from the log and nothing else."""

from datetime import UTC, date, datetime

import click

from ledger.identifiers import AccountId, is_group
from ledger.log.store import Log
from ledger.replay import Replayed, Until, replay
from projections.checks.replays import ReplayCheck
from projections.views import check_by_replay
from web.commands.community import the_member
from web.commands.opening import DayOption, InstantOption, Where, names_of
from web.commands.printing import (
    CommandProblem,
    Format,
    count,
    format_option,
    hours_and_minutes,
    print_rows,
    progress,
    say,
)


@click.command("balances")
@click.option("--as-of", type=DayOption(), help="Count what had happened by the end of this day.")
@click.option("--known-at", type=InstantOption(), help="Count what had been recorded by this time.")
@click.option("--at-entry", type=click.IntRange(min=0), help="Count the log up to and including this entry number.")
@click.option("--names/--no-names", default=True, help="Show members' names. Without this, only the log is opened.")
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

    Given, received and balance are in hours as text, and in minutes as JSON and CSV. All balances together must add up
    to zero. If they do not, the log is not sound and the exit code is 1.
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
        f"{hours_and_minutes(replayed.received)} received, up to entry {replayed.number:,}."
    )
    if replayed.given != replayed.received:
        raise CommandProblem(
            "The balances do not add up to zero.", "The log is damaged. Keep it, and check your backups."
        )


def _replayed(log: Log, until: Until, *, names: bool) -> Replayed:
    head = log.head()
    with progress("Reading the log") as tell:
        return replay(log, until, gifts=False, names=names, progress=lambda number: tell(number, max(head, number)))


def _called(where: Where, replayed: Replayed, accounts: list[AccountId]) -> dict[AccountId, str]:
    """Account -> name, where the people store still has it, proven against the log."""
    from ledger.personal_data.store import PersonalData

    people = PersonalData(where.place().people_engine())
    try:
        words = people.words(replayed.names.get(account, "") for account in accounts)
    finally:
        people.engine.dispose()
    return {account: words[replayed.names[account]] for account in accounts if replayed.names.get(account) in words}


STATEMENT_COLUMNS = (
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
@click.option("--from", "first_day", type=DayOption(), help="Leave out what happened before this day.")
@click.option("--to", "last_day", type=DayOption(), help="Leave out what happened after this day.")
@format_option
@click.pass_obj
def statement_command(where: Where, account: str, first_day: date | None, last_day: date | None, shape: Format) -> None:
    """List every change to the hours of ACCOUNT, in the order it was recorded.

    ACCOUNT is a member: a name, an email address or an identifier. Lengths are in hours as text, and in minutes as JSON
    and CSV.
    """
    if is_group(account):
        raise CommandProblem("Groups receive gifts but have no hours of their own.", "Ask for a member's statement.")
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
        STATEMENT_COLUMNS,
        shape,
        lengths=STATEMENT_COLUMNS[-4:],
    )
    say(
        f"{name} ({member}): {hours_and_minutes(tally.given)} hours given and "
        f"{hours_and_minutes(tally.received)} received in total, up to entry {as_of.number:,}."
    )


DIFFERENCE_COLUMNS = ("account", "read_model", "what", "log", "shown")


@click.command("replay")
@click.option("--at-entry", type=click.IntRange(min=0), help="Compare the totals as they were at this entry number.")
@format_option
@click.pass_obj
def replay_command(where: Where, at_entry: int | None, shape: Format) -> None:
    """Compute every account from the log alone, beside the read models, and print the differences.

    There should be none. If there are any, the exit code is 1. Lengths are in minutes. With --at-entry, the totals at
    that entry are compared with the statements, which cover every point in time. Without it, the balances are compared
    too. The result is saved, and members can read it.
    """
    check = checked(where, at_entry)
    print_rows(
        [
            {"account": one.account, "read_model": one.read_model, "what": one.what, "log": one.log, "shown": one.shown}
            for one in check.listed
        ],
        DIFFERENCE_COLUMNS,
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
        raise CommandProblem(check.trouble, f"Run: hours{where.options} doctor --all")
    if check.given != check.received:
        raise CommandProblem(f"{said}: the balances do not add up to zero.", "The log is damaged. Check your backups.")
    if check.differences:
        raise CommandProblem(
            f"{said}: {count(check.differences, 'difference')}.",
            f"Does the log still match its seal? Run: hours{where.options} doctor --all. If it does: hours{where.options} "
            "rebuild",
        )
    return f"{said}: no differences, and the balances add up to zero."
