"""`hours bundle`: everything that an auditor needs, in one folder."""

from pathlib import Path

import click

from ledger.seal.signing.bundle_writer import write_bundle
from web.commands.printing import count, progress, say
from web.commands.sealing import seal_option, signing
from web.commands.seen import ask_and_look
from web.commands.where import Where


@click.command("bundle")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--at-entry", type=click.IntRange(min=1), help="Bundle the log up to and with this entry number.")
@seal_option
@click.pass_obj
def bundle_command(where: Where, folder: Path, at_entry: int | None, place: Path | None) -> None:
    """Write a folder that can be checked without this server: entries, seals, journal, balances, corrections.

    The log is sealed first, and the witnesses are asked. The folder must be new or empty. The same log and seals give the same
    bytes. It holds no names.
    """
    with signing(where, place) as (signer, log), progress("Writing the bundle") as tell:
        seen = ask_and_look(signer, signer.seal(upto=at_entry, whole=False))
        seen.must_not_contradict()
        sealed = write_bundle(signer, log, folder, upto=seen.size, tell=tell)
    say(f"{folder}: {count(sealed.checkpoint.size, 'entry', 'entries')}, root {sealed.checkpoint.grouped_root}")
    for line in seen.lines:
        say(line)
    say(f"Check it with: hours verify bundle {folder}")
