"""`hours found`: a community begins."""

import click

from ledger.application.commands import Caller
from ledger.application.founding import FoundCommunity
from ledger.events.members import MemberInvited
from ledger.identifiers import HOST, new_command_id
from web.commands.printing import say
from web.commands.where import Where


@click.command("found")
@click.option("--name", required=True, help="What the community is called.")
@click.option("--timezone", "time_zone", required=True, metavar="ZONE", help="Its time zone, such as Europe/London.")
@click.option("--coordinator", required=True, metavar="NAME", help="The first coordinator's name.")
@click.option("--email", default="", metavar="ADDRESS", help="The coordinator's e-mail address, for sign-in codes.")
@click.option("--language", default="en", show_default=True, help="The language of its pages.")
@click.option(
    "--host-name",
    default="localhost",
    show_default=True,
    help="The name under which the log is known for ever; the host of your address, if you have one.",
)
@click.pass_obj
def found_command(
    where: Where, name: str, time_zone: str, coordinator: str, email: str, language: str, host_name: str
) -> None:
    """Found a community, with the usual agreements and its first coordinator. Refused where one lives already."""
    if not coordinator.strip():
        raise click.BadParameter("Give a name.", param_hint="--coordinator")
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
    say(f"{name.strip()} is founded in {where.shown}, with {coordinator.strip()} as coordinator.")
    say("Serve it, then let the coordinator in:")
    say(f"  hours{where.options} serve")
    say(f"  hours{where.options} sign-in-link {member}")
