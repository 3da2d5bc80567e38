"""`hours role` and `hours sign-in-link`: the host's way to give somebody the keys."""

import os

import click

from ledger.application.commands import Caller
from ledger.application.finding import find_members
from ledger.application.members import GiveRole, WithdrawRole
from ledger.application.time_bank import TimeBank
from ledger.events.members import Role
from ledger.identifiers import HOST, MemberId, new_command_id
from web.commands.printing import say
from web.commands.problems import Problem
from web.commands.where import Where


def the_member(bank: TimeBank, text: str) -> tuple[MemberId, str]:
    """The one member whom an identifier, a name or an e-mail address means, with their name."""
    found = find_members(bank, text)
    if not found:
        raise Problem(f"Nobody here is known as “{text}”.", "Give a name, an e-mail address, or a member's identifier.")
    if len(found) > 1:
        listed = "\n".join(f"  {match.account}  {match.name}" for match in sorted(found))
        raise Problem(f"“{text}” may be any of these:\n{listed}", "Give the identifier of the one you mean.")
    return MemberId(found[0].account), found[0].name or "a former member"


@click.group("role")
def role_command() -> None:
    """Give a member a role, or withdraw it: coordinator or auditor.

    MEMBER is a name, an e-mail address, or an identifier.
    """


@role_command.command("give")
@click.argument("member")
@click.argument("role", type=click.Choice(["coordinator", "auditor"]))
@click.pass_obj
def give(where: Where, member: str, role: Role) -> None:
    """Entrust MEMBER with a role."""
    with where.bank() as bank:
        who, name = the_member(bank, member)
        bank.do(GiveRole(member=who, role=role), by=_command())
    say(f"{name} is {role} now.")


@role_command.command("withdraw")
@click.argument("member")
@click.argument("role", type=click.Choice(["coordinator", "auditor"]))
@click.pass_obj
def withdraw(where: Where, member: str, role: Role) -> None:
    """Take a role back from MEMBER. The last coordinator keeps theirs."""
    with where.bank() as bank:
        who, name = the_member(bank, member)
        bank.do(WithdrawRole(member=who, role=role), by=_command())
    say(f"{name} is {role} no longer.")


@click.command("sign-in-link")
@click.argument("member")
@click.option("--base-url", metavar="URL", help="The address members type; HOURS_BASE_URL when left out.")
@click.pass_obj
def sign_in_link_command(where: Where, member: str, base_url: str | None) -> None:
    """Make a link that signs MEMBER in, once, within a day. Hand it to nobody else."""
    from web.settings import read_settings
    from web.sign_in.links import make_sign_in_link

    address = base_url or read_settings(os.environ).base_url
    with where.bank() as bank:
        who, name = the_member(bank, member)
        if not bank.member(who).is_active:
            raise Problem(f"{name} does not take part.", "Only members can sign in: welcome them first.")
        link = make_sign_in_link(bank.people, who, address, bank.desk.now())
    say(f"For {name}, once, within a day:")
    click.echo(link)


def _command() -> Caller:
    return Caller(id=new_command_id(), by=HOST, via="cli")
