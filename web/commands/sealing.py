"""`hours seal`: sign the log as it stands, and print what goes on a sheet of paper."""

import os
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import click

from ledger.identifiers import is_identifier
from ledger.log.entry import decode
from ledger.log.store import Log
from ledger.seal.signing.bundle_writer import write_bundle
from ledger.seal.signing.folder import SealFolder, SealRefused, default_place
from ledger.seal.signing.signer import LOOK, Signer, daily_seal
from ledger.seal.verifying.note import Sealed, check_checkpoint
from ledger.seal.verifying.policy import time_in_words
from ledger.seal.witnessing.client import WitnessAnswer, ask_witnesses
from web.commands.opening import Where
from web.commands.printing import CommandProblem, count, progress, say
from web.pages.proof.receipts import telling_position

seal_option = click.option(
    "--seal",
    "place",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="HOURS_SEAL",
    help="Folder for the key and the last seal, apart from the data and its backups. Defaults to "
    "common-hours/seal in $XDG_STATE_HOME or ~/.local/state.",
)
"""The `--seal` of every command that signs; its value comes in as `place`."""


@click.command("seal")
@click.option("--at-entry", type=click.IntRange(min=1), help="Seal the log up to and including this entry number.")
@click.option("--note", "bare", is_flag=True, help="Print only the signed note, for programs and for --known.")
@seal_option
@click.pass_obj
def seal_command(where: Where, at_entry: int | None, bare: bool, place: Path | None) -> None:
    """Read the whole log again, sign its root, ask the witnesses, and print a seal sheet to keep and compare.

    Fails if entries that were sealed before are missing or changed, and says which. The first run makes a key. A
    witness that does not answer does not stop the seal. One that has seen a different history does, and the exit code
    is 1.
    """
    with signing(where, place) as (signer, log), progress("Reading the log, twice") as tell:
        head = log.head()
        sealed = signer.seal(upto=at_entry, progress=lambda number: tell(number, max(head, number)))
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
            f"\nPrevious seal\n\nentries  {earlier.checkpoint.size:,}\nroot     {earlier.checkpoint.grouped_root}"
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
            return "not sealed yet; the host makes the first seal: hours seal"
    with where.bank() as bank:
        zone = ZoneInfo(bank.agreements.time_zone)
    with signing(where, place) as (signer, _):
        sealed = daily_seal(signer, datetime.now(UTC), zone)
        if sealed is None:
            return "already sealed today"
        seen = ask_and_look(signer, sealed)
        seen.must_not_contradict()
    return "; ".join([f"the seal covers {sealed.checkpoint.size:,} entries", *seen.lines])


@contextmanager
def signing(where: Where, place: Path | None) -> Generator[tuple[Signer, Log]]:
    """The signer of the log named on the command line, and the log. What it refuses becomes two plain lines."""
    folder = place or default_place(os.environ)
    if where.folder and folder.resolve().is_relative_to(where.folder.resolve()):
        say(f"The seal in {folder} is inside the data folder. Restoring a backup would also restore an older seal.")
        say("Set HOURS_SEAL to a folder somewhere else, ideally on another disk.")
    with where.log() as log:
        try:
            signer = Signer(folder, log)
            if signer.is_new:
                say(f"A new key was made: {signer.folder.path / 'key.pem'}. Keep a copy of it apart from the data.")
                say("Was this community sealed before? If so, stop here and put the old folder back in its place.")
            yield signer, log
        except SealRefused as refused:
            raise CommandProblem(refused.wrong, refused.to_do) from refused


@click.command("bundle")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--at-entry", type=click.IntRange(min=1), help="Bundle the log up to and including this entry number.")
@seal_option
@click.pass_obj
def bundle_command(where: Where, folder: Path, at_entry: int | None, place: Path | None) -> None:
    """Write a folder that can be checked without this server: entries, seals, journal, balances and corrections.

    The log is sealed first, and the witnesses are asked to sign. The folder must be new or empty. The same log and
    seals always give the same bytes. The folder contains no names.
    """
    with signing(where, place) as (signer, log), progress("Writing the bundle") as tell:
        seen = ask_and_look(signer, signer.seal(upto=at_entry, whole=False))
        seen.must_not_contradict()
        sealed = write_bundle(signer, log, folder, upto=seen.size, progress=tell)
    say(f"{folder}: {count(sealed.checkpoint.size, 'entry', 'entries')}, root {sealed.checkpoint.grouped_root}")
    for line in seen.lines:
        say(line)
    say(f"Check it with: hours verify bundle {folder}")


LONGEST = 30


@click.command("receipt")
@click.argument("what", metavar="EXCHANGE|GIFT|ENTRY")
@seal_option
@click.pass_obj
def receipt_command(where: Where, what: str, place: Path | None) -> None:
    """Print the receipt of an entry: hours receipt x-... > exchange.tlog-proof

    ENTRY is an entry number. For an exchange, it is the entry that settled it, or otherwise the newest one about it.
    Anyone who has the receipt and the public key can check it offline: hours verify receipt FILE --key VKEYS.
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
        raise CommandProblem(
            f"“{what[:LONGEST]}” is not an exchange, gift or entry number.", "An exchange looks like x-9f3k2m…"
        )
    position = telling_position(log, what)
    if position is None:
        noun = "exchange" if what.startswith("x-") else "gift"
        raise CommandProblem(f"There is no {noun} {what}.", "The identifier is in the address of its page.")
    return position


class SealStatus(NamedTuple):
    """A seal with the words under it: its size, the note as it is kept now, lines to print, and who contradicts it."""

    size: int
    note: bytes
    lines: list[str]
    contradictions: list[WitnessAnswer]

    def must_not_contradict(self) -> None:
        """Refuses to call a seal good that a witness has contradicted."""
        if self.contradictions:
            told = "; ".join(f"{answer.name}: {answer.reason}" for answer in self.contradictions)
            raise CommandProblem(
                f"A witness has seen a different history of this log. {told}.", LOOK.replace("Nothing was signed. ", "")
            )


def ask_and_look(signer: Signer, sealed: Sealed) -> SealStatus:
    """Asks every witness that can be asked, and looks what is there then."""
    return look(signer, sealed, ask_witnesses(signer, sealed))


def look(signer: Signer, sealed: Sealed, answers: Sequence[WitnessAnswer] = ()) -> SealStatus:
    """What stands under a seal now, beside what witnesses answered."""
    latest = signer.folder.latest()
    if latest.checkpoint == sealed.checkpoint:
        sealed = latest
    policy = signer.witnesses.policy
    words = check_checkpoint(sealed.note.data, [signer.key, *policy.keys]).verified
    when = {word.key: word.at_seconds for word in words if word.at_seconds is not None}
    reason = {answer.name: answer.reason for answer in answers if answer.signature is None}
    present = [(each.name, when[each.key]) for each in policy.witnesses if each.key in when]
    lines = [f"signed by  {name}, {time_in_words(at_seconds)}" for name, at_seconds in present]
    lines += [
        f"not signed by  {name}" + (f": {reason[name]}" if name in reason else "") for name in policy.missing(words)
    ]
    if not policy.witnesses:
        lines = ["signed by  no witness, because none is listed (hours witnesses)"]
    elif not policy.is_met_by(words):
        say(
            f"The policy requires the signature of {policy.in_words}. Until then, a check with the policy is incomplete."
        )
    return SealStatus(sealed.checkpoint.size, sealed.note.data, lines, [each for each in answers if each.contradicts])
