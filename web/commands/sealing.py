"""`hours seal`: sign the log as it stands, and print what goes on a sheet of paper."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from ledger.log.entry import decode
from ledger.log.store import Log
from ledger.seal.signing.folder import SealFolder, SealRefused, default_place
from ledger.seal.signing.signer import Signer, daily_seal
from web.commands.printing import progress, say
from web.commands.problems import Problem
from web.commands.seen import ask_and_look
from web.commands.where import Where

seal_option = click.option(
    "--seal",
    "place",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="HOURS_SEAL",
    help="Folder that keeps the key and the last seal, apart from the data and its backups. "
    "Usually common-hours/seal in $XDG_STATE_HOME or ~/.local/state.",
)
"""The `--seal` of every command that signs; its value comes in as `place`."""


@click.command("seal")
@click.option("--at-entry", type=click.IntRange(min=1), help="Seal the log up to and with this entry number.")
@click.option("--note", "bare", is_flag=True, help="Print the signed note alone, for programs and for --known.")
@seal_option
@click.pass_obj
def seal_command(where: Where, at_entry: int | None, bare: bool, place: Path | None) -> None:
    """Read the whole log again, sign its root, ask the witnesses, and print a sheet to keep and to compare.

    Refused when entries that were sealed before are missing or changed; it says which. The first call makes a key. A witness that is
    silent stops nothing; one that has seen another history does, and the exit code is 1.
    """
    with signing(where, place) as (signer, log), progress("Reading the log, twice") as tell:
        head = log.head()
        sealed = signer.seal(upto=at_entry, tell=lambda number: tell(number, max(head, number)))
        before = signer.earlier(sealed.checkpoint.size)[-1:]
        key = signer.key
        seen = ask_and_look(signer, sealed)
    if bare:
        click.echo(seen.note, nl=False)
        seen.must_not_contradict()
        return
    checkpoint = sealed.checkpoint
    click.echo(f"The seal of {checkpoint.origin}\n")
    click.echo(f"entries  {checkpoint.size:,}\nroot     {checkpoint.grouped_root}\nkey      {key.text}")
    click.echo("".join(f"{line}\n" for line in seen.lines), nl=False)
    for earlier in before:
        click.echo(
            f"\nThe seal before\n\nentries  {earlier.checkpoint.size:,}\nroot     {earlier.checkpoint.grouped_root}"
        )
    seen.must_not_contradict()


def sealed_for_the_day(where: Where) -> str:
    """Gives the seal of the day, asks the witnesses, and says so.

    A community that was never sealed is left alone: its first seal makes a key.
    """
    place = Path(os.environ["HOURS_SEAL"]) if os.environ.get("HOURS_SEAL") else default_place(os.environ)
    with where.log() as log:
        first = log.from_position(0, limit=1)
        if not first or not SealFolder(place, decode(first[0].data).log).is_begun:
            return "not sealed yet; the host gives the first seal: hours seal"
    with where.bank() as bank:
        zone = ZoneInfo(bank.agreements.time_zone)
    with signing(where, place) as (signer, _):
        sealed = daily_seal(signer, datetime.now(UTC), zone)
        if sealed is None:
            return "sealed today already"
        seen = ask_and_look(signer, sealed)
        seen.must_not_contradict()
    return "; ".join([f"{sealed.checkpoint.size:,} entries are under the seal", *seen.lines])


@contextmanager
def signing(where: Where, place: Path | None) -> Generator[tuple[Signer, Log]]:
    """The signer of the log named on the command line, and the log. What it refuses becomes two plain lines."""
    folder = place or default_place(os.environ)
    if where.folder and folder.resolve().is_relative_to(where.folder.resolve()):
        say(
            f"The seal in {folder} lies among the data: a backup that is put back would take the last seal back with it."
        )
        say("Set HOURS_SEAL to a folder elsewhere, best on another disk.")
    with where.log() as log:
        try:
            signer = Signer(folder, log)
            if signer.is_new:
                say(f"A new key was made: {signer.folder.path / 'key.pem'}. Keep a copy of it apart from the data.")
                say("Was this community sealed before? Then stop here, and put the old folder back in its place.")
            yield signer, log
        except SealRefused as refused:
            raise Problem(refused.wrong, refused.to_do) from refused
