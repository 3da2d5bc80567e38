"""`hours found`: a community begins."""

import os

import click

from ledger.agreements.commands import FoundCommunity
from ledger.deciding.requests import Caller
from ledger.erasure.commands import AskForErasure, EraseMember, ErasurePreview, is_clean, preview_erasure, sweep
from ledger.identifiers import HOST, MemberId, new_command_id
from ledger.members.commands import GiveRole, WithdrawRole
from ledger.members.facts import MemberInvited, Role
from ledger.personal_data.search import find_members
from ledger.time_bank import TimeBank
from web.commands.opening import Where
from web.commands.printing import CommandProblem, count, progress, say


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
    where: Where, name: str, time_zone: str, coordinator: str, email: str, language: str, host_name: str
) -> None:
    """Start a new community, with the usual agreements and its first coordinator. Fails if there is already one in that
    place.
    """
    if not coordinator.strip():
        raise click.BadParameter("Enter a name.", param_hint="--coordinator")
    with where.bank(new=True) as bank:
        member = (
            bank.do(
                FoundCommunity(
                    name=name,
                    time_zone=time_zone,
                    language=language,
                    host=host_name,
                    coordinator=coordinator,
                    email=email,
                ),
                by=Caller(id=new_command_id(), by=HOST, via="cli"),
            )
            .fact(MemberInvited)
            .member
        )
    say(f"{name.strip()} was started in {where.shown}, with {coordinator.strip()} as coordinator.")
    say("Start the website, then sign the coordinator in:")
    say(f"  hours{where.options} serve")
    say(f"  hours{where.options} sign-in-link {member}")


def the_member(bank: TimeBank, text: str) -> tuple[MemberId, str]:
    """The one member whom an identifier, a name or an e-mail address means, with their name."""
    found = find_members(bank, text)
    if not found:
        raise CommandProblem(
            f"Nobody here is called “{text}”.", "Give a name, an email address or a member's identifier."
        )
    if len(found) > 1:
        listed = "\n".join(f"  {match.account}  {match.name}" for match in sorted(found))
        raise CommandProblem(
            f"“{text}” could be any of these:\n{listed}", "Give the identifier of the person you mean."
        )
    return MemberId(found[0].account), found[0].name or "a former member"


@click.group("role")
def role_command() -> None:
    """Give a member a role, or remove it: coordinator or auditor.

    MEMBER is a name, an email address or an identifier.
    """


@role_command.command("give")
@click.argument("member")
@click.argument("role", type=click.Choice(["coordinator", "auditor"]))
@click.pass_obj
def give(where: Where, member: str, role: Role) -> None:
    """Give MEMBER a role."""
    with where.bank() as bank:
        who, name = the_member(bank, member)
        bank.do(GiveRole(member=who, role=role), by=_command())
    say(f"{name} now has the role of {role}.")


@role_command.command("withdraw")
@click.argument("member")
@click.argument("role", type=click.Choice(["coordinator", "auditor"]))
@click.pass_obj
def withdraw(where: Where, member: str, role: Role) -> None:
    """Remove a role from MEMBER. The only coordinator keeps theirs."""
    with where.bank() as bank:
        who, name = the_member(bank, member)
        bank.do(WithdrawRole(member=who, role=role), by=_command())
    say(f"{name} no longer has the role of {role}.")


@click.command("sign-in-link")
@click.argument("member")
@click.option("--base-url", metavar="URL", help="The address members type. Defaults to HOURS_BASE_URL.")
@click.pass_obj
def sign_in_link_command(where: Where, member: str, base_url: str | None) -> None:
    """Make a link that signs MEMBER in once, within a day. Give it to nobody else."""
    from web.settings import read_settings
    from web.sign_in.codes import make_sign_in_link

    address = base_url or read_settings(os.environ).base_url
    with where.bank() as bank:
        who, name = the_member(bank, member)
        if not bank.member(who).is_active:
            raise CommandProblem(f"{name} is not a member.", "Only members can sign in: welcome them first.")
        link = make_sign_in_link(bank.people, who, address, bank.handler.now())
    say(f"Sign-in link for {name}, for one use within a day:")
    click.echo(link)


def _command() -> Caller:
    return Caller(id=new_command_id(), by=HOST, via="cli")


STAYS = (
    "What stays: every entry they are part of, with their identifier, minutes, dates and kinds of help. "
    "Other people's balances depend on them."
)


@click.command("erase")
@click.argument("member")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@click.option(
    "--no-longer-needed",
    is_flag=True,
    help="Nobody asked for this: the member has left, and their data is no longer needed.",
)
@click.pass_obj
def erase_command(where: Where, member: str, yes: bool, no_longer_needed: bool) -> None:
    """Erase the personal data of MEMBER, at their request. This cannot be undone.

    MEMBER is a name, an email address or an identifier. Anyone who is still a member leaves the time bank. Backups made
    earlier still contain their data until you delete them. If one is restored, the data is erased again when it is
    opened.
    """
    with where.bank() as bank:
        who, name = the_member(bank, member)
        standing = bank.member(who)
        if standing.is_erased:
            say(f"{who} has already been erased. Nothing here identifies them any more.")
            return
        for line in _what_goes(name, who, preview_erasure(bank.log, bank.people, who)):
            say(line)
        if not yes:
            click.confirm("Erase this data for good?", abort=True, err=True)
        if standing.erasure_asked_by is None and not no_longer_needed:
            asking = Caller(id=new_command_id(), by=HOST, via="cli", on_behalf=who)
            bank.do(AskForErasure(member=who), by=asking)
        bank.do(EraseMember(member=who), by=Caller(id=new_command_id(), by=HOST, via="cli"))
        say(f"Erased. {who} is now a former member.")
        _tell_what_is_left(bank)


@click.command("sweep")
@click.pass_obj
def sweep_command(where: Where) -> None:
    """Delete names and notes that belong to no entry, after a crash for example, and the remains of deleted ones in the
    files.

    Safe at any time, also while the community is running.
    """
    with where.bank() as bank:
        with progress("Checking that every name and note has its entry") as tell:
            swept = sweep(bank.log, bank.people, tell)
        say(
            f"{count(swept, 'word')} deleted that belonged to no entry."
            if swept
            else "Nothing to delete: every name and note belongs to an entry."
        )
        _tell_what_is_left(bank)


def _what_goes(name: str, who: MemberId, going: ErasurePreview) -> list[str]:
    """What will be deleted, a line for each kind of it."""
    lines = [f"{name} ({who}). What will be erased:"]
    lines += [f"  {count(number, _NOUNS.get(field, field))}" for field, number in going.own.items()]
    if going.of_others:
        lines.append(
            f"  {count(going.of_others, 'note or reason', 'notes and reasons')} that other people wrote about "
            "help with them"
        )
    lines.append("  where they are signed in, and every code and link that signs them in")
    return [*lines, STAYS]


_NOUNS = {"name": "name", "email": "email address", "phone": "phone number", "note": "note", "reason": "reason"}


def _tell_what_is_left(bank: TimeBank) -> None:
    if not is_clean(bank.people):
        say("Something is still reading an older state, so deleted bytes may remain in the files.")
        say("Run hours sweep again in a while to finish this.")
