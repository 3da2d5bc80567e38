"""`hours balances`, `hours statement` and `hours replay`: the hours of accounts."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import click

from ledger.identifiers import AccountId, MemberId, is_group, is_member
from ledger.replay import Replayed, Until, replay
from web.commands.opening import DayOption, InstantOption, Location, resolve_member
from web.commands.printing import (
    CommandProblem,
    Format,
    count,
    echo_err,
    format_option,
    hours_and_minutes,
    log_progress_bar,
    print_rows,
    progress_bar,
)

if TYPE_CHECKING:
    from ledger.time_bank import TimeBank
    from projections.checks.replays import ReplayCheck
    from projections.views import Views


@click.command("balances")
@click.option("--as-of", type=DayOption(), help="Count what had happened by the end of this day.")
@click.option("--known-at", type=InstantOption(), help="Count what had been recorded by this time.")
@click.option("--at-entry", type=click.IntRange(min=0), help="Count the log up to and including this entry number.")
@click.option("--names/--no-names", default=True, help="Show members' names. Without this, only the log is opened.")
@format_option
@click.pass_obj
def balances_command(
    location: Location, as_of: date | None, known_at: datetime | None, at_entry: int | None, names: bool, output: Format
) -> None:
    """Compute every balance from the log alone.

    Given, received and balance are in hours as text, and in minutes as JSON and CSV. All balances together must add up
    to zero. If they do not, the log is not sound and the exit code is 1.
    """
    with location.log() as log, log_progress_bar(log) as progress:
        replayed = replay(log, Until(as_of, known_at, at_entry), gifts=False, names=names, progress=progress)
    moved = {account: tally for account, tally in replayed.accounts.items() if tally.exchanges or tally.balance}
    found = _names_in_log(location, replayed, list(moved)) if names and moved else {}
    called = {account: found.get(account, "a former member") for account in moved}
    columns = ("account", *(("name",) if names else ()), "given", "received", "balance")
    rows = (
        (account, *((called[account],) if names else ()), tally.given, tally.received, tally.balance)
        for account, tally in sorted(moved.items(), key=lambda pair: (called[pair[0]].casefold(), pair[0]))
    )
    print_rows(rows, columns, output, lengths=columns[-3:])
    echo_err(
        f"{count(len(moved), 'account')}, {hours_and_minutes(replayed.given)} hours given and "
        f"{hours_and_minutes(replayed.received)} received, up to entry {replayed.number:,}."
    )
    if replayed.given != replayed.received:
        raise CommandProblem(
            "The balances do not add up to zero.", "The log is damaged. Keep it, and check your backups."
        )


def _names_in_log(location: Location, replayed: Replayed, accounts: list[AccountId]) -> dict[AccountId, str]:
    """Account -> name, for every name in the personal data that matches its commitment in the log."""
    from ledger.personal_data.store import PersonalData

    people = PersonalData(location.place().people_engine())
    try:
        words = people.words(replayed.names.get(account, "") for account in accounts)
    finally:
        people.engine.dispose()
    return {account: words[replayed.names[account]] for account in accounts if replayed.names.get(account) in words}


STATEMENT_COLUMNS = (
    *("number", "given_on", "other", "name", "category", "kind"),
    *("given", "received", "given_so_far", "received_so_far"),
)


@click.command("statement")
@click.argument("account")
@click.option("--from", "first_day", type=DayOption(), help="Leave out what happened before this day.")
@click.option("--to", "last_day", type=DayOption(), help="Leave out what happened after this day.")
@format_option
@click.pass_obj
def statement_command(
    location: Location, account: str, first_day: date | None, last_day: date | None, output: Format
) -> None:
    """List every change to the hours of ACCOUNT, in the order it was recorded.

    ACCOUNT is a member: a name, an email address or an identifier. Lengths are in hours as text, and in minutes as JSON
    and CSV.
    """
    if is_group(account):
        raise CommandProblem("Groups receive gifts but have no hours of their own.", "Ask for a member's statement.")
    with location.bank() as bank, location.views(bank) as views:
        member, name = resolve_member(bank, account)
        lines = list(views.statements.between(AccountId(member), first_day, last_day))
        called = names_of_accounts(bank, views, {line.other for line in lines})
        tally, as_of = views.balances.of(AccountId(member)), views.as_of()
    rows = (
        (
            *(line.number, line.given_on.isoformat(), line.other, called[line.other], line.category),
            f"{line.kind}, taken back" if line.reversal else line.kind,
            *(line.given, line.received, line.given_so_far, line.received_so_far),
        )
        for line in lines
    )
    print_rows(rows, STATEMENT_COLUMNS, output, lengths=STATEMENT_COLUMNS[-4:])
    echo_err(
        f"{name} ({member}): {hours_and_minutes(tally.given)} hours given and "
        f"{hours_and_minutes(tally.received)} received in total, up to entry {as_of.number:,}."
    )


DIFFERENCE_COLUMNS = ("account", "read_model", "what", "log", "shown")


@click.command("replay")
@click.option("--at-entry", type=click.IntRange(min=0), help="Compare the totals as they were at this entry number.")
@format_option
@click.pass_obj
def replay_command(location: Location, at_entry: int | None, output: Format) -> None:
    """Compute every account from the log alone, beside the read models, and print the differences.

    There should be none. If there are any, the exit code is 1. Lengths are in minutes. With --at-entry, the totals at
    that entry are compared with the statements, which cover every point in time. Without it, the balances are compared
    too. The result is saved, and members can read it.
    """
    check = run_replay_check(location, at_entry)
    rows = [(one.account, one.read_model, one.what, one.log, one.shown) for one in check.listed]
    print_rows(rows, DIFFERENCE_COLUMNS, output)
    echo_err(replay_result(location, check))


def run_replay_check(location: Location, at_entry: int | None = None) -> "ReplayCheck":
    """Compare the log with the read models, and store the result for its page."""
    from projections.views import check_by_replay

    with location.bank() as bank, location.views(bank) as views:
        engine = bank.place.views_engine()
        try:
            with progress_bar("Adding up") as progress:
                return check_by_replay(
                    bank.log,
                    engine,
                    views,
                    now=datetime.now(UTC),
                    at_entry=at_entry,
                    progress=lambda doing, done, of: progress(done, of),
                )
        finally:
            engine.dispose()


def replay_result(location: Location, check: "ReplayCheck") -> str:
    """The result as a sentence. Raise if anything is wrong."""
    checked = f"{count(check.accounts, 'account')} from {count(check.number, 'entry', 'entries')}"
    if check.trouble:
        raise CommandProblem(check.trouble, f"Run: hours{location.options} doctor --all")
    if check.given != check.received:
        raise CommandProblem(
            f"{checked}: the balances do not add up to zero.", "The log is damaged. Check your backups."
        )
    if check.differences:
        raise CommandProblem(
            f"{checked}: {count(check.differences, 'difference')}.",
            f"Does the log still match its seal? Run: hours{location.options} doctor --all. If it does: hours{location.options} "
            "rebuild",
        )
    return f"{checked}: no differences, and the balances add up to zero."


def names_of_accounts(bank: "TimeBank", views: "Views", accounts: Iterable[AccountId]) -> dict[AccountId, str]:
    """Account -> name. Anyone whose name has been erased is a former member."""
    accounts = list(accounts)
    rows = views.members.many([MemberId(account) for account in accounts if is_member(account)])
    names = bank.people.words(row.name for row in rows.values())
    commitments = {AccountId(member): row.name for member, row in rows.items()}
    return {account: names.get(commitments.get(account, ""), "a former member") for account in accounts}
