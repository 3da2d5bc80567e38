"""`hours receipt`: a slip that proves that one entry is under the seal."""

from pathlib import Path

import click

from ledger.identifiers import is_identifier
from ledger.log.entry import decode
from ledger.log.store import Log
from web.commands.printing import say
from web.commands.problems import Problem
from web.commands.sealing import seal_option, signing
from web.commands.seen import ask_and_look, look
from web.commands.where import Where
from web.entry_positions import telling_position

LONGEST = 30


@click.command("receipt")
@click.argument("what", metavar="EXCHANGE|GIFT|ENTRY")
@seal_option
@click.pass_obj
def receipt_command(where: Where, what: str, place: Path | None) -> None:
    """Print the receipt of an entry: hours receipt x-... > exchange.tlog-proof

    ENTRY is an entry number. For an exchange it is the entry that settled it, or else the newest one about it. Whoever has the
    receipt and the public key can check it offline: hours verify receipt FILE --key VKEYS.
    """
    with signing(where, place) as (signer, log):
        before = signer.folder.latest().checkpoint
        if what.isascii() and what.isdecimal() and len(what) < LONGEST:
            receipt = signer.receipt(int(what))
        else:
            receipt = signer.receipt(position=_position(log, what))
        if signer.folder.latest().checkpoint != before:
            seen = ask_and_look(signer, signer.folder.latest())
            seen.must_not_contradict()
            receipt = signer.receipt(receipt.place + 1)
        else:
            seen = look(signer, signer.folder.latest())
        entry = decode(receipt.entry)
        keys = signer.folder.path / "vkeys.txt"
    click.echo(receipt.data, nl=False)
    say(f"Entry {receipt.place + 1:,}, {entry.type}, recorded {entry.at}.")
    for line in seen.lines:
        say(line)
    say(f"Check it with: hours verify receipt FILE --key {keys}")


def _position(log: Log, what: str) -> int:
    if not is_identifier(what) or what[0] not in "xf":
        raise Problem(f"“{what[:LONGEST]}” is no exchange, gift or entry number.", "An exchange looks like x-9f3k2m…")
    position = telling_position(log, what)
    if position is None:
        noun = "exchange" if what.startswith("x-") else "gift"
        raise Problem(f"There is no {noun} {what}.", "Its page shows the identifier in its address.")
    return position
