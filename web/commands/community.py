"""`hours found`, `role`, `sign-in-link`, `erase` and `sweep`: a community, its roles and its personal data."""

import os

import click

from ledger.agreements.commands import FoundCommunity
from ledger.deciding.requests import Caller
from ledger.erasure.commands import AskForErasure, EraseMember, ErasurePreview, is_clean, preview_erasure, sweep
from ledger.identifiers import HOST, MemberId, new_command_id
from ledger.members.commands import GiveRole, WithdrawRole
from ledger.members.facts import MemberInvited, Role
from ledger.personal_data.write_ahead_log import what_remains
from ledger.time_bank import TimeBank
from web.commands.opening import Location, resolve_member
from web.commands.printing import CommandProblem, count, echo_err, progress_bar


@click.command("found")
@click.option("--name", required=True, help="Name of the community.")
@click.option("--timezone", "time_zone", required=True, metavar="ZONE", help="Its time zone, such as Europe/London.")
@click.option("--coordinator", required=True, metavar="NAME", help="The first coordinator's name.")
@click.option(
    "--email", default="", metavar="ADDRESS", help="The first coordinator's email address, for sign-in codes."
)
@click.option("--language", default="en", show_default=True, help="The language of its pages.")
@click.option(
    "--host-name",
    default="localhost",
    show_default=True,
    help="The log's permanent name. Use the host name of your web address, if you have one.",
)
@click.pass_obj
def found_command(
    location: Location, name: str, time_zone: str, coordinator: str, email: str, language: str, host_name: str
) -> None:
    """Start a new community, with the usual agreements and its first coordinator. Fails if there is already one in that
    place.
    """
    if not coordinator.strip():
        raise click.BadParameter("Enter a name.", param_hint="--coordinator")
    with location.bank(new=True) as bank:
        command = FoundCommunity(
            name=name, time_zone=time_zone, language=language, host=host_name, coordinator=coordinator, email=email
        )
        member = bank.do(command, by=_host()).fact(MemberInvited).member
    echo_err(f"{name.strip()} was started in {location.shown}, with {coordinator.strip()} as coordinator.")
    echo_err("Start the website, then sign the coordinator in:")
    echo_err(f"  hours{location.options} serve")
    echo_err(f"  hours{location.options} sign-in-link {member}")


@click.group("role")
def role_command() -> None:
    """Give a member a role, or remove it: coordinator or auditor.

    MEMBER is a name, an email address or an identifier.
    """


@role_command.command("give")
@click.argument("member")
@click.argument("role", type=click.Choice(["coordinator", "auditor"]))
@click.pass_obj
def give(location: Location, member: str, role: Role) -> None:
    """Give MEMBER a role."""
    with location.bank() as bank:
        who, name = resolve_member(bank, member)
        bank.do(GiveRole(member=who, role=role), by=_host())
    echo_err(f"{name} now has the role of {role}.")


@role_command.command("withdraw")
@click.argument("member")
@click.argument("role", type=click.Choice(["coordinator", "auditor"]))
@click.pass_obj
def withdraw(location: Location, member: str, role: Role) -> None:
    """Remove a role from MEMBER. The only coordinator keeps theirs."""
    with location.bank() as bank:
        who, name = resolve_member(bank, member)
        bank.do(WithdrawRole(member=who, role=role), by=_host())
    echo_err(f"{name} no longer has the role of {role}.")


@click.command("sign-in-link")
@click.argument("member")
@click.option("--base-url", metavar="URL", help="The address members type. Defaults to HOURS_BASE_URL.")
@click.pass_obj
def sign_in_link_command(location: Location, member: str, base_url: str | None) -> None:
    """Make a link that signs MEMBER in once, within a day. Give it to nobody else."""
    from web.settings import read_settings
    from web.sign_in.codes import make_sign_in_link

    address = base_url or read_settings(os.environ).base_url
    with location.bank() as bank:
        who, name = resolve_member(bank, member)
        if not bank.member(who).is_active:
            raise CommandProblem(f"{name} is not a member.", "Only members can sign in: welcome them first.")
        link = make_sign_in_link(bank.people, who, address, bank.handler.now())
    echo_err(f"Sign-in link for {name}, for one use within a day:")
    click.echo(link)


def _host(on_behalf: MemberId | None = None) -> Caller:
    """The host, as the caller of a new command."""
    return Caller(id=new_command_id(), by=HOST, via="cli", on_behalf=on_behalf)


STAYS = (
    "What stays: every entry they are part of, with their identifier, minutes, dates and kinds of help. "
    "Other people's balances depend on them."
)
NOUNS = {
    "name": "name",
    "imported": "name from an imported file",
    "email": "email address",
    "phone": "phone number",
    "note": "note",
    "reason": "reason",
}


@click.command("erase")
@click.argument("member")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@click.option(
    "--no-longer-needed",
    is_flag=True,
    help="Nobody asked for this: the member has left, and their data is no longer needed.",
)
@click.pass_obj
def erase_command(location: Location, member: str, yes: bool, no_longer_needed: bool) -> None:
    """Erase the personal data of MEMBER, at their request. This cannot be undone.

    MEMBER is a name, an email address or an identifier. Anyone who is still a member leaves the time bank. Backups made
    earlier still contain their data until you delete them. If one is restored, the data is erased again when it is
    opened.
    """
    with location.bank() as bank:
        who, name = resolve_member(bank, member)
        state = bank.member(who)
        if state.is_erased:
            echo_err(f"{who} has already been erased. Nothing here identifies them any more.")
            return
        for line in _preview_lines(name, who, preview_erasure(bank.log, bank.people, who)):
            echo_err(line)
        if not yes:
            click.confirm("Erase this data for good?", abort=True, err=True)
        if state.erasure_asked_by is None and not no_longer_needed:
            bank.do(AskForErasure(member=who), by=_host(on_behalf=who))
        bank.do(EraseMember(member=who), by=_host())
        echo_err(f"Erased. {who} is now a former member.")
        for sentence in what_remains(bank.people.engine):
            echo_err(sentence)
        _warn_if_not_clean(bank)


@click.command("sweep")
@click.pass_obj
def sweep_command(location: Location) -> None:
    """Delete names and notes that belong to no entry, after a crash for example, and the remains of deleted ones in the
    files.

    Safe at any time, also while the community is running.
    """
    with location.bank() as bank:
        with progress_bar("Checking that every name and note has its entry") as progress:
            swept = sweep(bank.log, bank.people, progress)
        echo_err(
            f"{count(swept, 'name or note', 'names and notes')} deleted that belonged to no entry."
            if swept
            else "Nothing to delete: every name and note belongs to an entry."
        )
        _warn_if_not_clean(bank)


def _preview_lines(name: str, who: MemberId, preview: ErasurePreview) -> list[str]:
    """What will be deleted, one line for each kind of data."""
    lines = [f"{name} ({who}). What will be erased:"]
    lines += [f"  {count(number, NOUNS.get(field, field))}" for field, number in preview.own.items()]
    if preview.of_others:
        lines.append(
            f"  {count(preview.of_others, 'note or reason', 'notes and reasons')} that other people wrote about "
            "help with them"
        )
    lines.append("  where they are signed in, and every code and link that signs them in")
    return [*lines, STAYS]


def _warn_if_not_clean(bank: TimeBank) -> None:
    if not is_clean(bank.people):
        echo_err("Something is still reading an older state, so deleted bytes may remain in the files.")
        echo_err("Run hours sweep again in a while to finish this.")
