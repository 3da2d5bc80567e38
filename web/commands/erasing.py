"""`hours erase` and `hours sweep`: forgetting somebody, and words that belong to no entry."""

import click

from ledger.application.commands import Caller
from ledger.application.erasures import AskForErasure, EraseMember, Going, is_clean, would_go
from ledger.application.sweeping import sweep
from ledger.application.time_bank import TimeBank
from ledger.identifiers import HOST, MemberId, new_command_id
from web.commands.people import the_member
from web.commands.printing import count, progress, say
from web.commands.where import Where

STAYS = (
    "What stays: every entry they are part of, with their identifier, minutes, days and kinds of help. "
    "The balances of others rest on them."
)


@click.command("erase")
@click.argument("member")
@click.option("--yes", is_flag=True, help="Do not ask before it is done.")
@click.option(
    "--no-longer-needed", is_flag=True, help="Nobody asked: they left, and what is kept of them is needed no longer."
)
@click.pass_obj
def erase_command(where: Where, member: str, yes: bool, no_longer_needed: bool) -> None:
    """Erase the personal data of MEMBER, at their request. It cannot be undone.

    MEMBER is a name, an e-mail address, or an identifier. Whoever still takes part leaves by it. Backups that were made
    before still hold their data until you delete them; a restored one forgets them again when it is opened.
    """
    with where.bank() as bank:
        who, name = the_member(bank, member)
        standing = bank.member(who)
        if standing.is_erased:
            say(f"{who} has been erased already; nothing that says who they were is left here.")
            return
        for line in _what_goes(name, who, would_go(bank.log, bank.people, who)):
            say(line)
        if not yes:
            click.confirm("Erase it for good?", abort=True, err=True)
        if standing.erasure_asked_by is None and not no_longer_needed:
            asking = Caller(id=new_command_id(), by=HOST, via="cli", on_behalf=who)
            bank.do(AskForErasure(member=who), by=asking)
        bank.do(EraseMember(member=who), by=Caller(id=new_command_id(), by=HOST, via="cli"))
        say(f"Erased. {who} is a former member from now on.")
        _tell_what_is_left(bank)


@click.command("sweep")
@click.pass_obj
def sweep_command(where: Where) -> None:
    """Delete words whose entry never came, after a crash for instance, and what deleted words left in the files.

    Safe at any time, also while the community is served.
    """
    with where.bank() as bank:
        with progress("Looking for every word's entry") as tell:
            swept = sweep(bank.log, bank.people, tell)
        say(f"{count(swept, 'word')} without an entry swept." if swept else "Every word has its entry.")
        _tell_what_is_left(bank)


def _what_goes(name: str, who: MemberId, going: Going) -> list[str]:
    """What will be deleted, a line for each kind of it."""
    lines = [f"{name} ({who}). What goes:"]
    lines += [f"  {count(number, _NOUNS.get(field, field))}" for field, number in going.own.items()]
    if going.of_others:
        lines.append(
            f"  {count(going.of_others, 'note or reason', 'notes and reasons')} of others about help with them"
        )
    lines.append("  where they are signed in, and every code and link that lets them in")
    return [*lines, STAYS]


_NOUNS = {"name": "name", "email": "e-mail address", "phone": "telephone number", "note": "note", "reason": "reason"}


def _tell_what_is_left(bank: TimeBank) -> None:
    if not is_clean(bank.people):
        say("Somebody is still reading an older state: deleted bytes may lie in the files.")
        say("Call hours sweep in a while; it looks after that.")
